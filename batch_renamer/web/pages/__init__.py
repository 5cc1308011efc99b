"""The pages: each module asks for what one page shows and fills its template; nothing is decided here.

A page is a *fragment* for `<main>`: one `<article data-title="…">`. The templates build on `components.html.j2`;
`static/app.js` says what their `data-` attributes do.

::

    home      the account, a place for a spreadsheet, what is at work, what was interrupted, the newest runs
    sheet     an uploaded spreadsheet: what was understood, corrections, what to repair; the way to a plan
    fragments   a template becomes an answer
"""

from __future__ import annotations

from batch_renamer.web.pages.fragments import fragment

__all__ = ["fragment"]
