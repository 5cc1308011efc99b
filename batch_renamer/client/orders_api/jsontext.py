"""Reads JSON, with orjson if it is installed (the extra ``speed``)."""

from __future__ import annotations

import json
from typing import Any

try:
    import orjson
except ImportError:
    orjson = None

__all__ = ["parse"]


def parse(text: bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: the text is not JSON.
        RecursionError: it is nested too deeply.

    Example:
        >>> parse(b'{"name": "12 Elm St"}')
        {'name': '12 Elm St'}
    """
    if orjson is not None:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            # What it refuses, the standard library may still read: half a character, NaN, great depth.
            return json.loads(text)
    return json.loads(text)
