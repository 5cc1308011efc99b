"""The headers of every answer, which tell the browser what the page may do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp.web import Request, StreamResponse

__all__ = ["SECURITY_HEADERS", "add_security_headers"]

_CONTENT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",  # previews and downloads are fetched with the token, and shown from memory
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "; ".join(_CONTENT),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Server": "batch-renamer",  # aiohttp would name its version and Python's
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",  # for browsers that know no frame-ancestors
    }
)
"""The headers of every answer, errors and streams included."""


async def add_security_headers(_request: Request, response: StreamResponse) -> None:
    """Give an answer its headers, just before it is sent; a handler can't take them away."""
    response.headers.update(SECURITY_HEADERS)
