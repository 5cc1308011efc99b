"""Checks an uploaded spreadsheet as the command `check` does, and remembers the newest results.

The page of a spreadsheet is fetched again at each correction and each reload. Two pages that ask for the same check
wait for one; it stops when no page waits for it any more.
"""

from __future__ import annotations

import asyncio
import io
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

import anyio.to_thread

from batch_renamer.client import StopSignal
from batch_renamer.commands import CHECK
from batch_renamer.errors import InputError, SheetError
from batch_renamer.jobs import Job, JobContext, Run, SheetSource, load_options, nowhere, perform
from batch_renamer.journal import Journal
from batch_renamer.loader import Sheet, SheetContents, UndecidedSheetError, open_sheet
from batch_renamer.model import Result, RunSummary
from batch_renamer.naming import NamingRules
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from batch_renamer.web.uploads.checked_sheet import CheckedSheet
from batch_renamer.web.uploads.upload import Upload

__all__ = ["SheetChecks"]

_ROWS_OF_EACH_REASON = 50
_FIRST_ROWS = 8

_MOST_KEPT = 16
_AT_ONCE = 2
"""A workbook that is read takes up to 1 GB."""

_LOOK_UP_S = 0.25


@dataclass(slots=True)
class _Check:
    """A check at work, and how many pages wait for it."""

    task: asyncio.Task[CheckedSheet]
    stop: StopSignal
    waiting: int = 0


@dataclass(slots=True)
class SheetChecks:
    """The checks of one server; made and used in its event loop."""

    _results: OrderedDict[str, CheckedSheet] = field(default_factory=OrderedDict, repr=False)
    _at_work: dict[str, _Check] = field(default_factory=dict, repr=False)
    _tasks: set[asyncio.Task[CheckedSheet]] = field(default_factory=set, repr=False)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE), repr=False)

    async def of(
        self, upload: Upload, settings: Settings, *, is_wanted: Callable[[], bool] = lambda: True
    ) -> CheckedSheet:
        """Return what a check of the spreadsheet with these settings says; that it can't be read is a result, too.

        ``is_wanted`` tells whether the page still waits.

        Raises:
            InputError: the page does not wait any more.
        """
        # What is printed for the options is different for different ones; `source_of` relies on it as well.
        key = f"{upload.id} {load_options(settings)!r} {NamingRules.of(settings).as_text()}"
        if key in self._results:
            self._results.move_to_end(key)
            return self._results[key]
        check = self._at_work.get(key)
        if check is None:
            stop = StopSignal()
            check = _Check(asyncio.create_task(self._checked(key, upload, settings, stop)), stop)
            self._tasks.add(check.task)
            check.task.add_done_callback(self._ended)
            self._at_work[key] = check
        check.waiting += 1
        try:
            while not check.task.done():
                if not is_wanted():
                    raise _given_up()
                await asyncio.wait({check.task}, timeout=_LOOK_UP_S)
            return check.task.result()
        finally:
            check.waiting -= 1
            if not check.waiting:
                self._at_work.pop(key, None)
                check.stop.request(_given_up(), grace_s=0)

    async def close(self) -> None:
        """Stop the checks at work, and wait until they have ended."""
        for check in self._at_work.values():
            check.stop.request(_given_up(), grace_s=0)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[CheckedSheet]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # taken, because a page may be closed before it takes it

    async def _checked(self, key: str, upload: Upload, settings: Settings, stop: StopSignal) -> CheckedSheet:
        async with self._room:
            found = await _check(upload, settings, stop)
        self._results[key] = found
        while len(self._results) > _MOST_KEPT:
            self._results.popitem(last=False)
        return found


def _given_up() -> InputError:
    return InputError("The spreadsheet was not read, because its page was closed.")


async def _check(upload: Upload, settings: Settings, stop: StopSignal) -> CheckedSheet:
    opened: list[Sheet] = []
    source = SheetSource(open=_remembering(upload, settings, opened), path=upload.path)
    # A temporary journal: what a check says is forgotten. Reports and limits are about runs.
    settings = replace(settings, strict=False, report=(), write_back=False)
    journal = await anyio.to_thread.run_sync(Journal.temporary)
    try:
        job = Job(
            command=CHECK,
            settings=settings,
            journal=journal,
            progress=make_progress(io.StringIO(), quiet=True),
            destination=nowhere(),
            source=source,
        )
        run, summary = await perform(JobContext(job, stop=stop))
        return await journal.in_thread(_result, run, opened[0], summary)
    except UndecidedSheetError as error:
        # Without fields that would help, the advice of the sentence is all there is.
        trouble = f"{error.fact.removesuffix('.')}." if error.needs else str(error)
        return CheckedSheet(contents=error.contents, trouble=trouble, needs=error.needs)
    except SheetError as error:
        contents = opened[0].contents if opened else SheetContents()
        return CheckedSheet(contents=contents, trouble=str(error))
    finally:
        await anyio.to_thread.run_sync(journal.close)


def _remembering(
    upload: Upload, settings: Settings, opened: list[Sheet]
) -> Callable[[Callable[[], bool]], AbstractContextManager[Sheet]]:
    """Return what opens the spreadsheet for a job, and puts it into ``opened``, so that its contents are known."""
    options = load_options(settings)

    @contextmanager
    def opening(stopped: Callable[[], bool]) -> Iterator[Sheet]:
        with open_sheet(upload.path, options, stopped=stopped, label=upload.name) as sheet:
            opened.append(sheet)
            yield sheet

    return opening


def _result(run: Run, sheet: Sheet, summary: RunSummary) -> CheckedSheet:
    """Return what the journal has of a check."""
    results = run.job.journal.results
    return CheckedSheet(
        contents=sheet.contents,
        understood=sheet.understood(),
        sentence=summary.facts.sentence,
        counts=summary.counts,
        problems=tuple(results.reasons(run.record, [Result.INVALID], rows_each=_ROWS_OF_EACH_REASON)),
        left_out=tuple(results.reasons(run.record, [Result.SKIPPED], rows_each=_ROWS_OF_EACH_REASON)),
        warnings=summary.warnings,
        row_warnings=tuple(results.warning_groups(run.record, rows_each=_ROWS_OF_EACH_REASON)),
        first_rows=tuple(islice(results.report_rows(run.record), _FIRST_ROWS)),
    )
