"""A night and what is to be told of it enter; a message that a person understands on a phone leaves."""

from __future__ import annotations

from typing import Any

import pytest

from batch_renamer.model import Delivery, FileEnd, Night, NightFile, NoticeKind, Told
from batch_renamer.nightly.messages.kinds import Notice
from batch_renamer.nightly.messages.texts import text_of
from tests.unit.nightly.messages.test_kinds import CUT_OFF, KEY, TYPO, a_night, file

TOLD = Told(date="2026-10-31", told_at=0.0, kind=NoticeKind.FAILED, causes=frozenset({"stopped 3"}))
BAD = file(
    "south.xlsx",
    FileEnd.PROBLEMS,
    counts={"renamed": 90, "failed": 3},
    sentence="3 of 93 rows have problems: 3 failed. The report says why.",
    moved_to="/srv/in/problems/2026-11-01/south.xlsx",
)


def body_of(night: Night, kind: NoticeKind, **values: Any) -> str:
    """Return the body of a message."""
    return text_of(night, Notice(kind=kind, **values), place="").body


@pytest.mark.parametrize(
    ("night", "notice", "title"),
    [
        pytest.param(
            a_night(file(), file("b.xlsx"), BAD, profile="office"),
            Notice(kind=NoticeKind.PARTLY),
            "batch-renamer (office): 2 of 3 spreadsheets done, 1 needs you",
            id="partly",
        ),
        pytest.param(
            KEY, Notice(kind=NoticeKind.FAILED), "batch-renamer: stopped early, 0 of 1 spreadsheet done", id="failed"
        ),
        pytest.param(
            KEY,
            Notice(kind=NoticeKind.FAILED, reminder=True, after=TOLD),
            "batch-renamer, reminder: stopped early, 0 of 1 spreadsheet done",
            id="reminder",
        ),
        pytest.param(
            TYPO, Notice(kind=NoticeKind.NOT_BEGUN), "batch-renamer: the night could not begin", id="not begun"
        ),
        pytest.param(
            a_night(file()),
            Notice(kind=NoticeKind.RECOVERED, after=TOLD),
            "batch-renamer: works again, 1 of 1 spreadsheet done",
            id="recovered",
        ),
        pytest.param(
            a_night(file(), file("b.xlsx", FileEnd.WAITING)),
            Notice(kind=NoticeKind.GOOD),
            "batch-renamer: 1 of 1 spreadsheet done, 1 waits",
            id="good",
        ),
        pytest.param(
            a_night(),
            Notice(kind=NoticeKind.NOTHING_CAME, empty_nights=3),
            "batch-renamer: no spreadsheet came for 3 nights",
            id="nothing came",
        ),
        pytest.param(
            a_night(file("b.xlsx", FileEnd.WAITING)),
            Notice(kind=NoticeKind.WAITING, waiting=("b.xlsx",)),
            "batch-renamer: 1 spreadsheet can't be read for 3 nights",
            id="waiting",
        ),
        pytest.param(
            a_night(file()),
            Notice(kind=NoticeKind.CUT_OFF, cut_off=(CUT_OFF,)),
            "batch-renamer: the night of 1 November was cut off, 1 of 1 spreadsheet done",
            id="cut off",
        ),
    ],
)
def test_the_title_says_what_happened_and_how_many(night: Night, notice: Notice, title: str) -> None:
    """A phone shows the title alone; the body begins with the same, for services without titles."""
    text = text_of(night, notice, place="")
    assert text.title == title
    assert text.body.startswith("Night of 1 November: ")


def test_a_message_says_what_to_do_and_where_the_reports_are() -> None:
    """The whole text of a night of each sort of file."""
    night = a_night(
        file("north.xlsx", counts={"renamed": 1200}),
        BAD,
        file("same.csv", FileEnd.SAME, counts={"renamed": 4}),
        file("open.xlsx", FileEnd.WAITING, sentence='"open.xlsx" is open in Excel (Anna).'),
        inbox="/srv/in",
    )
    text = text_of(night, Notice(kind=NoticeKind.PARTLY), place="/srv/in/reports/2026-11-01/index.html", sender="srv1")
    assert text.body.splitlines() == [
        "Night of 1 November: 2 of 3 spreadsheets done, 1 needs you, 1 waits. 1,290 orders were renamed.",
        "",
        "Needs you:",
        "- south.xlsx: 3 of 93 rows have problems: 3 failed. The report says why. It is in problems/2026-11-01.",
        "Done:",
        "- north.xlsx (1,200 renamed)",
        "The same as before, so nothing was sent:",
        "- same.csv",
        "Stays in the inbox:",
        '- "open.xlsx" is open in Excel (Anna).',
        "",
        "Reports: reports/2026-11-01/index.html in /srv/in",
        "",
        "batch-renamer on srv1",
    ]


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [
        (2, "until then no night can begin"),
        (3, "Put a new key"),
        (5, "Another run"),
        (70, "a fault"),
        (143, "by itself"),
    ],
)
def test_what_to_do_goes_by_the_exit_code(exit_code: int, said: str) -> None:
    """The sentence of the error says what happened; this says what helps."""
    night = a_night(begun=False, exit_code=exit_code, stopped="It could not begin.\nFor two reasons.")
    lines = body_of(night, NoticeKind.NOT_BEGUN).splitlines()
    assert lines[2:4] == ["It could not begin.", "For two reasons."]
    assert said in lines[-1]


def test_a_stop_is_told_once() -> None:
    """The first file says why; the others were not begun for that reason."""
    night = a_night(
        file("a.xlsx", FileEnd.STOPPED, exit_code=3, sentence="The key was refused."),
        file("b.xlsx", FileEnd.STOPPED, exit_code=3, sentence="It was not begun."),
        exit_code=3,
    )
    body = body_of(night, NoticeKind.FAILED)
    assert "a.xlsx: The key was refused." in body
    assert "It was not begun." not in body
    assert "- b.xlsx" in body


def test_a_message_that_did_not_arrive_is_named_in_the_next() -> None:
    """With the address, without its secret, and with what helps."""
    lost = Delivery(address="tgram://... (line 5)", delivered=False, said="it is slow", repair="Repair it.")
    after = Told(date="2026-10-31", told_at=0.0, kind=NoticeKind.FAILED, deliveries=(lost,))
    body = body_of(a_night(file()), NoticeKind.RECOVERED, after=after)
    assert "The message of 31 October could not be delivered to tgram://... (line 5): it is slow. Repair it." in body


def test_a_reminder_says_since_when_nothing_has_changed() -> None:
    """Else a person takes it for news."""
    body = body_of(KEY, NoticeKind.FAILED, reminder=True, after=TOLD)
    assert "Nothing has changed since the message of 31 October." in body.splitlines()[0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("a\x1b[31m\u202eb.xlsx", "a\\x1b[31m\\u202eb.xlsx", id="control characters"),
        pytest.param("@everyone.xlsx", "(at)everyone.xlsx", id="a call to all"),
        pytest.param("<!channel>.xlsx", "(at)channel>.xlsx", id="the same in Slack"),
        pytest.param("anna@example.com.xlsx", "anna@example.com.xlsx", id="an address"),
        pytest.param("x" * 100 + ".xlsx", "x" * 30 + "…" + "x" * 24 + ".xlsx", id="long"),
    ],
)
def test_names_of_files_are_safe_in_a_message(name: str, shown: str) -> None:
    """They come from anybody who can put a file into the inbox."""
    assert f"- {shown}" in body_of(a_night(file(name)), NoticeKind.GOOD).splitlines()


def test_many_files_are_counted() -> None:
    """A message that is longer than a screen is not read."""
    files: list[NightFile] = [file(f"{number}.xlsx") for number in range(30)]
    body = body_of(a_night(*files), NoticeKind.GOOD)
    assert "- and 22 more" in body
    assert len(body.splitlines()) < 20
