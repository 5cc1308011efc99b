"""What the journal knows of a run: a row of its table enters, a `RunRecord` leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["COLUMNS", "DRY", "RunRecord", "RunState", "record_of"]

DRY = ("plan", "undo --dry-run")
"""The commands whose runs end with their plan, which is kept."""


class RunState(StrEnum):
    """How far a run has come; its text is what the journal stores.

    ``loading``: its rows are not all there yet. ``reading``: they are, and current names are read. ``planned``: every
    row is decided, nothing was sent. ``renaming``: requests leave. ``finished``: it ended, or was stopped in order.
    """

    LOADING = "loading"
    READING = "reading"
    PLANNED = "planned"
    RENAMING = "renaming"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the journal knows it; times are in seconds since the epoch.

    ``account`` is what the run is bound to, ``key_print`` a fingerprint of the key that it was begun with. ``parent``
    is the run whose rows it took over. ``committed_at`` is when the first rename was about to leave, ``reported_at``
    when the reports were written. ``first``, ``max_renames`` and ``strict`` are the bounds that the user has set: they
    hold for whoever takes the run up.
    """

    number: int
    id: str
    command: str
    state: RunState
    base_url: str
    profile: str | None
    account: str
    key_print: str | None
    parent: int | None
    sheet: str | None
    digest: str | None
    delimiter: str | None
    sheet_rows: int
    created_at: float
    committed_at: float | None
    finished_at: float | None
    stopped: str
    reports: tuple[str, ...]
    reported_at: float | None
    first: int | None
    max_renames: int | None
    strict: bool


COLUMNS = (
    "number, id, command, state, base_url, profile, account, key_print, parent, sheet, digest, delimiter, sheet_rows,"
    " created_at, committed_at, finished_at, stopped, reports, reported_at, first, max_renames, strict"
)


def record_of(row: tuple[object, ...]) -> RunRecord:
    """Return a run from its `COLUMNS`."""
    values = dict(zip(RunRecord.__slots__, row, strict=True))
    values["state"] = RunState(str(values["state"]))
    values["reports"] = tuple(json.loads(str(values["reports"])))
    values["strict"] = bool(values["strict"])
    return RunRecord(**values)  # type: ignore[arg-type]  # STRICT columns
