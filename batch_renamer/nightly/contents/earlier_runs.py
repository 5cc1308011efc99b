"""What earlier nights have left: runs that were interrupted, and failed rows that are tried again on a few nights.

A newer row always wins: a row of tonight's spreadsheets, or of a later run, that is about the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch_renamer.jobs import Connection, Destination, Job, interrupted
from batch_renamer.journal import Journal, OpenRow, RunRecord
from batch_renamer.model import HERE, LEFT_OUT_MARK, FileEnd, Result, SettledRow
from batch_renamer.nightly.contents.stayed_files import Stayed, newest_end
from batch_renamer.nightly.contents.survey import Survey
from batch_renamer.nightly.wording import next_nights
from batch_renamer.planning import NO_SUCH_ORDER, ORDER_DELETED
from batch_renamer.settings import MaxFailures
from batch_renamer.text import counted

__all__ = ["ComesAgain", "Tries", "tries_of", "what_comes_again"]

_NEVER_THERE = (NO_SUCH_ORDER, ORDER_DELETED)
_NEWER_ROW = "Left out: a newer row is about this order."
_ANY_FAILURES = MaxFailures(percent=100)
_BY_A_NEWER_ROW = f"{LEFT_OUT_MARK}a newer row"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComesAgain:
    """A run of an earlier night that tonight goes on with, under its own id.

    ``interrupted``: it has rows that it did not reach; otherwise its failed rows are tried again. ``file`` is the
    number of tonight's file with the same rows, which stayed in the inbox (None: there is none); it is moved by what
    the run comes to. ``settled`` are the rows that are left to newer ones.
    """

    run: RunRecord
    interrupted: bool
    file: int | None = None
    settled: Mapping[int, SettledRow] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its spreadsheet."""
        return Path(self.run.sheet).name if self.run.sheet is not None else f"run {self.run.id}"

    @property
    def sentence(self) -> str:
        """What is to be said of it besides what it comes to; "" for nothing."""
        if not (count := len(self.settled)):
            return ""
        verb = "is" if count == 1 else "are"
        return f"{counted(count, 'row')} of it {verb} left out: newer rows are about the same orders."

    def job(self, connection: Connection) -> Job:
        """Return the job that goes on with the run; a retry is counted from now on, whatever becomes of it.

        Raises:
            InputError: the run belongs to another base URL, profile or key.
        """
        job = replace(connection.job(self.run), settled=self.settled)
        if self.interrupted:
            return job
        connection.journal.again.note_retry(self.run)
        # That the same rows fail again says nothing about the others.
        return replace(job, again_failed=True, settings=replace(job.settings, max_failures=_ANY_FAILURES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """On how many further nights failed rows of a run are tried again, and what is to be said of that.

    ``missing`` is how many of its rows name orders that don't exist or are deleted, ``renamed_since`` how many name
    orders that have lost the name that an earlier run of the same rows gave.
    """

    left: int = 0
    sentence: str = ""
    missing: int = 0
    renamed_since: int = 0


def what_comes_again(
    journal: Journal, survey: Survey, stayed: Stayed, *, destination: Destination, retry_nights: int
) -> tuple[ComesAgain, ...]:
    """Return the runs of earlier nights that are gone on with tonight, the interrupted ones first, each kind by age.

    A run is passed over if it is at work, undone, dismissed or superseded, and if the night that saw it last refused
    it, for the same would happen again.
    """
    files = {run.id: number for number, run in stayed.items()}
    again = []
    for run in _left_by_nights(journal, destination):
        is_interrupted = interrupted(run, journal.results.counts(run))
        settled, worth_it = _settled_by_newer_rows(journal, survey, run, older=stayed)
        if is_interrupted or (worth_it and run.retries < retry_nights):
            file = files.get(run.id)
            again.append(ComesAgain(run=run, interrupted=is_interrupted, file=file, settled=settled))
    return tuple(sorted(again, key=lambda one: not one.interrupted))


def tries_of(journal: Journal, run: RunRecord, *, retry_nights: int) -> Tries:
    """Return on how many nights the failed rows of a run that has ended are still tried again, and what to do.

    Rows whose orders don't exist or are deleted are not tried again by themselves: they would fail the same way.
    """
    run = journal.runs.get(run.id)
    failed = list(filter(_failed, journal.again.open_rows(run)))
    hopeless = sum(row.reason in _NEVER_THERE for row in failed)
    left = max(retry_nights - run.retries, 0) if len(failed) > hopeless else 0
    said = []
    if left:
        said.append(f"{_rows(len(failed) - hopeless)} tried again on {next_nights(left)}.")
    elif len(failed) > hopeless and run.retries:
        nights = counted(run.retries + 1, "night")
        said.append(f"{_rows(len(failed) - hopeless)} not tried again, because that has failed on {nights}.")
    if hopeless:
        orders = f"{counted(hopeless, 'order')} {'is' if hopeless == 1 else 'are'}"
        said.append(f"{orders} not in this account or deleted, so trying again would change nothing.")
    return Tries(
        left=left,
        sentence=" ".join(said),
        missing=hopeless,
        renamed_since=journal.lineage.renamed_since(run),
    )


def _failed(row: OpenRow) -> bool:
    return row.result in (Result.FAILED, Result.UNKNOWN)


def _rows(count: int) -> str:
    """Return the beginning of a sentence about rows that failed or are unknown."""
    return f"{counted(count, 'row')} {'is' if count == 1 else 'are'}"


def _left_by_nights(journal: Journal, destination: Destination) -> list[RunRecord]:
    at_work = journal.runs.at_work()
    runs = journal.again.of_nights(account=destination.account, base_url=destination.base_url)
    return [run for run in runs if run.id not in at_work and newest_end(journal, run) is not FileEnd.REFUSED]


def _settled_by_newer_rows(
    journal: Journal, survey: Survey, run: RunRecord, *, older: Collection[int]
) -> tuple[dict[int, SettledRow], bool]:
    """Return the open rows of a run that are left to newer ones, and whether failed ones are left to be tried again."""
    rows, later = journal.again.open_rows(run), journal.again.named_later(run)
    settled = {row.row: newer for row in rows if (newer := _newer_row(survey, row, later, older)) is not None}
    return settled, any(_failed(row) and row.row not in settled and row.reason not in _NEVER_THERE for row in rows)


def _newer_row(survey: Survey, row: OpenRow, later: Mapping[int, str], older: Collection[int]) -> SettledRow | None:
    """Return how a row is settled by a newer one; None if there is none."""
    named = survey.named_anew(row, besides=older)
    where = named if named is not None else f"run {later[row.row]}" if row.row in later else None
    if where is None:
        return None
    return SettledRow(result=Result.SKIPPED, reason=f"{_NEWER_ROW}{HERE}{where}.", mark=_BY_A_NEWER_ROW)
