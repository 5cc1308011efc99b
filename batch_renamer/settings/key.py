"""Settings and environment enter; the API key leaves, in a box that shows it only when asked to."""

from __future__ import annotations

import codecs
import hmac
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from batch_renamer.errors import BatchRenamerError, SettingsError
from batch_renamer.files import read_regular
from batch_renamer.settings.shape import Settings
from batch_renamer.text import trimmed

__all__ = ["ApiKey", "FoundKey", "key_of_environment", "read_api_key"]

_VARIABLE = "AUTOENHANCE_API_KEY"
_KEY_LIMIT_CHARACTERS = 1_024
_FILE_LIMIT_BYTES = 4_096
_WAYS_TO_A_KEY = (
    f"Set {_VARIABLE}, or name a file that holds the key as api_key_file in the configuration file (--config), or in "
    "one of its profiles (--profile). To practise without a key, give --sandbox."
)

_FILE_NAME = re.compile(r"[\w -]{1,24}\.[A-Za-z]{1,5}")
"""A name that is a file's and hardly a key: keys are longer and have no ending such as ``.key``."""

# What people put around a key, and what they are told. A key itself may end with the = of base64.
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
    """Say what a text holds beside a key, if it can be told."""
    found = (said for form, said in _MORE_THAN_A_KEY if re.fullmatch(form, text, re.IGNORECASE | re.DOTALL))
    return next(found, None)


class ApiKey:
    """Hold the API key; only `reveal` gives it out.

    It prints as asterisks, can't be changed, pickled or copied into JSON, and compares in constant time.
    White space around the key is cut, and characters that show nothing, which are copied from web pages with it.

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
        """Give the key itself: for the request header and nothing else."""
        return self._secret

    def __repr__(self) -> str:
        return "ApiKey('********')"

    def __str__(self) -> str:
        return "********"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and hmac.compare_digest(self._secret, other._secret)

    __hash__ = None  # type: ignore[assignment]  # object declares a method; secrets are compared, not looked up

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an ApiKey can't be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("an ApiKey can't be changed")

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey can't be pickled or copied: a secret must not reach a file by accident")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """The key, where it was found, and a sentence about a key file that others can read ("" when all is well).

    ``source`` is what named it, ``place`` what holds it: the variable or the file.
    """

    key: ApiKey
    source: str
    place: str
    warning: str = ""


def read_api_key(settings: Settings, *, environ: Mapping[str, str]) -> FoundKey:
    """Find the key: the profile's ``api_key_file``, else AUTOENHANCE_API_KEY, else the file's own ``api_key_file``.

    The first of the three that is set decides; an unusable key there is an error, because the next one may belong
    to another account.

    Raises:
        SettingsError: there is no key, or it can't be used.
        BatchRenamerError: the run is in the sandbox, where the real key must not be touched.
    """
    if settings.sandbox:
        raise BatchRenamerError("The real API key must not be read in the sandbox.")
    sources = dict(settings.sources)
    if settings.profile_api_key_file is not None:
        return _from_file(settings.profile_api_key_file, sources.get("profile_api_key_file", "profile"), environ)
    if (found := key_of_environment(environ)) is not None:
        return found
    if settings.api_key_file is not None:
        return _from_file(settings.api_key_file, sources.get("api_key_file", "configuration file"), environ)
    raise SettingsError(f"There is no API key: {_looked_at(settings)}. {_WAYS_TO_A_KEY}")


def key_of_environment(environ: Mapping[str, str]) -> FoundKey | None:
    """Return the key in AUTOENHANCE_API_KEY; None where that is not set.

    Raises:
        SettingsError: what is there can't be used.
    """
    if _VARIABLE not in environ:
        return None
    return FoundKey(
        key=_checked(environ[_VARIABLE], f"the key in {_VARIABLE}"), source=_VARIABLE, place=f"the variable {_VARIABLE}"
    )


def _looked_at(settings: Settings) -> str:
    """Name every place where there was no key."""
    if settings.config is None:
        return f"{_VARIABLE} is not set, and no configuration file is in use"
    profile = f" and its profile {settings.profile!r} name" if settings.profile is not None else " names"
    return f"{_VARIABLE} is not set, and {settings.config}{profile} no api_key_file"


def _from_file(path: Path, source: str, environ: Mapping[str, str]) -> FoundKey:
    place = f"the file that api_key_file names ({source})"
    try:
        data, found = read_regular(path, limit_bytes=_FILE_LIMIT_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a usable path"
        raise SettingsError(f"{_sentence(place)} can't be read: {why}. {_where_it_was_expected(path)}") from None
    if len(data) > _FILE_LIMIT_BYTES:
        raise SettingsError(f"{_sentence(place)} is too long to hold only a key.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        raise SettingsError(f"{_sentence(place)} is UTF-16 text, as Windows PowerShell writes it; save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")  # Windows editors put a byte order mark in front
    except UnicodeDecodeError:
        raise SettingsError(f"{_sentence(place)} is not plain text.") from None
    key = _checked(text, f"the key in {place}")
    warning = _readable_by_others(path, stat.S_IMODE(found.st_mode), environ)
    return FoundKey(key=key, source=source, place=str(path), warning=warning)


def _where_it_was_expected(path: Path) -> str:
    """Name the file that was tried; only its folder where the name may be the key itself, written there by mistake."""
    if _FILE_NAME.fullmatch(path.name):
        return f"The path that was tried: {path}"
    return f"The folder that was tried: {path.parent}"


def _checked(text: str, place: str) -> ApiKey:
    try:
        return ApiKey(text)
    except ValueError as error:
        raise SettingsError(f"{_sentence(place)} {error}.") from None


def _readable_by_others(path: Path, mode: int, environ: Mapping[str, str]) -> str:
    if os.name != "posix" or not mode & 0o077:
        return ""
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and path.is_relative_to(credentials):
        return ""  # systemd admits the service's user by an ACL, whose mask shows up as the group's bits
    return f"The key file {path} can be used by other users (mode {mode:04o}); run: chmod 600 {path}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
