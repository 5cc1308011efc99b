"""Writes the pages of nights into the folder of reports; what can't be written is said and stops nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from pathlib import Path

from batch_renamer.files import read_regular
from batch_renamer.html_pages import page_pieces
from batch_renamer.model import Night, NightKind
from batch_renamer.nightly.pages.night_page import DayPage
from batch_renamer.nightly.pages.nights_page import NightsPage
from batch_renamer.nightly.pages.places import left_in_problems
from batch_renamer.nightly.wording import left_in_words
from batch_renamer.temporary import cause, complete_file, place_of

__all__ = ["is_page", "page_of", "write_pages"]

_SHOWN_DATES = 30
_BEGINNING_BYTES = 1_024
_OURS = b'<meta name="generator" content="batch-renamer night">'
_PACKAGE, _STYLE, _NAME = "batch_renamer.nightly.pages", "night.css", "index.html"
_Pieces = Callable[[Path], Iterator[bytes]]
"""Gives the bytes of a page that stands in a folder."""


def write_pages(nights: Sequence[Night], *, reports: Path, now: float) -> list[str]:
    """Write ``reports/DATE/index.html`` of the newest night, and ``reports/index.html``; return what failed, in words.

    ``nights`` are those of this folder, the newest first: of about 30 dates. If the nights before the newest one were
    cut off, the pages of their dates are written again. ``now`` is in seconds since the epoch.

    A page follows the umask and replaces the older one in one step. A file that is no such page is not replaced.
    """
    by_date: dict[datetime.date, list[Night]] = {}
    for night in nights:
        by_date.setdefault(datetime.date.fromisoformat(night.date), []).append(night)
    if not by_date:
        return []
    newest, left = datetime.date.fromisoformat(nights[0].date), left_in_words(left_in_problems(nights))
    failed = [
        _write(reports, date.isoformat(), _day(by_date[date], now=now, left=left if date == newest else ""))
        for date in _changed(nights)
    ]
    # After the page of the newest night, because only pages that are there are linked.
    last = dict(islice(by_date.items(), _SHOWN_DATES))
    failed.append(_write(reports, "", _overview(last, reports, now=now, left=left)))
    return [problem for problem in failed if problem]


def page_of(night: Night) -> Path:
    """Return where the page of a night is."""
    return Path(night.reports) / night.date / _NAME


def _changed(nights: Sequence[Night]) -> list[datetime.date]:
    """Return the dates whose pages are not right any more."""
    before = takewhile(lambda night: night.kind in (NightKind.CUT_OFF, NightKind.AT_WORK), nights[1:])
    return list(dict.fromkeys(datetime.date.fromisoformat(night.date) for night in (nights[0], *before)))


def _page_of(reports: Path, date: datetime.date) -> Path:
    return reports / date.isoformat() / _NAME


def _day(nights: Sequence[Night], *, now: float, left: str) -> _Pieces:
    def pieces(folder: Path) -> Iterator[bytes]:
        page = DayPage(nights, folder, written_at=now, left=left)
        return page_pieces(_PACKAGE, "night.html.j2", style=_STYLE, page=page)

    return pieces


def _overview(by_date: Mapping[datetime.date, Sequence[Night]], reports: Path, *, now: float, left: str) -> _Pieces:
    def pieces(folder: Path) -> Iterator[bytes]:
        linked = {date for date in by_date if _page_of(reports, date).is_file()}
        page = NightsPage(by_date, linked=linked, written_at=now, left=left)
        return page_pieces(_PACKAGE, "nights.html.j2", style=_STYLE, page=page)

    return pieces


def _write(reports: Path, name: str, pieces: _Pieces) -> str:
    """Write the page of the folder of reports, or of a folder in it; return why it could not be written, or ""."""
    path = reports / name / _NAME
    try:
        # Not its parents: they are missing where a network drive is not connected.
        reports.mkdir(exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        place = place_of(path)
        if _is_foreign(place):
            return (
                f'The page "{path}" was not written, because a file is there that is no page of batch-renamer. '
                "Move it away, or choose another folder with --reports."
            )
        with complete_file(place.parent, lambda file, _: file.writelines(pieces(path.parent))) as temporary:
            temporary.replace(place)
    except OSError as error:
        return f'The page "{path}" could not be written: {cause(error)}.'
    return ""


def is_page(place: Path) -> bool:
    """Tell whether a file is a page of nights, by its beginning.

    Raises:
        OSError: it can't be read.
    """
    beginning, _ = read_regular(place, limit_bytes=_BEGINNING_BYTES)
    return _OURS in beginning


def _is_foreign(place: Path) -> bool:
    try:
        beginning, _ = read_regular(place, limit_bytes=_BEGINNING_BYTES)
    except FileNotFoundError:
        return False
    return bool(beginning) and _OURS not in beginning
