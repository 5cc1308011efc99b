"""Names the orders that a person must look at, for messages that may name them (``show_orders``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from urllib.parse import quote

from batch_renamer.errors import BatchRenamerError
from batch_renamer.journal import Journal
from batch_renamer.model import BAD_RESULTS, Night, NightFile, ReportRow
from batch_renamer.progress import cut_middle
from batch_renamer.settings import order_pages

__all__ = ["orders_of"]

_MOST_ORDERS = 10
_LONGEST = 300


def orders_of(night: Night, journal: Journal) -> tuple[str, ...]:
    """Return a line for each of the first orders with a problem: file, row, order, reason, and its page at the vendor.

    Those of a run that the journal has forgotten, or can't be asked for, are left out; the reports have them, too.
    """
    return tuple(islice(_lines(night, journal), _MOST_ORDERS))


def _lines(night: Night, journal: Journal) -> Iterator[str]:
    pages = order_pages(night.base_url)
    for file in night.files:
        if file.end.needs_a_person and file.run_id is not None:
            with suppress(BatchRenamerError):
                rows = journal.results.report_rows(journal.runs.get(file.run_id))
                yield from (_line(file, row, pages=pages) for row in rows if row.result in BAD_RESULTS)


def _line(file: NightFile, row: ReportRow, *, pages: str) -> str:
    said = cut_middle(f"{file.name}, row {row.row}, order {row.order_id}: {row.result}. {row.reason}", _LONGEST)
    return f"{said} {pages}{quote(row.order_id, safe='')}" if pages and row.order_id else said
