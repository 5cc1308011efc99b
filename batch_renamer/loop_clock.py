"""The clock of the event loop, by which waits, paces and latencies are measured; tests replace it by a virtual one."""

from __future__ import annotations

import asyncio

__all__ = ["loop_time"]


def loop_time() -> float:
    """Return the time of the running event loop, in seconds.

    A request asks for it ten times. ``anyio.current_time`` finds out which kind of loop is running, which costs more
    than the time itself; the HTTP client needs asyncio's.

    Example:
        >>> import anyio
        >>> async def main() -> bool:
        ...     return loop_time() <= anyio.current_time()
        >>> anyio.run(main)
        True
    """
    return asyncio.get_running_loop().time()
