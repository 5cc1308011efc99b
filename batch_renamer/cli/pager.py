"""The user's pager: which program it is, and how it gets the terminal for as long as the user reads.

What is too long for the screen is shown in it: the program that ``PAGER`` names, else ``less``. It is never used where
no person reads: in a pipe, on a terminal that can't redraw a line, in the background.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, TextIO, cast

import anyio.to_thread

from batch_renamer.progress import (
    LinesForWidth,
    Span,
    is_live_terminal,
    longer_than_screen,
    print_to_pager,
    show_lines,
    visible,
)
from batch_renamer.settings import KEY_VARIABLE, Settings

__all__ = ["Pager", "find_pager", "show_in_pager", "show_in_pager_meanwhile"]

_NARROW = 60  # columns
_PROMPTS = {
    False: "Space: next page   b: back   /text: find   q: close",
    True: "Space: next  b: back  q: close",
}
"""What `less` says in the screen's last line; on a narrow screen, less of it."""
_AT_END = "That is all.   q: close   b: back"
_SHOWS_ALL = frozenset({"cat", ""})
_SCREEN_AS_BEFORE = "\x1b[?1049l\x1b[?25h\x1b[0m"


@dataclass(slots=True, kw_only=True)
class Pager:
    """A program that shows text in pages on the terminal of the stream ``screen``.

    ``coloured``: it shows colours. ``failure`` says why the user did not see everything ("": nothing went wrong).
    """

    words: tuple[str, ...]
    screen: TextIO
    coloured: bool
    failure: str = field(default="", init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _end_wanted: bool = field(default=False, init=False)

    def show(self, make: LinesForWidth) -> bool:
        """Show the lines until the user closes the pager; return False if it could not be started.

        Signals are not looked at here, so that it may be called in a thread: `holding_signals` does that.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        with _terminal_kept(self.screen):
            try:
                process = self._process = subprocess.Popen(
                    self.words,
                    stdin=subprocess.PIPE,
                    stdout=self.screen,
                    env=_environment(self.screen),
                    text=True,
                    encoding=self.screen.encoding,
                    errors="backslashreplace",
                )
            except OSError as error:
                self.failure = f"The pager {self._name} can't be started: {error.strerror}."
                return False
            if self._end_wanted:  # by a signal that came before the process was known
                process.terminate()
            self._feed(process, make)
            code = process.wait()
        if code < 0 and not self._end_wanted:
            self.screen.write(_SCREEN_AS_BEFORE)
        if code and not self._end_wanted:
            self.failure = f"The pager {self._name} ended with an error ({code}); --no-pager shows all rows without it."
        return True

    @contextmanager
    def holding_signals(self) -> Iterator[None]:
        """Leave Ctrl-C to the pager; a signal that ends this program first ends the pager. Only in the main thread."""
        came: list[int] = []

        def end_pager_first(number: int, _frame: FrameType | None) -> None:
            came.append(number)
            self._end_wanted = True
            if self._process is not None:
                self._process.terminate()

        ending = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before = {
            number: signal.signal(number, end_pager_first)
            for number in ending
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        before[signal.SIGINT] = signal.signal(signal.SIGINT, _ignored)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            for number in came:
                signal.raise_signal(number)

    def tell_failure(self) -> None:
        """Say on standard error what went wrong, if anything did."""
        if self.failure:
            show_lines(lambda _: [(Span(self.failure, "warn"),)], sys.stderr)

    @property
    def _name(self) -> str:
        return visible(self.words[0])

    def _feed(self, process: subprocess.Popen[str], make: LinesForWidth) -> None:
        pages = cast(IO[str], process.stdin)
        try:
            print_to_pager(make, cast(TextIO, pages), screen=self.screen, coloured=self.coloured)
        finally:
            with suppress(OSError):  # it was closed before it had everything
                pages.close()


def show_in_pager(
    make: LinesForWidth, screen: TextIO, *, settings: Settings, unless_fits: LinesForWidth | None = None
) -> bool:
    """Show lines in the pager if they are longer than the screen, or ``unless_fits`` is; tell whether that was done.

    Signals are held meanwhile, so that it is called in the main thread.
    """
    pager = find_pager(settings, screen)
    if pager is None or not longer_than_screen(unless_fits or make, screen):
        return False
    with pager.holding_signals():
        shown = pager.show(make)
    pager.tell_failure()
    return shown


async def show_in_pager_meanwhile(make: LinesForWidth, screen: TextIO, *, settings: Settings) -> bool:
    """Show lines in the pager like `show_in_pager`, while the event loop goes on; ``make`` is called in a thread."""
    pager = find_pager(settings, screen)
    if pager is None or not await anyio.to_thread.run_sync(longer_than_screen, make, screen):
        return False
    with pager.holding_signals():
        shown = await anyio.to_thread.run_sync(pager.show, make)
    pager.tell_failure()
    return shown


def find_pager(settings: Settings, screen: TextIO, *, environ: Mapping[str, str] = os.environ) -> Pager | None:
    """Return the pager for a terminal; None where there is none, where it is not wanted, and where no person reads."""
    if settings.no_pager or not _is_in_hand(screen):
        return None
    chosen = environ.get("PAGER")
    if chosen is not None:
        with suppress(ValueError):  # a quotation mark without another one
            words = shlex.split(chosen)
            if not words or words[0] in _SHOWS_ALL:
                return None
            if program := shutil.which(words[0]):
                return _pager(program, words[1:], screen, environ)
    program = shutil.which("less")
    return _pager(program, [], screen, environ) if program else None


def _pager(program: str, words: list[str], screen: TextIO, environ: Mapping[str, str]) -> Pager:
    is_less = Path(program).stem == "less"
    if is_less and Path(program).resolve().stem == "less":  # a less of busybox has fewer options
        words = [*words, "-R", *([] if "LESS" in environ else [f"-Ps{_prompt(screen)}"])]
    return Pager(words=(program, *words), screen=screen, coloured=is_less)


def _prompt(screen: TextIO) -> str:
    narrow = os.get_terminal_size(screen.fileno()).columns < _NARROW
    return f"?e{_escaped(_AT_END)}:{_escaped(_PROMPTS[narrow])}."


def _escaped(text: str) -> str:
    """Return a text as `less` wants it in a prompt, where some signs have a meaning."""
    return "".join(f"\\{sign}" if sign in ".:?%\\" else sign for sign in text)


def _is_in_hand(screen: TextIO) -> bool:
    """Tell whether a person can read on the terminal and press keys there."""
    if not is_live_terminal(screen) or sys.stdin is None or not sys.stdin.isatty():
        return False
    try:
        return os.name != "posix" or os.tcgetpgrp(screen.fileno()) == os.getpgrp()
    except OSError:
        return False


def _environment(screen: TextIO) -> dict[str, str]:
    encoding = {"LESSCHARSET": "utf-8"} if screen.encoding.lower().replace("-", "") == "utf8" else {}
    inherited = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    return {**encoding, **inherited}


@contextmanager
def _terminal_kept(screen: TextIO) -> Iterator[None]:
    """Give the terminal back its modes at the end of the block, whatever the pager did to them."""
    if sys.platform == "win32":
        yield
        return
    import termios  # noqa: PLC0415 - Windows has none

    try:
        modes = termios.tcgetattr(screen.fileno())
    except termios.error:
        yield
        return
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal has gone
            termios.tcsetattr(screen.fileno(), termios.TCSADRAIN, modes)


def _ignored(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the pager gets the same signal, and knows what it means."""
