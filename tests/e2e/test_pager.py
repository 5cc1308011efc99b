"""What is longer than the screen is shown in the user's pager: on a terminal, and nowhere else.

The pager is a script of the test, so that the tests need no `less`; some of them use it where it is.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_C, terminal
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
needs_less = pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")

ROWS = 40
"""More than a screen has."""


def a_pager(
    renamer: Command, script: str = 'cat > "$0.pages"; echo SHOWN', *, begins: str = "#!/bin/sh"
) -> dict[str, str]:
    """Return the environment of a command whose pager is this script."""
    path = renamer.folder / "pager"
    path.write_text(f"{begins}\n{script}\n", "utf-8")
    path.chmod(0o700)
    return {"PAGER": str(path)}


def pages(renamer: Command) -> str:
    """Return what the pager was given."""
    return (renamer.folder / "pager.pages").read_text("utf-8")


def bare(text: str) -> str:
    """Return what was shown without colours and the bar."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r\n", "\n")


def planning(renamer: Command, *words: str, rows: int = ROWS) -> list[str]:
    """Return the words of a ``plan`` of so many rows, one of which is bad and one of which is left alone."""
    names = [*renamer.seed(rows), ("order-1", "Another name for order 1")]
    names[4] = ("order-5", "Old name 5")
    return [*renamer.line("plan", renamer.sheet(names)), *words]


async def test_a_plan_longer_than_the_screen_is_shown_in_the_pager(renamer: Command) -> None:
    """Every row is there, in sheet order, also those left alone; on the screen stays what matters."""
    async with terminal(renamer, *planning(renamer), env=a_pager(renamer)) as shown:
        assert await shown.ended() == 1
    rows = [line for line in pages(renamer).splitlines() if line.startswith("  row ")]
    assert [int(line.split()[1]) for line in rows] == list(range(2, ROWS + 3))
    assert rows[1].split(maxsplit=3)[3] == "Old name 2 → New name 2"
    assert rows[4].endswith("Old name 5 · unchanged")
    assert "· rows 2 and 42 · invalid: Several rows give" in " ".join(pages(renamer).split())
    said = bare(shown.shown)
    assert ("row 20" in said, "38  planned" in said, "apply --plan" in said) == (False, True, True)


async def test_a_plan_that_fits_is_not_paged(renamer: Command) -> None:
    """A pager for three rows would be in the way."""
    async with terminal(renamer, *renamer.line("plan", renamer.sheet(renamer.seed(3))), env=a_pager(renamer)) as shown:
        assert await shown.ended() == 0
    assert ("SHOWN" in shown.shown, "Old name 2 → New name 2" in bare(shown.shown)) == (False, True)


@pytest.mark.parametrize(
    ("words", "env"),
    [
        pytest.param(["--no-pager"], {}, id="--no-pager"),
        pytest.param([], {"BATCH_RENAMER_NO_PAGER": "true"}, id="no_pager"),
        pytest.param(["--quiet"], {}, id="--quiet"),
        pytest.param(["--json"], {}, id="--json"),
        pytest.param([], {"TERM": "dumb"}, id="a terminal that can't redraw"),
        pytest.param([], {"PAGER": "cat"}, id="cat"),
        pytest.param([], {"PAGER": ""}, id="no pager chosen"),
    ],
)
async def test_no_pager_is_used_where_it_is_not_wanted(renamer: Command, words: list[str], env: dict[str, str]) -> None:
    """The first rows are shown at once, as in a pipe."""
    async with terminal(renamer, *planning(renamer, *words), env=a_pager(renamer) | env) as shown:
        assert await shown.ended() == 1
    assert "SHOWN" not in shown.shown
    assert ("row 20" in shown.shown) is ("--quiet" not in words)


async def test_no_pager_is_used_in_a_pipe(renamer: Command) -> None:
    """Not even where the keyboard is there."""
    ended = await renamer.run(*planning(renamer), env=a_pager(renamer))
    assert ('"Old name 20" → "New name 20"' in ended.out, "SHOWN" in ended.out) == (True, False)


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_show_has_every_row_in_the_pager(renamer: Command, command: str) -> None:
    """Of a kept plan and of a run that has renamed; the summary stays on the screen."""
    ran = await renamer.do(command, renamer.sheet(renamer.seed(ROWS)), "--json")
    async with terminal(renamer, "show", ran.result["run_id"], env=a_pager(renamer)) as shown:
        assert await shown.ended() == 0
    assert pages(renamer).startswith(ran.result["run_id"])
    assert "row 41  order-40  Old name 40 → New name 40" in pages(renamer)
    assert ("row 41" in shown.shown, f"All {ROWS} rows" in pages(renamer)) == (False, True)


async def test_the_question_shows_all_rows_and_asks_again(renamer: Command) -> None:
    """Nothing is sent until the answer is yes, and looking is not counted as a wrong answer."""
    words = [word for word in renamer.line("apply", renamer.sheet(renamer.seed(ROWS))) if word != "--yes"]
    async with terminal(renamer, *words, env=a_pager(renamer)) as shown:
        await shown.until_shown(f"[y/N, a: show all {ROWS} rows]")
        assert "and 20 more; answer a to see all rows" in bare(shown.shown)
        for times, answer in enumerate(["a", "All", "show", "\u0430", "\uff41"], start=2):
            shown.type(f"{answer}\n".encode())
            await shown.until_shown("show all", times=times)
        assert renamer.patched == []
        shown.type(b"perhaps\n")
        await shown.until_shown("Please answer y or n, or a to show all rows. [y/N/a] ")
        shown.type(b"y\n")
        assert await shown.ended() == 0
    assert shown.shown.count("SHOWN") == 5
    assert len(renamer.patched) == ROWS
    assert len(re.findall(r"^  row ", pages(renamer), re.MULTILINE)) == ROWS


async def test_without_a_pager_the_question_shows_all_rows_at_once(renamer: Command) -> None:
    """They are shown above the question, which is asked again."""
    words = [word for word in renamer.line("apply", renamer.sheet(renamer.seed(ROWS))) if word != "--yes"]
    async with terminal(renamer, *words, "--no-pager") as shown:
        await shown.until_shown("[y/N, a: show all")
        shown.type(b"a\n")
        await shown.until_shown("[y/N, a: show all", times=2)
        assert "row 41  order-40" in bare(shown.shown)
        shown.type(b"n\n")
        assert await shown.ended() == 0
    assert renamer.patched == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exit 0", "", id="is closed at once"),
        pytest.param("head -n 3 > /dev/null", "", id="is closed after a few lines"),
        pytest.param("exit 7", "ended with an error (7); --no-pager shows all rows without it.", id="fails"),
        pytest.param("kill -9 $$", "ended with an error (-9)", id="is killed"),
    ],
)
async def test_whatever_the_pager_does_the_run_has_its_own_end(renamer: Command, script: str, said: str) -> None:
    """The exit code is that of the plan, the summary is on the screen, and nothing looks like a fault."""
    async with terminal(renamer, *planning(renamer, rows=1_500), env=a_pager(renamer, script)) as shown:
        assert await shown.ended() == 1
    assert "1,498  planned" in bare(shown.shown)
    assert said in bare(shown.shown)
    assert ("Traceback" in shown.shown, "Error" in shown.shown) == (False, False)


async def test_a_pager_that_is_not_there_is_replaced(renamer: Command) -> None:
    """By ``less``, or the rows are shown at once: a mistyped variable takes nothing away."""
    env = {"PAGER": "no-such-pager --fast", "PATH": str(Path(sys.executable).parent)}
    async with terminal(renamer, *planning(renamer), env=env) as shown:
        assert await shown.ended() == 1
    assert "row 20" in shown.shown


async def test_a_pager_that_can_not_be_started_leaves_the_rows_on_the_screen(renamer: Command) -> None:
    """It is said why."""
    env = a_pager(renamer, begins="#!/no/such/shell")
    async with terminal(renamer, *planning(renamer), env=env) as shown:
        assert await shown.ended() == 1
    assert "can't be started: No such file or directory." in bare(shown.shown)
    assert "row 20" in shown.shown


async def test_the_pager_does_not_get_the_key(renamer: Command) -> None:
    """No program needs it but this one."""
    async with terminal(renamer, *planning(renamer), env=a_pager(renamer, 'env > "$0.pages"')) as shown:
        assert await shown.ended() == 1
    assert "PATH=" in pages(renamer)
    assert "AUTOENHANCE_API_KEY" not in pages(renamer)


async def test_ctrl_c_belongs_to_the_pager(renamer: Command) -> None:
    """It closes this one, as it would in any program that knows no other use for it; the run ends as it would have."""
    async with terminal(renamer, *planning(renamer), env=a_pager(renamer, "echo READING; exec sleep 100")) as shown:
        await shown.until_shown("READING")
        shown.type(CTRL_C)
        assert await shown.ended() == 1
    assert "38  planned" in bare(shown.shown)
    assert "Traceback" not in shown.shown


async def test_a_program_that_is_ended_ends_its_pager_first(renamer: Command) -> None:
    """At the question a signal is the answer no, after the terminal was given back."""
    words = [word for word in renamer.line("apply", renamer.sheet(renamer.seed(ROWS))) if word != "--yes"]
    script = "trap 'echo CLOSED; exit 0' TERM; echo READING; sleep 100 & wait"
    async with terminal(renamer, *words, env=a_pager(renamer, script)) as shown:
        await shown.until_shown("[y/N, a: show all")
        shown.type(b"a\n")
        await shown.until_shown("READING")
        shown.started.process.send_signal(signal.SIGTERM)
        assert await shown.ended() == 143
    assert "CLOSED" in shown.shown
    assert renamer.patched == []


@needs_less
async def test_less_keeps_colours_and_says_how_to_leave_it(renamer: Command) -> None:
    """Its last line names the keys; ``q`` leaves, and the result is below."""
    env = {"TERM": "xterm-256color"}
    async with terminal(renamer, *planning(renamer), env=env, size=(24, 80)) as shown:
        await shown.until_shown("Space: next page   b: back   /text: find   q: close")
        assert "\x1b[1;4;32m" in shown.shown
        shown.type(CTRL_C)
        await shown.until_answered(b"G", "That is all.")
        shown.type(b"q")
        assert await shown.ended() == 1
    assert bare(shown.shown).rpartition("That is all.")[2].count("38  planned") == 1


@needs_less
async def test_names_steer_no_pager(renamer: Command) -> None:
    """Control characters of a name are shown as they are spelt, as everywhere."""
    renamer.sandbox.store.seed_many([("order-x", "evil\x1b]0;title\x07\x1b[2Jname")])
    sheet = renamer.sheet([*renamer.seed(ROWS), ("order-x", "Good name")])
    async with terminal(renamer, *renamer.line("plan", sheet), size=(24, 80)) as shown:
        await shown.until_shown("Space: next page")
        shown.type(b"G")
        await shown.until_shown("That is all.")
        shown.type(b"q")
        assert await shown.ended() == 0
    assert "\x1b]0;title" not in shown.shown
    assert "evil\\x1b]0;title\\x07\\x1b[2Jname" in bare(shown.shown)
