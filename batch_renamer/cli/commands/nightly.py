"""`nightly`: every settled spreadsheet of the inbox goes through `apply`, unattended."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import anyio

from batch_renamer.checks import Verdict
from batch_renamer.cli.arguments import with_folders
from batch_renamer.cli.commands.findings import conclusion_lines, show_findings, show_on_output, write_findings
from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.cli.interrupting import stopped_by_signals
from batch_renamer.cli.night_groups import night_as_json
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import NIGHTLY, SCHEDULE
from batch_renamer.errors import BatchRenamerError, InterruptedRunError
from batch_renamer.jobs import JobContext, Run, perform
from batch_renamer.model import Night, NightKind, RunSummary
from batch_renamer.nightly import (
    NightContext,
    NightRecord,
    beat_start,
    check_folders,
    conclude_night,
    examine_night,
    headline,
    heartbeat_of,
    log_beat,
    log_night_begins,
    night_of,
    page_of,
    rows_in_short,
    run_night,
)
from batch_renamer.progress import Line, Span, every_line, show_lines, visible
from batch_renamer.settings import Settings
from batch_renamer.signals import raised_on_signals

__all__ = ["check_night", "nightly"]

_CAN_NOT_BEGIN = 2


def nightly(given: Mapping[str, object], folders: Mapping[str, Path | None]) -> int:
    """Work through the inbox once; return the exit code of the night.

    ``folders`` are the folders that were named on the command line, by the names of their settings.
    """
    began_at = time.time()
    tonight: list[NightRecord] = []

    def body(session: Session, arm: Callable[[], None]) -> int:
        settings = session.settings
        log_night_begins(night := night_of(settings, began_at=began_at))
        log_beat(beat := beat_start(heartbeat_of(settings)))
        check_folders(settings)
        with session.connected() as connection:
            context = NightContext(
                connection=connection,
                perform=lambda job: _performed(job, session.given, arm),
                say=connection.progress.note,
                wall_clock=time.time,
                sleep=time.sleep,
            )
            tonight.append(record := NightRecord(night, connection.journal))
            record.note([beat.trouble] if beat is not None and beat.trouble else [])
            record.note(connection.notes)
            with every_line(night_id=record.night.id):
                run_night(context, record)
        record.note(session.log_troubles)
        night = conclude_night(record.ended(at=time.time()), settings, attended=session.on_a_terminal)
        _show(night, settings)
        return night.exit_code or 0

    def ended_early(error: BatchRenamerError, settings: Settings | None, log_troubles: Sequence[str]) -> None:
        """Conclude a night that could not begin, or that was ended by an error."""
        if settings is None:
            return
        night = tonight[0].night if tonight else night_of(settings, began_at=began_at)
        notes = tuple(dict.fromkeys((*night.notes, *log_troubles)))
        night = replace(night, ended_at=time.time(), exit_code=error.exit_code, stopped=str(error), notes=notes)
        conclude_night(night, settings, attended=sys.stdin is not None and sys.stdin.isatty())

    with raised_on_signals(InterruptedRunError) as arm:
        return within(
            NIGHTLY, with_folders(given, folders), lambda session: body(session, arm), ended_early=ended_early
        )


def check_night(given: Mapping[str, object], folders: Mapping[str, Path | None]) -> int:
    """Say whether a night could begin now, as this user; return 0 if it could, else 2. Nothing is renamed or sent."""
    options = {name: value for name, value in with_folders(given, folders).items() if value not in (None, False, [])}
    as_json, quiet = bool(given.get("json")), bool(given.get("quiet"))

    def body(_: Ending) -> int:
        examined = examine_night(options, environ=os.environ)
        findings = list(examined) if as_json else show_findings(examined, quiet=quiet)
        code = _CAN_NOT_BEGIN if any(finding.verdict is Verdict.PROBLEM for finding in findings) else 0
        if as_json:
            write_findings(NIGHTLY, findings, code)
        elif not quiet:
            named = {name: str(folder) for name, folder in folders.items() if folder is not None}
            kept = {**carried_options(given), **named}
            show_on_output(
                lambda width: conclusion_lines(
                    findings,
                    again=command_line(NIGHTLY, [], {"check": True, **kept}),
                    next_step="print the file for your scheduler",
                    next_command=command_line(SCHEDULE, ["systemd"], kept),
                    width=width,
                )
            )
        return code

    return run_bare(NIGHTLY, body, as_json=as_json)


def _performed(context: JobContext, given: Mapping[str, object], arm: Callable[[], None]) -> tuple[Run, RunSummary]:
    """Take a job to its end; then ``arm`` takes the signals back."""
    loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
    try:
        return anyio.run(_perform, context, given, backend_options=loop)
    finally:
        arm()


async def _perform(context: JobContext, given: Mapping[str, object]) -> tuple[Run, RunSummary]:
    with stopped_by_signals(context, given):
        return await perform(context)


def _show(night: Night, settings: Settings) -> None:
    """Write what became of the night to standard output; with ``--quiet`` nothing of a good night."""
    with to_standard_output():
        if settings.json:
            page = page_of(night)
            answer = {"command": NIGHTLY.word, "exit_code": night.exit_code, "night": night_as_json(night)}
            answer["page"] = str(page) if page.is_file() else None
            sys.stdout.write(json.dumps(answer) + "\n")
            return
        if settings.quiet and night.kind in (NightKind.GOOD, NightKind.NOTHING) and not night.notes:
            return
        if error := show_lines(lambda _: _lines(night, quiet=settings.quiet), sys.stdout):
            raise error


def _lines(night: Night, *, quiet: bool) -> list[Line]:
    lines: list[Line] = [(Span(headline(night)),)]
    for file in night.files:
        if quiet and not file.end.needs_a_person and not file.end.stays:
            continue
        rows = rows_in_short(file.counts)
        lines.append((Span(f"  {visible(file.name)}: {file.end.words}{f' ({rows})' if rows else ''}"),))
        said = [visible(file.sentence)] if file.sentence else []
        said += [f"It is in {visible(file.moved_to)} now."] if file.moved_to is not None else []
        lines += [(Span(f"    {sentence}"),) for sentence in said]
    lines += [(Span(f"Note: {visible(note)}"),) for note in night.notes]
    if not quiet and night.reports:
        lines.append((Span(f"The page of this night: {visible(str(page_of(night)))}"),))
    return lines
