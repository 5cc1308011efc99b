"""Opens the page in the user's browser, where there is one."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Mapping

__all__ = ["has_browser", "open_in_browser"]

log = logging.getLogger("batch_renamer")

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def has_browser(environ: Mapping[str, str], *, platform: str = sys.platform) -> bool:
    """Tell whether a browser with windows can be there.

    Without a screen, as in an SSH session, Python's `webbrowser` would start one that takes over the terminal.

    Example:
        >>> has_browser({}, platform="linux"), has_browser({"DISPLAY": ":0"}, platform="linux")
        (False, True)
    """
    return platform in ("darwin", "win32") or any(environ.get(name) for name in _SCREENS)


def open_in_browser(link: str, *, wait_s: float = 0.0) -> None:
    """Open a link in the browser, in a thread, because some programs end only with the browser.

    A process that ends now gives it ``wait_s`` seconds to start. Other users may read the link where the system shows
    them command lines.
    """
    opening = threading.Thread(target=_open, args=(link,), name="browser", daemon=True)
    opening.start()
    opening.join(wait_s)


def _open(link: str) -> None:
    import webbrowser  # noqa: PLC0415 - most servers of tests need none

    try:
        opened = webbrowser.open(link)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        log.info("web: no browser could be started; the link was printed")
