"""The first stage of a job with a spreadsheet: the spreadsheet enters, rows in the journal leave."""

from __future__ import annotations

import logging
from dataclasses import replace

import anyio.to_thread

from batch_renamer.client import Stopping
from batch_renamer.errors import InputError, SheetError
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.own_sheet import place_in
from batch_renamer.jobs.run import JobContext
from batch_renamer.jobs.stages.content import Content
from batch_renamer.jobs.stages.naming import named_rows
from batch_renamer.jobs.stages.tally import log_bad_row
from batch_renamer.journal import NewRun, RunRecord, RunState
from batch_renamer.loader import LoadOptions, Sheet
from batch_renamer.model import BLANK_NAME, Result, RowChoice
from batch_renamer.naming import NamingRules
from batch_renamer.progress import about, every_line, understood_line
from batch_renamer.settings import Settings

__all__ = ["load", "load_options"]

log = logging.getLogger("batch_renamer")


def load_options(settings: Settings, *, unattended: bool = False) -> LoadOptions:
    """Return how the spreadsheet is to be read; with ``--yes`` its encoding is never guessed.

    ``unattended``: no person sees the remarks about the spreadsheet before its rows are used.
    """
    rules = NamingRules.of(settings)
    return LoadOptions(
        sheet=settings.sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        id_column=settings.id_column,
        name_column=settings.name_column,
        current_name_column=settings.current_name_column,
        hidden_rows=settings.hidden_rows,
        blank_names=settings.blank_new_name,
        match_by=settings.match_by,
        choice=RowChoice.of(settings),
        where=settings.where,
        rule=rules.in_words,
        rule_columns=rules.columns,
        allow_guessed_encoding=not settings.yes,
        unattended=unattended,
    )


async def load(context: JobContext, source: SheetSource) -> RunRecord:
    """Load the spreadsheet into the journal, and settle the rows that repeat or contradict one another."""
    context.job.progress.stage(f"Reading the {source.kind}", None)
    return await anyio.to_thread.run_sync(_load_rows, context, source)


def _load_rows(context: JobContext, source: SheetSource) -> RunRecord:
    job, journal = context.job, context.job.journal
    with source.open(lambda: context.stop.requested) as sheet:
        record = journal.runs.begin(_new_run(job, source, sheet))
        content = Content(record.naming)
        try:
            _add_rows(context, record, sheet, content)
        except (InputError, Stopping):
            journal.runs.discard(record)  # It can't be resumed, so it is no run to be listed.
            raise
        context.warnings.extend(sheet.warnings)
        using = understood_line(sheet.understood())
    job.progress.close()  # The line is about the whole sheet, so it comes after the stage's own.
    job.progress.note(using)
    logged_id = None if job.command.offline else record.id
    log.info("%s", using, extra=about(run_id=logged_id))
    journal.rows.settle(record, job.settled)
    rules = NamingRules.from_text(record.naming)
    # Without the orders' current names it is not known which of them are taken, so a check numbers none.
    number = rules.same_name == "number" and not job.command.offline
    journal.rows.settle_repeats(record, same_name="" if number else rules.same_name.replace("number", "warn"))
    if job.settings.again or journal.matches.unmatched(record):  # Of orders that are not found yet, nothing is known.
        journal.runs.note_content(record, content.fingerprint)
    else:
        journal.lineage.expect_what_was_finished(record, content.fingerprint)
        if count := journal.lineage.count_made_before(record):
            text = f"The same rule has made the names of {count:,} of these orders before"
            context.warnings.append(f"{text}. It is not applied to them again; --again applies it.")
    with every_line(run_id=logged_id):
        for row, order_id, reason in journal.results.invalid_rows(record):
            log_bad_row(row, order_id, Result.INVALID, reason)
    return journal.runs.set_state(record, RunState.READING)


def _new_run(job: Job, source: SheetSource, sheet: Sheet) -> NewRun:
    """Return the new run, which knows where its rows stand, so that results can be written beside them."""
    place = None
    if source.path is not None:
        place = place_in(sheet, load_options(job.settings), digest=source.file_digest)
        place = replace(place, read_as=source.read_as)
    return job.new_run(delimiter=sheet.delimiter, other_headings=sheet.other_headings, place=place)


def _add_rows(context: JobContext, record: RunRecord, sheet: Sheet, content: Content) -> None:
    loaded, asked = 0, False
    for chunk in named_rows(sheet, record.naming):
        if context.stop.requested:
            raise Stopping
        context.job.journal.rows.add(record, chunk)
        content.add(chunk)
        loaded += len(chunk)
        asked = asked or any(row.skip != BLANK_NAME for row in chunk)
        context.job.progress.advance(loaded)
    if not loaded and (context.job.sheet is not None or context.job.own_process):  # a DataFrame may be empty
        raise SheetError(f"{sheet.label} has headings and no rows below them; nothing was sent.")
    if loaded and not asked:
        context.warnings.append(
            f'Every new name is blank. Fill in "{sheet.understood().new_name}" where an order is to be renamed.'
        )
