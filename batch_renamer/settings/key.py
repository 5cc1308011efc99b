"""Finds the API key: in a key file that the settings name, or in the environment."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.errors import BatchRenamerError, SettingsError
from batch_renamer.files import read_regular
from batch_renamer.settings.api_key import ApiKey
from batch_renamer.settings.shape import Settings
from batch_renamer.settings.sources import profile_names

__all__ = ["FoundKey", "key_from_text", "key_of_environment", "others_can_use", "read_api_key"]

KEY_VARIABLE = "AUTOENHANCE_API_KEY"
_FILE_LIMIT_BYTES = 4_096
_WAYS_TO_A_KEY = (
    f"`batch-renamer init` asks for the key and keeps it (or set {KEY_VARIABLE}, or name an api_key_file in the "
    "configuration)."
)

_FILE_NAME = re.compile(r"[\w -]{1,24}\.[A-Za-z]{1,5}")
"""A name that is certainly a file's and not a key: a key is longer and has no ending such as ``.key``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """The key, with the place where it was found; ``warning`` is "" unless other users can read the key file.

    ``source`` is the setting or variable that named the key, ``place`` the variable or file that contains it.
    """

    key: ApiKey
    source: str
    place: str
    warning: str = ""


def read_api_key(settings: Settings, *, environ: Mapping[str, str]) -> FoundKey:
    """Find the key: in the profile's ``api_key_file``, else AUTOENHANCE_API_KEY, else the file's ``api_key_file``.

    The first of the three that is set is used. If its key is unusable this is an error, because the next one may belong
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
    raise SettingsError(
        f"There is no API key: {_places_without_key(settings)}. {_way_to_a_key(settings)} "
        "To practise without a key, add --sandbox to the command."
    )


def key_of_environment(environ: Mapping[str, str]) -> FoundKey | None:
    """Return the key in AUTOENHANCE_API_KEY; None where that is not set.

    Raises:
        SettingsError: its value can't be used as a key.
    """
    if KEY_VARIABLE not in environ:
        return None
    return FoundKey(
        key=key_from_text(environ[KEY_VARIABLE], f"the key in {KEY_VARIABLE}"), source=KEY_VARIABLE, place=KEY_VARIABLE
    )


def _places_without_key(settings: Settings) -> str:
    """Return the places that were searched without success."""
    if settings.config is None:
        return f"{KEY_VARIABLE} is not set, and no configuration file is in use"
    profile = f" and its profile {settings.profile} name" if settings.profile is not None else " names"
    return f"{KEY_VARIABLE} is not set, and {settings.config}{profile} no api_key_file"


def _way_to_a_key(settings: Settings) -> str:
    """Return how to get a key: if the file has accounts, and none was chosen, that is what is missing."""
    if settings.config is not None and settings.profile is None and (names := profile_names(settings.config)):
        return f"Choose the account with --profile: {', '.join(names)}."
    return _WAYS_TO_A_KEY


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
        text = data.decode("utf-8-sig")  # Windows editors write a byte order mark
    except UnicodeDecodeError:
        raise SettingsError(f"{_sentence(place)} is not plain text.") from None
    key = key_from_text(text, f"the key in {place}")
    warning = _readable_by_others(path, found, environ)
    return FoundKey(key=key, source=source, place=str(path), warning=warning)


def _where_it_was_expected(path: Path) -> str:
    """Return the path that was tried; only its folder if the file name may be the key, written there by mistake."""
    if _FILE_NAME.fullmatch(path.name):
        return f"The path that was tried: {path}"
    return f"The folder that was tried: {path.parent}"


def key_from_text(text: str, place: str) -> ApiKey:
    """Return the key that a text holds; ``place`` is where the text is from, for the message.

    Raises:
        SettingsError: it can't be used.
    """
    try:
        return ApiKey(text)
    except ValueError as error:
        raise SettingsError(f"{_sentence(place)} {error}.") from None


def others_can_use(path: Path, found: os.stat_result, *, environ: Mapping[str, str]) -> bool:
    """Tell whether a file with a secret can be used by other users, by its owner and its mode."""
    if os.name != "posix" or not found.st_mode & 0o077:
        return False
    # Kubernetes mounts a secret as root's, and this user reads it as a member of its group.
    if not found.st_mode & 0o037 and found.st_uid == 0 != os.geteuid():
        return False
    # systemd gives the user access to a credential by an ACL, whose mask appears as the group's bits.
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    return not (credentials and path.is_relative_to(credentials))


def _readable_by_others(path: Path, found: os.stat_result, environ: Mapping[str, str]) -> str:
    if not others_can_use(path, found, environ=environ):
        return ""
    mode = stat.S_IMODE(found.st_mode)
    return f"The key file {path} can be used by other users (mode {mode:04o}); run: chmod 600 {path}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
