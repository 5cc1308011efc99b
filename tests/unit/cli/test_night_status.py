"""What monitoring is told: how urgent each kind of night is, what is said, and a line that every such program reads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from batch_renamer.cli.night_status import Figure, Seen, State, Status, line_of, status_of
from batch_renamer.model import FileEnd, Night, NightFile

HOUR_S = 3_600.0
NOW = 1_000 * HOUR_S
MAX_AGE_S = 26 * HOUR_S


def night(*ends: FileEnd, ago_h: float = 4, **fields: object) -> Night:
    """Return a night that ended so many hours ago, after one hour, whose files ended so."""
    files = tuple(
        NightFile(name=f"{number}.xlsx", end=end, counts={"renamed": 40, "failed": 2}, requests=90)
        for number, end in enumerate(ends)
    )
    ended_at = NOW - ago_h * HOUR_S
    values: dict[str, object] = {"ended_at": ended_at, "exit_code": 0, "begun": True, **fields}
    return Night(date="2026-11-26", began_at=ended_at - HOUR_S, files=files, **values)  # type: ignore[arg-type]


def seen(*nights: Night, **fields: object) -> Seen:
    """Return what the journal knows."""
    return Seen(nights=nights, now=NOW, **fields)  # type: ignore[arg-type]


CASES = [
    pytest.param(seen(), State.UNKNOWN, "No night is known yet.", id="no night"),
    pytest.param(
        seen(night(FileEnd.DONE, FileEnd.SAME)),
        State.OK,
        "The night of 2026-11-26 ended well, 4 h ago. Files: 1 done, 1 done before.",
        id="good",
    ),
    pytest.param(seen(night()), State.OK, "The night of 2026-11-26 ended well, 4 h ago. No files.", id="empty inbox"),
    pytest.param(
        seen(night(FileEnd.DONE, FileEnd.PROBLEMS, exit_code=1)),
        State.WARNING,
        "The night of 2026-11-26 ended 4 h ago, and a person must look. Files: 1 done, 1 with problems.",
        id="partly",
    ),
    pytest.param(
        seen(night(FileEnd.STOPPED, exit_code=4, stopped="The disk is full.\nMore.")),
        State.CRITICAL,
        "The night of 2026-11-26 was stopped, 4 h ago. The disk is full. Files: 1 stopped.",
        id="stopped",
    ),
    pytest.param(
        seen(night(FileEnd.STOPPED, exit_code=143, stopped="Stopped by the system.")),
        State.WARNING,
        "The night of 2026-11-26 was stopped, 4 h ago. Stopped by the system. Files: 1 stopped.",
        id="stopped by a signal",
    ),
    pytest.param(
        seen(night(begun=False, exit_code=3, stopped="The key is wrong.")),
        State.CRITICAL,
        "The night of 2026-11-26 could not begin, 4 h ago. The key is wrong.",
        id="not begun",
    ),
    pytest.param(
        seen(night(begun=False, exit_code=5, stopped="Another run is at work.")),
        State.WARNING,
        "The night of 2026-11-26 could not begin, 4 h ago. Another run is at work.",
        id="locked",
    ),
    pytest.param(
        seen(night(ended_at=None, exit_code=None, cut_off=True)),
        State.WARNING,
        "The night of 2026-11-26 was cut off, 5 h ago; the next one goes on.",
        id="cut off",
    ),
    pytest.param(
        seen(night(ended_at=None, exit_code=None), night(ago_h=28)),
        State.WARNING,
        "The night of 2026-11-26 was cut off, 5 h ago; the next one goes on.",
        id="killed, and not noticed yet",
    ),
    pytest.param(
        seen(night(ended_at=None, exit_code=None), night(ago_h=28), at_work=True),
        State.OK,
        "A night has been at work for 5 h. The night of 2026-11-26 ended well, 28 h ago. No files.",
        id="at work",
    ),
    pytest.param(
        seen(night(ended_at=None, exit_code=None), at_work=True),
        State.OK,
        "A night has been at work for 5 h.",
        id="first",
    ),
    pytest.param(
        seen(night(ago_h=30, ended_at=None, exit_code=None), at_work=True),
        State.CRITICAL,
        "A night has been at work for 31 h, which is too long.",
        id="at work for too long",
    ),
    pytest.param(
        seen(
            night(ago_h=1, begun=False, exit_code=5, stopped="The night before is at work."),
            night(ago_h=24, ended_at=None, exit_code=None),
            at_work=True,
        ),
        State.WARNING,
        "The night of 2026-11-26 could not begin, 60 min ago. The night before is at work."
        " A night has been at work for 25 h.",
        id="at work, and the next one could not begin",
    ),
    pytest.param(
        seen(night(ago_h=30)),
        State.CRITICAL,
        "No night for 30 h: look whether the scheduler starts it. The night of 2026-11-26 ended well, 30 h ago."
        " No files.",
        id="silence",
    ),
    pytest.param(
        seen(night(), undelivered=1),
        State.WARNING,
        "1 message of the last night was not delivered. The night of 2026-11-26 ended well, 4 h ago. No files.",
        id="a message was not delivered",
    ),
    pytest.param(
        seen(night(), interrupted=("k3f9ab",)),
        State.OK,
        "The night of 2026-11-26 ended well, 4 h ago. No files. Run k3f9ab was interrupted; `resume` goes on.",
        id="an interrupted run",
    ),
    pytest.param(
        seen(*(night(FileEnd.WAITING, ago_h=ago_h) for ago_h in (4, 28, 52))),
        State.WARNING,
        'Long in the inbox: "0.xlsx" (2 days). The night of 2026-11-26 ended well, 4 h ago. Files: 1 waiting.',
        id="a file that waits for long",
    ),
    pytest.param(
        seen(*(night(*[FileEnd.WAITING] * 5, ago_h=ago_h) for ago_h in (4, 28))),
        State.WARNING,
        'Long in the inbox: "0.xlsx" (29 h), "1.xlsx" (29 h), "2.xlsx" (29 h) and 2 more.'
        " The night of 2026-11-26 ended well, 4 h ago. Files: 5 waiting.",
        id="many files that wait for long",
    ),
    pytest.param(
        seen(night(FileEnd.WAITING)),
        State.OK,
        "The night of 2026-11-26 ended well, 4 h ago. Files: 1 waiting.",
        id="a file that waits since last night",
    ),
]


@pytest.mark.parametrize(("known", "state", "said"), CASES)
def test_how_urgent_it_is_and_why(known: Seen, state: State, said: str) -> None:
    """The most urgent sentence comes first, because a list of services shows only the beginning."""
    found = status_of(known, max_age_s=MAX_AGE_S)
    assert (found.state, " ".join(found.said)) == (state, said)


@pytest.mark.parametrize(("known", "_state", "_said"), CASES)
def test_the_line_is_one_that_plugins_print(known: Seen, _state: State, _said: str) -> None:
    """State, text, a bar, and figures with their bounds."""
    line = line_of(status_of(known, max_age_s=MAX_AGE_S))
    assert re.fullmatch(r"BATCH-RENAMER (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \|( [a-z_]+=\d+s?(;\d*){3})+)?", line)


def test_the_figures_of_a_night() -> None:
    """Those that a graph needs; the age has the bound at which it becomes critical."""
    known = seen(night(FileEnd.PROBLEMS, FileEnd.WAITING, exit_code=1), undelivered=2, interrupted=("k3f9ab",))
    assert line_of(status_of(known, max_age_s=MAX_AGE_S)).partition(" | ")[2] == (
        "age=14400s;;93600;0 waiting=1;;;0 oldest_waiting=18000s;93600;;0 undelivered=2;0;;0 interrupted=1;;;0"
        " exit_code=1;;;0 duration=3600s;;;0 files=2;;;0 renamed=80;;;0 bad_rows=4;;;0 requests=180;;;0"
        " throttled=0;;;0"
    )


def test_names_can_not_break_the_line() -> None:
    """A file or an error with a bar or a line break in it stays text."""
    bad = NightFile(name="a|b\nc\x1b[31m.xlsx", end=FileEnd.WAITING)
    known = seen(*(replace(night(ago_h=ago_h), files=(bad,)) for ago_h in (4, 28, 52)))
    line = line_of(status_of(known, max_age_s=MAX_AGE_S))
    assert line.startswith(r'BATCH-RENAMER WARNING - Long in the inbox: "a/b\nc\x1b[31m.xlsx" (2 days).')
    assert line.count("|") == 1


def test_a_clock_that_was_set_back_makes_no_age_negative() -> None:
    """The night seems to end in the future then."""
    found = status_of(seen(night(FileEnd.WAITING, ago_h=-3)), max_age_s=MAX_AGE_S)
    assert found.state is State.OK
    assert min(figure.value for figure in found.figures) == 0


def test_a_status_without_figures_has_no_bar() -> None:
    """As where nothing is known."""
    assert line_of(Status(state=State.UNKNOWN, said=("No.",))) == "BATCH-RENAMER UNKNOWN - No."
    assert str(Figure(name="files", value=1)) == "files=1;;;0"
