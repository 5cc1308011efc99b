"""Findings enter; the lines of `doctor` leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.commands.findings import conclusion_lines, finding_lines
from batch_renamer.progress import Line
from batch_renamer.progress.wrapping import wrapped

ROOM = Finding(name="Disk", verdict=Verdict.WARNING, said="90 MB free", repair="Make room.")
NO_KEY = Finding(name="Key", verdict=Verdict.PROBLEM, said="there is none", repair="Write one.", exit_code=2)


def conclusion(findings: list[Finding], command: str = "batch-renamer doctor", *, width: int) -> Iterator[Line]:
    """Return the conclusion with the same command for each case."""
    return conclusion_lines(findings, again=command, next_step="go on", next_command=command, width=width)


def plain(lines: Iterator[Line]) -> list[str]:
    """Return lines without their styles."""
    return ["".join(span.text for span in line) for line in lines]


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.WARNING, Verdict.PROBLEM])
def test_the_next_command_is_not_broken_on_a_narrow_terminal(verdict: Verdict) -> None:
    """A pasted line break would run half of it."""
    command = "batch-renamer doctor --config '/home/ann/Documents/where the orders are/batch-renamer.toml'"
    *_, last = conclusion([Finding(name="Key", verdict=verdict, said="so")], command, width=44)
    [part] = wrapped(last, 44)
    assert "".join(span.text for span in part).endswith("batch-renamer.toml'")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, ["warning      Disk           90 MB free", f"{' ' * 28}→ Make room."]),
        (59, ["warning      Disk", "  90 MB free", "  → Make room."]),
    ],
    ids=["wide", "narrow"],
)
def test_a_finding_fits_the_terminal(width: int, shown: list[str]) -> None:
    """In a narrow one it stands under its name."""
    assert plain(finding_lines(ROOM, width=width)) == shown


def test_a_path_is_never_broken() -> None:
    """It is copied whole, with its spaces of other lines around it."""
    path = f"/home/me/{'a-long-folder/' * 8}journal.sqlite3"
    found = Finding(name="Journal", verdict=Verdict.OK, said=f"whole, with 3 runs, in {path}")
    assert any(path in line for line in plain(finding_lines(found, width=60)))


def test_what_the_terminal_would_obey_is_made_visible() -> None:
    """A file's name may hold an escape sequence."""
    found = Finding(name="Journal", verdict=Verdict.OK, said="\x1b[2Jgone")
    assert "\x1b" not in "".join(plain(finding_lines(found, width=80)))


def test_a_conclusion_fits_the_terminal() -> None:
    """Only the command to copy may be longer."""
    lines = plain(conclusion([NO_KEY], width=40))
    assert lines[0] == ""
    assert max(map(len, lines)) < 40
    assert lines[-1] == "batch-renamer doctor"
