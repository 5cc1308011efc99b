"""Standard streams that are closed, full or without a reader: the work is done, and the exit code is true."""

from __future__ import annotations

import os
import pty
import shlex
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.support.command import Ended
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
always_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")

CLOSED = [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"]


async def shell(renamer: Command, words: list[str], streams: str, **more: object) -> Ended:
    """Run the command in a shell that does something to its standard streams."""
    line = f"{shlex.join([sys.executable, '-m', 'batch_renamer', *words])} {streams}"
    return await renamer.run("-c", line, program=["/bin/sh"], **more)


def without(streams: str) -> str:
    """Return Python that leaves a command as a shell that has closed these streams starts it."""
    closed = [number for number, sign in enumerate(("<&-", ">&-", "2>&-")) if sign in streams.split()]
    names = ("stdin", "stdout", "stderr")
    lines = [f"os.close({n}); sys.{names[n]} = sys.__{names[n]}__ = None" for n in closed]
    return "\n".join(["import os, sys", *lines])


@pytest.mark.parametrize("streams", CLOSED)
async def test_closed_streams_do_not_keep_a_rename_from_being_done(renamer: Command, streams: str) -> None:
    """0: every order has its new name, the report is whole, and nothing was printed into the journal."""
    rows = renamer.seed(3)
    report = renamer.folder / "report.csv"
    words = renamer.line("apply", renamer.sheet(rows), "--report", report)
    ran = await shell(renamer, words, streams)
    assert (ran.code, "Traceback" in ran.err) == (0, False)
    assert renamer.sandbox.store.names() == dict(rows)
    assert report.read_text("utf-8-sig").count("renamed") == 3
    assert (renamer.state / "journal.sqlite3").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--version"], 0, id="version"),
        pytest.param(["--help"], 0, id="help"),
        pytest.param(["apply", "--help"], 0, id="help of a command"),
        pytest.param(["check", "orders.csv"], 0, id="check"),
        pytest.param(["check", "orders.csv", "--json", "--verbose"], 0, id="check as JSON"),
        pytest.param(["check", "missing.csv"], 2, id="no such file"),
        pytest.param(["runs"], 0, id="runs"),
        pytest.param(["show", "k3", "--json"], 2, id="no such run"),
        pytest.param(["nonsense"], 2, id="no such command"),
    ],
)
async def test_closed_streams_do_not_change_an_exit_code(
    renamer: Command, words: list[str], code: int, streams: str
) -> None:
    """What can not be told is right or wrong all the same."""
    renamer.sheet(renamer.seed(1))
    ran = await renamer.run(*words, prelude=without(streams))
    assert (ran.code, "Traceback" in ran.err) == (code, False)


@always_full
@pytest.mark.parametrize(
    ("words", "streams", "code"),
    [
        pytest.param(["--version"], ">/dev/full", 4, id="version"),
        pytest.param(["--help"], ">/dev/full", 4, id="help"),
        pytest.param(["show", "k3", "--json"], ">/dev/full", 2, id="no such run, as JSON"),
        pytest.param(["nonsense"], "2>/dev/full", 2, id="no such command"),
        pytest.param(["apply", "--json"], ">/dev/full 2>/dev/full", 2, id="no file, as JSON"),
        pytest.param(["check", "missing.csv", "--json"], ">/dev/full 2>/dev/full", 2, id="no such file, as JSON"),
    ],
)
async def test_full_disk_behind_a_stream_is_no_bad_row(
    renamer: Command, words: list[str], streams: str, code: int
) -> None:
    """2 or 4, never 1, and no traceback."""
    full = os.open("/dev/full", os.O_WRONLY)
    into = {"stdout": full if ">/dev/full" in streams.split() else PIPE, "stderr": full if "2>" in streams else PIPE}
    ran = await renamer.run(*words, **into)
    os.close(full)
    assert (ran.code, "Traceback" in ran.err) == (code, False)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--version"], 141, id="version"),
        pytest.param(["--help"], 141, id="help"),
        pytest.param(["show", "k3", "--json"], 2, id="no such run"),
    ],
)
async def test_reader_that_has_gone_is_no_bad_row(renamer: Command, words: list[str], code: int) -> None:
    """141, as other tools end; what was refused is refused."""
    reader, writer = os.pipe()
    os.close(reader)
    ran = await renamer.run(*words, stdout=writer)
    os.close(writer)
    assert (ran.code, "Traceback" in ran.err) == (code, False)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("sys.modules['batch_renamer.cli.app'] = None", id="the program's modules"),
        pytest.param("sys.modules['typer'] = None", id="a library"),
        pytest.param("sys.modules['batch_renamer.cli.commands.runs'] = None", id="a command's modules"),
        pytest.param(
            "import batch_renamer.cli.session as session\n"
            "def fails(*_, **__): raise MemoryError\n"
            "session.resolve_settings = fails",
            id="before the settings",
        ),
        pytest.param(
            "import batch_renamer.cli.commands.runs as runs\n"
            "def fails(*_, **__): raise SystemExit(1)\nruns.elsewhere = fails",
            id="a library that ends the program",
        ),
    ],
)
async def test_fault_anywhere_is_never_called_a_bad_row(renamer: Command, broken: str) -> None:
    """70, in one line: no end is left to Python's own exit code."""
    script = f"import sys\n{broken}\nfrom batch_renamer.__main__ import main\nsys.argv[0] = 'batch-renamer'\nmain()\n"
    ran = await renamer.run("-c", script, "runs", program=[sys.executable])
    assert (ran.code, "Traceback" in ran.err, len(ran.err.splitlines())) == (70, False, 1)


async def test_several_files_are_refused_in_a_sentence(renamer: Command) -> None:
    """A shell makes many of ``*.xlsx``; the usage text is of no help then."""
    ran = await renamer.run("apply", "a.xlsx", "b.xlsx", "c\x1b[31m.xlsx")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "one spreadsheet at a time; run it once for each. Too many: b.xlsx, c\\x1b[31m.xlsx." in ran.err


@pytest.mark.parametrize(
    "words", [["apply"], ["apply", "a.csv", "b.csv"], ["check", "a.csv", "--shet", "1"], ["nonsense"]], ids=str
)
async def test_wrong_words_are_refused_as_json_where_json_is_asked_for(renamer: Command, words: list[str]) -> None:
    """A program that reads standard output finds the reason there."""
    ran = await renamer.run(*words, "--json")
    assert ran.code == 2
    assert ran.result.keys() == {"command", "run_id", "exit_code", "error"}
    assert "Usage" not in ran.out + ran.err


async def test_name_of_a_file_can_not_steer_the_terminal(renamer: Command) -> None:
    """Who lists reports on a terminal sees it escaped; a program gets the path as it is."""
    name = "ev\x1b[31mil"
    sheet = renamer.sheet(renamer.seed(1), name=f"{name}.csv")
    assert (await renamer.apply(sheet)).code == 0
    words = ["report", "--base-url", renamer.base_url]
    piped = await renamer.run(*words)
    controller, end = pty.openpty()
    async with renamer.start(*words, stdin=end, stdout=end, on_terminal=True) as started:
        shown = await started.ended()
    os.close(end)
    on_screen = os.read(controller, 65_536).decode()
    os.close(controller)
    assert (piped.code, shown.code, name in piped.out) == (0, 0, True)
    assert "\x1b" not in on_screen
    assert "ev\\x1b[31mil.report-" in on_screen
