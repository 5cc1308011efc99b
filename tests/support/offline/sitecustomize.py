"""Socket calls enter, and only those to this machine leave: importing this file keeps the process on loopback.

The name is one that Python looks for: a child process that has this folder on its PYTHONPATH imports the file before
anything else, so the commands that tests start are held to it too (``python -I`` and ``-S`` would not be).

It is an audit hook, so it sees the calls of every library and of asyncio, whichever way they took to the socket.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address

refused: list[str] = []
"""What was refused in this process; the fixture that reads it fails the test even if the code caught the error."""


class NetworkRefusedError(BaseException):  # not an Exception: retries and `except Exception` must not swallow it
    """A test tried to leave this machine."""


def is_loopback(host: object) -> bool:
    """Tell whether a host, as socket calls are given it, is this machine and needs no name server.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("api.example.com")
        (True, True, False)
    """
    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        address = ip_address(str(host).partition("%")[0])  # behind the %: the zone of an IPv6 address
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _host_of(event: str, args: tuple[object, ...]) -> object:
    """Return the host that a socket event is about, or None where it is about none."""
    match event, args:
        case "socket.connect" | "socket.sendto" | "socket.sendmsg", (socket.socket() as sock, (host, *_)):
            return host if sock.family in (socket.AF_INET, socket.AF_INET6) else None
        case "socket.getnameinfo", ((host, *_), *_):
            return host
        case "socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr", (host, *_):
            return host
    return None


def _refuse_other_machines(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket.") or is_loopback(host := _host_of(event, args)):
        return
    refused.append(f"{event} {host!r}")
    raise NetworkRefusedError(f"{event} to {host!r}: tests talk to 127.0.0.1 only. Use the sandbox or a fake API.")


sys.addaudithook(_refuse_other_machines)
# Mail clients introduce themselves by the full name of this machine, which may take a question to a name server.
socket.getfqdn = lambda name="": name or "this.localhost"

if shift_s := os.environ.get("TESTS_SHIFT_S"):
    import other_date  # type: ignore[import-not-found]  # it is in this folder

    other_date.let_sleep_be_skipped()
    other_date.begin(float(shift_s))
