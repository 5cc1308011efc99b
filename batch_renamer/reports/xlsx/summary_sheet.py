"""The sheet ``summary``: what happened, in one sentence, in figures and as a chart, and how the run was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batch_renamer.model import Result, RunSummary
from batch_renamer.reports.xlsx.chart import add_chart
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import width_of
from batch_renamer.reports.xlsx.moments import days_of, local_zone
from batch_renamer.reports.xlsx.reasons import Reasons
from batch_renamer.text import counted, duration
from batch_renamer.version import __version__
from batch_renamer.workbooks import cut, write_text

__all__ = ["SUMMARY", "add_summary"]

SUMMARY = "summary"
"""The name of the sheet."""

_WIDTHS = (24, 12, 10, 70)
_LAST = len(_WIDTHS) - 1
_LINE_POINTS, _TITLE_POINTS = 15, 24
_TITLE_CHARACTERS = 70
_MOST_LINES = 20
_MOST_REASONS = 10


class _Fact(NamedTuple):
    """A line about the run: what it is about, and its value as a text or as a number in a format."""

    label: str
    value: str | float
    cell_format: Format | None = None


def add_summary(book: Workbook, summary: RunSummary, reasons: Reasons, formats: Formats) -> None:
    """Add the sheet after those of the rows, so that the first sheet is the report."""
    sheet = book.add_worksheet(SUMMARY)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    line = _write_headline(sheet, summary, formats)
    line = _write_counts(book, sheet, line, summary, formats)
    line = _write_reasons(sheet, line, reasons, formats)
    line = _write_section(sheet, line + 1, "About this run", formats)
    for fact in _facts(summary, formats):
        line = _write_fact(sheet, line, fact, formats)
    if summary.warnings:
        line = _write_section(sheet, line + 1, "Notes", formats)
    for note in summary.warnings:
        line = _write_wide(sheet, line, 0, note, formats.wrapped)


def _write_headline(sheet: Worksheet, summary: RunSummary, formats: Formats) -> int:
    """Write what happened, and why the run stopped; return the next line."""
    facts = summary.facts
    sentence = facts.sentence or counted(summary.total, "row")
    sheet.set_row(0, _TITLE_POINTS * _lines(sentence, _TITLE_CHARACTERS))
    _merge(sheet, 0, 0, sentence, formats.title)
    line = 1
    if summary.stopped and summary.stopped != facts.sentence:
        line = _write_wide(sheet, line, 0, summary.stopped, formats.wrapped)
    return line + 1


def _write_counts(book: Workbook, sheet: Worksheet, line: int, summary: RunSummary, formats: Formats) -> int:
    """Write how many rows have each result, as a table and as a chart beside it; return the next line."""
    shown = list(_counted_results(summary))
    if not shown:
        return line
    for place, heading in enumerate(("result", "rows", "share", "what it means")):
        write_text(sheet, line, place, heading, formats.heading)
    first, after = line + 1, line + 1 + len(shown)
    for place, (result, meaning, count) in enumerate(shown, start=first):
        write_text(sheet, place, 0, result.value, formats.results[result])
        sheet.write_number(place, 1, count, formats.count)
        sheet.write_number(place, 2, count / summary.total, formats.share)
        write_text(sheet, place, _LAST, meaning, formats.text)
    add_chart(book, sheet, [result for result, _, _ in shown], first=first, right_of=_LAST)
    write_text(sheet, after, 0, "all rows", formats.label)
    sheet.write_number(after, 1, summary.total, formats.count)
    return after + 1


def _write_reasons(sheet: Worksheet, line: int, reasons: Reasons, formats: Formats) -> int:
    """Write why rows need a look, and why others were left out; return the next line."""
    largest = reasons.largest(_MOST_REASONS)
    if not largest:
        return line
    line += 1
    for place, heading in ((0, "result"), (1, "rows"), (_LAST, "why, and what helps")):
        write_text(sheet, line, place, heading, formats.heading)
    sheet.write_blank(line, 2, None, formats.heading)
    for place, (result, reason, count) in enumerate(largest, start=line + 1):
        write_text(sheet, place, 0, result.value, formats.results[result])
        sheet.write_number(place, 1, count, formats.count)
        if (lines := _lines(reason, _WIDTHS[_LAST])) > 1:
            sheet.set_row(place, lines * _LINE_POINTS)
        write_text(sheet, place, _LAST, cut(reason), formats.wrapped)
    return line + 1 + len(largest)


def _counted_results(summary: RunSummary) -> Iterator[tuple[Result, str, int]]:
    """Yield the results that occur, in the order in which people are shown them, with their meanings and counts."""
    meanings = {each.result: each.meaning for each in summary.facts.meanings}
    for result in {**meanings, **summary.counts}:
        if count := summary.counts.get(result, 0):
            yield result, meanings.get(result, ""), count


def _facts(summary: RunSummary, formats: Formats) -> Iterator[_Fact]:
    """Yield what is known about the run."""
    facts = summary.facts
    yield _Fact("Account", facts.account)
    yield _Fact("Spreadsheet", facts.sheet or "")
    yield _Fact("Run", summary.run_id)
    yield _Fact("About", facts.about)
    for label, seconds in (("Began", facts.began_at), ("Ended", facts.ended_at)):
        if seconds is not None and (days := days_of(seconds)) is not None:
            yield _Fact(label, days, formats.moment)
    zone = local_zone(facts.began_at or 0)
    yield _Fact("Times", f"{zone} on every sheet: the time of the computer that wrote this file")
    also = "; so are the requests" if facts.since and summary.requests else ""
    yield _Fact("Took", f"{duration(summary.seconds)}{facts.since}{also}" if summary.seconds else "")
    if summary.requests:
        yield _Fact("Requests", summary.requests, formats.count)
        yield _Fact("Told to slow down (429)", summary.throttled, formats.count)
    yield _Fact("Command", facts.command_line)
    for given in facts.settings:
        yield _Fact(f"Setting {given.name}", f"{given.value} ({given.source})")
    yield _Fact("Results written into", summary.workbook)
    yield _Fact("Written by", f"batch-renamer {__version__}")


def _write_section(sheet: Worksheet, line: int, heading: str, formats: Formats) -> int:
    _merge(sheet, line, 0, heading, formats.heading)
    return line + 1


def _write_fact(sheet: Worksheet, line: int, fact: _Fact, formats: Formats) -> int:
    """Write one fact, if there is one; return the next line."""
    if fact.value == "":
        return line
    write_text(sheet, line, 0, fact.label, formats.label)
    if not isinstance(fact.value, str):
        sheet.merge_range(line, 1, line, _LAST, "", fact.cell_format)
        sheet.write_number(line, 1, fact.value, fact.cell_format)
        return line + 1
    return _write_wide(sheet, line, 1, fact.value, formats.wrapped)


def _write_wide(sheet: Worksheet, line: int, first: int, text: str, cell_format: Format) -> int:
    """Write a text across the columns from ``first`` on, in a row that is high enough for it; return the next line."""
    if (lines := _lines(text, sum(_WIDTHS[first:]))) > 1:  # no program finds the height of merged cells itself
        sheet.set_row(line, lines * _LINE_POINTS)
    _merge(sheet, line, first, text, cell_format)
    return line + 1


def _merge(sheet: Worksheet, line: int, first: int, text: str, cell_format: Format) -> None:
    sheet.merge_range(line, first, line, _LAST, "", cell_format)
    write_text(sheet, line, first, cut(text), cell_format)


def _lines(text: str, characters: int) -> int:
    """Return how many lines a text takes at this width, at most as many as a row can be high."""
    lines = sum(max(1, -(-width_of(line) // characters)) for line in text.split("\n"))
    return min(lines, _MOST_LINES)
