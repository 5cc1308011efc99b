"""The number of a boundary enters, and the process that crosses it is dead: a plug to be pulled at an exact instant.

A boundary is where the world outside changes hands with the program: the commit of a transaction of the journal, or a
request to the API. Each has a side before and a side after.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from batch_renamer.client.orders_api.http import HttpOrdersApi
from batch_renamer.journal.database import Database

__all__ = ["Failpoint", "arm", "fill_the_disk"]


class Failpoint:
    """Counts boundaries of one kind, and ends the process at one side of one of them.

    Example:
        >>> point = Failpoint("commit:2:after", die=lambda: print("dead"))
        >>> point.crossed("commit", "before"), point.crossed("commit", "after"), point.crossed("commit", "before")
        (None, None, None)
        >>> point.crossed("commit", "after")
        dead
    """

    def __init__(self, words: str, *, die: Callable[[], None]) -> None:
        self._kind, number, self._side = words.split(":")
        self._left = int(number)
        self._die = die

    def crossed(self, kind: str, side: str) -> None:
        """Count a boundary; at the chosen one this doesn't return."""
        if (kind, side) != (self._kind, self._side):
            return
        self._left -= 1
        if self._left == 0:
            self._die()


def kill_this_process() -> None:
    """End at once: no ``finally`` runs, nothing is flushed, no lock is given back."""
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk(*, of: Path) -> None:
    """Let no file become larger than that one is now: to this program, that is what a full disk is like."""
    size = of.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def arm(words: str, *, then: Callable[[], None] = kill_this_process) -> None:
    """Arm this process with a failpoint, such as ``commit:7:before`` or ``send:2:after``; ``then`` is what happens."""
    point = Failpoint(words, die=then)
    transaction = Database.transaction

    @contextmanager
    def mortal_transaction(self: Database, **options: Any) -> Iterator[Any]:
        with transaction(self, **options) as connection:
            yield connection
            point.crossed("commit", "before")
        point.crossed("commit", "after")

    def mortal(request: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def sent(*args: Any, **options: Any) -> Any:
            point.crossed("send", "before")
            try:
                return await request(*args, **options)
            finally:
                point.crossed("send", "after")

        return sent

    Database.transaction = mortal_transaction  # type: ignore[method-assign]  # the plug
    for name in ("get", "rename", "page"):
        setattr(HttpOrdersApi, name, mortal(getattr(HttpOrdersApi, name)))
