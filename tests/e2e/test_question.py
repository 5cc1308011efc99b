"""The command asks on a terminal before it renames, and nowhere else; until a person says yes, nothing is sent."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_C, terminal
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")


def asking(renamer: Command, sheet: Path) -> list[str]:
    """Return the words of an ``apply`` that asks."""
    return [word for word in renamer.line("apply", sheet) if word != "--yes"]


async def test_anything_but_yes_sends_nothing(renamer: Command) -> None:
    """Exit 0, no PATCH and no report: that is what was asked for."""
    sheet = renamer.sheet(renamer.seed(3))
    async with terminal(renamer, *asking(renamer, sheet)) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"\n")
        assert await shown.ended() == 0
    assert "Dry run" not in shown.shown
    assert "Nothing was sent." in shown.shown
    assert renamer.patched == []
    assert list(renamer.folder.glob("*report*")) == []


async def test_the_plan_that_was_declined_can_still_be_done(renamer: Command) -> None:
    """After a no, the last line is the command that does exactly this plan."""
    rows = renamer.seed(3)
    async with terminal(renamer, *asking(renamer, renamer.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    last_line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.shown).strip().splitlines()[-1]
    program, *words = shlex.split(last_line)
    assert (program, words[:2]) == ("batch-renamer", ["apply", "--plan"])
    assert (await renamer.run(*words, "--yes")).code == 0
    assert renamer.sandbox.store.names() == dict(rows)


async def test_another_word_is_asked_again(renamer: Command) -> None:
    """Three times; then it counts as a no."""
    async with terminal(renamer, *asking(renamer, renamer.sheet(renamer.seed(3)))) as shown:
        await shown.until_shown("[y/N] ")
        for number, word in enumerate([b"yep\n", b"ja\n", b"q\n"], start=1):
            shown.type(word)
            if number < 3:
                await shown.until_shown("Please answer y or n. [y/N] ", times=number)
        assert await shown.ended() == 0
    assert (renamer.patched, "Nothing was sent." in shown.shown) == ([], True)


async def test_yes_renames(renamer: Command) -> None:
    """The question names the number and the address; after the yes all of them are renamed."""
    rows = renamer.seed(3)
    async with terminal(renamer, *asking(renamer, renamer.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        assert f"Rename 3 orders at {renamer.base_url}? [y/N]" in shown.shown
        assert renamer.patched == []
        shown.type(b"yes\n")
        assert await shown.ended() == 0
    assert renamer.sandbox.store.names() == dict(rows)
    assert "3 of 3 rows renamed" in shown.shown


async def test_a_trial_stays_a_trial_if_orders_are_renamed_again(renamer: Command) -> None:
    """``--first`` counts the orders that a yes to "again" adds, too."""
    sheet = renamer.sheet(renamer.seed(4))
    assert (await renamer.do("apply", str(sheet))).code == 0
    assert (await renamer.do("undo")).code == 0
    renamer.sandbox.log.clear()
    async with terminal(renamer, *asking(renamer, sheet), "--first", "2") as shown:
        await shown.until_shown("again? (If not, they are left alone.) [y/N]")
        shown.type(b"y\n")
        await shown.until_shown("Rename 2 orders at")
        shown.type(b"y\n")
        assert await shown.ended() == 0
    assert len(renamer.patched) == 2
    assert "To do the rest (2 rows):" in shown.shown


async def test_ctrl_c_at_the_question_ends_at_once(renamer: Command) -> None:
    """Exit 130, nothing sent, and no traceback."""
    async with terminal(renamer, *asking(renamer, renamer.sheet(renamer.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    assert renamer.patched == []
    assert "Traceback" not in shown.shown


async def test_a_stop_at_the_question_of_apply_keeps_the_plan_like_a_no(renamer: Command) -> None:
    """The last line commits the plan; no run is left interrupted, and none is said to be in flight."""
    rows = renamer.seed(3)
    async with terminal(renamer, *asking(renamer, renamer.sheet(rows))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    assert "in flight" not in shown.shown
    assert "Nothing was sent. The plan is kept. To do it:" in shown.shown
    last_line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.shown).strip().splitlines()[-1]
    _, *words = shlex.split(last_line)
    assert words[:2] == ["apply", "--plan"]
    assert [run["state"] for run in (await renamer.run("runs", "--json")).result["runs"]] == ["planned"]
    assert (await renamer.run(*words, "--yes")).code == 0
    assert renamer.sandbox.store.names() == dict(rows)


@pytest.mark.parametrize(("stop", "code"), [("Ctrl-C", 130), ("a closed window", 129), ("no", 0)])
async def test_an_undo_that_was_stopped_at_its_question_is_never_carried_out_by_resume(
    renamer: Command, stop: str, code: int
) -> None:
    """A bare ``resume --yes`` of the next night must not do what the user broke off; lists call that undo not done."""
    rows = renamer.seed(3)
    assert (await renamer.apply(renamer.sheet(rows))).code == 0
    sent = len(renamer.patched)
    async with terminal(renamer, "undo", "--base-url", renamer.base_url, "--rate", "2000") as shown:
        await shown.until_shown("[y/N]")
        if stop == "a closed window":
            shown.hang_up()
        else:
            shown.type(CTRL_C if stop == "Ctrl-C" else b"n\n")
        assert await shown.ended() == code
    assert "resume" not in shown.shown
    listed = (await renamer.run("runs", "--json")).result["runs"]
    assert [(run["command"], run["state"]) for run in listed] == [("undo", "not done"), ("apply", "done")]
    assert (await renamer.run("resume", "--base-url", renamer.base_url, "--yes")).code == 0
    assert len(renamer.patched) == sent
    assert renamer.sandbox.store.names() == dict(rows)


async def test_the_end_of_input_is_no_yes(renamer: Command) -> None:
    """Ctrl-D at the question sends nothing."""
    async with terminal(renamer, *asking(renamer, renamer.sheet(renamer.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.type(b"\x04")
        assert await shown.ended() == 0
    assert renamer.patched == []


async def test_a_closed_terminal_at_the_question_sends_nothing(renamer: Command) -> None:
    """Closing the window is SIGHUP, exit 129."""
    async with terminal(renamer, *asking(renamer, renamer.sheet(renamer.seed(3)))) as shown:
        await shown.until_shown("[y/N]")
        shown.hang_up()
        assert await shown.ended() == 129
    assert renamer.patched == []


async def test_without_a_terminal_nothing_is_asked(renamer: Command) -> None:
    """Without ``--yes`` it is exit 2, before the first request and before anything is written."""
    sheet = renamer.sheet(renamer.seed(3))
    ran = await renamer.run(*asking(renamer, sheet))
    assert ran.code == 2
    assert "--yes" in ran.err
    assert renamer.requests == []


async def test_nothing_to_rename_is_no_question(renamer: Command) -> None:
    """A sheet whose orders all have their names already ends without asking."""
    renamer.seed(2)
    sheet = renamer.sheet([("order-1", "Old name 1"), ("order-2", "Old name 2")])
    async with terminal(renamer, *asking(renamer, sheet)) as shown:
        assert await shown.ended() == 0
    assert "[y/N]" not in shown.shown
    assert renamer.patched == []


async def test_a_yes_before_the_question_is_no_answer(renamer: Command) -> None:
    """Typed ahead it was meant for something else: the question waits for its own."""
    sheet = renamer.sheet(renamer.seed(3))
    async with terminal(renamer, *asking(renamer, sheet)) as shown:
        shown.type(b"y\n")
        await shown.until_shown("[y/N]")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    assert renamer.patched == []
