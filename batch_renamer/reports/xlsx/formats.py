"""How cells look: the fonts and colours of every sheet of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlsxwriter.format import Format

from batch_renamer.model import Result
from batch_renamer.workbooks import StreamedWorkbook

__all__ = ["BAR_COLOURS", "Formats"]

_GOOD = {"font_color": "#006100", "bg_color": "#C6EFCE"}
_BAD = {"font_color": "#9C0006", "bg_color": "#FFC7CE", "bold": True}
_DOUBTFUL = {"font_color": "#6B5000", "bg_color": "#FFEB9C", "bold": True}
_QUIET = {"font_color": "#595959"}
"""The word of the result stands in the cell, and what needs a look is bold: no meaning is in the colour alone."""

_COLOURS: Mapping[Result, Mapping[str, object]] = {
    Result.RENAMED: _GOOD,
    Result.UNCHANGED: _QUIET,
    Result.FAILED: _BAD,
    Result.UNKNOWN: _DOUBTFUL,
    Result.DRIFTED: _DOUBTFUL,
    Result.SKIPPED: _QUIET,
    Result.INVALID: _BAD,
    Result.PENDING: _DOUBTFUL,
    Result.PLANNED: _GOOD,
}

BAR_COLOURS: Mapping[Result, str] = {
    result: {id(_GOOD): "#4F9E5B", id(_BAD): "#C0504D", id(_DOUBTFUL): "#E0A800", id(_QUIET): "#9A9A9A"}[id(colours)]
    for result, colours in _COLOURS.items()
}
"""The colours of the bars of a chart."""

_MOMENT = "yyyy-mm-dd hh:mm:ss"
_DURATION = "[h]:mm:ss"
_TEXT = {"num_format": "@", "valign": "top"}  # a cell stays text when a person edits it


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one workbook."""

    text: Format
    wrapped: Format
    number: Format
    row_number: Format
    count: Format
    share: Format
    seconds: Format
    duration: Format
    moment: Format
    boolean: Format
    heading: Format
    other_heading: Format
    title: Format
    label: Format
    results: Mapping[Result, Format]

    @classmethod
    def of(cls, book: StreamedWorkbook) -> Formats:
        """Add the formats to a workbook."""
        top = {"valign": "top"}
        heading = {"num_format": "@", "bold": True, "bottom": 1, "valign": "vcenter"}
        return cls(
            text=book.add_format(_TEXT),
            wrapped=book.add_format({**_TEXT, "text_wrap": True}),
            number=book.add_format(top),
            row_number=book.add_format({"align": "center", **top}),
            count=book.add_format({"num_format": "#,##0", "align": "left", "indent": 1, **top}),
            share=book.add_format({"num_format": "0.0%", "align": "left", **top}),
            seconds=book.add_format({"num_format": "0.000", **top}),
            duration=book.add_format({"num_format": _DURATION, "align": "left", **top}),
            moment=book.add_format({"num_format": _MOMENT, "align": "left", **top}),
            boolean=book.add_format({"align": "left", **top}),
            heading=book.add_format({**heading, "bg_color": "#E7EDF5"}),
            other_heading=book.add_format({**heading, "bg_color": "#F2F2F2", "italic": True}),
            title=book.add_format({**_TEXT, "text_wrap": True, "bold": True, "font_size": 16}),
            label=book.add_format({**_TEXT, "font_color": "#595959"}),
            results={result: book.add_format({**_TEXT, **_COLOURS[result]}) for result in Result},
        )
