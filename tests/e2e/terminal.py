"""A pseudo-terminal with the command on it: keys enter, what is shown leaves."""

from __future__ import annotations

import asyncio
import os
import pty
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.support.command import KEY, Started
from tests.support.gate import DEADLINE_S
from tests.support.served import Command

__all__ = ["CTRL_C", "Terminal", "terminal"]

CTRL_C = b"\x03"

_ANSWER_S = 2.0


class Terminal:
    """A pseudo-terminal with the command on it."""

    def __init__(self, controller: int, started: Started) -> None:
        self.started = started
        self.shown = ""
        self._controller = controller
        self._drawn = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether the window is still there."""
        return self._controller >= 0

    def read(self) -> bool:
        """Take what the command has written, and tell whether there was anything; called when there may be."""
        try:
            data = os.read(self._controller, 65_536)
        except BlockingIOError:
            return False
        except OSError:  # Linux says so when the last process has left the terminal
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._controller)
        self.shown += data.decode("utf-8", "replace")
        self._drawn.set()
        return bool(data)

    async def until_shown(self, text: str, *, times: int = 1) -> None:
        """Wait for a text on the screen, until it was shown so often."""
        async with asyncio.timeout(DEADLINE_S):
            while self.shown.count(text) < times:
                self._drawn.clear()
                await self._drawn.wait()

    def hang_up(self) -> None:
        """Close the terminal's window."""
        asyncio.get_running_loop().remove_reader(self._controller)
        os.close(self._controller)
        self._controller = -1

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._controller, keys)

    async def until_answered(self, keys: bytes, text: str) -> None:
        """Press keys until a text is on the screen: a program that handles Ctrl-C may lose what is typed meanwhile."""
        async with asyncio.timeout(DEADLINE_S):
            while text not in self.shown:
                self.type(keys)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_ANSWER_S):
                        await self.until_shown(text)

    async def ended(self) -> int:
        """Wait for the end of the command, take the rest of what it has written, and return its exit code."""
        code = (await self.started.ended()).code
        while self.is_open and self.read():  # its end may be known before its last lines are
            pass
        return code


@asynccontextmanager
async def terminal(
    renamer: Command,
    *words: str,
    key: str | None = KEY,
    stdin: int | None = None,
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] | None = None,
) -> AsyncIterator[Terminal]:
    """Start the command on a terminal of its own, which controls it; its standard output stays on it, too.

    ``stdin`` is what is piped into the command instead of the keys. ``size`` is that of the screen, in lines and
    columns.
    """
    controller, end = pty.openpty()
    if size is not None:
        termios.tcsetwinsize(end, size)
    on_it: dict[str, Any] = {
        "stdin": end if stdin is None else stdin,
        "stdout": end,
        "stderr": end,
        "on_terminal": True,
    }
    async with renamer.start(*words, key=key, env={"TERM": "xterm", **(env or {})}, **on_it) as started:
        os.close(end)
        os.set_blocking(controller, False)
        made = Terminal(controller, started)
        asyncio.get_running_loop().add_reader(controller, made.read)
        try:
            yield made
        finally:
            if made.is_open:
                made.hang_up()
