"""What `aioresponses` needs to stand in for the network."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import aiohttp
from yarl import URL

__all__ = ["Response"]


class Response(aiohttp.ClientResponse):
    """What aiohttp 3.14 asks for, and aioresponses 0.7.9 does not give (aioresponses issue 289)."""

    def __init__(self, method: str, url: URL, **options: Any) -> None:
        super().__init__(method, url, stream_writer=Mock(), **options)
