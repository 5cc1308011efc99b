"""The pages: each module asks for what one page shows and fills its template; nothing is decided here.

A page is a *fragment* for `<main>`: one `<article data-title="…">`. The templates build on `components.html.j2`;
`static/app.js` says what their `data-` attributes do.

::

    home         the account, a place for a spreadsheet, what is at work, what was interrupted, the newest runs
    sheet        an uploaded spreadsheet: what was understood, what to repair  ─> sheet_view, sheet_fields
    run          one run, by how it stands: a plan, at work, over              ─> result_view, repairs
      ├── review       old → new of a kept plan, and its commit                ─> review_view, plan_problems, obstacles
      └── run_actions  go on, stop, undo, check again, leave it unfinished
    history      past runs                                                     ─> run_words
      │
    fragments    a template becomes an answer
"""

from __future__ import annotations

from batch_renamer.web.pages.fragments import fragment
from batch_renamer.web.pages.history import show_found_runs, show_runs
from batch_renamer.web.pages.home import show_at_work, show_home
from batch_renamer.web.pages.review import change_rows, commit_plan, rows_part
from batch_renamer.web.pages.run import run_page
from batch_renamer.web.pages.run_actions import audit_run, dismiss_run, resume_run, stop_run, undo_run
from batch_renamer.web.pages.sheet import (
    correct_reading,
    plan_renames,
    receive_spreadsheet,
    show_spreadsheet,
    stop_reading,
)

__all__ = [
    "audit_run",
    "change_rows",
    "commit_plan",
    "correct_reading",
    "dismiss_run",
    "fragment",
    "plan_renames",
    "receive_spreadsheet",
    "resume_run",
    "rows_part",
    "run_page",
    "show_at_work",
    "show_found_runs",
    "show_home",
    "show_runs",
    "show_spreadsheet",
    "stop_reading",
    "stop_run",
    "undo_run",
]
