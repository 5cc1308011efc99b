"""The sandbox served by a process of its own: its first line, its key, its files, and how it stops."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox import serve_forever

# Ctrl-C reaches a child process differently on Windows; the signals themselves are the same there by design.
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@contextmanager
def served(**options: Any) -> Iterator[tuple[subprocess.Popen[str], HTTPConnection]]:
    """Serve in a child process, and connect to the address that its first line names."""
    program = (
        "import sys; from pathlib import PosixPath; from batch_renamer.sandbox import serve_forever; "
        f"sys.exit(serve_forever(**{options!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.fullmatch(r"Sandbox Orders API at http://(127\.0\.0\.1):(\d+)\n", process.stdout.readline())
            assert found
            connection = HTTPConnection(found[1], int(found[2]), timeout=10)
            try:
                yield process, connection
            finally:
                connection.close()
        finally:
            process.terminate()
            process.wait(timeout=10)


def ask(connection: HTTPConnection, method: str, path: str, *, key: str = "", body: object = None) -> tuple[int, Any]:
    """Send a request, and read the answer as JSON."""
    headers = {"x-api-key": key, "Content-Type": "application/json"}
    connection.request(method, path, headers=headers, body=json.dumps(body) if body else None)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_on_a_signal(number: signal.Signals) -> None:
    """Stopping is what is asked for, so the exit code is 0, and there is no traceback on the way."""
    with served(api_key="k") as (process, connection):
        assert ask(connection, "GET", "/v3/orders/", key="k")[0] == 200
        process.send_signal(number)
        output, _ = process.communicate(timeout=10)
        assert (process.returncode, output) == (0, "")


@posix_only
def test_a_key_is_made_up_and_shown() -> None:
    """Without a key the second line has one, and it is the one that opens the door."""
    with served() as (process, connection):
        assert process.stdout is not None
        key = process.stdout.readline().rpartition(" ")[2].strip()
        assert ask(connection, "GET", "/v3/orders/", key=key)[0] == 200
        assert ask(connection, "GET", "/v3/orders/", key="")[0] == 401


@posix_only
def test_there_are_orders_to_practise_on_and_they_last(tmp_path: Path) -> None:
    """Orders in a file keep their new names, and what was asked is in the log file."""
    options = {"api_key": "k", "orders_file": tmp_path / "orders.sqlite", "log_file": tmp_path / "log"}
    with served(orders=3, **options) as (_, connection):
        status, order = ask(connection, "PATCH", "/v3/orders/order-0001", key="k", body={"name": "new"})
        assert (status, len(order["images"])) == (200, 3)
    with served(**options) as (_, connection):
        page = ask(connection, "GET", "/v3/orders/", key="k")[1]["orders"]
    assert [order["name"] for order in page] == ["Practice order 3", "Practice order 2", "new"]
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert [json.loads(line)["method"] for line in log.splitlines()] == ["PATCH", "GET"]


@posix_only
def test_faults_and_limit_are_those_asked_for() -> None:
    """The texts of the command line reach the sandbox."""
    with served(api_key="k", faults="500=100%", limit="1/sliding+retry-after", latency="1ms") as (_, connection):
        statuses = [ask(connection, "GET", "/v3/orders/order-0001")[0] for _ in range(2)]
    assert statuses == [500, 429]


@pytest.mark.parametrize(
    "options", [{"faults": "x"}, {"limit": "x"}, {"latency": "x"}, {"port": -1}, {"orders": -1}, {"images": -1}]
)
def test_nonsense_is_refused_before_anything_is_served(options: dict[str, Any]) -> None:
    """The caller gets the sentence to show."""
    with pytest.raises(SettingsError, match="can't be used"):
        serve_forever(**options)
