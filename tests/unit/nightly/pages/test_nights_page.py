"""The page of the last nights: a missing night is no quiet night, and what waits is named."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from batch_renamer.html_pages import HEIGHT, WIDTH, Plot
from batch_renamer.model import FileEnd, Night
from batch_renamer.nightly.pages.nights_page import NightsPage
from tests.unit.nightly.pages.samples import a_file, a_night

LATE = a_file("late.csv", FileEnd.WAITING, counts={}, sentence="It is open in Excel.")


def page_of(nights: Iterable[Night]) -> NightsPage:
    """Return the page of nights, the newest first, one a date."""
    by_date = {datetime.date.fromisoformat(night.date): [night] for night in nights}
    return NightsPage(by_date, linked=by_date, written_at=0.0)


def november(*days: int) -> list[Night]:
    """Return a good night on each of these days, the newest first."""
    return [a_night(f"2026-11-{day:02}", a_file()) for day in sorted(days, reverse=True)]


def drawn(page: NightsPage) -> Plot:
    """Return the plot, of which nothing stands outside."""
    plot = page.plot
    assert plot is not None
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.01 for bar in plot.bars)
    assert all(bar.y >= -0.01 and bar.y + bar.height <= HEIGHT + 0.01 for bar in plot.bars)
    assert all(0 <= mark <= WIDTH for mark in plot.marks)
    assert all(0 <= label.at <= WIDTH for label in plot.x_labels)
    return plot


def test_a_dead_scheduler_looks_different_from_a_quiet_night() -> None:
    """Days without a night are said, drawn and listed; a night without files is a night."""
    page = page_of([*november(26), a_night("2026-11-23"), *november(22)])
    assert page.gaps == page.recent_gaps == "No night on 24 and 25 November."
    assert [bar.kind for bar in drawn(page).bars] == ["outage", "done", "idle", "done"]
    assert [(line.text, line.said) for line in page.days] == [
        ("Thu 26 Nov", "1 spreadsheet is done, 3 orders renamed."),
        ("24 and 25 November", ""),
        ("Mon 23 Nov", "No spreadsheet was in the inbox."),
        ("Sun 22 Nov", "1 spreadsheet is done, 3 orders renamed."),
    ]
    assert [line for line in drawn(page).table if "no night" in line] == [
        ("24 and 25 November", "no night", "no night")
    ]


def test_two_nights_of_a_date_are_told_apart() -> None:
    """By their times; both lead to the page of the date."""
    date = datetime.date(2026, 11, 26)
    page = NightsPage({date: [a_night("2026-11-26", hour=14), a_night("2026-11-26")]}, linked=[date], written_at=0.0)
    assert [(line.text, line.address) for line in page.days] == [
        ("Thu 26 Nov 14:00", "2026-11-26/index.html"),
        ("Thu 26 Nov 02:00", "2026-11-26/index.html"),
    ]


def test_a_night_that_did_not_look_does_not_say_that_nothing_waits() -> None:
    """Neither one that could not begin nor one without an end knows what is in the inbox."""
    not_begun = a_night("2026-11-26", begun=False, exit_code=2)
    assert page_of([not_begun]).not_known.endswith("all that are in the inbox wait.")
    assert page_of([not_begun, a_night("2026-11-25", LATE)]).not_known.endswith("These waited after the night before:")
    cut_off = dataclasses.replace(a_night("2026-11-26"), exit_code=None, ended_at=None, cut_off=True)
    assert "it is not known what it leaves" in page_of([cut_off]).not_known
    assert page_of(november(26)).not_known == ""


def test_weekends_are_no_gap_for_those_who_have_no_nights_then() -> None:
    """After two weeks it is known on which days of the week a night is due."""
    workdays = [day for day in range(2, 28) if datetime.date(2026, 11, day).weekday() < 5]
    assert page_of(november(*workdays)).gaps == ""
    assert page_of(november(*(day for day in workdays if day != 18))).gaps == "No night on 18 November."


def test_a_file_waits_since_the_first_night_that_left_it() -> None:
    """Nights that could not begin left it there, too; an earlier file of that name that was done does not count."""
    nights = [
        a_night("2026-11-26", LATE),
        a_night("2026-11-25", begun=False, exit_code=2),
        a_night("2026-11-24", LATE),
        a_night("2026-11-23", a_file("late.csv")),
        a_night("2026-11-22", LATE),
    ]
    assert page_of(nights).waiting == [("late.csv", "Tue 24 Nov", "It is open in Excel.")]
    assert page_of(nights[1:]).waiting == [("late.csv", "Tue 24 Nov", "It is open in Excel.")]


def test_a_person_who_was_away_sees_what_the_week_before_needed() -> None:
    """The first line is about the last night alone."""
    bad = a_file("bad.csv", FileEnd.PROBLEMS, counts={"failed": 1})
    nights = [a_night(f"2026-11-{day}", *([bad] if day in (23, 26, 12) else [])) for day in (27, 26, 23, 12)]
    assert [line.text for line in page_of(nights).recent] == ["Thu 26 Nov", "Mon 23 Nov"]


@settings(max_examples=25)  # a plot of years takes a tenth of a second
@given(st.dictionaries(st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 1, 1)), st.integers(0, 900), min_size=2))
def test_all_nights_are_drawn_within_the_plot_however_far_apart(renamed: dict[datetime.date, int]) -> None:
    """Also after the clock was wrong for years; every night has its bar and its line of the table."""
    nights = [
        a_night(date.isoformat(), a_file(counts={"renamed": renamed[date]})) for date in sorted(renamed, reverse=True)
    ]
    plot = drawn(page_of(nights))
    assert sum(bar.kind != "outage" for bar in plot.bars) == len(renamed)
    assert sum("no night" not in line for line in plot.table) == len(renamed)
    assert len(plot.x_labels) <= 6
