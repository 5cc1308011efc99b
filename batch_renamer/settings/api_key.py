"""The API key in a type that does not show it by accident."""

from __future__ import annotations

import hmac
import re
from typing import NoReturn

from batch_renamer.text import trimmed

__all__ = ["ApiKey"]

_KEY_LIMIT_CHARACTERS = 1_024
# What people copy along with a key, and the message for each. A key itself may end with the = of base64.
_MORE_THAN_A_KEY = (
    (r"[\"'`\u2018-\u201f\u00ab\u00bb].*|.*[\"'`\u2018-\u201f\u00ab\u00bb]", "is in quotes; leave them out"),
    (r"(?:export|set|setenv)\s.*|\$env:.*", "is a command that sets a variable; leave only the key itself"),
    (
        r"[\w-]{0,40}(?:key|token|secret)[\w-]{0,40}\s*=\s*[^\s=].*",
        "is written as NAME=KEY; leave only what follows the =",
    ),
    (r"[\w-]*(?:key|token|authorization)\s*:.*", "is a header's line; leave only what follows the :"),
    (r"bearer\s.*", "begins with the word Bearer; leave only what follows it"),
    (r"\{\\rtf.*", "is in a Rich Text document; save it as plain text"),
    (r"[{\[<].*", "is in a document of another kind (JSON, XML or the like); leave only the key itself"),
)


def _more_than_a_key(text: str) -> str | None:
    """Return what else a text contains besides a key, if that is recognized."""
    found = (said for form, said in _MORE_THAN_A_KEY if re.fullmatch(form, text, re.IGNORECASE | re.DOTALL))
    return next(found, None)


class ApiKey:
    """The API key; only `reveal` returns it.

    It prints as asterisks, is compared in constant time, and can't be changed, pickled or copied into JSON (a pydantic
    ``SecretStr`` can be pickled). White space and invisible characters around it, which come along when a key is copied
    from a web page, are cut.

    Raises:
        ValueError: it is empty, too long, more than a key, or holds what can't stand in a header; the text doesn't
            show it.

    Example:
        >>> print(ApiKey(" secret "), ApiKey("secret").reveal())
        ******** secret
    """

    __slots__ = ("_secret",)
    _secret: str

    def __init__(self, secret: str) -> None:
        key = trimmed(secret)
        if not key:
            raise ValueError("is empty")
        if (more := _more_than_a_key(key)) is not None:
            raise ValueError(more)
        if len(key) > _KEY_LIMIT_CHARACTERS:
            raise ValueError("is too long to be a key")
        if not all("!" <= sign <= "~" for sign in key):
            raise ValueError("holds spaces, line breaks, control or non-ASCII characters; a key is one plain word")
        object.__setattr__(self, "_secret", key)

    def reveal(self) -> str:
        """Return the key itself, for the request header only."""
        return self._secret

    def __repr__(self) -> str:
        return "ApiKey('********')"

    def __str__(self) -> str:
        return "********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and hmac.compare_digest(self._secret, other._secret)

    __hash__ = None  # type: ignore[assignment]  # object declares a method; keys are never hashed

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an ApiKey can't be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("an ApiKey can't be changed")

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey can't be pickled or copied: a secret must not reach a file by accident")
