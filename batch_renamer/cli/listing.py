"""A past run as a list shows it: one line for people, or one object for programs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.jobs import broken_off, interrupted, merely_planned
from batch_renamer.journal import Journal, RunRecord, RunState
from batch_renamer.model import Result
from batch_renamer.progress import visible

__all__ = ["Entry", "entry_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run as a list shows it. ``in_use``: some process works on it. ``undone``: its names were put back."""

    run: RunRecord
    counts: Mapping[Result, int]
    parent: RunRecord | None
    in_use: bool
    undone: bool

    @property
    def at_work(self) -> bool:
        """Whether the run is at work at this very moment."""
        return self.in_use and (self.run.state is not RunState.FINISHED or interrupted(self.run, dict(self.counts)))

    @property
    def state(self) -> str:
        """What became of the run, in a word or two."""
        if self.at_work:
            return "at work"
        if merely_planned(self.run):
            return "planned"
        if self.undone:
            return "undone"
        if self.run.closed:
            return self.run.closed.value
        if interrupted(self.run, dict(self.counts)):
            return "interrupted"
        return "done" if self.run.state is RunState.FINISHED else "not begun"

    def line(self) -> str:
        """Return the run as one line for people."""
        run = self.run
        moment = datetime.datetime.fromtimestamp(run.created_at).astimezone().strftime("%Y-%m-%d %H:%M %z")
        results = ", ".join(f"{count:,} {result}" for result, count in self.counts.items()) or "no rows"
        command = run.command + (f" of {self.parent.id}" if self.parent is not None else "")
        where = run.base_url + (f" ({run.profile})" if run.profile else "")
        sheet = f"  {visible(Path(run.sheet).name)}" if run.sheet is not None else ""
        state = self.state + (f" by {run.closed_by}" if self.state == "superseded" else "")
        return f"{run.id}  {moment}  {command:<15}  {state:<11}  {where}{sheet}  {results}"

    def as_json(self) -> dict[str, object]:
        """Return the run as one object for programs."""
        run = self.run
        return {
            "run_id": run.id,
            "command": run.command,
            "of": self.parent.id if self.parent is not None else None,
            "state": self.state,
            "superseded_by": run.closed_by,
            "base_url": run.base_url,
            "profile": run.profile,
            "sheet": run.sheet,
            "created_at": datetime.datetime.fromtimestamp(run.created_at, datetime.UTC).isoformat(timespec="seconds"),
            "counts": {result.value: count for result, count in self.counts.items()},
        }


def entry_of(journal: Journal, run: RunRecord, *, at_work: frozenset[str], undone: frozenset[int]) -> Entry:
    """Return a run as a list shows it; its counts are those noted at its end, where they were."""
    counts = (
        journal.results.counts(run, over=broken_off(run))
        if run.counts is None
        else {Result(result): count for result, count in run.counts.items()}
    )
    return Entry(
        run=run, counts=counts, parent=journal.runs.parent(run), in_use=run.id in at_work, undone=run.number in undone
    )
