"""A run as the journal knows it: values of the table of runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from batch_renamer.commands import COMMANDS, Command
from batch_renamer.model import GivenSetting, SheetPlace, WrittenBack
from batch_renamer.text import storable

__all__ = [
    "COLUMNS",
    "Closed",
    "EndNote",
    "NewRun",
    "RunRecord",
    "RunState",
    "columns_of",
    "paths_text",
    "record_of",
]


class RunState(StrEnum):
    """How far a run has come; its text is what the journal stores.

    ``loading``: its rows are not all there yet. ``reading``: they are, and current names are read. ``planned``: every
    row is decided, nothing was sent. ``renaming``: requests are sent. ``finished``: it ended, or was stopped in order.
    """

    LOADING = "loading"
    READING = "reading"
    PLANNED = "planned"
    RENAMING = "renaming"
    FINISHED = "finished"


class Closed(StrEnum):
    """Why a run that has rows left will not be finished; "" where the run is not closed.

    ``refused``: it ended before it sent anything, and would be refused again. ``dismissed``: the user does not want it.
    ``superseded``: a later run has dealt with every order that it had left.
    """

    NOT = ""
    REFUSED = "refused"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What a run is given when it begins; the fields are those of `RunRecord`, with the ``parent`` as a run."""

    command: str
    base_url: str
    account: str
    profile: str | None = None
    key_print: str | None = None
    sheet: str | None = None
    digest: str | None = None
    delimiter: str | None = None
    other_headings: Sequence[str] = ()
    parent: RunRecord | None = None
    first: int | None = None
    max_renames: int | None = None
    strict: bool = False
    choice: str = ""
    reports: Sequence[str] = ()
    place: SheetPlace | None = None
    write_back: bool = False
    naming: str | None = None
    night: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNote:
    """What was noted at the end of a run for its later reports: how it was asked for, its requests, its warnings.

    ``resumed``: the requests, and the duration of the run, are those since it was resumed last.
    """

    command_line: str = ""
    settings: tuple[GivenSetting, ...] = ()
    requests: int = 0
    throttled: int = 0
    warnings: tuple[str, ...] = ()
    resumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the journal knows it; times are in seconds since the epoch.

    ``account`` is what the run is bound to, ``key_print`` a fingerprint of the key that it was begun with. ``parent``
    is the run whose rows it took over. ``committed_at`` is when the first rename was about to be sent,
    ``finished_at`` when the run ended, ``reported_at`` when its reports were written. ``first``, ``max_renames`` and
    ``strict`` are the bounds that the user has set: they hold when the run is resumed. ``choice`` are the options
    by which its rows were chosen, as they are typed.

    ``began``, ``active`` and ``sent`` are positions in the journal's own order of events, where a later event has the
    higher number: when the run began, when it last did anything, and when it last sent a rename (None: never).
    ``naming`` are the rules by which new names are made and checked, as a text; None if there are none.
    ``content`` is a fingerprint of the sheet's rows, however the file was saved. ``closed_by`` is the id of the run
    that superseded this one. ``exit_code``, ``seconds`` and ``counts`` are those of the run's end, as it was noted.
    ``other_headings`` are the headings of the spreadsheet's columns that the program does not use, whose cells are kept
    with the rows.
    ``end_note`` (the column ``told``) is what later reports say besides; None where it was not noted.
    ``place`` is where its rows stand in the spreadsheet, ``write_back`` tells that results are written into that, and
    ``written_back`` what was written, or was about to be. ``night`` is the number of the night that began the run
    (None: a person did), ``retries`` on how many later nights its failed rows were tried again.
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
    stopped: str
    reports: tuple[str, ...]
    reported_at: float | None
    first: int | None
    max_renames: int | None
    strict: bool
    began: int = 0
    active: int = 0
    sent: int | None = None
    content: str | None = None
    closed: Closed = Closed.NOT
    closed_by: str | None = None
    exit_code: int | None = None
    seconds: float | None = None
    counts: dict[str, int] | None = None
    finished_at: float | None = None
    other_headings: tuple[str, ...] = ()
    choice: str = ""
    place: SheetPlace | None = None
    write_back: bool = False
    written_back: WrittenBack | None = None
    naming: str | None = None
    end_note: EndNote | None = None
    night: int | None = None
    retries: int = 0

    @property
    def spec(self) -> Command:
        """The command that the run is recorded as."""
        return COMMANDS[self.command]


COLUMNS = (
    "number, id, command, state, base_url, profile, account, key_print, parent, sheet, digest, delimiter, sheet_rows,"
    " created_at, committed_at, stopped, reports, reported_at, first, max_renames, strict,"
    " began, active, sent, content, closed, closed_by, exit_code, seconds, counts, finished_at,"
    " other_headings, choice, place, write_back, written_back, naming, told, night, retries"
)


def record_of(row: tuple[object, ...]) -> RunRecord:
    """Return a run from its `COLUMNS`."""
    values = dict(zip(RunRecord.__slots__, row, strict=True))
    values["state"] = RunState(str(values["state"]))
    values["reports"] = tuple(json.loads(str(values["reports"])))
    values["strict"] = bool(values["strict"])
    values["closed"] = Closed(str(values["closed"]))
    values["counts"] = None if values["counts"] is None else json.loads(str(values["counts"]))
    values["other_headings"] = tuple(json.loads(str(values["other_headings"])))
    values["place"] = None if values["place"] is None else SheetPlace(**json.loads(str(values["place"])))
    values["write_back"] = bool(values["write_back"])
    left = values["written_back"]
    values["written_back"] = None if left is None else WrittenBack(**json.loads(str(left)))
    values["end_note"] = None if values["end_note"] is None else _end_note(str(values["end_note"]))
    return RunRecord(**values)  # type: ignore[arg-type]  # STRICT columns


def _end_note(text: str) -> EndNote:
    values = json.loads(text)
    settings = tuple(GivenSetting(*setting) for setting in values.pop("settings"))
    return EndNote(settings=settings, warnings=tuple(values.pop("warnings")), **values)


def columns_of(new: NewRun) -> dict[str, object]:
    """Return the values of a new run by their columns."""
    values = {field.name: getattr(new, field.name) for field in fields(new)}
    values["parent"] = None if new.parent is None else new.parent.number
    values["sheet"] = None if new.sheet is None else storable(new.sheet)
    values["reports"] = paths_text(new.reports)
    values["other_headings"] = json.dumps([storable(heading) for heading in new.other_headings])
    values["place"] = None if new.place is None else json.dumps(asdict(new.place))
    return values


def paths_text(paths: Sequence[str]) -> str:
    """Return paths as one text in ASCII; a path may have bytes that are not text."""
    return json.dumps(list(paths))
