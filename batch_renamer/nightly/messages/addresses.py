"""Reads the private file with the addresses of messages; an address holds secrets and shows only what is none.

A line is one address of Apprise (https://appriseit.com/services/). A blank line and one that begins with ``#`` mean
nothing. ``text-only`` before an address keeps reports away from it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from batch_renamer.errors import SettingsError
from batch_renamer.files import read_regular
from batch_renamer.settings import others_can_use

__all__ = ["Address", "AddressBook", "read_addresses"]

_FILE_LIMIT_BYTES = 65_536
_MOST_ADDRESSES = 50
_TEXT_ONLY = "text-only"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://")
# Only in these has the part after :// (or after @) the name of a server; in many others it is a token.
_WITH_A_SERVER = re.compile(r"(?:mailto|json|xml|form|http)s?", re.IGNORECASE)
_SERVER = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z0-9]|localhost|\[[0-9a-f:]+\]", re.IGNORECASE)
_LONGEST_SERVER = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address; ``shown`` is what may be seen of it. ``text_only`` keeps reports away from it.

    Example:
        >>> Address(line=3, url="mailtos://anna:secret@smtp.example.com?to=anna@example.com").shown
        'mailtos://smtp.example.com/... (line 3)'
    """

    line: int
    url: str = field(repr=False)
    text_only: bool = False

    @property
    def shown(self) -> str:
        """The service, its server where the address has one, and the line of the file."""
        return f"{_without_secrets(self.url)} (line {self.line})"

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBook:
    """The addresses of a file, what is wrong with its other lines, and a warning if other users can read it."""

    addresses: tuple[Address, ...] = ()
    mistakes: tuple[str, ...] = ()
    warning: str = ""


def read_addresses(path: Path, *, environ: Mapping[str, str]) -> AddressBook:
    """Read the addresses of a file; a line that is wrong does not keep the others from being used.

    Raises:
        SettingsError: the file can't be read, or is no text; the sentence shows nothing of its content.
    """
    try:
        data, found = read_regular(path, limit_bytes=_FILE_LIMIT_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a usable path"
        raise SettingsError(f"The file of addresses (notify_file) {path} can't be read: {why}.") from None
    if len(data) > _FILE_LIMIT_BYTES:
        raise SettingsError(f"The file of addresses (notify_file) {path} is too long: it has one address in each line.")
    try:
        text = data.decode("utf-8-sig")  # Windows editors write a byte order mark
    except UnicodeDecodeError:
        raise SettingsError(f"The file of addresses (notify_file) {path} is not UTF-8 text.") from None
    addresses: list[Address] = []
    mistakes: list[str] = []
    for number, line in _lines(text):
        words = line.split()
        text_only = words[0].lower() == _TEXT_ONLY
        if mistake := _mistake_in(words[1:] if text_only else words):
            mistakes.append(f"Line {number} of {path} {mistake}.")
        elif len(addresses) == _MOST_ADDRESSES:
            mistakes.append(f"Line {number} of {path} is not used: {_MOST_ADDRESSES} addresses are the most.")
            break
        else:
            addresses.append(Address(line=number, url=words[-1], text_only=text_only))
    return AddressBook(
        addresses=tuple(addresses), mistakes=tuple(mistakes), warning=_readable_by_others(path, found, environ)
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if (line := line.strip()) and not line.startswith("#"):
            yield number, line


def _mistake_in(words: list[str]) -> str:
    """Return what is wrong with a line; none of its text, which may be a secret."""
    match words:
        case []:
            return "has no address"
        case [address]:
            if not address.isprintable():
                return "has characters that can't be seen; type it again"
            return "" if _SCHEME.match(address) else "is no address: it must begin with a service, such as mailtos://"
        case _:
            return "has a space in it: give one address in each line, and write a space as %20"


def _without_secrets(url: str) -> str:
    """Return the scheme, and the server if it certainly is one."""
    try:
        parts = urlsplit(url)
        server = parts.netloc.rpartition("@")[2]
        host = server.removesuffix(f":{parts.port}") if parts.port is not None else server
    except ValueError:  # as of a password with a slash, whose first part is read as a port
        return f"{url.partition('://')[0].lower()}://..."
    known = _WITH_A_SERVER.fullmatch(parts.scheme) and _SERVER.fullmatch(host) and len(host) <= _LONGEST_SERVER
    return f"{parts.scheme}://{host.lower()}/..." if known else f"{parts.scheme}://..."


def _readable_by_others(path: Path, found: os.stat_result, environ: Mapping[str, str]) -> str:
    if not others_can_use(path, found, environ=environ):
        return ""
    mode = stat.S_IMODE(found.st_mode)
    return f"The addresses in {path} can be read by other users (mode {mode:04o}); run: chmod 600 {path}"
