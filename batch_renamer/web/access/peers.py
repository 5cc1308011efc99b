"""Which user a connection from this machine belongs to, where the system says it: on Linux, in ``/proc/net``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from aiohttp.web import Request

__all__ = ["connections_now", "is_another_user", "is_stranger", "owner_of"]

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_OUTSIDE = 65534
"""The number that stands for all users of the system outside, in a container with users of its own."""


def is_another_user(request: Request) -> bool:
    """Tell whether the request is known to come from another user of this machine.

    The administrator is none, nor is a user whom the system does not tell.
    """
    if os.name != "posix" or request.transport is None:
        return False
    peer, own = request.transport.get_extra_info("peername"), request.transport.get_extra_info("sockname")
    if not peer or not own:
        return False
    owner = owner_of(connections_now(), port=peer[1], to_port=own[1])
    return is_stranger(owner, user=os.getuid())


def is_stranger(owner: int | None, *, user: int) -> bool:
    """Tell whether the owner of a connection is known, and is neither this user nor the administrator.

    Example:
        >>> is_stranger(1001, user=1000), is_stranger(0, user=1000), is_stranger(None, user=1000)
        (True, False, False)
    """
    return owner is not None and owner not in (user, 0, _OUTSIDE)


def owner_of(lines: Iterable[str], *, port: int, to_port: int) -> int | None:
    """Return the user whose connection goes from one port of 127.0.0.1 to another, by the lines of ``/proc/net/tcp``.

    Example:
        >>> line = "1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000 0 4242 1"
        >>> owner_of([line], port=50000, to_port=8080)
        1000
    """
    for line in lines:
        fields = line.split()
        if len(fields) > 7 and (_is(fields[1], port) and _is(fields[2], to_port)):
            return int(fields[7])
    return None


def _is(address: str, port: int) -> bool:
    """Tell whether an address of the table is 127.0.0.1, also as IPv6 writes it, with this port."""
    host, _, number = address.partition(":")
    return host.endswith("0100007F") and int(number, 16) == port


def connections_now() -> list[str]:
    """Return the lines of the system about every TCP connection; none where it has no such table."""
    lines: list[str] = []
    for table in _TABLES:
        with suppress(OSError):  # another system, or one that does not show it
            lines += table.read_text("ascii").splitlines()[1:]
    return lines
