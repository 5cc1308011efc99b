"""Flags, variables and a TOML file enter; layers of raw values with their sources leave, and mistakes in words."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from batch_renamer.files import read_regular
from batch_renamer.settings.shape import Settings
from batch_renamer.settings.values import expand_path

__all__ = ["OPTIONS", "Given", "Layer", "file_layers", "from_environment", "from_flags"]

OPTIONS = frozenset(one.name for one in fields(Settings)) - {"api_key_file", "profile_api_key_file", "sources"}
"""What a flag can say."""

_PREFIX = "BATCH_RENAMER_"
_THIS_COMMAND_ONLY = frozenset({"first", "sandbox", "sandbox_reset", "yes"})
_IN_ENVIRONMENT = OPTIONS - _THIS_COMMAND_ONLY
_IN_FILE = _IN_ENVIRONMENT - {"config", "profile"} | {"api_key_file"}
_PATHS = frozenset({"api_key_file", "log_file", "report", "state_dir"})
_KEY_WORDS = frozenset({"apikey", "autoenhanceapikey", "key", "password", "secret", "token", "xapikey"})
_FILE_LIMIT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """One raw value and where it is from; ``rank`` is the authority of that place, the highest wins."""

    value: object
    source: str
    rank: int


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source said, by the name of the field, and what was wrong with it."""

    given: Mapping[str, Given] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()


def from_flags(flags: Mapping[str, object], *, as_arguments: bool = False) -> Layer:
    """Take the flags that were given: ``None`` and an empty list mean that it wasn't.

    ``as_arguments`` tells that they are arguments of a function, and are to be called so.

    Raises:
        TypeError: there is no such option; the caller's fault, not the user's.
    """
    if unknown := flags.keys() - OPTIONS:
        raise TypeError(f"no such option: {', '.join(sorted(unknown))}")
    return Layer(
        {
            name: Given(value, f"argument {name}" if as_arguments else f"--{name.replace('_', '-')}", 4)
            for name, value in flags.items()
            if value is not None and value not in ((), [])
        }
    )


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Take every ``BATCH_RENAMER_*`` that isn't empty; what is unknown among them is a mistake."""
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
    if name in _THIS_COMMAND_ONLY:
        return f"{variable}: decided for each command; give --{name.replace('_', '-')} instead."
    return f"{variable}: there is no such setting. {_nearest(name, _IN_ENVIRONMENT, _variable)}"


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def file_layers(path: Path, profile: str | None) -> tuple[Layer, ...]:
    """Read a configuration file: its top, then the table of ``profile`` if one was chosen.

    Names are checked in all tables, values only where they are used.
    """
    try:
        document = _read_toml(path)
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


def _no_profile(path: Path, profile: str, profiles: Collection[str]) -> str:
    there = ", ".join(sorted(map(_printable, profiles))) or "none"
    return f"profile: {profile!r} is not in {path}; its profiles: {there}."


def _from_table(table: Mapping[str, object], place: str, path: Path, rank: int) -> Layer:
    given: dict[str, Given] = {}
    mistakes: list[str] = []
    for name, value in table.items():
        if name not in _IN_FILE:
            mistakes.append(f"{place}: {_no_entry(name, value)}")
            continue
        try:
            given[name] = Given(_from_folder(value, path.parent) if name in _PATHS else value, place, rank)
        except ValueError as error:
            mistakes.append(f"{name} (from {place}) {error}.")
    return Layer(given, tuple(mistakes))


def _no_entry(name: str, value: object) -> str:
    shown = _printable(name)
    if _names_a_secret(name):
        return (
            f"{shown} is refused: configuration files are copied, shared and put under version control, so the key "
            'must not stand in one. Put it into a file of its own that only you can read: api_key_file = "FILE".'
        )
    if name == "profile" and isinstance(value, dict):
        return f"the table of a profile is called [profiles.{_printable(next(iter(value), 'NAME'))}], with an s."
    if name in ("config", "profile"):
        return f"{shown} can't be set in the file itself; give --{name}, or {_PREFIX}{name.upper()}."
    if name in _THIS_COMMAND_ONLY:
        return f"{shown} is decided for each command; give --{name.replace('_', '-')} instead."
    return f"there is no setting {shown}. {_nearest(name, {*_IN_FILE, 'profiles'}, str)}"


def _names_a_secret(name: str) -> bool:
    return re.sub(r"[-_ ]", "", name).lower() in _KEY_WORDS


def _printable(name: str) -> str:
    return name if name.isprintable() and name else repr(name)


def _nearest(name: str, known: Collection[str], written: Callable[[str], str]) -> str:
    """Say which of the known names was probably meant; all of them when none is near."""
    near = difflib.get_close_matches(_spelling(name), sorted(known), n=1)
    if near:
        return f"Did you mean {written(near[0])}?"
    return f"There are {', '.join(map(written, sorted(known)))}."


def _spelling(name: str) -> str:
    return name.lower().replace("-", "_")


def _from_folder(value: object, folder: Path) -> object:
    """Let a relative path in the file start at the file's folder; what is no path is refused by its type later."""
    if isinstance(value, list):
        return [_from_folder(one, folder) for one in value]
    expanded = expand_path(value)
    return str(folder.absolute() / expanded) if isinstance(expanded, Path) else value


def _read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Raises:
        ValueError: it can't be read or isn't TOML; the text is the whole sentence.
    """
    try:
        data, _ = read_regular(path, limit_bytes=_FILE_LIMIT_BYTES)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such configuration file.") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder, not a configuration file.") from None
    except OSError as error:
        raise ValueError(f"{path}: the configuration file can't be read: {error.strerror}.") from None
    if len(data) > _FILE_LIMIT_BYTES:
        raise ValueError(f"{path} is larger than 1 MB; that is no configuration file.")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))  # Windows editors put a byte order mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: not UTF-8; save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(_syntax_error(path, str(error), data)) from None


def _syntax_error(path: Path, said: str, data: bytes) -> str:
    """Move tomllib's place to the front: the text ends with "(at line 3, column 5)" or "(at end of document)"."""
    if not (found := re.fullmatch(r"(.*) \(at (?:(line \d+), (column \d+)|(end of document))\)", said, re.DOTALL)):
        return f"{path} can't be read as TOML: a number in it is too long, or its brackets are nested too deeply."
    if found[1] == "Cannot overwrite a value" and (twice := _set_twice(data.decode("utf-8-sig"))):
        return f"{path}: {twice}; leave one of them."
    place = "the end of the file" if found[4] else f"{found[2]}, {found[3]}"
    if found[1].startswith("Cannot declare"):
        return f"{path}, {place}: this table stands in the file twice; make one of them."
    return f"{path}, {place}: {found[1]}. Lines read name = value; text stands in quotes."


def _set_twice(document: str) -> str:
    """Say which name is set twice in one table, and where; "" if it can't be told."""
    table, seen = "", dict[tuple[str, str], int]()
    for number, line in enumerate(document.splitlines(), start=1):
        if heading := re.match(r"\s*(\[[^\]]*\]+)", line):
            table = heading[1]
        elif name := re.match(r"\s*([\w-]+)\s*=", line):
            first = seen.setdefault((table, name[1]), number)
            if first != number:
                return f"{name[1]} is set in line {first} and again in line {number}"
    return ""
