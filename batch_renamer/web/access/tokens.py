"""The tokens of the pages, and the codes for which a page gets one: each once, and soon.

A browser is opened by a command line, and on many systems every user can read the command lines of all others. So that
line holds no token, but a code. The page sends it back at once and gets a token of its own. A code that comes twice was
read by another program; which of the two senders is the page can't be known, so the token that was given for it is
taken back, as OAuth does (RFC 6749, section 4.1.2).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["CodeUsedTwiceError", "Tokens", "new_token"]

_TOKEN_BYTES = 32
_CODE_LASTS_S = 120.0
"""A browser that is started for this may take a minute on a slow machine."""


class CodeUsedTwiceError(Exception):
    """A code has come a second time: one of the two senders is not the page."""


def new_token() -> str:
    """Make a token that can't be guessed.

    Example:
        >>> len(new_token())
        43
    """
    return secrets.token_urlsafe(_TOKEN_BYTES)


@dataclass(slots=True)
class _Code:
    ends_at_s: float
    token: str = ""


@dataclass(slots=True, kw_only=True)
class Tokens:
    """The tokens that let a request in: ``lasting``, the one of the printed link, and one for each code that was used.

    Example:
        >>> tokens = Tokens()
        >>> token = tokens.redeem(code := tokens.new_code())
        >>> tokens.admit(token)
        True
        >>> tokens.redeem(code)
        Traceback (most recent call last):
        ...
        batch_renamer.web.access.tokens.CodeUsedTwiceError
        >>> tokens.admit(token)
        False
    """

    lasting: str = field(default_factory=new_token, repr=False)
    clock: Callable[[], float] = time.monotonic
    _given: set[str] = field(default_factory=set, repr=False)
    _codes: dict[str, _Code] = field(default_factory=dict, repr=False)

    def admit(self, token: str) -> bool:
        """Tell whether a token is one of these, in a time that does not depend on how much of it is right."""
        told = token.encode("utf-8", "replace")
        found = [secrets.compare_digest(told, one.encode()) for one in (self.lasting, *self._given)]
        return any(found)

    def new_code(self) -> str:
        """Make a code for the link with which a browser is opened; it lasts two minutes."""
        self._forget_old_codes()
        code = new_token()
        self._codes[code] = _Code(self.clock() + _CODE_LASTS_S)
        return code

    def redeem(self, code: str) -> str:
        """Return a new token for a code; "" if the code is unknown or too old.

        Raises:
            CodeUsedTwiceError: it has been used; the token that was given for it is taken back.
        """
        self._forget_old_codes()
        found = self._codes.get(code)
        if found is None:
            return ""
        if found.token:
            self._given.discard(found.token)
            del self._codes[code]
            raise CodeUsedTwiceError
        found.token = new_token()
        self._given.add(found.token)
        return found.token

    def _forget_old_codes(self) -> None:
        now_s = self.clock()
        for code in [code for code, one in self._codes.items() if one.ends_at_s <= now_s]:
            del self._codes[code]
