"""Merges and checks the settings of all sources; a SettingsError names every mistake with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from batch_renamer.commands import flag_of
from batch_renamer.errors import SettingsError
from batch_renamer.settings.nightly import NightlySettings
from batch_renamer.settings.places import USUAL_PLACE, default_state_dir
from batch_renamer.settings.shape import DEFAULT, Settings, as_given
from batch_renamer.settings.sources import (
    IN_FILE,
    TABLES,
    Given,
    Layer,
    file_layers,
    from_environment,
    from_flags,
    nearest,
)
from batch_renamer.settings.values import expand_path, no_file
from batch_renamer.settings.wording import as_typed, shown_value
from batch_renamer.usual_places import found_config

__all__ = ["resolve_settings", "usable_settings"]

_SENTENCES = {
    "bool_parsing": "must be true or false (or yes, no, on, off, 1, 0)",
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "path_type": "must be a path",
    "string_type": "must be text",
    "value_error": "{error}",
}
"""Our sentence for each kind of pydantic error; the context of the error is filled in."""


def resolve_settings(
    flags: Mapping[str, object], *, environ: Mapping[str, str], as_arguments: bool = False
) -> Settings:
    """Merge flags, environment, configuration file and defaults, the strongest first, and check the result.

    Args:
        flags: The options given on the command line, by the name of the `Settings` field; ``None`` means not given.
        environ: The environment, ``os.environ`` as a rule.
        as_arguments: The options are arguments of a function: mistakes call them so, and no configuration file is
            read that they don't name.

    Raises:
        SettingsError: something is wrong; the text has one line for every mistake.
        TypeError: ``flags`` has a name that is no option.

    Example:
        >>> resolve_settings({"max_failures": "5%"}, environ={}).max_failures
        MaxFailures(count=None, percent=5.0)
    """
    layers = _layers(flags, environ, as_arguments=as_arguments)
    merged = _merged(layers)
    mistakes = [*chain.from_iterable(layer.mistakes for layer in layers), *_contradictions(flags)]
    settings: Settings | None = None
    try:
        settings = _validated(merged)
    except ValidationError as error:
        mistakes += [_in_words(detail, merged) for detail in error.errors(include_url=False, include_input=False)]
    if settings is not None:
        mistakes += [*_two_rules(settings), *_for_no_cluster(settings, flags)]
    if settings is None or mistakes:
        raise SettingsError("\n".join(dict.fromkeys(mistakes)))
    return _one_volume(settings, merged)


def usable_settings(flags: Mapping[str, object], *, environ: Mapping[str, str]) -> Settings:
    """Return the settings without the values that are wrong, which say where and how to report these mistakes.

    Example:
        >>> usable_settings({"rate": "fast", "json": True}, environ={}).json
        True
    """
    merged = _merged(_layers(flags, environ, usable=True))
    usable = {"state_dir": _default_state_dir_given(environ)}
    for name, given in merged.items():
        if name == "nightly" and isinstance(given.value, Mapping):
            # Entry by entry: a night that can't begin is told where the other entries say.
            entries = {
                key: one for key, one in given.value.items() if _is_usable("nightly", replace(given, value={key: one}))
            }
            usable[name] = replace(given, value=entries)
        elif _is_usable(name, given):
            usable[name] = given
    return _validated(usable)


def _is_usable(name: str, given: Given) -> bool:
    """Tell whether a value would be taken without any other; if not, `resolve_settings` says why."""
    try:
        _validated({"state_dir": _default_state_dir_given({}), name: given})
    except ValidationError:
        return False
    return True


def _layers(
    flags: Mapping[str, object], environ: Mapping[str, str], *, as_arguments: bool = False, usable: bool = False
) -> tuple[Layer, ...]:
    by_flag, by_variable = from_flags(flags, as_arguments=as_arguments), from_environment(environ)
    said = {**by_variable.given, **by_flag.given}
    default = Layer({"state_dir": _default_state_dir_given(environ)})
    config = said.get("config")
    if config is None and not as_arguments and (found := found_config(environ)) is not None:
        config = Given(found, USUAL_PLACE, 0)
        default = Layer({**default.given, "config": config})
    return (default, *_from_file(config, said.get("profile"), usable=usable), by_variable, by_flag)


def _default_state_dir_given(environ: Mapping[str, str]) -> Given:
    return Given(default_state_dir(environ), DEFAULT, 0)


def _merged(layers: tuple[Layer, ...]) -> dict[str, Given]:
    merged = dict(chain.from_iterable(layer.given.items() for layer in layers))
    tables = [layer.given["nightly"] for layer in layers if "nightly" in layer.given]
    if len(tables) > 1 and all(isinstance(table.value, Mapping) for table in tables):
        # Entry by entry: a profile, or a flag, changes only what it names.
        both = dict(chain.from_iterable(cast(Mapping[str, object], table.value).items() for table in tables))
        merged["nightly"] = replace(tables[0], value=both)
    return merged


def _from_file(config: Given | None, profile: Given | None, *, usable: bool) -> tuple[Layer, ...]:
    """Read the configuration file that was named or found, if one was."""
    if config is None or no_file(config.value) is None:
        if profile is None:
            return ()
        said = f"{as_typed('profile', shown_value(profile.value), profile.source)}:"
        return (
            Layer(
                mistakes=(
                    f"{said} needs a configuration file: give --config FILE, or write one with `batch-renamer init`.",
                )
            ),
        )
    try:
        path = expand_path(config.value)
    except ValueError:
        return ()  # the check of `config` itself reports this
    wanted = str(profile.value) if profile else None
    return file_layers(path, wanted, usable=usable) if isinstance(path, Path) else ()


def _contradictions(flags: Mapping[str, object]) -> Iterator[str]:
    """Yield a mistake for each pair of flags that contradict each other."""
    if flags.get("sandbox_reset") and not flags.get("sandbox"):
        # Without --sandbox the command would go to the real API, which is not what the user expects.
        yield "--sandbox-reset: give --sandbox too."
    if flags.get("sandbox") and flags.get("base_url") is not None:
        yield "--base-url: the sandbox has an address of its own; leave out --base-url, or --sandbox."


def _for_no_cluster(settings: Settings, flags: Mapping[str, object]) -> Iterator[str]:
    """Yield a mistake for each flag about a cluster that would not be used.

    A file may name one for later, and ``--engine local`` turns one off.
    """
    if settings.engine == "local" and flags.get("engine") is None:
        for name in ("scheduler", "limit_per"):
            if flags.get(name) is not None:
                yield f"{flag_of(name)}: give --engine dask too."


def _two_rules(settings: Settings) -> Iterator[str]:
    """Yield a mistake if new names are to be made in two ways."""
    if settings.name_template is None or not (settings.replace or settings.replace_regex):
        return
    how = as_given(settings, "replace" if settings.replace else "replace_regex")
    yield f"{as_given(settings, 'name_template')}: {how} makes the new names, too; give only one of them."


def _validated(merged: Mapping[str, Given]) -> Settings:
    sources = tuple((name, given.source) for name, given in merged.items() if given.source != DEFAULT)
    values = {name: given.value for name, given in merged.items()}
    return TypeAdapter(Settings).validate_python({**values, "sources": sources})


def _one_volume(settings: Settings, merged: Mapping[str, Given]) -> Settings:
    """Let the stronger of ``quiet`` and ``verbose`` win, for example ``--verbose`` over ``quiet`` in a file.

    Raises:
        SettingsError: both were asked for in the same place.
    """
    if not (settings.quiet and settings.verbose):
        return settings
    quiet, verbose = merged["quiet"], merged["verbose"]
    if quiet.rank == verbose.rank:
        both = as_typed("quiet", None, quiet.source), as_typed("verbose", None, verbose.source)
        raise SettingsError(f"{' and '.join(both)}: give only one of them.")
    if quiet.rank < verbose.rank:
        return replace(settings, quiet=False)
    return replace(settings, verbose=False)


def _in_words(detail: ErrorDetails, merged: Mapping[str, Given]) -> str:
    name = str(detail["loc"][0])
    given = merged[name]
    sentence = _SENTENCES.get(detail["type"])
    said = sentence.format(**detail.get("ctx", {})) if sentence else f"is not usable: {detail['msg']}"
    option = name.removeprefix("profile_") if name == "profile_api_key_file" else name
    if name == "nightly" and len(detail["loc"]) > 1:
        return _of_nightly(str(detail["loc"][1]), detail["type"], said, given.source)
    hidden = _may_hold_a_secret(option, given.value) or name in TABLES
    value = None if hidden else shown_value(given.value)
    return f"{as_typed(option, value, given.source)}: {said}."


def _of_nightly(entry: str, kind: str, said: str, source: str) -> str:
    """Return the sentence about one entry of the table of the night; without its value, which may be secret."""
    if kind != "unexpected_keyword_argument":
        return f"{as_typed(f'nightly.{entry}', None, source)}: {said}."
    if entry in IN_FILE:
        return f"{source} [nightly]: {entry} does not belong here: write it above the first line that begins with [."
    known = [field.name for field in fields(NightlySettings)]
    return f"{source} [nightly]: there is no setting {shown_value(entry)}. {nearest(entry, known)}"


def _may_hold_a_secret(name: str, value: object) -> bool:
    """Tell whether a value may contain a secret: an address with a password or token, or a key in place of its file."""
    return name == "api_key_file" or (name == "base_url" and any(sign in str(value) for sign in "@?#"))
