"""What the log says of a night: a line for each event, found by its fields, at a level that says who must look."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.nightly.watching.heartbeat import Beat
from batch_renamer.nightly.watching.night_log import (
    log_beat,
    log_file_end,
    log_file_found,
    log_file_moved,
    log_message,
    log_night_begins,
    log_night_ends,
    log_written,
)
from batch_renamer.progress import every_line, logging_to

FILE = NightFile(
    name="orders.xlsx",
    end=FileEnd.PROBLEMS,
    sentence="1 of 3 rows has a problem.",
    run_id="k3f9ab",
    exit_code=1,
    counts={"renamed": 2, "failed": 1},
    reports=("/reports/orders.report-k3f9ab.xlsx",),
    moved_to="/problems/2026-11-26/orders.xlsx",
    seconds=1.23,
    requests=8,
    throttled=1,
)
NIGHT = Night(
    id="n-2026-11-26-abc",
    date="2026-11-26",
    began_at=0.0,
    ended_at=60.04,
    exit_code=1,
    begun=True,
    inbox="/srv/orders",
    base_url="https://api.example.com",
    profile="office",
    files=(FILE, NightFile(name="b.csv", end=FileEnd.WAITING)),
    notes=("The message was not delivered.",),
    limit_per_s=98.0,
)
LINES = [
    pytest.param(
        lambda: log_night_begins(NIGHT),
        "the night begins: /srv/orders",
        {"level": "info", "inbox": "/srv/orders", "base_url": "https://api.example.com", "profile": "office"},
        id="the night begins",
    ),
    pytest.param(
        lambda: log_file_found("orders.xlsx", size_bytes=9),
        "orders.xlsx was found",
        {"level": "info", "file": "orders.xlsx", "size_bytes": 9},
        id="a file was found",
    ),
    pytest.param(
        lambda: log_file_end(FILE),
        "orders.xlsx: problems; 1 of 3 rows has a problem.",
        {
            "level": "warning",
            "file": "orders.xlsx",
            "end": "problems",
            "run_id": "k3f9ab",
            "exit_code": 1,
            "counts": {"renamed": 2, "failed": 1},
            "seconds": 1.2,
            "requests": 8,
            "throttled": 1,
            "reports": ["/reports/orders.report-k3f9ab.xlsx"],
        },
        id="a file with problems",
    ),
    pytest.param(
        lambda: log_file_end(NightFile(name="b.csv", end=FileEnd.WAITING, sentence="It is open in Excel.")),
        "b.csv: waiting; It is open in Excel.",
        {
            "level": "info",
            "file": "b.csv",
            "end": "waiting",
            "exit_code": 0,
            "seconds": 0,
            "requests": 0,
            "throttled": 0,
        },
        id="a file that waits",
    ),
    pytest.param(
        lambda: log_file_moved(FILE),
        "orders.xlsx was moved to /problems/2026-11-26/orders.xlsx",
        {"level": "info", "file": "orders.xlsx", "run_id": "k3f9ab", "moved_to": "/problems/2026-11-26/orders.xlsx"},
        id="a file was moved",
    ),
    pytest.param(
        lambda: log_beat(Beat(said="start", host="hc-ping.com")),
        "the heartbeat (start) was taken by hc-ping.com",
        {"level": "info", "heartbeat": "start", "host": "hc-ping.com"},
        id="a heartbeat",
    ),
    pytest.param(
        lambda: log_beat(Beat(said="failed", host="hc-ping.com", trouble="The heartbeat was not taken.")),
        "The heartbeat was not taken.",
        {"level": "warning", "heartbeat": "failed", "host": "hc-ping.com", "error": "The heartbeat was not taken."},
        id="a heartbeat that failed",
    ),
    pytest.param(
        lambda: log_message("partly", place="Slack"),
        "the message (partly) to Slack was delivered",
        {"level": "info", "message_kind": "partly", "place": "Slack"},
        id="a message",
    ),
    pytest.param(
        lambda: log_message("partly", place="Slack", trouble="no answer in 20 s"),
        "the message (partly) to Slack was not delivered: no answer in 20 s",
        {"level": "warning", "message_kind": "partly", "place": "Slack", "error": "no answer in 20 s"},
        id="a message that failed",
    ),
    pytest.param(
        lambda: log_written("pages", ["/reports/index.html"]),
        "pages written: /reports/index.html",
        {"level": "info", "paths": ["/reports/index.html"]},
        id="pages",
    ),
    pytest.param(
        lambda: log_written("pages", ["/reports/index.html"], troubles=["The page can't be written."]),
        "The page can't be written.",
        {"level": "warning", "error": "The page can't be written."},
        id="no pages",
    ),
    pytest.param(
        lambda: log_night_ends(NIGHT),
        "the night ended (exit code 1): partly",
        {
            "level": "warning",
            "night_id": "n-2026-11-26-abc",
            "exit_code": 1,
            "kind": "partly",
            "ends": {"problems": 1, "waiting": 1},
            "counts": {"renamed": 2, "failed": 1},
            "seconds": 60.0,
            "requests": 8,
            "throttled": 1,
            "limit_per_s": 98.0,
            "notes": ["The message was not delivered."],
        },
        id="the night ended",
    ),
    pytest.param(
        lambda: log_night_ends(Night(date="", began_at=0.0, ended_at=1.0, exit_code=3, stopped="The key is wrong.")),
        "the night could not begin (exit code 3): not begun; The key is wrong.",
        {
            "level": "error",
            "exit_code": 3,
            "kind": "not begun",
            "error": "The key is wrong.",
            "ends": {},
            "counts": {},
            "seconds": 1.0,
            "requests": 0,
            "throttled": 0,
        },
        id="the night could not begin",
    ),
]


@pytest.mark.parametrize(("say", "message", "fields"), LINES)
def test_each_event_is_one_line(
    say: Callable[[], None], message: str, fields: dict[str, object], tmp_path: Path
) -> None:
    """Its sentence for people, and its figures as fields for programs; all have the id of the night."""
    with logging_to(log := tmp_path / "log", verbose=False, secrets=[]), every_line(command="nightly", night_id="n-1"):
        say()
    [line] = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    del line["time"]
    assert line == {"message": message, "command": "nightly", "night_id": "n-1", **fields}


def test_what_did_not_happen_is_no_line(tmp_path: Path) -> None:
    """A file that stays, a service that is not called, no pages."""
    with logging_to(log := tmp_path / "log", verbose=False, secrets=[]):
        log_file_moved(NightFile(name="b.csv", end=FileEnd.WAITING))
        log_beat(None)
        log_written("pages", [])
    assert log.read_text() == ""
