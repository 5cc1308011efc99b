"""The pages of nights: one of each date with what became of every file, and one that shows the last 30 nights.

They are HTML without script, made from values of `model.Night` alone; the journal, the inbox and the API are not asked.

::

    writing      which pages, and where; a page replaces the older one in one step
      │
    night_page   the nights of one date      ─> templates/night.html.j2
    nights_page  the last nights, and gaps   ─> templates/nights.html.j2
      │                                      ─> plot      renamed rows and problems by day
    places       where files are, as links that work wherever the folder is
    wording      what a night was, in words
"""

from __future__ import annotations

from batch_renamer.nightly.pages.wording import headline
from batch_renamer.nightly.pages.writing import is_page, page_of, write_pages

__all__ = ["headline", "is_page", "page_of", "write_pages"]
