"""A page of the rows of one run: found by result and text, sorted, and, in a plan, checked and unchecked.

It only makes values; `templates/rows_section.html.j2` of the pages shows them.

::

    rows_page   the values of the table: its filter, its columns, its rows, and the ways to other pages of it
      │
    shown_row   one row, both names in parts, and what is odd in it
    query       what an address asks for
    choosing    what a page sends when rows are checked or unchecked

    search_preparation   a long run is made ready to be searched
"""

from __future__ import annotations

from batch_renamer.web.row_pages.choosing import change_choice, counts_of
from batch_renamer.web.row_pages.query import RowsQuery
from batch_renamer.web.row_pages.rows_page import Column, ResultChip, RowsPage, rows_page
from batch_renamer.web.row_pages.search_preparation import SearchPreparation
from batch_renamer.web.row_pages.shown_row import ShownRow

__all__ = [
    "Column",
    "ResultChip",
    "RowsPage",
    "RowsQuery",
    "SearchPreparation",
    "ShownRow",
    "change_choice",
    "counts_of",
    "rows_page",
]
