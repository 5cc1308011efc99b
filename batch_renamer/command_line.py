"""The command lines that the program prints: each can be pasted into a shell as it stands."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from batch_renamer.commands import CARRIED_OPTIONS, SHARED_OPTIONS, Command, flag_of

if TYPE_CHECKING:
    from batch_renamer.settings import Settings

__all__ = ["as_it_was_typed", "carried_options", "command_line", "command_words", "options_to_paste", "program_words"]

_NAME = "batch-renamer"

_ABSOLUTE = frozenset({"config", "log_file", "state_dir"})
"""The settings that are paths in full, whatever was typed."""


def command_line(
    command: Command,
    arguments: Sequence[str | Path],
    given: Mapping[str, object],
    *,
    program: Sequence[str] | None = None,
) -> str:
    """Return the command line that runs ``command`` with what was given, ready to be pasted into a shell.

    Options that the command doesn't take are left out. Files among the arguments are written with their whole path: the
    line may be pasted from a mail or a log, in another folder. ``program`` is how it is started, which is found out if
    it isn't said.

    Example:
        >>> from batch_renamer.commands import APPLY
        >>> command_line(APPLY, [Path("/in/my orders.csv")], {"rate": "20", "strict": False}, program=["renamer"])
        "renamer apply '/in/my orders.csv' --rate 20"
    """
    return shlex.join(command_words(command, arguments, given, program=program or _program()))


def command_words(
    command: Command, arguments: Sequence[str | Path], given: Mapping[str, object], *, program: Sequence[str]
) -> list[str]:
    """Return the words of a command line, none of them quoted yet; see `command_line`."""
    words = [
        *program,
        command.word,
        *(_whole_path(one) if isinstance(one, Path) else one for one in arguments),
    ]
    for name, value in given.items():
        if name in SHARED_OPTIONS and name not in command.options:
            continue
        flag = flag_of(name)
        match value:
            case None | False:
                continue
            case True:
                words.append(flag)
            case list():
                words.extend(word for each in value for word in (flag, str(each)))
            case _:
                words.extend((flag, str(value)))
    return words


def carried_options(given: Mapping[str, object]) -> dict[str, object]:
    """Return the options that a printed next command repeats.

    Example:
        >>> carried_options({"sandbox": True, "sandbox_reset": True, "report": ["out.csv"]})
        {'sandbox': True}
    """
    return {name: value for name, value in given.items() if name in CARRIED_OPTIONS}


def as_it_was_typed() -> str:
    """Return the command line that started this process, without the path of the program."""
    return shlex.join([_NAME, *sys.argv[1:]])


def options_to_paste(given: Mapping[str, object], settings: Settings, environ: Mapping[str, str]) -> dict[str, object]:
    """Return the options as they are right in another shell and another folder.

    What the environment said is said as flags, and paths are whole ones.
    """
    said = dict(given)
    for name, source in settings.sources:
        if source not in environ or name in given or (settings.sandbox and name == "base_url"):
            continue  # the sandbox has an address of its own
        value = getattr(settings, name)
        said[name] = value if isinstance(value, bool) else environ[source]
    said |= {name: str(path) for name in _ABSOLUTE & said.keys() if (path := getattr(settings, name)) is not None}
    if "report" in said:
        files = [_whole_path(Path(report)) for report in settings.report_files]
        said["report"] = [*files, "-"] if settings.reports_to_output else files
    return said


def _program() -> list[str]:
    """Return how this program is started: by its name if every shell finds that on PATH, else by its path.

    A virtual environment that is active is on the PATH of this shell alone.
    """
    words = program_words()
    found = shutil.which(_NAME)
    if found is None or len(words) > 1 or not Path(words[0]).samefile(found):
        return words
    active = os.environ.get("VIRTUAL_ENV")
    return words if active and Path(found).is_relative_to(active) else [_NAME]


def program_words() -> list[str]:
    """Return how this program is started where there is no PATH: by its whole path, or by that of its Python."""
    started, beside_python = Path(sys.argv[0]), Path(sys.executable).with_name(_NAME)
    place = next((one.absolute() for one in (started, beside_python) if one.stem == _NAME and one.is_file()), None)
    return [sys.executable, "-m", "batch_renamer"] if place is None else [str(place)]


def _whole_path(file: Path) -> str:
    try:
        return str(file.absolute())
    except FileNotFoundError:  # the folder in which this was started is gone
        return str(file)
