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
from tests.support.command import COLD, KEY, environment
from tests.support.gate import DEADLINE_S

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
            connection = HTTPConnection(found[1], int(found[2]), timeout=DEADLINE_S)
            try:
                yield process, connection
            finally:
                connection.close()
        finally:
            process.terminate()
            process.wait(timeout=DEADLINE_S)


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
        assert process.stdout is not None
        assert process.stdout.readline() == "Its key is the one in api_key.\n"
        process.send_signal(number)
        output, _ = process.communicate(timeout=DEADLINE_S)
        assert (process.returncode, output) == (0, "")


@posix_only
def test_a_key_is_made_up_and_shown() -> None:
    """Without a key the second line has one, and it is the one that opens the door."""
    with served() as (process, connection):
        assert process.stdout is not None
        key = process.stdout.readline().rpartition(" ")[2].strip()
        assert ask(connection, "GET", "/v3/orders/", key=key)[0] == 200
        assert ask(connection, "GET", "/v3/orders/", key="")[0] == 401


HOSTS = {
    "127.0.0.1:{port}": 200,
    "localhost:{port}": 200,
    "LOCALHOST": 200,
    "127.1.2.3": 200,
    "[::1]:{port}": 200,
    "rebound.example:{port}": 421,
    "localhost.example": 421,
    "127.0.0.1.example": 421,
    "192.0.2.7": 421,
    "[::1": 421,
    "": 421,
}


@posix_only
def test_it_serves_no_client_that_calls_it_by_a_strangers_name() -> None:
    """A web page whose host name was given this machine's address reads nothing, and changes nothing."""
    with served(api_key="k") as (_, connection):
        answers = {host: called(connection, host) for host in HOSTS}
    assert answers == {host: (status, status == 200) for host, status in HOSTS.items()}


def called(connection: HTTPConnection, host: str) -> tuple[int, bool]:
    """Ask for the orders of this host; return the status of the answer, and whether orders are in it."""
    connection.putrequest("GET", "/v3/orders/", skip_host=True)
    connection.putheader("Host", host.format(port=connection.port))
    connection.putheader("x-api-key", "k")
    connection.endheaders()
    response = connection.getresponse()
    return response.status, b"order-0025" in response.read()


@posix_only
@pytest.mark.parametrize(
    ("given_key", "says"),
    [
        (KEY, "Its key is the one in AUTOENHANCE_API_KEY.\n"),
        (" ", "Its key, made up for this run: sandbox-"),
        (None, "Its key, made up for this run: sandbox-"),
    ],
    ids=["given", "blank", "none"],
)
def test_the_command_says_which_key_it_takes(given_key: str | None, says: str, tmp_path: Path) -> None:
    """A key of the environment, perhaps the real one, is not taken without a word, and not shown."""
    words = [*COLD, "sandbox"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment(tmp_path, key=given_key)
    ) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(2)]
        finally:
            process.terminate()
            process.wait(timeout=DEADLINE_S)
    assert lines[1].startswith(says)
    assert KEY not in "".join(lines)


@posix_only
def test_the_command_refuses_a_key_with_something_around_it(tmp_path: Path) -> None:
    """The client would refuse it as well."""
    words = [*COLD, "sandbox"]
    ran = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
        env=environment(tmp_path, key=f"'{KEY}'"),
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "Error: The key in AUTOENHANCE_API_KEY is in quotes; leave them out.\n"


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
    with pytest.raises(SettingsError, match=r"^--\w+ \S+.*: "):
        serve_forever(**options)
