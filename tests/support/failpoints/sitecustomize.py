"""The number of a boundary enters, and the process that crosses it is dead: a plug to be pulled at an exact instant.

A boundary is where the world outside changes hands with the program: the commit of a transaction of the journal, or a
request to the API. Each has a side before and a side after. Like the network guard beside it, which it brings along,
this file is imported first by a child process that has its folder on PYTHONPATH; `POINT` in the environment arms it.
"""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

POINT = "TEST_FAILPOINT"
"""The environment variable that says where the process dies, such as ``commit:7:before`` or ``send:2:after``."""


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


def arm(words: str) -> None:
    """Put the failpoint into the rooms whose boundaries it counts."""
    from batch_renamer.client.orders_api.http import HttpOrdersApi  # noqa: PLC0415 - only an armed process needs the package
    from batch_renamer.journal.database import Database  # noqa: PLC0415 - only an armed process needs the package

    point = Failpoint(words, die=kill_this_process)
    transaction, request = Database.transaction, HttpOrdersApi._request

    @contextmanager
    def mortal_transaction(self: Database, **options: Any) -> Iterator[Any]:
        with transaction(self, **options) as connection:
            yield connection
            point.crossed("commit", "before")
        point.crossed("commit", "after")

    async def mortal_request(self: HttpOrdersApi, *args: Any) -> Any:
        point.crossed("send", "before")
        try:
            return await request(self, *args)
        finally:
            point.crossed("send", "after")

    Database.transaction = mortal_transaction  # type: ignore[method-assign]  # the plug
    HttpOrdersApi._request = mortal_request  # type: ignore[method-assign, assignment]  # the plug


def _bring_the_network_guard() -> None:
    place = Path(__file__).parents[1] / "offline" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("network_guard", place)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


if __name__ == "sitecustomize":
    _bring_the_network_guard()  # Python imports one file of this name only.
    if words := os.environ.get(POINT):
        arm(words)
