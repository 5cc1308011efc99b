"""Wakes all that wait, each time that something has changed. Pure asyncio: nothing goes over the wire."""

from __future__ import annotations

import anyio

__all__ = ["ChangeSignal"]


class ChangeSignal:
    """Is waited for by tasks that look again at what they share.

    Example:
        >>> async def main() -> str:
        ...     changed, seen = ChangeSignal(), []
        ...     async def look() -> None:
        ...         while not seen:
        ...             await changed.wait()
        ...     async with anyio.create_task_group() as tasks:
        ...         tasks.start_soon(look)
        ...         await anyio.sleep(0)
        ...         seen.append("it")
        ...         changed.notify()
        ...     return seen[0]
        >>> anyio.run(main)
        'it'
    """

    def __init__(self) -> None:
        self._event = anyio.Event()

    def notify(self) -> None:
        """Wake all that wait now."""
        self._event.set()
        self._event = anyio.Event()

    async def wait(self, *, at_most_s: float | None = None) -> None:
        """Return at the next change, or after so many seconds."""
        event = self._event
        with anyio.move_on_after(at_most_s):
            await event.wait()
