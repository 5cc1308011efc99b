"""What a machine has enters; each check says in a word how it came out, and how to repair it."""

from __future__ import annotations

import io

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.checks.machine import check_open_files, check_python, check_terminal


class Terminal(io.StringIO):
    """A terminal with an encoding, or no terminal."""

    def __init__(self, encoding: str = "utf-8", *, is_one: bool = True) -> None:
        super().__init__()
        self._encoding, self._is_one = encoding, is_one

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has it as an attribute
        """Its encoding."""
        return self._encoding

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._is_one


@pytest.mark.parametrize(
    ("finding", "verdict", "said", "repair"),
    [
        (check_python(sqlite=(3, 37, 0)), Verdict.OK, "with SQLite 3.37.0", ""),
        (check_python(sqlite=(3, 36, 9)), Verdict.PROBLEM, "SQLite 3.37 or newer is needed", "newer Python"),
        (check_open_files(possible=1000, wanted=1000), Verdict.OK, "enough for 1,000 requests at once", ""),
        (check_open_files(possible=100, wanted=1000), Verdict.OK, "enough for 100 requests", ""),
        (check_open_files(possible=20, wanted=1000), Verdict.WARNING, "enough for 20 requests", "ulimit -n"),
        (check_open_files(possible=4, wanted=4), Verdict.OK, "enough for 4 requests", ""),
        (check_terminal(Terminal(), columns=44, environ={}), Verdict.OK, "44 columns, with colours", ""),
        (
            check_terminal(Terminal(), columns=80, environ={"NO_COLOR": "1"}),
            Verdict.OK,
            "without colours (NO_COLOR is set)",
            "",
        ),
        (check_terminal(Terminal(), columns=80, environ={"TERM": "dumb"}), Verdict.OK, "TERM=dumb", ""),
        (check_terminal(Terminal(is_one=False), columns=80, environ={}), Verdict.OK, "none here", ""),
        (check_terminal(Terminal("ascii"), columns=80, environ={}), Verdict.WARNING, "encoding is ascii", "UTF-8"),
    ],
    ids=[
        "the oldest SQLite",
        "an older SQLite",
        "all files",
        "fewer files",
        "too few files",
        "few files, as asked for",
        "a terminal",
        "no colours",
        "a dumb terminal",
        "no terminal",
        "an old encoding",
    ],
)
def test_the_machine(finding: Finding, verdict: Verdict, said: str, repair: str) -> None:
    """Only what keeps a run from beginning is a problem; what it does worse with is a warning."""
    assert finding.verdict is verdict
    assert said in finding.said
    assert repair in finding.repair
    assert bool(finding.repair) is (verdict in (Verdict.WARNING, Verdict.PROBLEM))
    assert finding.exit_code == (2 if verdict is Verdict.PROBLEM else 0)
