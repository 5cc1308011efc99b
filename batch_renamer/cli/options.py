"""The options of the command line: each once, with its type and help; `commands` says which a command takes.

Values stay text here: `settings` checks them, together with those of environment and configuration file, and names
every mistake at once. This module imports nothing heavy, so that ``--help`` is quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from batch_renamer.commands import Command

__all__ = [
    "RunToAudit",
    "RunToFinish",
    "RunToShow",
    "RunToUndo",
    "SameAccount",
    "Spreadsheet",
    "with_options",
]

F = TypeVar("F", bound=Callable[..., object])

Spreadsheet = Annotated[
    Path,
    # Typer does not check that the file can be read: the loader does, with a better message.
    typer.Argument(
        metavar="FILE", readable=False, help="The spreadsheet: .csv, .tsv, .xlsx, .xlsm, .xls, .xlsb or .ods."
    ),
]
_ID = "The run; a unique beginning will do. Without it: "
RunToFinish = Annotated[
    str | None,
    typer.Argument(
        metavar="ID",
        help=f"{_ID}the newest apply or undo of this account, not counting kept plans.",
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
        help=f"{_ID}the newest apply or undo of this account that began to rename.",
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


_OPTIONS: Mapping[str, Any] = {
    "config": _text("--config", "Configuration file, TOML.", metavar="FILE"),
    "profile": _text("--profile", "The account in the configuration file to use.", metavar="NAME"),
    "state_dir": _text("--state-dir", "Folder of the journal and the sandbox.", metavar="DIR"),
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
    "first": _text("--first", "Only the first N renames, as a trial.", metavar="N"),
    "max_renames": _text("--max-renames", "Refuse a plan that renames more orders than this.", metavar="N"),
    "strict": _switch("--strict", "Send nothing if any row is bad."),
    "again": _switch("--again", "Rename also orders that were renamed after an earlier run of the same rows."),
    "max_failures": _text(
        "--max-failures", "Stop when more rows than this are bad; a share counts from 20 rows on. [50%]", metavar="N|N%"
    ),
    "sandbox": _switch("--sandbox", "Practise on a local stand-in for the API: no key, no account, no risk."),
    "sandbox_reset": _switch("--sandbox-reset", "Forget what the sandbox held before."),
    "yes": _switch("--yes", "Ask no question."),
    "wait": _text("--wait", "Seconds to wait while another run renames in this account. [0]", metavar="SECONDS"),
    "json": _switch("--json", "The result as one JSON object on standard output."),
    "log_file": _text("--log-file", "Append JSON lines about the run to this file.", metavar="FILE"),
    "quiet": _switch("--quiet", "Print only the result and errors."),
    "verbose": _switch("--verbose", "Say more: settings with their sources, every bad row as it happens."),
    "no_progress": _switch("--no-progress", "No progress bar, plain lines instead."),
    "report": _many(
        "--report",
        "Write a report here: .csv, .xlsx or .json; {date} and {id} are filled in. May be given several times.",
        metavar="PATH",
    ),
}
_OF_PAST_RUNS: Mapping[str, Any] = {"sandbox": _switch("--sandbox", "The sandbox's own runs.")}


def with_options(spec: Command) -> Callable[[F], F]:
    """Give a command its options, which it receives as keyword arguments named like the settings."""

    def decorate(command: F) -> F:
        signature = inspect.signature(command, eval_str=True)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        given = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_default(option), annotation=option)
            for name, option in _options_of(spec)
        ]
        command.__signature__ = signature.replace(parameters=[*own, *given])  # type: ignore[attr-defined]  # for inspect
        command.__annotations__ = {p.name: p.annotation for p in (*own, *given)}
        return command

    return decorate


def _options_of(spec: Command) -> Iterator[tuple[str, Any]]:
    """Yield the options of a command; in those about past runs, --sandbox has a help text of its own."""
    about_past = _OF_PAST_RUNS if spec.about_past else {}
    for name in spec.options:
        yield name, about_past.get(name, _OPTIONS[name])


def _default(option: Any) -> object:
    return {bool: False, list[str]: []}.get(option.__origin__)
