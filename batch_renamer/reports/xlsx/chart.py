"""The chart of a report: how many rows have each result, as bars beside the table that it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from batch_renamer.model import Result
from batch_renamer.reports.xlsx.formats import BAR_COLOURS

__all__ = ["add_chart"]

_WIDTH, _HEIGHT, _BAR_HEIGHT = 480, 110, 34  # pixels: all bars, and what stands around them


def add_chart(book: Workbook, sheet: Worksheet, results: Sequence[Result], *, first: int, right_of: int) -> None:
    """Add the chart to a sheet that has the words of the results in column A, from line ``first``, and counts beside.

    Each bar has its word and its number, so that nothing depends on its colour.
    """
    last = first + len(results) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "rows",
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, 1, last, 1],
            "points": [{"fill": {"color": BAR_COLOURS[result]}} for result in results],
            "data_labels": {"value": True, "num_format": "#,##0"},
            "gap": 40,
        }
    )
    chart.set_title({"name": "Rows by result", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"none": True}, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": _WIDTH, "height": _HEIGHT + _BAR_HEIGHT * len(results)})
    sheet.insert_chart(
        max(first - 1, 0), right_of + 1, chart, {"x_offset": 16, "description": "Bars: how many rows have each result"}
    )
