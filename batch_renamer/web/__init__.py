"""A door for people who open no terminal: a page in the browser, served to this machine alone.

It adds no logic: what is done there are the same jobs as those of the command line, and the journal is the truth. A
page is made from it at each request, so that a reload, a second tab or a killed server lose nothing.

::

    server          one server from its start to its end: it listens, and puts the routes behind the rules of access
      │
    routes          every address, and the handler that answers it
      │
    pages           what each page shows, and what its forms and buttons do; templates
    downloads       reports, the user's spreadsheet with results, small pictures of orders
    static_files    the HTML, the scripts and the style that every page needs (`static/`)
    token_exchange  a browser that was opened with a code gets a token for it
      │
    workspace       the tools that each handler gets:
      │
    job_runner      runs jobs in this process: plan, commit, undo, resume, audit
    uploads         the spreadsheets that came from the browser
    accounts        the profiles of the configuration
    events          tells open pages what changes
    order_pictures  small pictures, in memory
    access          which requests are answered
    row_pages       the table of a run's rows
"""

from batch_renamer.web.server import Address, Opened, PageServer, has_browser, listening, open_in_browser
from batch_renamer.web.workspace import Workspace, make_workspace

__all__ = [
    "Address",
    "Opened",
    "PageServer",
    "Workspace",
    "has_browser",
    "listening",
    "make_workspace",
    "open_in_browser",
]
