"""The command lines that the program prints: each can be pasted into a shell as it stands."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from batch_renamer.commands import CARRIED_OPTIONS, SHARED_OPTIONS, Command

if TYPE_CHECKING:
    from batch_renamer.settings import Settings

__all__ = ["carried_options", "command_line", "with_environment"]


def command_line(
    command: Command,
    arguments: Sequence[str | Path],
    given: Mapping[str, object],
    *,
    program: Sequence[str] | None = None,
) -> str:
    """Return the command line that runs ``command`` with what was given, ready to be pasted into a shell.

    Options that the command doesn't take are left out. ``program`` is how it is started, which is found out if it
    isn't said.

    Example:
        >>> from batch_renamer.commands import APPLY
        >>> command_line(APPLY, [Path("my orders.csv")], {"rate": "20", "strict": False}, program=["renamer"])
        "renamer apply 'my orders.csv' --rate 20"
    """
    words = [
        *(program or _program()),
        command.word,
        *(_path(one) if isinstance(one, Path) else one for one in arguments),
    ]
    for name, value in given.items():
        if name in SHARED_OPTIONS and name not in command.options:
            continue
        flag = f"--{name.replace('_', '-')}"
        match value:
            case None | False:
                continue
            case True:
                words.append(flag)
            case list():
                words.extend(word for each in value for word in (flag, str(each)))
            case _:
                words.extend((flag, str(value)))
    return shlex.join(words)


def carried_options(given: Mapping[str, object]) -> dict[str, object]:
    """Return the options that a printed next command repeats.

    Example:
        >>> carried_options({"sandbox": True, "sandbox_reset": True, "report": ["out.csv"]})
        {'sandbox': True}
    """
    return {name: value for name, value in given.items() if name in CARRIED_OPTIONS}


def with_environment(given: Mapping[str, object], settings: Settings, environ: Mapping[str, str]) -> dict[str, object]:
    """Return the options, and as flags those of the environment: a line may be pasted where that is another one."""
    said: dict[str, object] = {}
    for name, source in settings.sources:
        if source not in environ or (settings.sandbox and name == "base_url"):
            continue  # the sandbox has an address of its own
        value = getattr(settings, name)
        said[name] = value if isinstance(value, bool) else list(value) if name == "report" else environ[source]
    return {**given, **{name: value for name, value in said.items() if name not in given}}


def _program() -> list[str]:
    """Return how this program is started: by its name if that is found on PATH, else by its path."""
    name = "batch-renamer"
    started, beside_python = Path(sys.argv[0]), Path(sys.executable).with_name(name)
    place = next((one.absolute() for one in (started, beside_python) if one.stem == name and one.is_file()), None)
    if place is None:
        return [sys.executable, "-m", "batch_renamer"]
    found = shutil.which(name)
    return [name] if found is not None and place.samefile(found) else [str(place)]


def _path(file: Path) -> str:
    # A file whose name begins with a dash would be read as an option.
    return f"./{file}" if str(file).startswith("-") else str(file)
