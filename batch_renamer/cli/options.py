"""The options of the command line: each once, with its type and help; `commands` says which a command takes.

Values stay text here: `settings` checks them, together with those of environment and configuration file, and names
every mistake at once. This module imports nothing heavy, so that ``--help`` is quick.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import typer

from batch_renamer.cli.help.groups import NAMES, OUTPUT, ROWS, SAFETY, SPEED, SPREADSHEET, WHERE
from batch_renamer.commands import Command, flag_of

__all__ = ["SameAccount", "with_options"]

F = TypeVar("F", bound=Callable[..., object])

SameAccount = Annotated[
    bool,
    typer.Option(
        "--same-account",
        help="The run was made with an older key of the same account.",
        show_default=False,
        rich_help_panel=WHERE,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """An option that several commands take: its help, what stands for its value (None: a switch) and its default."""

    help: str
    metavar: str | None = None
    default: str | None = None
    many: bool = False


def _in_group(group: str, options: Mapping[str, _Option]) -> dict[str, Any]:
    """Return typer's options by the names of the settings, all under one heading of the help."""
    return {name: _for_typer(name, option, group) for name, option in options.items()}


def _for_typer(name: str, option: _Option, group: str) -> Any:
    info = typer.Option(
        flag_of(name),
        help=option.help,
        metavar=option.metavar,
        show_default=option.default or False,
        rich_help_panel=group,
    )
    if option.metavar is None:
        return Annotated[bool, info]
    return Annotated[list[str], info] if option.many else Annotated[str | None, info]


_OPTIONS: Mapping[str, Any] = {
    **_in_group(
        SPREADSHEET,
        {
            "sheet": _Option(help="The sheet of the workbook, by name or number.", metavar="NAME|N"),
            "encoding": _Option(help="Encoding of a text file, such as utf-8. Without it: detected.", metavar="NAME"),
            "delimiter": _Option(
                help="The sign between the cells of a text file, such as ;. Without it: detected.", metavar="C"
            ),
            "id_column": _Option(
                help="Heading of the column with the order ids, or its letter (A, B, ...).", metavar="NAME"
            ),
            "name_column": _Option(help="Heading of the column with the new names, or its letter.", metavar="NAME"),
            "current_name_column": _Option(
                help="Heading of the column with the current names, or its letter: an order is renamed only if it "
                "still has that name. none: there is no such column.",
                metavar="NAME|none",
            ),
        },
    ),
    **_in_group(
        NAMES,
        {
            "name_template": _Option(
                help="Make the new names from columns, as in '{address} - {date}'. {n:03} counts, {order_id} is the "
                "id, {current_name} the name of now. A name in the spreadsheet wins. none: no template.",
                metavar="TEXT",
            ),
            "replace": _Option(
                help="Make the new names from the current ones: put NEW in the place of OLD. May be given several "
                "times. Only the ids are needed. In OLD, write \\= for the sign =.",
                metavar="OLD=NEW",
                many=True,
            ),
            "replace_regex": _Option(
                help="The same with a regular expression, after the texts; \\1 is its first group.",
                metavar="PATTERN=NEW",
                many=True,
            ),
            "same_name": _Option(
                help="What to do where orders would have the same name: warn, refuse these rows, or number them: (2).",
                metavar="warn|refuse|number",
                default="warn",
            ),
        },
    ),
    **_in_group(
        ROWS,
        {
            "hidden_rows": _Option(
                help="Take the rows that are hidden in the workbook, or leave them out.",
                metavar="include|skip",
                default="include",
            ),
            "blank_new_name": _Option(
                help="A row without a new name leaves its order as it is (skip), or is a mistake (invalid).",
                metavar="skip|invalid",
                default="skip",
            ),
            "match_by": _Option(
                help="How to find the order of a row: by its id, or, where it has none, by its current name, which "
                "only one order may have.",
                metavar="id|current-name",
                default="id",
            ),
            "only": _Option(
                help="Only these rows, by their numbers in the spreadsheet: 2-40,57 or 200- (to the end).",
                metavar="ROWS",
            ),
            "except_rows": _Option(help="All rows but these, by their numbers in the spreadsheet.", metavar="ROWS"),
            "where": _Option(
                help="Only rows that have this text in this column, such as Region=North. Several columns: all "
                "of them; several texts of one column: any of them.",
                metavar="COLUMN=TEXT",
                many=True,
            ),
            "first": _Option(help="Do only the first N renames, as a trial.", metavar="N"),
            "again": _Option(help="Also rename orders that were renamed after an earlier run of the same rows."),
        },
    ),
    **_in_group(
        SPEED,
        {
            "rate": _Option(
                help="Most requests in one second, reads and retries included. Without it: as fast as the API allows "
                "(300 by its documentation).",
                metavar="N",
            ),
            "workers": _Option(help="Most requests at the same time. Without it: as many as are needed.", metavar="N"),
            "attempts": _Option(
                help="How often one request is tried. An answer of 429 (too many requests) is not counted.",
                metavar="N",
                default="6",
            ),
            "timeout": _Option(help="Seconds to wait for one answer.", metavar="SECONDS", default="30"),
            "patience": _Option(
                help="Seconds to wait for an API that gives no good answer at all; then the run stops.",
                metavar="SECONDS",
                default="900",
            ),
            "engine": _Option(
                help="What sends the renames: this process (local), or the workers of a Dask cluster (dask). One "
                "machine is faster for fewer than 10,000 rows, and wherever all send from one address.",
                metavar="local|dask",
                default="local",
            ),
            "scheduler": _Option(
                help="Address of the scheduler of a Dask cluster, such as tls://host:8786. Without it, dask starts "
                "workers on this machine.",
                metavar="ADDRESS",
            ),
            "limit_per": _Option(
                help="What the limit is for: the account, so that all workers of the cluster share it, or each address "
                "from which they send.",
                metavar="account|address",
                default="account",
            ),
        },
    ),
    **_in_group(
        SAFETY,
        {
            "yes": _Option(help="Ask no question."),
            "strict": _Option(help="Send nothing if any row is bad."),
            "max_renames": _Option(help="Refuse a plan that renames more orders than this.", metavar="N"),
            "max_failures": _Option(
                help="Stop when more rows than this are bad. A share counts from 20 rows on. In an undo, drifted "
                "rows do not count.",
                metavar="N|N%",
                default="50%",
            ),
            "wait": _Option(
                help="Seconds to wait while another run renames in this account.", metavar="SECONDS", default="0"
            ),
            "sandbox": _Option(help="Practise on a local stand-in for the API: no key, no account, no risk."),
            "sandbox_reset": _Option(help="First forget the orders and runs of the sandbox."),
        },
    ),
    **_in_group(
        OUTPUT,
        {
            "report": _Option(
                help="Write a report to this file: .csv, .xlsx, .json or .html. {date} and {id} are filled in. - "
                "writes CSV to standard output. May be given several times.",
                metavar="PATH",
                many=True,
            ),
            "order_links": _Option(
                help="In an .html report, link each order to its page at the vendor. Only for the API itself."
            ),
            "write_back": _Option(
                help="Also write result, reason, final name and time of each row into the spreadsheet itself, in "
                "columns of their own. A backup of it is kept beside it."
            ),
            "pictures": _Option(
                help="Show a small picture of each order's first photo in the .html report. It costs nothing; report "
                "writes it again without them."
            ),
            "json": _Option(help="Print the result as one JSON object."),
            "quiet": _Option(help="Print only the result and errors."),
            "verbose": _Option(help="Print more: each setting and where it is from, and each bad row as it happens."),
            "no_progress": _Option(help="Print plain lines instead of a progress bar."),
            "no_pager": _Option(help="Print what is longer than the screen at once, not in pages (less, or $PAGER)."),
            "log_file": _Option(help="Add a log of the run to this file, as JSON lines.", metavar="FILE"),
        },
    ),
    **_in_group(
        WHERE,
        {
            "config": _Option(
                help="The configuration file (TOML). Without it: your own, as init writes it, if there is one. "
                "none: without any.",
                metavar="FILE|none",
            ),
            "profile": _Option(help="The account to use, by its name in the configuration file.", metavar="NAME"),
            "base_url": _Option(help="Address of the API.", metavar="URL", default="https://api.autoenhance.ai"),
            "api_version": _Option(help="Version of the API to ask for.", metavar="V"),
            "state_dir": _Option(
                help="Folder where the runs, the kept plans and the sandbox are. Without it: the usual one of this "
                "system.",
                metavar="DIR",
            ),
        },
    ),
}
_OF_PAST_RUNS: Mapping[str, Any] = _in_group(WHERE, {"sandbox": _Option(help="The runs of the sandbox.")})


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
