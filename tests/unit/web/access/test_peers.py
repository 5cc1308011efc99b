"""Lines of ``/proc/net/tcp`` enter; the user whose connection it is leaves."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from batch_renamer.web.access.peers import connections_now, is_stranger, owner_of

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
LISTENING = "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 1 1"
SERVER = "1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000 0 2 1"
BROWSER = "2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001 0 3 1"
WITHIN_6 = (
    "3: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1F90 "
    "01 00000000:00000000 00:00000000 00000000  1002 0 4 1"
)
ELSEWHERE = "4: 0101A8C0:C352 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1003 0 5 1"
LINES = [LISTENING, SERVER, BROWSER, WITHIN_6, ELSEWHERE]


@pytest.mark.parametrize(
    ("port", "owner"),
    [
        pytest.param(0xC350, 1001, id="IPv4"),
        pytest.param(0xC351, 1002, id="IPv4 within IPv6"),
        pytest.param(0xC352, None, id="another address"),
        pytest.param(0xC353, None, id="not there"),
    ],
)
def test_the_owner_is_that_of_the_end_of_the_browser(port: int, owner: int | None) -> None:
    """The line of the server's own end has the ports the other way round, and another user."""
    assert owner_of(LINES, port=port, to_port=0x1F90) == owner


@pytest.mark.parametrize("line", ["", "x", HEAD, "1: 0100007F:C350 0100007F:1F90 01"])
def test_a_line_that_is_none_is_passed_over(line: str) -> None:
    """A system may write the table in another way; then no owner is known."""
    assert owner_of([line], port=0xC350, to_port=0x1F90) is None


@pytest.mark.parametrize(
    ("owner", "strange"),
    [
        pytest.param(1000, False, id="this user"),
        pytest.param(1001, True, id="another user"),
        pytest.param(0, False, id="the administrator"),
        pytest.param(65534, False, id="a user outside of this container"),
        pytest.param(None, False, id="not told"),
    ],
)
def test_another_user_is_a_stranger(owner: int | None, strange: bool) -> None:
    """One whom the system does not tell is none: then the code alone has to do."""
    assert is_stranger(owner, user=1000) is strange


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux shows whose connection it is")
def test_the_system_tells_whose_connection_it_is() -> None:
    """A connection of this process belongs to the user who runs it."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as connected,
    ):
        ports = {"port": connected.getsockname()[1], "to_port": listening.getsockname()[1]}
        assert owner_of(connections_now(), **ports) == os.getuid()
