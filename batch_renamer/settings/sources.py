"""Reads flags, variables and a configuration file into layers of raw values with their sources and mistakes."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from batch_renamer.commands import flag_of, setting_of
from batch_renamer.settings.nightly import PATHS as NIGHTLY_PATHS
from batch_renamer.settings.nightly import NightlySettings
from batch_renamer.settings.shape import Settings
from batch_renamer.settings.toml_file import read_toml, read_usable_toml
from batch_renamer.settings.values import expand_path
from batch_renamer.settings.wording import as_typed, shown_value

__all__ = [
    "IN_FILE",
    "OPTIONS",
    "TABLES",
    "Given",
    "Layer",
    "file_layers",
    "from_environment",
    "from_flags",
    "nearest",
    "profile_names",
]

TABLES = frozenset({"names", "nightly"})
"""The settings that are tables of a configuration file."""

OPTIONS = frozenset(one.name for one in fields(Settings)) - TABLES - {"api_key_file", "profile_api_key_file", "sources"}
"""The settings that have a flag."""

_PREFIX = "BATCH_RENAMER_"
_THIS_COMMAND_ONLY = frozenset(
    {"except_rows", "first", "only", "replace", "replace_regex", "sandbox", "sandbox_reset", "yes"}
)
_IN_ENVIRONMENT = OPTIONS - _THIS_COMMAND_ONLY
IN_FILE = _IN_ENVIRONMENT - {"config", "profile"} | TABLES | {"api_key_file"}
"""What may stand in a configuration file: at its top, and in the table of a profile."""

_OF_NIGHTLY = frozenset(one.name for one in fields(NightlySettings))
_PATHS = frozenset({"api_key_file", "log_file", "report", "state_dir"})
_KEY_WORDS = frozenset({"apikey", "autoenhanceapikey", "key", "password", "secret", "token", "xapikey"})


@dataclass(frozen=True, slots=True)
class Given:
    """One raw value and its source; among several, the one with the highest ``rank`` wins."""

    value: object
    source: str
    rank: int


@dataclass(frozen=True, slots=True)
class Layer:
    """The values of one source, by the name of the field, and the mistakes in it."""

    given: Mapping[str, Given] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


def from_flags(flags: Mapping[str, object], *, as_arguments: bool = False) -> Layer:
    """Return the flags that were given; ``None`` and an empty list mean that a flag was not given.

    A caller's empty list of chosen rows is not that: it would then mean every row.

    With ``as_arguments``, messages call them arguments of a function.

    Raises:
        TypeError: there is no such option, a mistake of the caller and not of the user.
    """
    if unknown := flags.keys() - OPTIONS - {"names" if as_arguments else "nightly"}:
        raise TypeError(f"no such option: {', '.join(sorted(unknown))}")
    return Layer(
        {
            name: Given(value, f"argument {name}" if as_arguments else flag_of(name), 4)
            for name, value in flags.items()
            if value is not None and not (isinstance(value, list | tuple) and not value and name != "only")
        }
    )


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Return every ``BATCH_RENAMER_*`` variable that isn't empty; an unknown one is a mistake."""
    given: dict[str, Given] = {}
    mistakes: list[str] = []
    for variable in sorted(name for name in environ if name.startswith(_PREFIX)):
        text, name = environ[variable], variable.removeprefix(_PREFIX).lower()
        if name not in _IN_ENVIRONMENT or variable != _variable(name):
            mistakes.append(_no_variable(variable, name))
        elif text:
            given[name] = Given(text.split(os.pathsep) if name == "report" else text, variable, 3)
    return Layer(given, tuple(mistakes))


def _no_variable(variable: str, name: str) -> str:
    if _names_a_secret(name):
        return f"{variable}: the key is read from AUTOENHANCE_API_KEY."
    if name == "api_key_file":
        return f"{variable}: a key file is named by api_key_file in the configuration file, or set AUTOENHANCE_API_KEY."
    if setting_of(name) in _THIS_COMMAND_ONLY:
        return f"{variable}: decided for each command; give {flag_of(setting_of(name))} instead."
    return f"{variable}: there is no such setting. {nearest(name, _IN_ENVIRONMENT, _variable)}"


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def file_layers(path: Path, profile: str | None, *, usable: bool = False) -> tuple[Layer, ...]:
    """Return the layers of a configuration file: its top, and the table of the chosen ``profile``.

    Names are checked in all tables, values only in the tables that are used. ``usable`` reads what can be read of a
    file that is no TOML.
    """
    try:
        document = read_usable_toml(path) if usable else read_toml(path)
    except ValueError as error:
        return (Layer(mistakes=(str(error),)),)
    profiles = document.pop("profiles", {})
    layers = [_from_table(document, f"{path}", path, 1)]
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        return (*layers, Layer(mistakes=(f"{path}: profiles must be tables, such as [profiles.office].",)))
    for name, table in profiles.items():
        layer = _from_table(table, f"{path} [profiles.{_printable(name)}]", path, 2)
        if name == profile and "api_key_file" in layer.given:
            renamed = {"profile_api_key_file" if key == "api_key_file" else key: v for key, v in layer.given.items()}
            layer = Layer(renamed, layer.mistakes)
        layers.append(layer if name == profile else Layer(mistakes=layer.mistakes))
    if profile is not None and profile not in profiles:
        layers.append(Layer(mistakes=(_no_profile(path, profile, profiles),)))
    return tuple(layers)


def profile_names(path: Path) -> tuple[str, ...]:
    """Return the names of the profiles in a configuration file, ready to be shown; none where it can't be read."""
    try:
        profiles = read_toml(path).get("profiles")
    except ValueError:
        return ()
    return _sorted_names(profiles) if isinstance(profiles, dict) else ()


def _sorted_names(profiles: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(map(_printable, profiles)))


def _no_profile(path: Path, profile: str, profiles: Collection[str]) -> str:
    there = ", ".join(_sorted_names(profiles)) or "none"
    return f"--profile {shown_value(profile)}: there is no such profile in {path}. Its profiles: {there}."


def _from_table(table: Mapping[str, object], place: str, path: Path, rank: int) -> Layer:
    given: dict[str, Given] = {}
    mistakes: list[str] = []
    for name, value in table.items():
        if name not in IN_FILE:
            mistakes.append(f"{place}: {_no_entry(name, value)}")
            continue
        try:
            given[name] = Given(_placed(name, value, path.parent), place, rank)
        except ValueError as error:
            mistakes.append(f"{as_typed(name, None, place)}: {error}.")
    return Layer(given, tuple(mistakes))


def _no_entry(name: str, value: object) -> str:
    shown = _printable(name)
    if _names_a_secret(name):
        return (
            f"{shown} is refused: configuration files are copied, shared and put under version control, so the key "
            'must not be in one. Put it into a file of its own that only you can read: api_key_file = "FILE".'
        )
    if name == "profile" and isinstance(value, dict):
        return f"the table of a profile is called [profiles.{_printable(next(iter(value), 'NAME'))}], with an s."
    if name in ("config", "profile"):
        return f"{shown} can't be set in the file itself; give --{name}, or {_PREFIX}{name.upper()}."
    if setting_of(name) in _THIS_COMMAND_ONLY:
        return f"{shown} is decided for each command; give {flag_of(setting_of(name))} instead."
    if name in _OF_NIGHTLY:
        return f"{shown} belongs in the table [nightly]: write it below the line [nightly]."
    return f"there is no setting {shown}. {nearest(name, {*IN_FILE, 'profiles'})}"


def _names_a_secret(name: str) -> bool:
    return re.sub(r"[-_ ]", "", name).lower() in _KEY_WORDS


def _printable(name: str) -> str:
    return name if name.isprintable() and name else repr(name)


def nearest(name: str, known: Collection[str], written: Callable[[str], str] = str) -> str:
    """Suggest the known name that was probably meant, or list all of them."""
    near = difflib.get_close_matches(_spelling(name), sorted(known), n=1)
    if near:
        return f"Did you mean {written(near[0])}?"
    return f"There are {', '.join(map(written, sorted(known)))}."


def _spelling(name: str) -> str:
    return name.lower().replace("-", "_")


def _placed(name: str, value: object, folder: Path) -> object:
    """Return a value of a configuration file in which relative paths start at the folder of the file."""
    if name == "nightly" and isinstance(value, dict):
        return {key: _from_folder(one, folder) if key in NIGHTLY_PATHS else one for key, one in value.items()}
    return _from_folder(value, folder) if name in _PATHS else value


def _from_folder(value: object, folder: Path) -> object:
    """Make a relative path start at the folder of the file; a value that is no path is refused later by its type."""
    if isinstance(value, list):
        return [_from_folder(one, folder) for one in value]
    expanded = expand_path(value)
    return str(folder.absolute() / expanded) if isinstance(expanded, Path) else value
