"""A door for people who open no terminal: a page in the browser, served to this machine alone.

It adds no logic: what is done there are the same jobs as those of the command line, and the journal is the truth. A
page is made from it at each request, so that a reload, a second tab or a killed server lose nothing.

``serving`` starts and ends the server, ``application`` puts the routes behind ``guarding``, ``routes`` lists every
address. The views stand in ``pages``.
"""

from batch_renamer.web.serving import Address, running, serve_until_stopped
from batch_renamer.web.workspace import Workspace, make_workspace

__all__ = ["Address", "Workspace", "make_workspace", "running", "serve_until_stopped"]
