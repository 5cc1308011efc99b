"""`export` and `export --template`: a spreadsheet to be filled in, with the account's orders or with none."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import anyio

from batch_renamer.cli.interrupting import ended_by_signals
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import EXPORT, PLAN
from batch_renamer.errors import SettingsError
from batch_renamer.exporting import (
    TO_OUTPUT,
    Wanted,
    parse_wanted,
    resolve_target,
    write_export,
    write_template,
    write_to_output,
)
from batch_renamer.jobs import Exported, ExportJob, export_orders
from batch_renamer.model import Order
from batch_renamer.progress import Line, Span, show_lines, visible
from batch_renamer.text import counted, duration

__all__ = ["Chosen", "export", "export_template"]

_PRACTICE_ORDERS = 25
_STEM, _TEMPLATE_STEM = "orders", "orders-template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which orders are to be exported, as the options say it."""

    name_contains: str | None = None
    since: str | None = None
    status: str | None = None
    sort: str | None = None
    limit: str | None = None

    def wanted(self) -> Wanted:
        """Return what is wanted.

        Raises:
            SettingsError: an option can't be understood.
        """
        return parse_wanted(now=datetime.datetime.now().astimezone(), **self._given())

    def words(self) -> list[str]:
        """Return the options as they are typed."""
        return [word for name, text in self._given().items() for word in (f"--{name.replace('_', '-')}", text)]

    def __bool__(self) -> bool:
        """Tell whether any option was given."""
        return bool(self._given())

    def _given(self) -> dict[str, str]:
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: text for name, text in named if text is not None}


def export(file: Path | None, given: Mapping[str, object], chosen: Chosen) -> int:
    """Write the account's orders into a new spreadsheet; return the exit code."""

    def body(session: Session) -> int:
        wanted, target = chosen.wanted(), _target(session, file, stem=_STEM, dated=True)
        delimiter = session.settings.delimiter or ","
        with session.connected(practice_orders=_PRACTICE_ORDERS) as connection:
            job = ExportJob(
                connection=connection,
                wanted=wanted,
                write=partial(_to_output, delimiter=delimiter)
                if target is None
                else partial(write_export, target, delimiter=delimiter),
                even_none=target is None,
            )
            exported = anyio.run(_perform, job, target)
        _show(session, exported, to_output=target is None)
        return exported.exit_code

    again = [*([] if file is None else [_as_typed(file)]), *chosen.words()]
    return within(EXPORT, given, body, same_again=again)


def export_template(file: Path | None, given: Mapping[str, object]) -> int:
    """Write an empty spreadsheet with an example row; return the exit code. It stays offline."""

    def body(session: Session) -> int:
        target = _target(session, file, stem=_TEMPLATE_STEM, dated=False)
        delimiter = session.settings.delimiter or ","
        if target is None:
            with to_standard_output():
                write_template(sys.stdout.buffer, delimiter=delimiter)
            return 0
        path = write_template(target, delimiter=delimiter)
        _show(session, Exported(orders=0, path=path), is_template=True)
        return 0

    return within(EXPORT, given, body)


async def _perform(job: ExportJob, target: Path | None) -> Exported:
    with ended_by_signals(job.stop, unfinished=[target] if target is not None else []):
        return await export_orders(job)


def _target(session: Session, file: Path | None, *, stem: str, dated: bool) -> Path | None:
    """Return the file to write; None for standard output."""
    if file is None or str(file) != TO_OUTPUT:
        today = datetime.date.today()  # noqa: DTZ011 - the day as the user's calendar has it
        return resolve_target(file, stem=stem, date=today if dated else None)
    if session.settings.json:
        raise SettingsError("--json and - both write to standard output: leave one out.")
    return None


def _to_output(orders: Iterator[Order], *, delimiter: str) -> None:
    with to_standard_output():
        write_to_output(sys.stdout.buffer, orders, delimiter=delimiter)


def _as_typed(file: Path) -> str | Path:
    return TO_OUTPUT if str(file) == TO_OUTPUT else file


def _show(session: Session, exported: Exported, *, to_output: bool = False, is_template: bool = False) -> None:
    """Show the result: on standard output, unless the orders themselves are there."""
    if session.settings.json:
        _write_json(exported)
        return
    lines = list(_quiet_lines(exported) if session.settings.quiet else _lines(session, exported, is_template))
    if to_output:
        show_lines(lambda _: [] if session.settings.quiet else lines, sys.stderr)
        return
    with to_standard_output():
        if error := show_lines(lambda _: lines, sys.stdout):
            raise error


def _quiet_lines(exported: Exported) -> Iterator[Line]:
    if exported.path is not None:
        yield (Span(visible(str(exported.path.absolute())), "path"),)


def _lines(session: Session, exported: Exported, is_template: bool) -> Iterator[Line]:
    yield (Span(_headline(exported, is_template), "strong"),)
    if exported.notes:
        yield ()
        yield from ((Span("Note: ", "warn"), Span(visible(note))) for note in exported.notes)
    yield ()
    if exported.requests:
        took = f"{duration(exported.seconds)}, {counted(exported.requests, 'request')}"
        yield (Span("Took      ", "dim"), Span(took))
    if exported.path is not None:
        path = exported.path.absolute()
        yield (Span("File      ", "dim"), Span(visible(str(path)), "path"))
        yield ()
        yield (Span("Fill in new_name (where it stays blank, the order keeps its name). Then see what would happen:"),)
        yield (Span(visible(_plan_command(session, path)), "command"),)


def _headline(exported: Exported, is_template: bool) -> str:
    if is_template:
        return "A template with an example row, which is never sent."
    if exported.orders:
        return f"Exported {counted(exported.orders, 'order')}."
    if not exported.listed:
        return "The account has no orders; no file was written."
    return f"None of the account's orders fits (of {exported.listed:,}); no file was written."


def _plan_command(session: Session, path: Path) -> str:
    """Return the command that plans the file as it is, whatever the configuration says of other spreadsheets."""
    settings, as_it_is = session.settings, dict[str, object]()
    ours = {"id_column": "order_id", "name_column": "new_name", "current_name_column": "current_name"}
    as_it_is |= {name: heading for name, heading in ours.items() if getattr(settings, name) is not None}
    if path.suffix.lower() == ".csv" and settings.encoding is not None:
        as_it_is["encoding"] = "utf-8"
    if path.suffix.lower() != ".csv" and settings.sheet is not None:
        as_it_is["sheet"] = "1"
    return command_line(PLAN, [path], {**as_it_is, **carried_options(session.given)})


def _write_json(exported: Exported) -> None:
    answer = {
        "command": EXPORT.word,
        "exit_code": exported.exit_code,
        "file": str(exported.path.absolute()) if exported.path is not None else None,
        "orders": exported.orders,
        "listed": exported.listed,
        "left_out": exported.left_out,
        "warnings": list(exported.notes),
        "seconds": round(exported.seconds, 3),
        "requests": exported.requests,
        "throttled": exported.throttled,
    }
    with to_standard_output():
        sys.stdout.write(json.dumps(answer) + "\n")
