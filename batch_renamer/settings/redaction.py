"""Replaces a secret in a text, in every form in which it may be written there.

A server, a proxy or a library that repeats the key may escape it: in JSON, in a URL, in HTML, in base64. Each form
gives the key away, so each one is replaced. Parts of a key are not searched for.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["REDACTED", "redact"]

REDACTED = "********"

_FEWEST_CHARACTERS = 8
"""A shorter secret is replaced only in its plain form, because ordinary words could match its other forms."""

_NAMED = {'"': "quot", "&": "amp", "'": "apos", "<": "lt", ">": "gt"}


def redact(text: str, secrets: Iterable[str]) -> str:
    r"""Return the text with asterisks in place of every secret; empty secrets are ignored.

    Example:
        >>> redact("of k3y-abc/def: k3y-abc%2Fdef, k3y-abc\\u002fdef, azN5LWFiYy9kZWY=", ["k3y-abc/def"])
        'of ********: ********, ********, ********'
    """
    for secret in secrets:
        # The plain form is the shortest one, so a shorter text contains no secret.
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
    """Return a pattern for one character: plain, or as JSON, a URL (encoded once or more) or HTML writes it."""
    code = ord(char)
    if code > 0xFF:
        return re.escape(char)
    spellings = [
        # Repeated escaping doubles the backslashes.
        rf"\\*{re.escape(char)}",
        rf"\\+(?:u00|x){code:02x}",
        f"%(?:25)*{code:02x}",
        f"&#(?:0*{code}|x0*{code:x});",
    ]
    if char in _NAMED:
        spellings.append(f"&{_NAMED[char]};")
    return f"(?:{'|'.join(spellings)})"


def _in_base64(secret: bytes) -> Iterable[str]:
    """Yield patterns for base64 texts that contain the secret, which begins at one of three offsets in a group."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret).decode()
        # Only the digits made from bits of the secret alone, not of its neighbours or the padding.
        first = -(-offset * 8 // 6)
        last = (offset + len(secret)) * 8 // 6
        digits = re.escape(encoded[first:last])
        yield digits.replace(r"\+", "[+-]").replace("/", "[/_]") + "[a-z0-9+/_-]?=*"
