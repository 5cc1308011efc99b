"""Shows what checks have found: each finding as text that fits the terminal. Its verdict is a word, not a colour."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.at_words import at_words
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import Command
from batch_renamer.progress import Line, Span, Style, show_lines, visible
from batch_renamer.text import counted

__all__ = ["conclusion_lines", "finding_lines", "show_findings", "show_on_output", "write_findings"]

_STYLES: Mapping[Verdict, Style] = {
    Verdict.OK: "good",
    Verdict.WARNING: "warn",
    Verdict.PROBLEM: "bad",
    Verdict.NOT_CHECKED: "dim",
}
_VERDICTS = max(map(len, Verdict)) + 2
_NAMES = len("Configuration") + 2
_NARROW = 60
"""If the terminal has fewer columns, a finding stands under its name instead of beside it."""


def finding_lines(finding: Finding, *, width: int) -> Iterator[Line]:
    """Yield the lines of one finding, broken at words; a repair stands on lines of its own.

    Example:
        >>> from batch_renamer.checks import Finding, Verdict
        >>> finding = Finding(name="Disk", verdict=Verdict.WARNING, said="90 MB free", repair="Make room.")
        >>> for line in finding_lines(finding, width=80):
        ...     print("".join(span.text for span in line))
        warning      Disk           90 MB free
                                    → Make room.
    """
    said, repair = visible(finding.said), f"→ {visible(finding.repair)}"
    verdict = Span(f"{finding.verdict.value:<{_VERDICTS}}", _STYLES[finding.verdict])
    if width < _NARROW:
        indent = 2
        yield (verdict, Span(finding.name))
        rest = _wrapped(said, width - indent)
    else:
        indent = _VERDICTS + _NAMES
        first, *rest = _wrapped(said, width - indent)
        yield (verdict, Span(f"{finding.name:<{_NAMES}}"), Span(first))
    if finding.repair:
        rest += _wrapped(repair, width - indent)
    yield from ((Span(" " * indent), Span(line)) for line in rest)


def _wrapped(text: str, width: int) -> list[str]:
    return at_words(text, max(width - 1, 20)) or [""]


def conclusion_lines(
    findings: Sequence[Finding], *, again: str, next_step: str, next_command: str, width: int
) -> Iterator[Line]:
    """Yield a conclusion from all findings, and what to do next.

    ``again`` is the command that checks again. ``next_step`` says in words what ``next_command`` does.
    """
    problems = sum(finding.verdict is Verdict.PROBLEM for finding in findings)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in findings)
    if problems:
        text = f"{counted(problems, 'problem')}. Nothing was changed. Do what the arrows say, then check again:"
    elif warnings:
        text = f"Ready, with {counted(warnings, 'warning')}. Nothing was changed. Next, {next_step}:"
    else:
        text = f"All is ready. Nothing was changed. Next, {next_step}:"
    yield ()
    yield from ((Span(line, "bad" if problems else "strong"),) for line in _wrapped(text, width))
    yield (Span(again if problems else next_command, "command"),)


def show_findings(findings: Iterable[Finding], *, quiet: bool) -> list[Finding]:
    """Show each finding on standard output as soon as it is known, and return all; ``quiet``: only what is not well.

    Raises:
        ReaderGoneError: the program that reads standard output has ended.
        OutputLostError: standard output can't be written.
    """
    found = []
    for finding in findings:
        found.append(finding)
        if not (quiet and finding.verdict is Verdict.OK):
            show_on_output(partial(_lines, finding))
    return found


def show_on_output(lines: Callable[[int], Iterator[Line]]) -> None:
    """Show lines, made for a width, on standard output; see `show_findings`."""
    with to_standard_output():
        if error := show_lines(lines, sys.stdout):
            raise error


def write_findings(command: Command, findings: Iterable[Finding], code: int) -> None:
    """Write all findings to standard output as one JSON object."""
    checks = [
        {"name": one.name, "verdict": one.verdict.value, "said": one.said, "repair": one.repair} for one in findings
    ]
    with to_standard_output():
        sys.stdout.write(json.dumps({"command": command.word, "exit_code": code, "checks": checks}) + "\n")


def _lines(finding: Finding, width: int) -> Iterator[Line]:
    return finding_lines(finding, width=width)
