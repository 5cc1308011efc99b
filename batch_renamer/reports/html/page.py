"""Writes the page: rows are read once, and then the template is filled from top to bottom, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from batch_renamer.html_pages import page_pieces
from batch_renamer.model import ReportRow
from batch_renamer.reports.html.contents import Page
from batch_renamer.reports.html.figures import Figures
from batch_renamer.reports.html.groups import RowStore
from batch_renamer.reports.rows import WriteOptions

__all__ = ["write_html"]


def write_html(file: BinaryIO, rows: Iterable[ReportRow], options: WriteOptions) -> None:
    """Write the report as one HTML page, in UTF-8; the file stays open.

    The page has no script, loads nothing, and works as an attachment. Memory stays bounded: the rows wait in a
    temporary file until their group is written.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    with (options.scratch / "rows").open("w+b") as kept:
        store = RowStore(kept)
        figures = Figures()
        for row in rows:
            store.add(row)
            figures.add(row)
        page = Page(store=store, figures=figures, options=options)
        file.writelines(page_pieces("batch_renamer.reports.html", "report.html.j2", style="report.css", page=page))
