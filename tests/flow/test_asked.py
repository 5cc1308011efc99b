"""The questions of commands that rename: an answer is typed, and the sandbox tells what became of the orders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from batch_renamer.cli.commands.apply import apply, apply_plan
from batch_renamer.cli.commands.resume import resume
from batch_renamer.cli.commands.undo import undo
from tests.support.practised import applied, killed, practised_in
from tests.support.typed import typed

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A user at a terminal: ``practice`` are the options that answer every question, ``type`` types lines."""

    oak: Path
    practice: dict[str, object]
    type: Callable[[str], None]
    capsys: Capture

    @property
    def asking(self) -> dict[str, object]:
        """The same options without ``--yes``."""
        return {name: value for name, value in self.practice.items() if name != "yes"}

    def applied(self) -> str:
        """Apply the spreadsheet without a question; return the run's id."""
        return applied(self.oak, self.practice, self.capsys)


@pytest.fixture
def user(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Give a user with a spreadsheet of three orders."""
    practice = practised_in(tmp_path)
    with ExitStack() as opened:
        yield Asked(
            oak=tmp_path / "oak.csv",
            practice=practice,
            type=lambda lines: monkeypatch.setattr(sys, "stdin", opened.enter_context(typed(lines))),
            capsys=capsys,
        )


@pytest.mark.parametrize(
    ("lines", "renames"),
    [
        pytest.param("y\n", True, id="y"),
        pytest.param(" Yes \n", True, id="yes"),
        pytest.param("perhaps\ny\n", True, id="another word, then y"),
        pytest.param("n\n", False, id="n"),
        pytest.param("\n", False, id="Enter alone"),
        pytest.param("", False, id="the end of the input"),
        pytest.param("a\nb\nc\ny\n", False, id="other words three times"),
    ],
)
def test_only_yes_renames(user: Asked, lines: str, renames: bool) -> None:
    """A no keeps the plan and says how to do it; the questions are on standard error."""
    user.type(lines)
    assert apply(user.oak, user.asking) == 0
    said = user.capsys.readouterr()
    assert "Rename 3 orders at the sandbox? [y/N] " in said.err
    assert ("Done: 3 of 3 rows renamed." in said.out) is renames
    assert ("Nothing was sent. The plan is kept." in said.err) is not renames


def test_a_plan_that_was_declined_can_be_committed(user: Asked) -> None:
    """It is asked about once more, and the plan is shown before the question."""
    user.type("n\n")
    assert apply(user.oak, user.asking) == 0
    plan = user.capsys.readouterr().err.partition("--plan ")[2].split()[0]
    user.type("y\n")
    assert apply_plan(plan, user.asking) == 0
    said = user.capsys.readouterr()
    assert "16 Oak" in said.err.partition("Rename 3 orders at the sandbox? [y/N]")[0]
    assert "Done: 3 of 3 rows renamed." in said.out


def test_the_question_of_an_undo_names_the_run(user: Asked) -> None:
    """Old names come back; an undo of that undo gives the names that orders had before it."""
    run = user.applied()
    user.type("y\n")
    assert undo(run, user.asking, dry_run=False) == 0
    assert f"Undo run {run} (oak.csv): give 3 orders their old names back at the sandbox? [y/N]" in (
        user.capsys.readouterr().err
    )
    user.type("n\n")
    assert undo(None, user.asking, dry_run=False) == 0
    assert "give 3 orders the names back that they had before it at the sandbox? [y/N]" in user.capsys.readouterr().err


@pytest.mark.parametrize(("lines", "done"), [("y\n", True), ("n\n", False)], ids=["y", "n"])
def test_resume_asks_about_what_is_left(user: Asked, lines: str, done: bool) -> None:
    """The plan is not shown again, because the user has seen it."""
    run = user.applied()
    killed(user.practice)
    user.type(lines)
    assert resume(run, user.asking, failed=False) == 0
    said = user.capsys.readouterr()
    assert said.err.lstrip().startswith(
        f"Go on with 2 orders of run {run} (oak.csv) at the sandbox? [y/N, a: show all 3 rows]"
    )
    assert ("3 of 3 rows" in said.out) is done


@pytest.mark.parametrize("goes_on", [True, False], ids=["y", "n"])
def test_apply_asks_whether_to_finish_an_interrupted_run(user: Asked, goes_on: bool) -> None:
    """A yes is the answer to both questions; a no begins a run, which asks its own."""
    run = user.applied()
    killed(user.practice)
    user.type("y\n" if goes_on else "n\n\n")
    assert apply(user.oak, user.asking) == 0
    said = user.capsys.readouterr()
    assert f"Run {run} of the same rows was interrupted with 2 orders left.\nGo on with it at the sandbox?" in said.err
    assert ("Go on with 2 orders" in said.err, run in said.out) == (False, goes_on)


def test_with_yes_an_interrupted_run_goes_on(user: Asked) -> None:
    """It is said, because the user has asked for a run."""
    run = user.applied()
    killed(user.practice)
    assert apply(user.oak, user.practice) == 0
    assert f"Run {run} of the same rows was interrupted with 2 orders left; it goes on." in user.capsys.readouterr().err


@pytest.mark.parametrize("first", [None, "1", "2"], ids=lambda first: f"first {first}")
@pytest.mark.parametrize("again", [True, False], ids=["y", "n"])
def test_what_was_renamed_since_is_asked_about(user: Asked, again: bool, first: str | None) -> None:
    """The orders of an undone run have lost its names; a trial of them stays one."""
    user.applied()
    assert undo(None, user.practice, dry_run=False) == 0
    taken_back = user.capsys.readouterr().out.rpartition("batch-renamer undo ")[2].split()[0]
    user.type("y\ny\n" if again else "n\n")
    code = apply(user.oak, user.asking | ({"first": first} if first else {}))
    said = user.capsys.readouterr()
    asked = "An earlier run of these rows renamed 3 orders, which have another name now:"
    assert f"{asked} run {taken_back} (an undo) put their old names back.\n" in said.err
    assert "Rename them again? (If not, they are left alone.) [y/N]" in said.err
    counted = f"{first} order{'' if first == '1' else 's'}" if first else "3 orders"
    assert (f"Rename {counted} at the sandbox? [y/N" in said.err) is again
    assert code == (0 if again else 1)
