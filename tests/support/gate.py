"""Slow requests enter, and leave when the test says so: the sandbox's sleep, held in the test's own hand."""

from __future__ import annotations

import asyncio

__all__ = ["DEADLINE_S", "Gate"]

DEADLINE_S = 60.0
"""How long any one wait of a test may take before it fails, in seconds; nothing comes near it on a healthy machine."""


class Gate:
    """Stands in for the sandbox's sleep: a slow request waits here until the gate is opened."""

    def __init__(self) -> None:
        self.waiting = 0
        self._arrived = asyncio.Condition()
        self._open = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        """Hold one request."""
        async with self._arrived:
            self.waiting += 1
            self._arrived.notify_all()
        await self._open.wait()

    async def until_waiting(self, number: int) -> None:
        """Wait until so many requests are held."""
        async with asyncio.timeout(DEADLINE_S), self._arrived:
            await self._arrived.wait_for(lambda: self.waiting >= number)

    def open(self) -> None:
        """Let all of them through, and those that come after."""
        self._open.set()
