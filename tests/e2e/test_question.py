"""The command asks on a terminal before it renames, and nowhere else; until somebody says yes, nothing is sent."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.bench import KEY, PROGRAM, Bench, environment
from tests.support.gate import DEADLINE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")

CTRL_C = b"\x03"
# In a session of its own the terminal controls the process: Ctrl-C becomes SIGINT, and closing it SIGHUP.
ON_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A pseudo-terminal with the command on it."""

    def __init__(self, controller: int, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.shown = ""
        self._controller = controller
        self._drawn = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether the window is still there."""
        return self._controller >= 0

    def read(self) -> None:
        """Take what the command has written; called when there is something."""
        try:
            data = os.read(self._controller, 65_536)
        except OSError:  # Linux says so when the last process has left the terminal
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._controller)
        self.shown += data.decode("utf-8", "replace")
        self._drawn.set()

    async def until_shown(self, text: str) -> None:
        """Wait for a text on the screen."""
        async with asyncio.timeout(DEADLINE_S):
            while text not in self.shown:
                self._drawn.clear()
                await self._drawn.wait()

    def hang_up(self) -> None:
        """Close the terminal's window."""
        asyncio.get_running_loop().remove_reader(self._controller)
        os.close(self._controller)
        self._controller = -1

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._controller, keys)

    async def ended(self) -> int:
        """Wait for the end of the command and return its exit code."""
        async with asyncio.timeout(DEADLINE_S):
            return await self.process.wait()


@asynccontextmanager
async def terminal(bench: Bench, *words: str) -> AsyncIterator[Terminal]:
    """Start the command on a terminal of its own; its standard output stays on it, too."""
    import pty  # noqa: PLC0415 - POSIX only

    home = bench.folder / "home"
    home.mkdir(exist_ok=True)
    controller, end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", ON_THE_TERMINAL, *PROGRAM, *words),
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
        cwd=bench.folder,
        env=environment(home, key=KEY, TERM="xterm"),
    )
    os.close(end)
    made = Terminal(controller, process)
    asyncio.get_running_loop().add_reader(controller, made.read)
    try:
        yield made
    finally:
        if made.is_open:
            made.hang_up()
        if process.returncode is None:
            process.kill()
            await process.wait()


def asking(bench: Bench, sheet: Path) -> list[str]:
    """Return the words of an ``apply`` that asks."""
    return [word for word in bench.at_this_api("apply", sheet) if word != "--yes"]


async def test_anything_but_yes_sends_nothing(bench: Bench) -> None:
    """Exit 0, no PATCH and no report: that is what was asked for."""
    sheet = bench.sheet(bench.seed(3))
    async with terminal(bench, *asking(bench, sheet)) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"\n")
        assert await shown.ended() == 0
    assert "Dry run" not in shown.shown
    assert "Nothing was sent." in shown.shown
    assert bench.patches == []
    assert list(bench.folder.glob("*report*")) == []


async def test_the_plan_that_was_declined_can_still_be_done(bench: Bench) -> None:
    """After a no, the last line is the command that does exactly this plan."""
    rows = bench.seed(3)
    async with terminal(bench, *asking(bench, bench.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    last_line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.shown).strip().splitlines()[-1]
    program, *words = shlex.split(last_line)
    assert (program, words[:2]) == ("batch-renamer", ["apply", "--plan"])
    assert (await bench.run(*words, "--yes")).code == 0
    assert bench.sandbox.store.names() == dict(rows)


async def test_yes_renames(bench: Bench) -> None:
    """The question names the number and the address; after the yes all of them are renamed."""
    rows = bench.seed(3)
    async with terminal(bench, *asking(bench, bench.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        assert f"Rename 3 orders at {bench.base_url}? [y/N]" in shown.shown
        assert bench.patches == []
        shown.type(b"yes\n")
        assert await shown.ended() == 0
    assert bench.sandbox.store.names() == dict(rows)
    assert "3 of 3 rows renamed" in shown.shown


async def test_ctrl_c_at_the_question_ends_at_once(bench: Bench) -> None:
    """Exit 130, nothing sent, and no traceback."""
    async with terminal(bench, *asking(bench, bench.sheet(bench.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    assert bench.patches == []
    assert "Traceback" not in shown.shown


async def test_a_stop_at_the_question_of_apply_keeps_the_plan_like_a_no(bench: Bench) -> None:
    """The last line commits the plan; no run is left interrupted, and none is said to be in flight."""
    rows = bench.seed(3)
    async with terminal(bench, *asking(bench, bench.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    assert "in flight" not in shown.shown
    assert "Stopped by Ctrl-C. Nothing was sent." in shown.shown
    last_line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.shown).strip().splitlines()[-1]
    _, *words = shlex.split(last_line)
    assert words[:2] == ["apply", "--plan"]
    assert [run["state"] for run in (await bench.run("runs", "--json")).result["runs"]] == ["planned"]
    assert (await bench.run(*words, "--yes")).code == 0
    assert bench.sandbox.store.names() == dict(rows)


@pytest.mark.parametrize("stop", ["Ctrl-C", "a closed window"])
async def test_an_undo_that_was_stopped_at_its_question_is_never_carried_out_by_resume(bench: Bench, stop: str) -> None:
    """A bare ``resume --yes`` of the next night must not do what the user broke off."""
    rows = bench.seed(3)
    assert (await bench.apply(bench.sheet(rows))).code == 0
    sent = len(bench.patches)
    async with terminal(bench, "undo", "--base-url", bench.base_url, "--rate", "2000") as shown:
        await shown.until_shown("[y/N]")
        if stop == "Ctrl-C":
            shown.type(CTRL_C)
        else:
            shown.hang_up()
        assert await shown.ended() == (130 if stop == "Ctrl-C" else 129)
    assert "resume" not in shown.shown
    listed = (await bench.run("runs", "--json")).result["runs"]
    assert [(run["command"], run["state"]) for run in listed] == [("undo", "planned"), ("apply", "done")]
    assert (await bench.run("resume", "--base-url", bench.base_url, "--yes")).code == 0
    assert len(bench.patches) == sent
    assert bench.sandbox.store.names() == dict(rows)


async def test_the_end_of_input_is_no_yes(bench: Bench) -> None:
    """Ctrl-D at the question sends nothing."""
    async with terminal(bench, *asking(bench, bench.sheet(bench.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"\x04")
        assert await shown.ended() == 0
    assert bench.patches == []


async def test_a_closed_terminal_at_the_question_sends_nothing(bench: Bench) -> None:
    """Closing the window is SIGHUP, exit 129."""
    async with terminal(bench, *asking(bench, bench.sheet(bench.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.hang_up()
        assert await shown.ended() == 129
    assert bench.patches == []


async def test_without_a_terminal_nobody_is_asked(bench: Bench) -> None:
    """Without ``--yes`` it is exit 2, before the first request and before anything is written."""
    sheet = bench.sheet(bench.seed(3))
    ran = await bench.run(*asking(bench, sheet))
    assert ran.code == 2
    assert "--yes" in ran.err
    assert bench.requests == []


async def test_nothing_to_rename_is_no_question(bench: Bench) -> None:
    """A sheet whose orders all have their names already ends without asking."""
    bench.seed(2)
    sheet = bench.sheet([("order-1", "Old name 1"), ("order-2", "Old name 2")])
    async with terminal(bench, *asking(bench, sheet)) as shown:
        assert await shown.ended() == 0
    assert "[y/N]" not in shown.shown
    assert bench.patches == []


async def test_a_yes_before_the_question_is_no_answer(bench: Bench) -> None:
    """Typed ahead it was meant for something else: the question waits for its own."""
    sheet = bench.sheet(bench.seed(3))
    async with terminal(bench, *asking(bench, sheet)) as shown:
        shown.type(b"y\n")
        await shown.until_shown("[y/N]")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    assert bench.patches == []
