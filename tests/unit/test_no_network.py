"""The guard that keeps tests on this machine: names and addresses enter, and only loopback ones get through."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.offline.sitecustomize import NetworkRefusedError, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ELSEWHERE = "192.0.2.1"  # reserved for documentation (RFC 5737): no server would answer if the guard failed


@pytest.fixture(autouse=True)
def forgiven(refused_connections: list[str]) -> Iterator[list[str]]:
    """Clear the list of refusals after the test, because here they are wanted."""
    yield refused_connections
    refused_connections.clear()


def _connect(host: str, family: socket.AddressFamily = socket.AF_INET) -> None:
    with socket.socket(family) as sock:
        sock.connect((host, 443))


def _send_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"", (ELSEWHERE, 53))


def _connect_in_asyncio() -> None:
    asyncio.run(asyncio.open_connection(ELSEWHERE, 443))


def _look_up_in_asyncio() -> None:
    asyncio.run(asyncio.open_connection("api.example.com", 443))


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda: _connect(ELSEWHERE), id="IPv4"),
        pytest.param(lambda: _connect("2001:db8::1", socket.AF_INET6), id="IPv6"),
        pytest.param(_send_datagram, id="datagram"),
        pytest.param(lambda: socket.getaddrinfo("api.example.com", 443), id="name look-up"),
        pytest.param(lambda: socket.gethostbyname("api.example.com"), id="old name look-up"),
        pytest.param(lambda: socket.create_connection(("api.example.com", 443)), id="connection by name"),
        pytest.param(_connect_in_asyncio, id="asyncio, by address"),
        pytest.param(_look_up_in_asyncio, id="asyncio, by name"),
    ],
)
def test_leaving_this_machine_is_refused(leave: Callable[[], None], forgiven: list[str]) -> None:
    """Every way out raises, and is remembered for the test to fail by."""
    with pytest.raises(NetworkRefusedError, match=r"127\.0\.0\.1 only"):
        leave()
    assert forgiven


def test_loopback_is_let_through() -> None:
    """A server and a client on this machine can talk."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::1%1", "localhost", b"localhost"], ids=repr
)
def test_loopback_hosts_are_known(host: str | bytes) -> None:
    """An address of this machine is one in each of its spellings."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "10.0.0.1",
        "::ffff:192.0.2.1",
        "localhost.example.com",
        "127.0.0.1.example.com",
        b"example.com",
    ],
    ids=repr,
)
def test_other_hosts_are_known(host: str | bytes) -> None:
    """What only looks like this machine is not taken for it."""
    assert not is_loopback(host)


def test_child_processes_are_guarded_too() -> None:
    """A Python that a test starts refuses as well."""
    code = f"import socket; socket.create_connection(({ELSEWHERE!r}, 443), timeout=1)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "NetworkRefusedError" in child.stderr


def test_environment_holds_nothing_of_the_machine(home: object) -> None:
    """No key, setting or proxy of the person who runs the tests reaches them, and their home is out of sight."""
    assert [name for name in os.environ if name.startswith(("AUTOENHANCE_", "BATCH_RENAMER_"))] == []
    assert [name for name in os.environ if name.lower().endswith("_proxy")] == []
    assert os.path.expanduser("~") == str(home)  # noqa: PTH111 - the function that libraries call
