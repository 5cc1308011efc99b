"""`web`: serves the page in the browser until it is stopped."""

from __future__ import annotations

import importlib.util
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.client import GRACE_S
from batch_renamer.commands import WEB
from batch_renamer.errors import InterruptedRunError, NeverBeganError, SettingsError
from batch_renamer.progress import Progress, Span, show_lines
from batch_renamer.settings import KEY_VARIABLE, Settings, journal_path
from batch_renamer.signals import called_on_signals

if TYPE_CHECKING:  # what the page needs may not be installed
    from batch_renamer.web import Opened, PageServer, Workspace

__all__ = ["serve_page"]

_EXTRA = "aiohttp_sse"
_INSTALL = f"{shlex.quote(sys.executable)} -m pip install 'batch-renamer[web]'"
_END_S = 5.0
_START_S = 10.0
_HANG_UP = getattr(signal, "SIGHUP", None)


def serve_page(given: Mapping[str, object], *, port: int, idle_s: float | None, opens: bool) -> int:
    """Serve the page until it is stopped; return the exit code.

    ``opens``: a browser is started. ``idle_s``: it ends by itself when no page is open for so many seconds.
    """

    def body(session: Session) -> int:
        if importlib.util.find_spec(_EXTRA) is None:
            raise SettingsError(f"The page needs one more package. Install it: {_INSTALL}")
        if idle_s is not None and not 0 < idle_s < threading.TIMEOUT_MAX:
            raise SettingsError(f"--idle {idle_s:g}: must be a number of seconds greater than 0.")
        loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
        with session.screen() as screen:
            return anyio.run(_serve, session, screen, port, idle_s, opens, backend_options=loop)

    return within(WEB, given, body)


async def _serve(session: Session, screen: Progress, port: int, idle_s: float | None, opens: bool) -> int:
    from batch_renamer.web import PageServer, make_workspace  # noqa: PLC0415 - the extra may be missing

    @contextmanager
    def opened() -> Iterator[Workspace]:
        with session.journal() as journal:
            yield make_workspace(
                flags=session.flags,
                environ=os.environ,
                settings=session.settings,
                journal=journal,
                secrets=session.secrets,
            )

    server = PageServer(
        folder=journal_path(session.settings).parent / "web",
        open_workspace=opened,
        ready=lambda page: _show(page, screen, session.settings, opens=opens),
        port=port,
        idle_s=idle_s,
    )
    ending = _Ending(server=server, tell=screen.message)
    with called_on_signals(ending.on_signal):
        end = await server.serve()
    ending.cancel()
    if end.was_idle:
        screen.message("It has ended by itself: no page was open.")
    _show_next(end.next_commands)
    return 128 + ending.first if ending.first and end.was_at_work else 0


def _show(page: Opened, screen: Progress, settings: Settings, *, opens: bool) -> None:
    """Write the link of the page to standard output, and open it in the browser.

    Raises:
        NeverBeganError: the sandbox is to be reset, and another process is at work with it.
    """
    from batch_renamer.web import has_browser, open_in_browser  # noqa: PLC0415 - the extra may be missing

    if page.process and settings.sandbox_reset:
        raise NeverBeganError(f"The sandbox can't be reset while its page is served: end process {page.process} first.")
    with to_standard_output():
        sys.stdout.write(f"The page is at {page.link}\n")
    opens = opens and has_browser(os.environ)
    if opens:
        os.environ.pop(KEY_VARIABLE, None)  # a browser inherits what is there; the accounts have what they need
        open_in_browser(page.link_for_browser, wait_s=_START_S if page.process else 0)
    how = "If no browser opens, open this link in one." if opens else "Open this link in a browser on this machine."
    screen.message(f"{how} It is for you alone: everybody who has it can rename orders.")
    if page.process:
        screen.message(f"Process {page.process} serves it already, with its own options. Press Ctrl-C there to end it.")
    else:
        screen.message("Press Ctrl-C to end it.")


def _show_next(commands: Sequence[str]) -> None:
    """Say how to go on with runs that were stopped."""
    if commands:
        said = [(Span("To go on with what is left:"),), *((Span(command, "command"),) for command in commands)]
        show_lines(lambda _: said, sys.stderr)


@dataclass(slots=True, kw_only=True)
class _Ending:
    """The signals that have come so far, and what each further one does."""

    server: PageServer
    tell: Callable[[str], None]
    first: int = 0
    _timer: threading.Timer | None = field(default=None)

    def on_signal(self, number: int) -> None:
        """Take a signal: the first lets requests finish, the second ends the jobs, the third the process."""
        if number == _HANG_UP and self.first:
            return  # a terminal that closes sends several
        if self._timer is not None:
            os._exit(128 + number)
        at_work = self.server.stop(InterruptedRunError(number))
        if not self.first:
            self.first = number
            if at_work:
                self.tell(
                    f"Stopping: requests in flight get {GRACE_S:g} s to finish. Press Ctrl-C once more to end at once."
                )
            return
        if at_work:
            self.tell("Stopping at once.")
        self._timer = threading.Timer(_END_S, os._exit, (128 + number,))  # in a thread: also while the loop is blocked
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Let the process end by itself."""
        if self._timer is not None:
            self._timer.cancel()
