"""A night in words: values enter, sentences leave."""

from __future__ import annotations

import datetime

import pytest

from batch_renamer.model import FileEnd, Night
from batch_renamer.nightly.wording import days_in_words, headline, headline_of_day, next_night, weight_of
from tests.unit.nightly.pages.samples import a_file, a_night

DAY = "2026-11-26"
BAD = a_file("bad.csv", FileEnd.PROBLEMS, counts={"renamed": 1, "failed": 2})
REFUSED = a_file("list.csv", FileEnd.REFUSED, counts={}, run_id=None)
STOPPED = a_file("big.csv", FileEnd.STOPPED)
WAITING = a_file("late.csv", FileEnd.WAITING, counts={}, run_id=None)


@pytest.mark.parametrize(
    ("night", "said", "weight"),
    [
        pytest.param(a_night(DAY), "Nothing needs you: no spreadsheet was in the inbox.", "quiet", id="nothing"),
        pytest.param(
            a_night(DAY, a_file(), a_file("b.csv", FileEnd.SAME)),
            "Nothing needs you: 2 spreadsheets are done, 3 orders renamed.",
            "good",
            id="good",
        ),
        pytest.param(
            a_night(DAY, a_file(), WAITING),
            "Nothing needs you yet: 1 spreadsheet is done, 3 orders renamed. 1 spreadsheet waits in the inbox.",
            "doubtful",
            id="good, and one waits",
        ),
        pytest.param(
            a_night(DAY, WAITING, a_file("a.docx", FileEnd.PASSED)),
            "Nothing needs you yet: 1 spreadsheet waits in the inbox. 1 file in the inbox is never read.",
            "doubtful",
            id="one waits, and one is passed over",
        ),
        pytest.param(
            a_night(DAY, a_file(), BAD, REFUSED, exit_code=2),
            "Something needs you: 2 of 3 spreadsheets have problems; 4 orders renamed.",
            "bad",
            id="problems",
        ),
        pytest.param(
            a_night(DAY, a_file(), STOPPED, exit_code=3),
            "Something needs you: this night was stopped early. 1 of 2 spreadsheets is done, 6 orders renamed.",
            "bad",
            id="key refused",
        ),
        pytest.param(
            a_night(DAY, a_file(), STOPPED, exit_code=4),
            "Nothing needs you yet: this night was stopped early. 1 of 2 spreadsheets is done, 6 orders renamed.",
            "doubtful",
            id="outage",
        ),
        pytest.param(
            a_night(DAY, STOPPED, exit_code=143),
            "Nothing needs you: this night was stopped early. 0 of 1 spreadsheet is done, 3 orders renamed.",
            "quiet",
            id="the machine was shut down",
        ),
        pytest.param(
            a_night(DAY, begun=False, exit_code=2), "Something needs you: this night could not begin.", "bad", id="typo"
        ),
        pytest.param(
            a_night(DAY, begun=False, exit_code=5),
            "Nothing needs you: this night could not begin.",
            "quiet",
            id="the night before is still at work",
        ),
        pytest.param(
            a_night(DAY, ended_at=None, exit_code=None, cut_off=True),
            "Nothing needs you: this night was cut off; the next one goes on with what it left.",
            "quiet",
            id="cut off",
        ),
        pytest.param(
            a_night(DAY, BAD, ended_at=None, exit_code=None, cut_off=True),
            "Something needs you: this night was cut off; the next one goes on with what it left.",
            "bad",
            id="cut off after a sheet with problems",
        ),
        pytest.param(
            a_night(DAY, ended_at=None, exit_code=None),
            "This night has not ended yet, or it was cut off.",
            "doubtful",
            id="at work",
        ),
    ],
)
def test_the_first_line_says_whether_anything_needs_a_person(night: Night, said: str, weight: str) -> None:
    """A person reads it at seven in the morning, and perhaps nothing else."""
    assert (headline(night), weight_of(night)) == (said, weight)


def test_one_night_of_a_date_that_needs_a_person_is_enough() -> None:
    """A second night that went well does not hide the first one; the newest goes first where both do."""
    bad, good = a_night(DAY, BAD, exit_code=1), a_night(DAY, a_file(), hour=14)
    assert (
        headline_of_day([good, bad])
        == "Something of the night at 02:00 needs you: 1 spreadsheet has problems; 1 order renamed."
    )
    assert headline_of_day([bad, good]) == "Something needs you: 1 spreadsheet has problems; 1 order renamed."
    over = a_night(DAY, begun=False, exit_code=2, stopped="The key file can't be read.")
    assert headline_of_day([good, over]) == "Nothing needs you: 1 spreadsheet is done, 3 orders renamed."
    assert headline_of_day([good, good]) == "Nothing needs you: 1 spreadsheet is done, 3 orders renamed."


def test_the_next_night_is_told_file_by_file() -> None:
    """What comes again, how often, and what does not."""
    again = [a_file(f"{left}.csv", FileEnd.PROBLEMS, counts={"failed": 2}, tries_left=left) for left in (3, 1, 0)]
    one = a_file("one.csv", FileEnd.PROBLEMS, counts={"unknown": 1, "invalid": 4}, tries_left=2)
    invalid = a_file("invalid.csv", FileEnd.PROBLEMS, counts={"invalid": 4}, tries_left=2)
    assert next_night(a_night(DAY, a_file(), *again, one, invalid, STOPPED, WAITING, REFUSED, exit_code=4)) == [
        "3.csv: its failed rows are tried again on the next 3 nights, except those whose orders don't exist.",
        "1.csv: its failed rows are tried again on the next night, except those whose orders don't exist.",
        "0.csv: its failed rows are not tried again until it is put into the inbox again.",
        "one.csv: its failed rows are tried again on the next 2 nights, except those whose orders don't exist.",
        "big.csv: it goes on where this night stopped.",
        "late.csv: it looks at the spreadsheet again.",
        "It does every spreadsheet that is put into the inbox by then.",
    ]
    assert next_night(a_night(DAY, begun=False, exit_code=2)) == [
        "It tries again. All spreadsheets stay in the inbox until then."
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        pytest.param(["2026-11-24"], "24 November", id="one"),
        pytest.param(["2026-11-24", "2026-11-25"], "24 and 25 November", id="two"),
        pytest.param(["2026-11-30", "2026-12-01"], "30 November and 1 December", id="two of two months"),
        pytest.param(["2026-11-04", "2026-11-05", "2026-11-06"], "4 November to 6 November", id="many"),
        pytest.param(
            ["2026-11-04", "2026-11-07", "2026-11-08", "2026-11-09", "2026-11-20"],
            "4 November, 7 November to 9 November and 20 November",
            id="several",
        ),
    ],
)
def test_days_are_joined_as_a_person_says_them(days: list[str], said: str) -> None:
    """A long gap is not a long list."""
    assert days_in_words([datetime.date.fromisoformat(day) for day in days]) == said
