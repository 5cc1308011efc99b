"""Which options each command takes, and the command line that does the next thing, ready to be pasted.

The options' types and help texts are the command line's (`cli`), their values are checked by `settings`.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batch_renamer.settings import Settings

__all__ = ["OPTIONS_TAKEN", "carried_options", "command_line", "with_environment"]

_WHERE = ("config", "profile", "state_dir")
_INPUT = ("sheet", "encoding", "delimiter", "id_column", "name_column", "current_name_column", "hidden_rows")
_API = ("base_url", "api_version", "rate", "workers", "attempts", "timeout", "patience")
_LIMITS = ("first", "max_renames", "strict")
_REPEATING = ("again",)
_RESUMING = ("max_failures",)
_PAST = ("base_url", "sandbox")
_SANDBOX = ("sandbox", "sandbox_reset")
_WRITING = ("yes", "wait")
_SCREEN = ("json", "log_file", "quiet", "verbose", "no_progress")
_OUTPUT = ("report", *_SCREEN)

OPTIONS_TAKEN: Mapping[str, tuple[str, ...]] = {
    "check": (*_INPUT, *_OUTPUT, *_WHERE),
    "plan": (*_INPUT, *_API, *_LIMITS, *_REPEATING, *_RESUMING, *_SANDBOX, *_OUTPUT, *_WHERE),
    "apply": (*_WRITING, *_INPUT, *_API, *_LIMITS, *_REPEATING, *_RESUMING, *_SANDBOX, *_OUTPUT, *_WHERE),
    "resume": (*_WRITING, *_API, *_RESUMING, *_SANDBOX, *_OUTPUT, *_WHERE),
    "undo": (*_WRITING, *_API, *_LIMITS, *_RESUMING, *_SANDBOX, *_OUTPUT, *_WHERE),
    "audit": (*_API, *_SANDBOX, *_OUTPUT, *_WHERE),
    "runs": (*_PAST, *_SCREEN, *_WHERE),
    "show": (*_PAST, *_SCREEN, *_WHERE),
    "report": (*_PAST, *_OUTPUT, *_WHERE),
}
"""The options of a command by the names of the settings, in the order of its help; its own ones are not among them."""

_SHARED = frozenset(name for options in OPTIONS_TAKEN.values() for name in options)


def command_line(
    command: str,
    arguments: Sequence[str | Path],
    given: Mapping[str, object],
    *,
    program: Sequence[str] | None = None,
) -> str:
    """Return the command line that runs ``command`` with what was given, ready to be pasted into a shell.

    Options that the command doesn't take are left out. ``program`` is how it is started, which is found out if it
    isn't said.

    Example:
        >>> command_line("apply", [Path("my orders.csv")], {"rate": "20", "strict": False}, program=["renamer"])
        "renamer apply 'my orders.csv' --rate 20"
    """
    words = [*(program or _program()), command, *(_path(one) if isinstance(one, Path) else one for one in arguments)]
    taken = OPTIONS_TAKEN[command]
    for name, value in given.items():
        if name in _SHARED and name not in taken:
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


def carried_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the next command shall have, too.

    Example:
        >>> carried_options({"sandbox": True, "sandbox_reset": True, "report": ["out.csv"]})
        {'sandbox': True}
    """
    kept = {"log_file", *_WHERE, *_API, *_RESUMING, *_SANDBOX, *_WRITING} - {"sandbox_reset"}
    return {name: value for name, value in given.items() if name in kept}


def with_environment(given: Mapping[str, Any], settings: Settings, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that say as flags what the environment said, too: it is another one where they are pasted."""
    said: dict[str, Any] = {}
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
