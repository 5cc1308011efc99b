"""What a process needs to open the API that another one has open."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.settings import ApiKey

__all__ = ["ApiAccess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAccess:
    """How an API is opened; the fields are those of `open_orders_api`. The key can't be pickled along with it.

    Example:
        >>> ApiAccess(base_url="http://127.0.0.1:8000", key=ApiKey("secret"), user_agent="doc").key
        ApiKey('********')
    """

    base_url: str
    key: ApiKey
    user_agent: str
    key_place: str = ""
    timeout_s: float = 30.0
    api_version: str | None = None
    images: bool = False
