"""Findings enter; the lines of `doctor`, its JSON and its exit code leave."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.commands import doctor as command
from batch_renamer.cli.commands.doctor import doctor

WELL = Finding(name="Python", verdict=Verdict.OK, said="3.13.5")
ROOM = Finding(name="Disk", verdict=Verdict.WARNING, said="90 MB free", repair="Make room.")
NO_KEY = Finding(name="Key", verdict=Verdict.PROBLEM, said="there is none", repair="Write one.", exit_code=2)
SILENT = Finding(name="API", verdict=Verdict.PROBLEM, said="no answer", repair="Check the network.", exit_code=4)
LEFT = Finding(name="Clock", verdict=Verdict.NOT_CHECKED, said="the API was not asked")


@pytest.fixture
def finding(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the examination find exactly this."""

    def let(*findings: Finding) -> None:
        def examine(_: Mapping[str, object], **__: object) -> Iterator[Finding]:
            return iter(findings)

        monkeypatch.setattr(command, "examine", examine)

    return let


@pytest.mark.parametrize(
    ("findings", "code", "conclusion", "last"),
    [
        ([WELL], 0, "All is ready.", "batch-renamer plan FILE --profile office"),
        ([WELL, ROOM], 0, "Ready, with 1 warning.", "batch-renamer plan FILE --profile office"),
        ([NO_KEY, LEFT], 2, "1 problem.", "batch-renamer doctor --profile office"),
        ([ROOM, SILENT, NO_KEY], 4, "2 problems.", "batch-renamer doctor --profile office"),
    ],
    ids=["all well", "a warning", "a problem", "the first problem decides"],
)
def test_the_end_says_how_it_is_and_what_comes_next(
    *,
    finding: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    findings: list[Finding],
    code: int,
    conclusion: str,
    last: str,
) -> None:
    """The next command repeats the options that were given."""
    finding(*findings)
    assert doctor({"profile": "office", "quiet": False}) == code
    shown = capsys.readouterr().out
    assert f"\n\n{conclusion} Nothing was changed." in shown
    assert shown.endswith(f"\n{last}\n")
    assert all(one.said in shown for one in findings)


@pytest.mark.parametrize(
    ("findings", "names"), [([WELL], []), ([WELL, ROOM, NO_KEY], ["Disk", "Key"])], ids=["all well", "not all well"]
)
def test_quiet_says_only_what_is_not_well(
    finding: Callable[..., None], capsys: pytest.CaptureFixture[str], findings: list[Finding], names: list[str]
) -> None:
    """There is no conclusion, and nothing at all where all is well."""
    finding(*findings)
    doctor({"quiet": True})
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert [line[13:].split()[0] for line in lines] == names


def test_json_is_one_object_and_nothing_else(finding: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    """Every check is in it, with --quiet too."""
    finding(WELL, NO_KEY)
    assert doctor({"json": True, "quiet": True}) == 2
    assert json.loads(capsys.readouterr().out) == {
        "command": "doctor",
        "exit_code": 2,
        "checks": [
            {"name": "Python", "verdict": "ok", "said": "3.13.5", "repair": ""},
            {"name": "Key", "verdict": "problem", "said": "there is none", "repair": "Write one."},
        ],
    }


class Lost(io.StringIO):
    """A standard output that can't be written to."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, _: str) -> int:
        """Refuse the text."""
        raise self._error


@pytest.mark.parametrize("given", [{}, {"json": True}], ids=["lines", "json"])
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(28, "No space left on device"), 4, "could not be written to standard output: No space left"),
        (BrokenPipeError(), 141, ""),
    ],
    ids=["full disk", "reader gone"],
)
def test_a_result_that_is_lost_is_never_called_well(
    *,
    finding: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, object],
    error: OSError,
    code: int,
    said: str,
) -> None:
    """All was well with the machine, but the answer did not arrive."""
    finding(WELL)
    monkeypatch.setattr(sys, "stdout", Lost(error))
    assert doctor(given) == code
    shown = capsys.readouterr().err
    assert said in shown
    assert bool(shown) is bool(said)


def test_practice_is_examined_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stand-in: the sandbox answers, no key is needed, and nothing is written."""
    given = {"sandbox": True, "config": "none", "state_dir": str(tmp_path / "state"), "json": True}
    assert doctor(given) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"name": "API", "verdict": "ok", "said": "the sandbox answers", "repair": ""} in answer["checks"]
    assert list(tmp_path.iterdir()) == []


def test_a_conclusion_that_is_lost_is_not_passed_over(
    finding: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is full after the findings: a program that reads only the code learns it."""
    finding()  # nothing is written before the conclusion
    monkeypatch.setattr(sys, "stdout", Lost(OSError(28, "No space left on device")))
    assert doctor({}) == 4
    assert "could not be written to standard output" in capsys.readouterr().err
