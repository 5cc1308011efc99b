"""The command between other programs: a spreadsheet comes from standard input, a report goes to standard output."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from batch_renamer.model import COLUMNS
from tests.e2e.terminal import terminal
from tests.support.served import Command


@contextmanager
def piped(content: bytes, folder: Path) -> Iterator[int]:
    """Give the reading end of a pipe with this content."""
    path = folder / "piped"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def rows_of(text: str) -> list[dict[str, str]]:
    """Read a report that was written to standard output."""
    return list(csv.DictReader(io.StringIO(text)))


SHEET = b"order_id,new_name\norder-1,New 1\norder-2,New 2\n"


async def test_a_spreadsheet_is_read_from_standard_input(renamer: Command) -> None:
    """It is applied like a file; its report is in the state directory, and the run can be undone."""
    renamer.seed(2)
    with piped(SHEET, renamer.folder) as stdin:
        ran = await renamer.do("apply", "-", "--json", stdin=stdin)
    assert (ran.code, renamer.names) == (0, {"order-1": "New 1", "order-2": "New 2"})
    assert "Reading the spreadsheet: 2" in ran.err
    [report] = ran.result["reports"]
    assert Path(report).parent == renamer.state
    assert (await renamer.do("undo")).code == 0
    assert renamer.names == renamer.seeds


async def test_the_same_content_is_the_same_spreadsheet(renamer: Command) -> None:
    """A run that was killed goes on when the pipe gives the same again."""
    renamer.seed(2)
    with piped(SHEET, renamer.folder) as stdin:
        killed = await renamer.do(
            "apply", "-", stdin=stdin, failpoint="send:5:after", env={"TMPDIR": str(renamer.folder)}
        )
    assert killed.code == -9  # its copy of the spreadsheet is left behind, as of any killed program
    with piped(SHEET, renamer.folder) as stdin:
        ran = await renamer.do("apply", "-", stdin=stdin)
    assert (ran.code, "it goes on" in ran.err) == (0, True)
    assert len((await renamer.run("runs", "--json")).result["runs"]) == 1


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        pytest.param(SHEET, [], "give --yes", id="no person to ask"),
        pytest.param(b"", ["--yes"], "standard input is empty", id="empty"),
        pytest.param(b"order_id,new_name\n", ["--yes"], "no rows below", id="no rows"),
        pytest.param(SHEET, ["--yes", "--json", "--report", "-"], "--report - both write", id="two answers"),
    ],
)
async def test_what_can_not_be_done_with_a_pipe_is_said(
    renamer: Command, content: bytes, words: list[str], said: str
) -> None:
    """2: nothing was sent."""
    with piped(content, renamer.folder) as stdin:
        ran = await renamer.run("apply", "-", "--base-url", renamer.base_url, *words, stdin=stdin)
    assert (ran.code, renamer.patched, said in ran.err + ran.out) == (2, [], True)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
async def test_the_question_is_answered_on_the_terminal(renamer: Command) -> None:
    """The spreadsheet came through the pipe, the answer comes from the keys."""
    renamer.seed(2)
    with piped(SHEET, renamer.folder) as stdin:
        async with terminal(renamer, "apply", "-", "--base-url", renamer.base_url, stdin=stdin) as shown:
            await shown.until_shown("[y/N]")
            assert renamer.patched == []
            shown.type(b"y\n")
            assert await shown.ended() == 0
    assert renamer.names == {"order-1": "New 1", "order-2": "New 2"}


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
async def test_a_spreadsheet_can_be_typed(renamer: Command) -> None:
    """One Ctrl-D ends it, and the question comes after that."""
    renamer.seed(2)
    async with terminal(renamer, "apply", "-", "--base-url", renamer.base_url) as shown:
        await shown.until_shown("end it with Ctrl-D")
        shown.type(SHEET + b"\x04")
        await shown.until_shown("[y/N]")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    assert renamer.patched == []


async def test_a_report_goes_to_standard_output(renamer: Command) -> None:
    """As CSV, alone there, and without a file; a run before the last gives its report so, too."""
    ran = await renamer.apply(renamer.sheet([*renamer.seed(2), ("missing", "New")]), "--report", "-")
    rows = rows_of(ran.out)
    assert (ran.code, [row["result"] for row in rows]) == (1, ["renamed", "renamed", "failed"])
    assert (*rows[0],) == COLUMNS
    assert list(renamer.folder.glob("*report*")) == []
    assert "3 rows" in ran.err
    again = await renamer.do("report", "--report", "-", "--report", "again.csv")
    assert (again.code, rows_of(again.out)) == (0, rows)
    assert (renamer.folder / "again.csv").read_bytes().decode("utf-8-sig") == again.out
    nothing = await renamer.do("resume", "--report", "-")
    assert rows_of(nothing.out) == rows


async def test_a_report_is_piped_into_the_next_command(renamer: Command) -> None:
    """It is a spreadsheet: what is done comes out unchanged."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(2)), "--report", "-")
    with piped(ran.out.encode(), renamer.folder) as stdin:
        planned = await renamer.do("plan", "-", "--exit-code", "--json", stdin=stdin)
    assert (planned.code, planned.result["counts"]) == (0, {"unchanged": 2})
