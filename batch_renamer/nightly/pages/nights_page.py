"""What stands on the page of the last nights, as values that the template shows. It knows nothing of HTML."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from batch_renamer.html_pages import Plot
from batch_renamer.model import Night, NightKind, Weight, waiting_since
from batch_renamer.nightly.pages.plot import nights_plot
from batch_renamer.nightly.wording import (
    advice_on,
    days_in_words,
    headline_of_day,
    local_date,
    moment,
    neighbours,
    short_day,
    time_of,
    weight_of,
    weight_of_day,
    what_happened,
)
from batch_renamer.text import duration

__all__ = ["NightsPage", "ShownDay", "Waiting"]

_KNOWS_THE_WEEK_DAYS = 14
"""After so many days it is known on which days of the week nights are; before that, each day without one counts."""


_RECENT_DAYS = 8
"""The days that a person may have been away: today, and a week before it."""


class Waiting(NamedTuple):
    """A file that stays in the inbox: since the night of which day, and why."""

    name: str
    since: str
    why: str


class ShownDay(NamedTuple):
    """One night of the table, or days without any (``said`` is "" then).

    ``address`` is that of its page ("": there is none any more).
    """

    text: str
    address: str = ""
    said: str = ""
    weight: Weight = "doubtful"
    took: str = ""


class NightsPage:
    """The last nights of a folder of reports: ``by_date`` has them by date, the newest first.

    ``linked`` are the dates whose pages are there: those of old nights may be gone.
    """

    def __init__(
        self,
        by_date: Mapping[datetime.date, Sequence[Night]],
        *,
        linked: Collection[datetime.date],
        written_at: float,
        left: str = "",
    ) -> None:
        self._by_date, self._linked = by_date, linked
        self._last, of_date = next(iter(by_date.items()))
        newest = of_date[0]
        self.headline, self.weight = headline_of_day(of_date), weight_of_day(of_date)
        self.stopped = newest.stopped
        self.advice = advice_on(newest) if newest.stopped else []
        self.began, self.written, self.left = moment(newest.began_at), moment(written_at), left

    @property
    def newest_address(self) -> str:
        """The address of the page of the newest night."""
        return self._address(self._last)

    @cached_property
    def missing(self) -> list[datetime.date]:
        """The days without a night, in order."""
        first, last = min(self._by_date), max(self._by_date)
        days = [first + datetime.timedelta(number) for number in range((last - first).days + 1)]
        usual = {date.weekday() for date in self._by_date} if len(days) >= _KNOWS_THE_WEEK_DAYS else set(range(7))
        return [date for date in days if date not in self._by_date and date.weekday() in usual]

    @property
    def gaps(self) -> str:
        """The days without a night in a sentence; "" if there are none."""
        return _no_night(self.missing)

    @property
    def recent_gaps(self) -> str:
        """The same of the last week, which the person may not know yet."""
        return _no_night([date for date in self.missing if self._is_recent(date)])

    @property
    def recent(self) -> list[ShownDay]:
        """The earlier nights of the last week that needed a person, the newest first."""
        nights = [(date, night) for date, of_date in self._by_date.items() for night in of_date]
        needed = ((date, night) for date, night in nights if any(file.end.needs_a_person for file in night.files))
        return [self._shown(date, night) for date, night in needed if date != self._last and self._is_recent(date)]

    def _is_recent(self, date: datetime.date) -> bool:
        return (self._last - date).days < _RECENT_DAYS

    @property
    def plot(self) -> Plot | None:
        """The rows of each night."""
        return nights_plot(self._by_date, self.missing)

    @property
    def waiting(self) -> list[Waiting]:
        """The files that the newest night left in the inbox, with the first night in which each was left there."""
        nights = [night for of_date in self._by_date.values() for night in of_date]
        since = waiting_since(nights)
        last = next(filter(_came_to_its_end, nights), None)
        files = [file for file in last.files if file.name in since] if last is not None else []
        return [Waiting(file.name, short_day(local_date(since[file.name])), file.sentence) for file in files]

    @property
    def not_known(self) -> str:
        """Why the newest night does not tell what waits, in a sentence; "" if it does."""
        newest = self._by_date[self._last][0]
        if _came_to_its_end(newest):
            return ""
        if newest.kind is NightKind.NOT_BEGUN:
            said = "The last night could not begin, so it read no spreadsheet: all that are in the inbox wait."
        else:
            said = "The last night has not come to its end, so it is not known what it leaves in the inbox."
        return f"{said} These waited after the night before:" if self.waiting else said

    @property
    def days(self) -> list[ShownDay]:
        """The nights, the newest first, with the days between them that have none."""
        shown = [(date, self._shown(date, night)) for date, nights in self._by_date.items() for night in nights]
        shown += [(dates[0], ShownDay(days_in_words(dates))) for dates in neighbours(self.missing)]
        return [line for _, line in sorted(shown, key=lambda pair: pair[0], reverse=True)]

    def _shown(self, date: datetime.date, night: Night) -> ShownDay:
        took = duration(night.seconds) if night.ended_at is not None else night.kind.words
        # Two nights of a date are told apart by their times.
        text = short_day(date) + (f" {time_of(night.began_at)}" if len(self._by_date[date]) > 1 else "")
        return ShownDay(text, self._address(date), what_happened(night), weight_of(night), took)

    def _address(self, date: datetime.date) -> str:
        return f"{date}/index.html" if date in self._linked else ""


def _came_to_its_end(night: Night) -> bool:
    return night.begun and night.exit_code is not None


def _no_night(dates: Sequence[datetime.date]) -> str:
    return f"No night on {days_in_words(dates)}." if dates else ""
