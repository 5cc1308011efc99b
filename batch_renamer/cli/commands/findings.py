"""The lines of `doctor`: each finding as text that fits the terminal. Its verdict is a word, not a colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.at_words import at_words
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import DOCTOR, PLAN
from batch_renamer.progress import Line, Span, Style, visible
from batch_renamer.text import counted

__all__ = ["conclusion_lines", "finding_lines"]

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


def conclusion_lines(findings: Sequence[Finding], given: Mapping[str, object], *, width: int) -> Iterator[Line]:
    """Yield a conclusion from all findings, and what to do next."""
    problems = sum(finding.verdict is Verdict.PROBLEM for finding in findings)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in findings)
    if problems:
        text = f"{counted(problems, 'problem')}. Nothing was changed. Do what the arrows say, then check again:"
    elif warnings:
        text = f"Ready, with {counted(warnings, 'warning')}. Nothing was changed. Next, see what would be renamed:"
    else:
        text = "All is ready. Nothing was changed. Next, see what would be renamed:"
    yield ()
    yield from ((Span(line, "bad" if problems else "strong"),) for line in _wrapped(text, width))
    kept = carried_options(given)
    command = command_line(DOCTOR, [], kept) if problems else command_line(PLAN, ["FILE"], kept)
    yield (Span(command, "command"),)
