"""What stands on the page, as values that the template shows. It knows nothing of HTML."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import NamedTuple
from urllib.parse import quote

from batch_renamer.differences import Part, changed_words
from batch_renamer.html_pages import Plot
from batch_renamer.model import Picture, ReportRow, Result, ResultMeaning
from batch_renamer.reports.html.facts import Fact, counts_of, facts_of, headline_of, meaning_of
from batch_renamer.reports.html.figures import Figures
from batch_renamer.reports.html.groups import Group, RowStore
from batch_renamer.reports.html.over_time import plots_over_time
from batch_renamer.reports.rows import WriteOptions, shared_and_own
from batch_renamer.text import counted, storable
from batch_renamer.visible import visible

__all__ = ["Block", "Page", "Section", "ShownName", "ShownRow"]

ROWS_PER_BLOCK = 1_000
_LONG_NAME = 600  # characters
_FEW_ROWS = 100
"""So few rows with one result and reason are shown at once."""


class ShownName(NamedTuple):
    """A name in a cell: its parts, by which tag those are marked that the other name lacks, and what is odd in the row.

    ``title`` is for those who don't see the column.
    """

    title: str
    parts: tuple[Part, ...]
    mark: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether the name would fill the screen."""
        return sum(len(part.text) for part in self.parts) > _LONG_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One row of a table: the old name, the new one and, for a row that needs a look, the one that the order has now.

    ``address`` is that of the order's page at the vendor ("": no link), ``picture`` that of a small picture, which has
    the picture itself in it ("": none).
    """

    number: int
    order_id: str
    address: str
    names: tuple[ShownName, ...]
    picture: str = ""


class Page:
    """The whole page: the run in words and figures, and its rows in sections."""

    def __init__(self, *, store: RowStore, figures: Figures, options: WriteOptions) -> None:
        self.summary = options.summary
        self.pictures = options.page.pictures.by_row
        self._picture_note = options.page.pictures.note
        self._seconds = options.page.seconds()
        self._figures = figures
        self.order_pages = options.page.order_pages
        self.sections = [Section(group, store, self) for group in store.groups()]

    @property
    def headline(self) -> str:
        """One sentence that says what happened."""
        return headline_of(self.summary)

    @property
    def sheet_name(self) -> str:
        """The name of the spreadsheet without its folder."""
        return PurePath(self.summary.facts.sheet or "").name

    @property
    def facts(self) -> list[Fact]:
        """Where, when and how the run was made, as far as it is known."""
        return facts_of(self.summary, picture_note=self._picture_note)

    @property
    def plots(self) -> list[Plot]:
        """The plots for which there is anything to show: a single bar says no more than a number."""
        return plots_over_time(self._seconds, self._figures)

    @property
    def counts(self) -> list[tuple[ResultMeaning, int]]:
        """The results that occur, in the order in which people are shown them, with their numbers of rows."""
        return counts_of(self.summary)

    @property
    def problems(self) -> list[Section]:
        """The sections of rows that need a look."""
        return [section for section in self.sections if section.is_bad]

    @property
    def others(self) -> list[Section]:
        """The sections of all other rows."""
        return [section for section in self.sections if not section.is_bad]

    def meaning(self, result: Result) -> ResultMeaning:
        """Return what a result means in this run."""
        return meaning_of(result, self.summary)


class Section:
    """The rows of one result with one reason."""

    def __init__(self, group: Group, store: RowStore, page: Page) -> None:
        self._group, self._store = group, store
        self._pictures = page.pictures
        self.meaning = page.meaning(group.result)
        self.is_bad = group.is_bad
        self.reason = group.reason
        self.count = len(group)
        self.is_open = self.count <= _FEW_ROWS
        # The id of an invalid row may be of no order.
        self._order_pages = page.order_pages if group.result is not Result.INVALID else ""

    @property
    def blocks(self) -> Iterator[Block]:
        """The rows by the thousand; those that need a look are open."""
        edges = [*range(0, self.count, ROWS_PER_BLOCK), self.count]
        for start, end in pairwise(edges):
            rows = self._store.rows(self._group, start, end)
            yield Block(
                first=self._group.numbers[start],
                last=self._group.numbers[end - 1],
                count=end - start,
                is_open=self.is_open or (self.is_bad and not start),
                rows=map(self._shown, rows),
            )

    def _shown(self, row: ReportRow) -> ShownRow:
        return _shown(
            row,
            whole_reason=self.reason is None,
            with_present_name=self.is_bad,
            order_pages=self._order_pages,
            picture=self._pictures.get(row.row),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """At most a thousand rows of a section, to be read once; ``first`` and ``last`` are row numbers."""

    first: int
    last: int
    count: int
    is_open: bool
    rows: Iterator[ShownRow]

    @property
    def title(self) -> str:
        """What the block holds, in words."""
        last = f" to row {self.last:,}" if self.count > 1 else ""
        return f"{counted(self.count, 'row')}: row {self.first:,}{last}"


def _shown(
    row: ReportRow, *, whole_reason: bool, with_present_name: bool, order_pages: str, picture: Picture | None
) -> ShownRow:
    reason = row.reason if whole_reason else shared_and_own(row)[1]
    remarks = tuple(visible(text) for text in (reason, row.warning) if text)
    old, new = changed_words(visible(row.old_name or ""), visible(row.new_name))
    names: tuple[ShownName, ...] = (ShownName("Old name", old, "del"), ShownName("New name", new, "ins", remarks))
    if with_present_name:
        names += (ShownName("Present name", (Part(visible(row.final_name or ""), changed=False),)),)
    return ShownRow(
        number=row.row,
        order_id=visible(row.order_id),
        address=order_pages + quote(storable(row.order_id), safe="") if order_pages else "",
        names=names,
        picture="" if picture is None else _data_uri(picture),
    )


def _data_uri(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"
