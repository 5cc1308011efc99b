"""What stands on the page of one date, as values that the template shows. It knows nothing of HTML."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from batch_renamer.model import FileEnd, Night, NightFile, NightKind, Weight
from batch_renamer.nightly.pages.places import Place, place_from
from batch_renamer.nightly.wording import (
    advice_on,
    day,
    headline,
    headline_of_day,
    moment,
    next_night,
    rows_in_short,
    weight_of,
    weight_of_day,
)
from batch_renamer.text import counted, duration

__all__ = ["DayPage", "Section", "ShownFile", "ShownNight"]

_WEIGHTS: dict[FileEnd, Weight] = {
    FileEnd.PROBLEMS: "bad",
    FileEnd.REFUSED: "bad",
    FileEnd.STOPPED: "doubtful",
    FileEnd.WAITING: "doubtful",
    FileEnd.PASSED: "quiet",
    FileEnd.DONE: "good",
    FileEnd.SAME: "good",
}
_DONE = (FileEnd.DONE, FileEnd.SAME)
_SECTIONS: tuple[tuple[str, tuple[FileEnd, ...]], ...] = (
    ("Needs you", (FileEnd.PROBLEMS, FileEnd.REFUSED)),
    ("Stays in the inbox", (FileEnd.STOPPED, FileEnd.WAITING, FileEnd.PASSED)),
    ("Done", _DONE),
)
"""In the order in which a person is shown files."""

_REPORTS = {".html": "report as a page", ".xlsx": "report as a workbook"}


class DayPage:
    """The page of one date: its nights, the newest first."""

    def __init__(self, nights: Sequence[Night], folder: Path, *, written_at: float, left: str = "") -> None:
        self.day = day(datetime.date.fromisoformat(nights[0].date))
        self.nights = [ShownNight(night, folder) for night in nights]
        self.headline, self.weight = headline_of_day(nights), weight_of_day(nights)
        self.written, self.left = moment(written_at), left

    @property
    def newest(self) -> ShownNight:
        """The night that began last."""
        return self.nights[0]


class ShownNight:
    """One night: its headline, its files in sections, its notes, and what comes next."""

    def __init__(self, night: Night, folder: Path) -> None:
        self._night, self._folder = night, folder
        self.headline, self.weight = headline(night), weight_of(night)
        self.stopped, self.advice, self.notes = night.stopped, advice_on(night), night.notes
        self.began = moment(night.began_at)
        self.is_open = night.kind is NightKind.AT_WORK

    @property
    def sections(self) -> list[Section]:
        """The files by what became of them; those that need a person come first."""
        sections = [Section(heading, self._shown(ends), ends is _DONE) for heading, ends in _SECTIONS]
        return [section for section in sections if section.files]

    @property
    def next_night(self) -> list[str]:
        """What the next night does by itself."""
        return next_night(self._night)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """When and where the night was, as far as it is known."""
        night = self._night
        ended = moment(night.ended_at) if night.ended_at is not None else f"not known: {night.kind.words}"
        took = [duration(night.seconds)] if night.ended_at is not None else []
        took += [counted(night.requests, "request")] if night.requests else []
        took += [f"{night.throttled:,} of them told to slow down (429)"] if night.throttled else []
        lines = (
            ("Began", self.began),
            ("Ended", ended),
            ("Took", ", ".join(took)),
            ("Account", f"{night.base_url} (profile {night.profile})" if night.profile else night.base_url),
            ("Inbox", night.inbox),
            ("Exit code", "" if night.exit_code is None else str(night.exit_code)),
            ("Night", night.id),
        )
        return [(name, text) for name, text in lines if text]

    def _shown(self, ends: Iterable[FileEnd]) -> list[ShownFile]:
        return [self._file(file) for end in ends for file in self._night.files if file.end is end]

    def _file(self, file: NightFile) -> ShownFile:
        return ShownFile(
            name=file.name,
            word=file.end.words,
            weight=_WEIGHTS[file.end],
            again=file.again,
            sentence=file.sentence,
            rows="" if file.end is FileEnd.SAME else rows_in_short(file.counts),
            run_id=file.run_id or "",
            reports=tuple(map(self._report, sorted(file.reports, key=_page_first))),
            now_at=self._now_at(file.moved_to),
        )

    def _now_at(self, moved_to: str | None) -> Place:
        if moved_to is None:
            return Place("in the inbox")
        place = place_from(self._folder, moved_to, inbox=self._night.inbox)
        # A page is written again by a later night of its date.
        return Place(f"not in {place.text} any more") if place.gone else place

    def _report(self, path: str) -> Place:
        place = place_from(self._folder, path, inbox=self._night.inbox)
        return place._replace(text=_REPORTS.get(Path(path).suffix.lower(), "report")) if place.address else place


def _page_first(report: str) -> bool:
    """Order reports: the page is read at once, a workbook needs a program."""
    return not report.endswith(".html")


class Section(NamedTuple):
    """Files under one heading; ``is_brief``: a line for each is enough."""

    heading: str
    files: list[ShownFile]
    is_brief: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """One spreadsheet: what became of it in a word, its rows, what to do, and where it is now.

    ``again``: it is a run of an earlier night that came again.
    """

    name: str
    word: str
    weight: Weight
    again: bool
    sentence: str
    rows: str
    run_id: str
    reports: tuple[Place, ...]
    now_at: Place
