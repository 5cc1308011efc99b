"""File descriptors: how many connections this process can hold open beside everything else that it opens.

Each connection needs one, and a shell's usual limit (256 on macOS, 1,024 on Linux) is soon used up by an API that
answers slowly. The soft limit is raised as far as it is needed and allowed; it is never lowered.
"""

from __future__ import annotations

import os

__all__ = ["connections_possible", "descriptors_are_used_up"]

_RESERVE = 64
"""Descriptors for the rest: the journal, reports, the log, look-ups of addresses, connections that are closing."""

_USED_WHERE_NOT_KNOWN = 32


def connections_possible(wanted: int, *, descriptors_each: int = 1) -> int:
    """Return how many of the ``wanted`` connections there are descriptors for: at least one.

    ``descriptors_each`` is 2 where this process holds both ends. The soft limit of open files is raised for them.

    Example:
        >>> connections_possible(3)
        3
    """
    try:
        import resource  # noqa: PLC0415 - doesn't exist on Windows, where sockets have no such limit
    except ImportError:
        return wanted
    used = _used()
    needed = used + _RESERVE + wanted * descriptors_each
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY not in (soft, hard):
        soft = _raised(resource.RLIMIT_NOFILE, soft, min(needed, hard), hard)
    elif soft != resource.RLIM_INFINITY:
        soft = _raised(resource.RLIMIT_NOFILE, soft, needed, hard)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return wanted
    free = max(soft - used, 0)
    return max(min((free - min(_RESERVE, free // 2)) // descriptors_each, wanted), 1)


def descriptors_are_used_up() -> bool:
    """Tell whether this process, or the whole machine, can open no more files right now."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return True
    return False


def _raised(which: int, soft: int, wanted: int, hard: int) -> int:
    """Raise the soft limit to what is wanted; return what it is then."""
    import resource  # noqa: PLC0415 - the caller knows that it exists

    if wanted <= soft:
        return soft
    try:
        resource.setrlimit(which, (wanted, hard))
    except (OSError, ValueError):  # macOS refuses more than its kernel allows, whatever the hard limit says
        return soft
    return wanted


def _used() -> int:
    try:
        return len(os.listdir("/dev/fd"))  # noqa: PTH208 - a thousand Path objects would be made to be counted
    except OSError:
        return _USED_WHERE_NOT_KNOWN
