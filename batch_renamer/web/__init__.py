"""A door for people who open no terminal: a page in the browser, served to this machine alone.

It adds no logic: what is done there are the same jobs as those of the command line, and the journal is the truth. A
page is made from it at each request, so that a reload, a second tab or a killed server lose nothing.

``lifetime`` is a server from its start to its end, ``application`` puts the routes behind ``access``, ``routes``
lists every address. The views stand in ``pages``.
"""

from batch_renamer.web.browser import has_browser, open_in_browser
from batch_renamer.web.lifetime import Opened, PageServer
from batch_renamer.web.serving import Address, running
from batch_renamer.web.workspace import Workspace, make_workspace

__all__ = [
    "Address",
    "Opened",
    "PageServer",
    "Workspace",
    "has_browser",
    "make_workspace",
    "open_in_browser",
    "running",
]
