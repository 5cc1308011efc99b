"""The rules by which a request is refused; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from batch_renamer.web.access.tokens import Tokens

__all__ = ["TOKEN_HEADER", "AccessRules"]

TOKEN_HEADER = "X-Batch-Renamer-Token"  # noqa: S105 - the name of the header, not its value

_HTTP_PORT = 80


class Headers(Protocol):
    """The headers of a request, as aiohttp has them: their names without case, and each with all its values."""

    def getall(self, key: str, default: list[str]) -> Sequence[str]:
        """Return every value of a header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """What a request has to carry to be answered by the server at a port of 127.0.0.1.

    ``localhost`` is refused, too: which address the name stands for is decided by files and resolvers, and one name
    for the server is enough.

    Example:
        >>> from multidict import CIMultiDict, CIMultiDictProxy
        >>> rules = AccessRules(port=8765, tokens=Tokens())
        >>> rules.lets_in(CIMultiDictProxy(CIMultiDict({"Host": "127.0.0.1:8765"})), is_open=True)
        True
        >>> rules.lets_in(CIMultiDictProxy(CIMultiDict({"Host": "127.0.0.1:8765"})), is_open=False)
        False
    """

    port: int
    tokens: Tokens

    @property
    def origin(self) -> str:
        """The origin of the page, as browsers write it."""
        return f"http://{self._host}"

    @property
    def _host(self) -> str:
        return "127.0.0.1" if self.port == _HTTP_PORT else f"127.0.0.1:{self.port}"

    def lets_in(self, headers: Headers, *, is_open: bool) -> bool:
        """Tell whether a request is answered; ``is_open`` if it asks for something that holds no data."""
        if not self._is_for_this_server(headers) or not self._is_from_its_page(headers, is_open=is_open):
            return False
        return is_open or self._has_token(headers)

    def _is_for_this_server(self, headers: Headers) -> bool:
        return headers.getall("Host", []) == [self._host]

    def _is_from_its_page(self, headers: Headers, *, is_open: bool) -> bool:
        """Tell whether the browser names no other page as the sender; a program that is no browser names none."""
        if any(origin != self.origin for origin in headers.getall("Origin", [])):
            return False
        sites = headers.getall("Sec-Fetch-Site", [])
        # A link to the page may be anywhere; what the page itself asks for comes from the page.
        is_opened = is_open and headers.getall("Sec-Fetch-Mode", []) == ["navigate"]
        return is_opened or all(site in ("same-origin", "none") for site in sites)

    def _has_token(self, headers: Headers) -> bool:
        given = headers.getall(TOKEN_HEADER, [])
        return len(given) == 1 and self.tokens.admit(given[0])
