"""The words of the command line: each option once, with its help; a command takes them in groups.

Values stay text here: `settings` checks them, together with those of environment and configuration file, and names
every mistake at once. This module imports nothing heavy, so that ``--help`` is quick.
"""

from __future__ import annotations

import inspect
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from batch_renamer.settings import Settings

__all__ = [
    "RunToAudit",
    "RunToFinish",
    "RunToShow",
    "RunToUndo",
    "SameAccount",
    "Spreadsheet",
    "again",
    "for_the_next",
    "takes",
    "with_environment",
]

F = TypeVar("F", bound=Callable[..., object])
Group = Mapping[str, Any]

Spreadsheet = Annotated[
    Path,
    # Whether it can be read is the loader's to say, which knows more about it.
    typer.Argument(
        metavar="FILE", readable=False, help="The spreadsheet: .csv, .tsv, .xlsx, .xlsm, .xls, .xlsb or .ods."
    ),
]
_ID = "The run; a unique beginning will do. Without it: "
RunToFinish = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help=f"{_ID}the newest apply or undo of this account, kept plans aside.",
        show_default=False,
    ),
]
RunToUndo = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help=f"{_ID}the newest apply or undo of this account that gave names to put back.",
        show_default=False,
    ),
]
RunToAudit = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help=f"{_ID}the newest apply or undo of this account that came to renaming.",
        show_default=False,
    ),
]
RunToShow = Annotated[
    str | None,
    typer.Argument(metavar="ID", help=f"{_ID}the newest of this account.", show_default=False),
]
SameAccount = Annotated[
    bool,
    typer.Option("--same-account", help="The run was made with an older key of this account.", show_default=False),
]


def _text(flag: str, text: str, *, metavar: str) -> Any:
    return Annotated[str | None, typer.Option(flag, help=text, metavar=metavar, show_default=False)]


def _switch(flag: str, text: str) -> Any:
    return Annotated[bool, typer.Option(flag, help=text, show_default=False)]


def _many(flag: str, text: str, *, metavar: str) -> Any:
    return Annotated[list[str], typer.Option(flag, help=text, metavar=metavar, show_default=False)]


WHERE: Group = {
    "config": _text("--config", "Configuration file, TOML.", metavar="FILE"),
    "profile": _text("--profile", "The account in the configuration file to use.", metavar="NAME"),
    "state_dir": _text("--state-dir", "Folder of the journal and the sandbox.", metavar="DIR"),
}
INPUT: Group = {
    "sheet": _text("--sheet", "Sheet of the workbook, by name or number.", metavar="NAME|N"),
    "encoding": _text("--encoding", "Encoding of a text file; found out if not given.", metavar="NAME"),
    "delimiter": _text("--delimiter", "Delimiter of a text file; found out if not given.", metavar="C"),
    "id_column": _text("--id-column", "Heading of the order ids.", metavar="NAME"),
    "name_column": _text("--name-column", "Heading of the new names.", metavar="NAME"),
    "current_name_column": _text(
        "--current-name-column",
        "Heading of the current names: an order is renamed only if it still has that name.",
        metavar="NAME|none",
    ),
    "hidden_rows": _text(
        "--hidden-rows",
        "What to do with rows that are hidden in the workbook. [include]",
        metavar="include|skip",
    ),
}
API: Group = {
    "base_url": _text("--base-url", "Address of the API. [https://api.autoenhance.ai]", metavar="URL"),
    "api_version": _text("--api-version", "API version to ask for.", metavar="V"),
    "rate": _text(
        "--rate",
        "Requests per second at most, reads and retries included; without it as fast as the API allows (300 by its "
        "documentation).",
        metavar="N",
    ),
    "workers": _text("--workers", "Requests at once; without it as many as the API's speed calls for.", metavar="N"),
    "attempts": _text("--attempts", "Tries of one request; answers of 429 are not counted. [6]", metavar="N"),
    "timeout": _text("--timeout", "Seconds that one try may take. [30]", metavar="SECONDS"),
    "patience": _text(
        "--patience", "Seconds to wait for an API that gives no good answer at all. [900]", metavar="SECONDS"
    ),
}
LIMITS: Group = {
    "first": _text("--first", "Only the first N renames, as a trial.", metavar="N"),
    "max_renames": _text("--max-renames", "Refuse a plan that renames more orders than this.", metavar="N"),
    "strict": _switch("--strict", "Send nothing if any row is bad."),
}
REPEATING: Group = {
    "again": _switch("--again", "Rename again what an earlier run of the same rows renamed, if it was renamed since."),
}
RESUMING: Group = {
    "max_failures": _text(
        "--max-failures", "Stop when more rows than this are bad; a share counts from 20 rows on. [50%]", metavar="N|N%"
    ),
}
PRACTICE: Group = {
    "base_url": API["base_url"],
    "sandbox": _switch("--sandbox", "The sandbox's own runs."),
}
SANDBOX: Group = {
    "sandbox": _switch("--sandbox", "Practise on a local stand-in for the API: no key, no account, no risk."),
    "sandbox_reset": _switch("--sandbox-reset", "Forget what the sandbox held before."),
}
WRITING: Group = {
    "yes": _switch("--yes", "Ask no question."),
    "wait": _text("--wait", "Seconds to wait while another run renames in this account. [0]", metavar="SECONDS"),
}
SCREEN: Group = {
    "json": _switch("--json", "The result as one JSON object on standard output."),
    "log_file": _text("--log-file", "Append JSON lines about the run to this file.", metavar="FILE"),
    "quiet": _switch("--quiet", "Print only the result and errors."),
    "verbose": _switch("--verbose", "Say more: settings with their sources, every bad row as it happens."),
    "no_progress": _switch("--no-progress", "No progress bar, plain lines instead."),
}
OUTPUT: Group = {
    "report": _many(
        "--report",
        "Write a report here: .csv, .xlsx or .json; {date} and {id} are filled in. May be given several times.",
        metavar="PATH",
    ),
    **SCREEN,
}


_TAKEN: Mapping[str, tuple[Group, ...]] = {
    "check": (INPUT, OUTPUT, WHERE),
    "plan": (INPUT, API, LIMITS, REPEATING, RESUMING, SANDBOX, OUTPUT, WHERE),
    "apply": (WRITING, INPUT, API, LIMITS, REPEATING, RESUMING, SANDBOX, OUTPUT, WHERE),
    "resume": (WRITING, API, RESUMING, SANDBOX, OUTPUT, WHERE),
    "undo": (WRITING, API, LIMITS, RESUMING, SANDBOX, OUTPUT, WHERE),
    "audit": (API, SANDBOX, OUTPUT, WHERE),
    "runs": (PRACTICE, SCREEN, WHERE),
    "show": (PRACTICE, SCREEN, WHERE),
    "report": (PRACTICE, OUTPUT, WHERE),
}
"""Which options a command takes, beside its own."""
_SHARED = frozenset(name for groups in _TAKEN.values() for group in groups for name in group)


def takes(command_name: str) -> Callable[[F], F]:
    """Give a command its options, which it receives as keyword arguments named like the settings."""

    def decorate(command: F) -> F:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        given = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_default(option), annotation=option)
            for group in _TAKEN[command_name]
            for name, option in group.items()
        ]
        command.__signature__ = signature.replace(parameters=[*own, *given])  # type: ignore[attr-defined]  # for inspect
        command.__annotations__ = {p.name: p.annotation for p in (*own, *given)}
        return command

    return decorate


def _default(option: Any) -> object:
    return {bool: False, list[str]: []}.get(option.__origin__)


def again(
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
        >>> again("apply", [Path("my orders.csv")], {"rate": "20", "yes": True, "strict": False}, program=["renamer"])
        "renamer apply 'my orders.csv' --rate 20 --yes"
    """
    words = [*(program or _program()), command, *(_path(one) if isinstance(one, Path) else one for one in arguments)]
    taken = {name for group in _TAKEN[command] for name in group}
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


def for_the_next(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the next command shall have, too.

    Example:
        >>> for_the_next({"sandbox": True, "sandbox_reset": True, "report": ["out.csv"]})
        {'sandbox': True}
    """
    kept = {"log_file", *WHERE, *API, *RESUMING, *SANDBOX, *WRITING} - {"sandbox_reset"}
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
