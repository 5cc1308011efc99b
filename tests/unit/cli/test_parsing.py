"""Words that can't be read enter; a sentence leaves that names what was meant."""

from __future__ import annotations

import json

import pytest

from batch_renamer.cli.parsing import WrongWordsError
from batch_renamer.cli.wrong_words import said_of
from tests.support.answering import Ask


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
        pytest.param(
            ["plan", "a.xlsx", "b.xlsx", "c.xlsx"],
            "plan takes one spreadsheet at a time; run it once for each. Too many: b.xlsx, c.xlsx.",
            id="several spreadsheets",
        ),
        pytest.param(
            ["show", "k1", "k2", "k3", "k4", "k5"],
            "show takes one run at a time. Too many: k2, k3, k4 and 1 more.",
            id="many runs",
        ),
        pytest.param(["apply"], "Give either a spreadsheet or --plan ID (", id="neither a spreadsheet nor a plan"),
        pytest.param(["apply", "x.csv", "--plan", "k1"], "Give either a spreadsheet or --plan ID (", id="both"),
        pytest.param(
            ["apply", "--plan", "k1", "--dry-run"],
            "Give either a spreadsheet or --plan ID (and --dry-run only with a spreadsheet).",
            id="a plan that is only looked at",
        ),
        pytest.param(
            ["apply", "--plan", "k1", "--sandbox-reset"],
            "--sandbox-reset would forget the plan that --plan names; leave it out.",
            id="a plan that would be forgotten",
        ),
        pytest.param(
            ["completion", "tcsh"], "There is completion for bash, zsh, fish. Name one of them.", id="another shell"
        ),
        pytest.param(["runs", "k1"], "runs takes no such word. Too many: k1.", id="a word too many"),
    ],
)
def test_the_near_word_is_named(answer: Ask, words: list[str], said: str) -> None:
    """A typing error costs one reading, and nothing is begun."""
    ran = answer(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {said}")
    assert ran.err.endswith("--help` lists what there is.\n")


def test_without_a_word_the_first_page_is_shown(answer: Ask) -> None:
    """It says what the spreadsheet needs and what to type, and, as before, that nothing was asked for."""
    ran = answer()
    assert (ran.code, ran.out) == (2, "")
    assert all(word in ran.err for word in ("order_id", "new_name", "plan FILE --sandbox", "AUTOENHANCE_API_KEY"))


@pytest.mark.parametrize("words", [["help", "undo"], ["undo", "-h"]], ids=" ".join)
def test_help_is_asked_for_in_several_ways(answer: Ask, words: list[str]) -> None:
    """All are answered with the same page."""
    assert answer(*words).out == answer("undo", "--help").out


def test_version_has_a_short_option(answer: Ask) -> None:
    """``-V`` is what many programs take."""
    assert answer("-V").out == answer("--version").out != ""


@pytest.mark.parametrize("command", ["apply", None])
def test_with_json_wrong_words_are_an_object(answer: Ask, command: str | None) -> None:
    """A program reads it where it reads results; without a command it has none."""
    words = [command, "--json"] if command else ["--json"]
    ran = answer(*words, "--qqq")
    assert (ran.code, ran.err) == (2, "")
    said = json.loads(ran.out)
    assert (said["command"], said["exit_code"]) == (command, 2)


@pytest.mark.parametrize(
    ("theirs", "words", "ours"),
    [
        pytest.param("No such option: --qqq", ["--qqq"], "--qqq: there is no such option.", id="no such option"),
        pytest.param("No such command 'aply'.", ["aply"], "aply: there is no such command.", id="no such command"),
        pytest.param("Missing argument 'FILE'.", ["plan"], "FILE: is missing.", id="an argument is missing"),
        pytest.param("Missing parameter 'ID'.", ["show"], "ID: is missing.", id="a parameter is missing"),
        pytest.param("Option '--rate' requires an argument.", [], "--rate: needs a value.", id="no value"),
        pytest.param("Option '--yes' does not take a value.", [], "--yes: takes no value.", id="a value too many"),
        pytest.param("Got an unexpected\n  thing", [], "Got an unexpected thing.", id="another sentence, on two lines"),
        pytest.param(
            "Invalid value for '--port': 'abc' is not a valid integer.",
            ["sandbox", "--port", "abc"],
            "--port abc: must be a whole number.",
            id="no whole number",
        ),
        pytest.param(
            "Invalid value for '--port': '1 2' is not a valid integer range.",
            ["sandbox", "--port=1 2"],
            "--port 1 2: must be a whole number.",
            id="with an equals sign",
        ),
        pytest.param(
            "Invalid value for '--speed': 'x' is not a valid number.",
            ["--speed", "x"],
            "--speed x: must be a number.",
            id="no number",
        ),
        pytest.param(
            "Invalid value for '--port': '' is not a valid integer.",
            ["-p"],
            "--port: must be a whole number.",
            id="a value that was not typed",
        ),
    ],
)
def test_the_sentence_is_in_our_form(theirs: str, words: list[str], ours: str) -> None:
    """It begins with what was typed, and says what is wrong with it."""
    assert said_of(WrongWordsError(theirs), words) == ours
