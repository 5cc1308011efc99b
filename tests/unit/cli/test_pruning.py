"""What `runs --prune` forgets: a table of what was typed, of answers, and of what is said."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from batch_renamer.cli.pruning import prune_runs
from batch_renamer.errors import SettingsError
from batch_renamer.journal import Prunable, Stays
from tests.support.typed import typed

if TYPE_CHECKING:
    from batch_renamer.journal import Journal

OLD = Prunable(gone=("k1", "k2"), stays=(("k3", Stays.UNFINISHED), ("k4", Stays.IN_USE), ("k5", Stays.UNFINISHED)))


@dataclass
class Forgetting:
    """Stands for the runs of a journal; ``asked`` is how old runs were looked for, ``forgotten`` what was forgotten."""

    found: Prunable
    asked: list[dict[str, float]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def prunable(self, **old: float) -> Prunable:
        """Return what would be forgotten."""
        self.asked.append(old)
        return self.found

    def prune(self, *, only: frozenset[str], **old: float) -> int:
        """Forget runs; return how many."""
        self.asked.append(old)
        self.forgotten += sorted(only)
        return len(only)


def pruned(what: str, found: Prunable = OLD, *, asks: bool = False) -> tuple[bool, Forgetting]:
    """Return whether runs were forgotten, and which."""
    runs = Forgetting(found)
    return prune_runs(cast("Journal", SimpleNamespace(runs=runs)), what, asks=asks), runs


@pytest.mark.parametrize(
    ("what", "old"),
    [
        pytest.param("90d", {"older_than_s": 7_776_000}, id="days"),
        pytest.param("12h", {"older_than_s": 43_200}, id="hours"),
        pytest.param(" 8W ", {"older_than_s": 4_838_400}, id="weeks, in capitals and with spaces"),
        pytest.param("0d", {"older_than_s": 0}, id="no age"),
        pytest.param("20", {"keep": 20}, id="a number of runs"),
        pytest.param("0", {"keep": 0}, id="all runs"),
    ],
)
def test_what_is_old(what: str, old: dict[str, float]) -> None:
    """What is looked for and what is forgotten are found in the same way."""
    assert pruned(what)[1].asked == [old, old]


@pytest.mark.parametrize("what", ["", "d", "-3", "1.5d", "90 d", "3m", "1234567d", "٣", "all"])
def test_what_is_no_age_is_refused(what: str) -> None:
    """The sentence repeats what was typed and shows what can be."""
    with pytest.raises(SettingsError, match="must be an age such as 90d, 12h or 8w, or the number of runs") as caught:
        pruned(what)
    assert str(caught.value).startswith(f"--prune {what}: ")


def test_without_a_question_what_stays_is_said_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Each reason once, with its runs; a log has each in one line."""
    assert pruned("0")[0]
    assert capsys.readouterr().err.splitlines() == [
        "Kept, because a command is using it: k4.",
        "Kept, because it can still be resumed: k3, k5.",
        "2 runs forgotten.",
    ]


@pytest.mark.parametrize(
    ("answer", "forgotten"),
    [
        pytest.param("y\n", ["k1", "k2"], id="y"),
        pytest.param("YES\n", ["k1", "k2"], id="yes in capitals"),
        pytest.param("perhaps\ny\n", ["k1", "k2"], id="another word, then y"),
        pytest.param("n\n", [], id="n"),
        pytest.param("\n", [], id="Enter alone"),
        pytest.param("", [], id="the end of the input"),
    ],
)
def test_the_answer_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, forgotten: list[str]
) -> None:
    """Only a yes forgets, and only what was shown; anything else says that nothing was."""
    with typed(answer) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        done, runs = pruned("0", asks=True)
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("To be forgotten: k1, k2. They can't be shown, undone or resumed after that.")
    assert "Forget 2 runs? [y/N]" in said
    assert (done, runs.forgotten) == (bool(forgotten), forgotten)
    assert said.endswith("2 runs forgotten." if forgotten else "Nothing was forgotten.")


def test_where_nothing_is_old_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question about no runs would only stop the user."""
    with typed("n\n") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert pruned("90d", Prunable(), asks=True)[0]
    assert capsys.readouterr().err == "0 runs forgotten.\n"


def test_many_ids_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten are named."""
    pruned("0", Prunable(stays=tuple((f"k{number}", Stays.NEEDED) for number in range(1_212))))
    assert "k8, k9 and 1,202 more." in capsys.readouterr().err
