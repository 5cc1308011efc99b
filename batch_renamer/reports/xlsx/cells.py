"""Renders the cells of a report: those of a column by the type of its values, each in its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

from batch_renamer.model import Result
from batch_renamer.reports.rows import JsonValue
from batch_renamer.reports.xlsx.formats import Formats
from batch_renamer.reports.xlsx.layout import Column, Layout, width_of
from batch_renamer.reports.xlsx.moments import days_of_text
from batch_renamer.workbooks import boolean_cell, has_all_digits, number_cell, text_cell

__all__ = ["LineCells"]

_MARGIN = 2  # characters between a text and the next column
_LOST_AT_WORDS = 2  # characters at the end of a line, where the next word does not fit
_MOST_REMEMBERED = 1_000

Render = Callable[[Any], str]  # the values of a column have one type, but not those of a row


class LineCells:
    """Renders the lines of one sheet.

    ``widths`` are those that the columns need for the texts so far, in characters. ``lines`` is how many lines of text
    the last rendered row is high.
    """

    def __init__(self, layout: Layout, formats: Formats) -> None:
        self.widths = [column.least for column in layout.columns]
        self.lines = 1
        self._most = [column.most for column in layout.columns]
        self._formats = formats
        self._renders = [self._render_of(place, column) for place, column in enumerate(layout.columns)]

    def render(self, values: Iterable[JsonValue]) -> list[str]:
        """Render the values of a row, in the order of the columns; a blank cell is ""."""
        self.lines = 1
        return [
            "" if value is None or value == "" else render(value)
            for render, value in zip(self._renders, values, strict=False)
        ]

    def _render_of(self, place: int, column: Column) -> Render:
        """Return what renders the values of a column; where many rows have the same, it remembers the cells."""
        remembering, formats = lru_cache(_MOST_REMEMBERED), self._formats
        match "" if column.other else column.heading:
            case "row":
                return partial(self._number, formats.row_number.xf_index, place)
            case "seconds":
                return partial(self._number, formats.seconds.xf_index, place)
            case "attempts" | "http_status" | "total_images":
                return remembering(partial(self._number, formats.number.xf_index, place))
            case "is_processing" | "is_merging" | "is_deleted":
                return remembering(partial(boolean_cell, style=formats.boolean.xf_index))
            case "last_updated_at" | "started_at":
                return partial(self._moment, place)
            case "result":
                return remembering(partial(self._result, place))
            case "status" | "skip":
                return remembering(partial(self._text, place))
            case _ if column.wrapped:
                return partial(self._wrapped_text, place, column.most)
            case _:
                return partial(self._text, place)

    def _text(self, place: int, text: str) -> str:
        self._make_room(place, width_of(text))
        return text_cell(text, self._formats.text.xf_index)

    def _wrapped_text(self, place: int, most: int, text: str) -> str:
        width = width_of(text)
        self._make_room(place, width)
        if width <= most:
            return text_cell(text, self._formats.text.xf_index)
        self.lines = max(self.lines, -(-width // (most - _LOST_AT_WORDS)))
        return text_cell(text, self._formats.wrapped.xf_index)

    def _result(self, place: int, result: str) -> str:
        self._make_room(place, width_of(result))
        return text_cell(result, self._formats.results[Result(result)].xf_index)

    def _number(self, style: int, place: int, number: float) -> str:
        return number_cell(number, style) if has_all_digits(number) else self._text(place, str(number))

    def _moment(self, place: int, text: str) -> str:
        days = days_of_text(text)
        return self._text(place, text) if days is None else number_cell(days, self._formats.moment.xf_index)

    def _make_room(self, place: int, width: int) -> None:
        if width + _MARGIN > self.widths[place]:
            self.widths[place] = min(width + _MARGIN, self._most[place])
