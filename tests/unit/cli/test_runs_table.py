"""The table of `runs`: entries and a width enter, lines leave."""

from __future__ import annotations

import pytest

from batch_renamer.cli.night_groups import Group
from batch_renamer.cli.runs_table import ANY_WIDTH, table_lines
from batch_renamer.jobs import ListedRun
from batch_renamer.journal import Closed, RunRecord, RunState
from batch_renamer.model import ReportRow, Result
from batch_renamer.progress import cells_of

LONG = "Häuser 山田 Frühjahr 2026, alle Termine der Woche.xlsx"


def entry(
    number: int,
    *,
    command: str = "apply",
    closed: Closed = Closed.NOT,
    base_url: str = "https://api.example.com",
    sheet: str = "orders.csv",
    undone: bool = False,
    latest: bool = False,
    rows: tuple[ReportRow, ...] | None = None,
) -> ListedRun:
    """Return a run that came to its end, as a list shows it."""
    run = RunRecord(
        number=number,
        id=f"run{number:03}",
        command=command,
        state=RunState.FINISHED,
        base_url=base_url,
        profile=None,
        account="office",
        key_print=None,
        parent=None,
        sheet=f"/sheets/{sheet}",
        digest=None,
        delimiter=None,
        sheet_rows=2,
        created_at=1_800_000_000.0,
        committed_at=1_800_000_001.0,
        stopped="",
        reports=(),
        reported_at=1_800_000_002.0,
        first=None,
        max_renames=None,
        strict=False,
        closed=closed,
        closed_by="run999" if closed is Closed.SUPERSEDED else None,
    )
    counts = {Result.RENAMED: 12_000, Result.FAILED: 3, Result.DRIFTED: 40}
    return ListedRun(run=run, counts=counts, parent=None, in_use=False, undone=undone, latest=latest, rows=rows)


def shown(*entries: ListedRun, width: int = ANY_WIDTH) -> list[str]:
    """Return the lines without their colours."""
    groups = [Group(entries=(entry,)) for entry in entries]
    return ["".join(span.text for span in line) for line in table_lines(groups, width=width)]


MANY = (
    entry(1, latest=True, sheet=LONG),
    entry(2, closed=Closed.SUPERSEDED, command="undo --dry-run"),
    entry(3, closed=Closed.DISMISSED),
    entry(4, undone=True),
)


@pytest.mark.parametrize("width", [44, 60, 80, 132])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """The terminal would break it in the middle of a word, and the columns with it."""
    assert max(map(cells_of, shown(*MANY, width=width))) <= width


@pytest.mark.parametrize("width", [44, 80, ANY_WIDTH])
def test_what_became_of_a_run_is_a_word(width: int) -> None:
    """Colours say nothing in a pipe or to a person who does not see them."""
    said = " ".join(" ".join(shown(*MANY, width=width)).split())
    assert all(word in said for word in ("done (latest)", "superseded", "run999", "dismissed", "undone"))


def test_a_pipe_gets_the_whole_text_in_one_line_each() -> None:
    """A program that reads the table misses nothing: names and accounts are not cut."""
    heading, *lines = shown(*MANY)
    assert heading.split() == ["RUN", "STARTED", "COMMAND", "STATE", "ACCOUNT", "FILE", "ROWS"]
    assert len(lines) == len(MANY)
    assert LONG in lines[0]
    assert lines[0].endswith("12,000 renamed, 3 failed, 40 drifted")


def test_a_terminal_shows_the_account_only_where_there_are_several() -> None:
    """Most people have one, and the room is needed."""
    assert "ACCOUNT" not in shown(entry(1), entry(2), width=132)[0]
    assert "ACCOUNT" in shown(entry(1), entry(2, base_url="https://other.example.com"), width=132)[0]


def test_a_narrow_terminal_gets_a_few_lines_for_each_run() -> None:
    """A table of slivers can't be read."""
    lines = shown(entry(1), width=44)
    assert lines[0].startswith("run001  20")
    assert [line.strip() for line in lines[1:]] == ["apply · orders.csv", "12,000 renamed, 3 failed, 40 drifted"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(
            ReportRow(row=3, order_id="a", old_name="Old", new_name="New", final_name="New", result=Result.RENAMED),
            "row 3 renamed: Old → New",
            id="renamed",
        ),
        pytest.param(
            ReportRow(row=4, order_id="a", new_name="New", result=Result.FAILED, reason="There is no such order."),
            "row 4 failed: There is no such order.",
            id="failed",
        ),
        pytest.param(
            ReportRow(row=5, order_id="a", new_name="\x1b[2J", result=Result.PLANNED),
            "row 5 planned: (no name) → \\x1b[2J",
            id="planned, with a name that steers terminals",
        ),
    ],
)
def test_an_order_that_was_asked_for_is_shown_with_what_became_of_it(row: ReportRow, said: str) -> None:
    """The counts of the whole run do not tell it."""
    assert shown(entry(1, rows=(row,)))[1].endswith(f"  {said}")
