"""A past run as lists show it: what became of it in a word, and one object for programs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.commands import RENAMING
from batch_renamer.jobs.figures import broken_off
from batch_renamer.journal import Journal, RunRecord, RunState, interrupted, merely_planned
from batch_renamer.model import Night, ReportRow, Result
from batch_renamer.reports import row_as_json
from batch_renamer.visible import visible

__all__ = ["ListedRun", "listed_now", "listed_run", "utc_moment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """A run as a list shows it.

    ``in_use``: some process works on it. ``undone``: its names were put back. ``latest``: it is the newest of the
    account. ``rows`` are those of the order that was asked for; None where none was.
    ``night`` is the last one that worked on it.
    """

    run: RunRecord
    counts: Mapping[Result, int]
    parent: RunRecord | None
    in_use: bool
    undone: bool
    latest: bool = False
    rows: tuple[ReportRow, ...] | None = None
    night: Night | None = None

    @property
    def at_work(self) -> bool:
        """Whether the run is at work at this very moment."""
        return self.in_use and (self.run.state is not RunState.FINISHED or interrupted(self.run, dict(self.counts)))

    @property
    def state(self) -> str:
        """What became of the run, in a word or two."""
        if self.at_work:
            return "at work"
        if merely_planned(self.run):  # An undo is planned again each time, so what is left of one is no plan.
            return "not done" if self.run.spec.puts_back and not self.run.spec.dry else "planned"
        if self.undone:
            return "undone"
        if self.run.closed:
            return self.run.closed.value
        if interrupted(self.run, dict(self.counts)):
            return "interrupted"
        return "done" if self.run.state is RunState.FINISHED else "not begun"

    @property
    def can_go_on(self) -> bool:
        """Whether `resume` takes the run: it renames, and was interrupted."""
        return self.run.spec in RENAMING and self.state == "interrupted"

    @property
    def marked_state(self) -> str:
        """The state, with the run that superseded this one, and whether it is the newest."""
        by = f" by {self.run.closed_by}" if self.state == "superseded" else ""
        return f"{self.state}{by}{' (latest)' if self.latest else ''}"

    @property
    def command(self) -> str:
        """The command, and the run that it was about."""
        return self.run.command + (f" of {self.parent.id}" if self.parent is not None else "")

    @property
    def place(self) -> str:
        """The account in words."""
        return self.run.base_url + (f" ({self.run.profile})" if self.run.profile else "")

    @property
    def sheet(self) -> str:
        """The name of the spreadsheet; nothing where there is none."""
        return Path(self.run.sheet).name if self.run.sheet is not None else ""

    @property
    def results(self) -> tuple[str, ...]:
        """What became of the rows, or of those of the order that was asked for, part by part."""
        if self.rows is not None:
            return tuple(map(_row_in_words, self.rows))
        return tuple(f"{count:,} {result}" for result, count in self.counts.items()) or ("no rows",)

    def moment(self, *, zone: bool) -> str:
        """Return when the run began, by the clock of this machine."""
        begun = datetime.datetime.fromtimestamp(self.run.created_at).astimezone()
        return begun.strftime("%Y-%m-%d %H:%M %z" if zone else "%Y-%m-%d %H:%M")

    def line(self) -> str:
        """Return the run as one line for people."""
        sheet = f"  {visible(self.sheet)}" if self.sheet else ""
        moment, results = self.moment(zone=True), ", ".join(self.results)
        return f"{self.run.id}  {moment}  {self.command:<15}  {self.marked_state:<11}  {self.place}{sheet}  {results}"

    def as_json(self) -> dict[str, object]:
        """Return the run as one object for programs."""
        run = self.run
        about_order = {} if self.rows is None else {"rows": [row_as_json(row) for row in self.rows]}
        return {
            "run_id": run.id,
            "command": run.command,
            "parent": self.parent.id if self.parent is not None else None,
            "state": self.state,
            "latest": self.latest,
            "superseded_by": run.closed_by,
            "base_url": run.base_url,
            "profile": run.profile,
            "sheet": run.sheet,
            "created_at": utc_moment(run.created_at),
            "ended_at": None if run.finished_at is None else utc_moment(run.finished_at),
            "seconds": None if run.seconds is None else round(run.seconds, 3),
            "exit_code": run.exit_code,
            "counts": {result.value: count for result, count in self.counts.items()},
            "reports": list(run.reports) if run.reported_at is not None else [],
            **({"night_id": self.night.id} if self.night is not None else {}),
            **about_order,
        }


def listed_run(
    journal: Journal,
    run: RunRecord,
    *,
    at_work: frozenset[str],
    undone: frozenset[int],
    latest: str | None = None,
    order_id: str | None = None,
) -> ListedRun:
    """Return a run as a list shows it; its counts are those noted at its end, if there are any.

    ``latest`` is the id of the newest run. ``order_id`` is the order whose rows are shown.
    """
    over = broken_off(run)
    counts = (
        journal.results.counts(run, over=over)
        if run.counts is None
        else {Result(result): count for result, count in run.counts.items()}
    )
    return ListedRun(
        run=run,
        counts=counts,
        parent=journal.runs.parent(run),
        in_use=run.id in at_work,
        undone=run.number in undone,
        latest=run.id == latest,
        rows=None if order_id is None else tuple(journal.results.rows_of_order(run, order_id, over=over)),
    )


def listed_now(journal: Journal, run: RunRecord) -> ListedRun:
    """Return a run as it stands at this moment.

    Raises:
        InputError: the run was forgotten.
    """
    at_work = journal.runs.at_work()  # asked first: a run that ends in between is shown as ended
    run = journal.runs.get(run.id)
    return listed_run(journal, run, at_work=at_work, undone=journal.lineage.undone())


def _row_in_words(row: ReportRow) -> str:
    """Say what became of one row: the names where it was renamed, else the reason."""
    if row.result in (Result.RENAMED, Result.PLANNED):
        name = row.new_name if row.final_name is None else row.final_name
        more = f": {row.old_name or '(no name)'} → {name}"
    else:
        more = f": {' '.join(row.reason.split())}" if row.reason else ""
    return f"row {row.row} {row.result}{more}"


def utc_moment(seconds: float) -> str:
    """Return a time as programs read it: RFC 3339 in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")
