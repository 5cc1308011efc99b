"""Describes answers that are not the API's, such as web pages and redirects, in a few words."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["is_web_page", "leads_to", "shown", "web_page"]

_TITLE = re.compile(rb"<title[^>]*>(.{0,1000}?)</title", re.IGNORECASE | re.DOTALL)
_BEGINS_A_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|\?xml|html|head|body|title|meta)", re.IGNORECASE)
_LOOKED_AT_BYTES = 64 * 1024
_LONGEST_TITLE = 60
_LONGEST_ADDRESS = 120


def is_web_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether a body is a page made for a browser, as gateways, proxies and guest networks send it.

    Example:
        >>> is_web_page({}, b"<!DOCTYPE html><title>Sign in</title>"), is_web_page({}, b'{"message": "no"}')
        (True, False)
    """
    said = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return bool(body) and (said in ("text/html", "application/xhtml+xml") or _BEGINS_A_PAGE.match(body) is not None)


def web_page(body: bytes) -> str:
    """Name a web page in a sentence, with its title if it has one.

    Example:
        >>> web_page(b"<html><title>Guest Wi-Fi &ndash; sign in</title>")
        'a web page ("Guest Wi-Fi – sign in")'
    """
    found = _TITLE.search(body[:_LOOKED_AT_BYTES])
    title = shown(html.unescape(found[1].decode("utf-8", "replace")), longest=_LONGEST_TITLE) if found else ""
    return f'a web page ("{title}")' if title else "a web page"


def leads_to(headers: Mapping[str, str]) -> str:
    """Say where a redirect leads; without its query, which may hold a secret. "" if it doesn't say.

    Example:
        >>> leads_to({"Location": "https://me:pass@login.example.com/start?token=1"})
        'https://login.example.com/start'
    """
    location = headers.get("Location", "").strip()
    try:
        parts = urlsplit(location)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    address = f"{parts.scheme}://{host}{parts.path}" if parts.scheme and host else f"//{host}" * bool(host) + parts.path
    return shown(address, longest=_LONGEST_ADDRESS)


def shown(text: str, *, longest: int) -> str:
    r"""Make a text from a server fit to be shown: on one line, without control characters, and not too long.

    Example:
        >>> shown("a\x1b[31m\r\n b\u202e", longest=80)
        'a [31m b'
    """
    text = " ".join("".join(map(_visible, text[: 2 * longest])).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _visible(char: str) -> str:
    """The character; a space for a control character, nothing for one that only changes how others are shown."""
    match unicodedata.category(char):
        case "Cc" | "Cs":
            return " "
        case "Cf":
            return ""
        case _:
            return char
