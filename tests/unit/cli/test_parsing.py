"""Words that can't be read enter; a sentence leaves that names what was meant."""

from __future__ import annotations

import subprocess
import sys

import pytest


def answer(*words: str) -> subprocess.CompletedProcess[str]:
    """Return what the program says to these words."""
    line = [sys.executable, "-m", "batch_renamer", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["aply", "x.csv"], "aply: there is no such command. Did you mean apply?", id="command"),
        pytest.param(["help", "aply"], "aply: there is no such command. Did you mean apply?", id="help of a command"),
        pytest.param(["apply", "--firts", "3"], "--firts: there is no such option. Did you mean --first?", id="option"),
        pytest.param(["apply", "--qqq"], "--qqq: there is no such option.", id="an option like no other"),
        pytest.param(
            ["--sandbox", "plan", "x.csv"],
            "--sandbox: goes after the command, as in plan --sandbox.",
            id="option before the command",
        ),
        pytest.param(["sandbox", "--port", "abc"], "--port abc: must be a whole number.", id="no number"),
        pytest.param(["apply", "x.csv", "--rate"], "--rate: needs a value.", id="no value"),
        pytest.param(["apply", "x.csv", "--yes=3"], "--yes: takes no value.", id="a value too many"),
        pytest.param(
            ["houses.XLSX"],
            "Say what to do with houses.XLSX: put check, plan or apply before it.",
            id="a spreadsheet alone",
        ),
    ],
)
def test_the_near_word_is_named(words: list[str], said: str) -> None:
    """A typing error costs one reading, and nothing is begun."""
    ran = answer(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"Error: {said}")
    assert ran.stderr.endswith("--help` lists what there is.\n")


def test_without_a_word_the_first_page_is_shown() -> None:
    """It says what the spreadsheet needs and what to type, and, as before, that nothing was asked for."""
    ran = answer()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert all(word in ran.stderr for word in ("order_id", "new_name", "plan FILE --sandbox", "AUTOENHANCE_API_KEY"))


@pytest.mark.parametrize("words", [["help", "undo"], ["undo", "-h"]], ids=" ".join)
def test_help_is_asked_for_in_several_ways(words: list[str]) -> None:
    """All are answered with the same page."""
    assert answer(*words).stdout == answer("undo", "--help").stdout


def test_version_has_a_short_option() -> None:
    """``-V`` is what many programs take."""
    assert answer("-V").stdout == answer("--version").stdout != ""
