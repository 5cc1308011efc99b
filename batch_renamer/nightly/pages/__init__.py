"""The pages of nights: one of each date with what became of every file, and one that shows the last 30 nights.

They are HTML without script, made from values of `model.Night` alone; the inbox and the API are not asked.

::

    updating     the pages at the beginning and at the end of a night, with the nights that the journal knows
      │
    writing      which pages, and where; a page replaces the older one in one step
      │
    night_page   the nights of one date      ─> templates/night.html.j2
    nights_page  the last nights, and gaps   ─> templates/nights.html.j2
      │                                      ─> plot      renamed rows and problems by day
    places       where files are, as links that work wherever the folder is
"""

from __future__ import annotations

from batch_renamer.nightly.pages.updating import nights_before, update_pages
from batch_renamer.nightly.pages.writing import is_page, page_of, write_pages

__all__ = ["is_page", "nights_before", "page_of", "update_pages", "write_pages"]
