"""Makes the table of `runs`: its lines fit the terminal, but a pipe gets every text whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from batch_renamer.cli.night_groups import Group, night_lines
from batch_renamer.jobs import ListedRun
from batch_renamer.progress import Line, Span, Style, broken, cells_of, cut_middle, visible

__all__ = ["ANY_WIDTH", "table_lines"]

ANY_WIDTH = 1_000_000
"""The width of a pipe: nothing is broken, cut or left out."""

_GAP = 2
_STYLES: Mapping[str, Style] = {
    "done": "good",
    "planned": "strong",
    "at work": "strong",
    "interrupted": "bad",
    "refused": "warn",
    "undone": "dim",
    "superseded": "dim",
    "dismissed": "dim",
    "not begun": "dim",
    "not done": "dim",
}


@dataclass(slots=True)
class _Column:
    """One column: its heading, its texts, the least width it may have, and whether a text that is too long is cut."""

    heading: str
    texts: list[str]
    least: int
    cut: bool = False
    width: int = 0

    def __post_init__(self) -> None:
        self.width = max(map(cells_of, [self.heading, *self.texts]))
        self.least = min(self.least, self.width)

    def cell(self, text: str) -> list[str]:
        """Return the lines of one cell."""
        if cells_of(text) <= self.width:
            return [text]  # with its indent
        return [cut_middle(text, self.width)] if self.cut else broken(text, self.width)


def table_lines(groups: Sequence[Group], *, width: int) -> Iterator[Line]:
    """Yield the heading and the runs, as a table; where it is too narrow for one, each run is a few lines.

    The runs of a night stand below its line, indented.
    """
    entries = [entry for group in groups for entry in group.entries]
    columns = _columns(entries, whole=width == ANY_WIDTH)
    fits = _fitted(columns, width)
    lines = _rows(entries, columns) if fits else (_stacked(entry, width) for entry in entries)
    if entries and fits:
        yield _line([column.heading for column in columns], columns, ["strong"] * len(columns))
    for group in groups:
        if group.night is not None:
            yield from night_lines(group.night, width=width)
        for of_one in islice(lines, len(group.entries)):
            yield from of_one


def _rows(entries: Sequence[ListedRun], columns: Sequence[_Column]) -> Iterator[Iterable[Line]]:
    """Yield the lines of each run in the table."""
    for place, entry in enumerate(entries):
        styles: list[Style] = ["" for _ in columns]
        styles[0], styles[1], styles[3] = "strong", "dim", _STYLES.get(entry.state, "")
        cells = [column.cell(column.texts[place]) for column in columns]
        yield [
            _line([cell[number] if number < len(cell) else "" for cell in cells], columns, styles)
            for number in range(max(map(len, cells)))
        ]


def _columns(entries: Sequence[ListedRun], *, whole: bool) -> list[_Column]:
    """Return the columns; on a terminal the account is shown only where the runs are of several."""
    places = [visible(entry.place) for entry in entries]
    columns = [
        _Column("RUN", [_indent(entry) + entry.run.id for entry in entries], 8 if any(map(_indent, entries)) else 6),
        _Column("STARTED", [entry.moment(zone=whole) for entry in entries], 16),
        _Column("COMMAND", [entry.command for entry in entries], 9),
        _Column("STATE", [entry.marked_state for entry in entries], 11),
        _Column("ACCOUNT", places, 16, cut=True),
        _Column("FILE", [visible(entry.sheet) for entry in entries], 12, cut=True),
        _Column("ROWS", [visible(", ".join(entry.results)) for entry in entries], 18),
    ]
    return columns if whole or len(set(places)) > 1 else [one for one in columns if one.heading != "ACCOUNT"]


def _fitted(columns: Sequence[_Column], width: int) -> bool:
    """Make columns narrower, from the last to the first, until the table fits; tell whether it does."""
    too_wide = sum(column.width + _GAP for column in columns) - _GAP - width
    for column in reversed(columns):
        less = min(max(too_wide, 0), column.width - column.least)
        column.width -= less
        too_wide -= less
    return too_wide <= 0


def _line(cells: Sequence[str], columns: Sequence[_Column], styles: Sequence[Style]) -> Line:
    """Return one line of the table, without spaces after its last text."""
    last = max((place for place, cell in enumerate(cells) if cell), default=0)
    spans: list[Span] = []
    for place, cell in enumerate(cells[: last + 1]):
        fill = "" if place == last else " " * (columns[place].width - cells_of(cell) + _GAP)
        spans += [Span(cell, styles[place]), Span(fill)]
    return tuple(spans)


def _indent(entry: ListedRun) -> str:
    return "" if entry.night is None else "  "


def _stacked(entry: ListedRun, width: int) -> Iterator[Line]:
    """Yield a run in a few lines, for a terminal that is too narrow for the table."""
    indent, moment = 8 + len(_indent(entry)), entry.moment(zone=False)
    room = max(width - indent, 20)
    about = f"{entry.command} · {visible(entry.sheet)}" if entry.sheet else entry.command
    texts, state = [about, visible(", ".join(entry.results))], Span(entry.marked_state, _STYLES.get(entry.state, ""))
    beside = len(moment) + _GAP + len(state.text) <= room
    first = (Span(f"{_indent(entry) + entry.run.id:<{indent}}", "strong"), Span(moment, "dim"))
    yield (*first, Span(" " * _GAP), state) if beside else first
    if not beside:
        yield (Span(" " * indent), state)
    for text in texts:
        yield from ((Span(" " * indent), Span(line)) for line in broken(text, room))
