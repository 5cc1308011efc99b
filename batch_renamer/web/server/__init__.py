"""One server of the page, from its start to its end.

::

    lifetime           starts it, waits until it is stopped or idle, and ends its jobs
      ├── single_instance   a second server for the same journal opens a page of the first one instead
      ├── listening         a port of this machine, as long as a block lasts
      │     └── application      the routes behind the rules of access, and what becomes of an error in a handler
      └── (browser)         the command opens the link in it
"""

from batch_renamer.web.server.browser import has_browser, open_in_browser
from batch_renamer.web.server.lifetime import Opened, PageServer
from batch_renamer.web.server.listening import Address, listening

__all__ = ["Address", "Opened", "PageServer", "has_browser", "listening", "open_in_browser"]
