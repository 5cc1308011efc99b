"""Takes a secret out of texts, however it is written there.

A server, a proxy or a library that repeats the key may escape it first: in JSON, in an address, in HTML, in base64. All
of these are as good as the key itself, so all of them are replaced. A part of a key is not looked for.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["REDACTED", "redact"]

REDACTED = "********"

_FEWEST_CHARACTERS = 8
"""A shorter secret is replaced only as it is: words of ordinary texts could be taken for its other spellings."""

_NAMED = {'"': "quot", "&": "amp", "'": "apos", "<": "lt", ">": "gt"}


def redact(text: str, secrets: Iterable[str]) -> str:
    r"""Return the text with asterisks in place of every secret; an empty one is passed over.

    Example:
        >>> redact("of k3y-abc/def: k3y-abc%2Fdef, k3y-abc\\u002fdef, azN5LWFiYy9kZWY=", ["k3y-abc/def"])
        'of ********: ********, ********, ********'
    """
    for secret in secrets:
        # The shortest spelling is the secret itself: most texts are too short to hold it.
        if secret and len(text) >= len(secret):
            text = _pattern(secret).sub(REDACTED, text)
    return text


@lru_cache(maxsize=16)
def _pattern(secret: str) -> re.Pattern[str]:
    if len(secret) < _FEWEST_CHARACTERS:
        return re.compile(re.escape(secret))
    as_bytes = secret.encode()
    spellings = ["".join(map(_escaped, secret)), as_bytes.hex(), *_in_base64(as_bytes)]
    return re.compile("|".join(f"(?:{spelling})" for spelling in spellings), re.IGNORECASE)


def _escaped(char: str) -> str:
    """A pattern for one character: as it is, or as JSON, an address (encoded once or more) or HTML may write it."""
    code = ord(char)
    if code > 0xFF:
        return re.escape(char)
    spellings = [
        # Escapes may be escaped again, which doubles their backslashes.
        rf"\\*{re.escape(char)}",
        rf"\\+(?:u00|x){code:02x}",
        f"%(?:25)*{code:02x}",
        f"&#(?:0*{code}|x0*{code:x});",
    ]
    if char in _NAMED:
        spellings.append(f"&{_NAMED[char]};")
    return f"(?:{'|'.join(spellings)})"


def _in_base64(secret: bytes) -> Iterable[str]:
    """Yield patterns for the base64 of texts that hold the secret: it begins at one of three places in a group."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret).decode()
        # The digits that are made of the secret's bits alone, not of its neighbours' or of the filling.
        first = -(-offset * 8 // 6)
        last = (offset + len(secret)) * 8 // 6
        digits = re.escape(encoded[first:last])
        yield digits.replace(r"\+", "[+-]").replace("/", "[/_]") + "[a-z0-9+/_-]?=*"
