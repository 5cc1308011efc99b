"""The sandbox's request log: what is kept, and the figures made of it."""

from __future__ import annotations

import json
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox import LoggedRequest, RequestLog
from tests.support.fullest import most_in_any_second


def request(at_s: float = 0.0, status: int | None = None) -> LoggedRequest:
    """Make a request that matters only by its time and answer."""
    return LoggedRequest(
        at_s=at_s,
        wall_s=at_s,
        method="PATCH",
        raw_path="/v3/orders/a%201",
        order_id="a 1",
        resolved=True,
        has_key=True,
        user_agent="test",
        status=status,
    )


@given(st.lists(st.integers(0, 64), max_size=60))
def test_the_fullest_second_is_found(arrivals: list[int]) -> None:
    """The figure is that of trying every window."""
    at_s = [sixteenths / 16 for sixteenths in sorted(arrivals)]
    expected = max((sum(start <= at < start + 1 for at in at_s) for start in at_s), default=0)
    assert most_in_any_second(map(request, at_s)) == expected


def test_the_most_at_once_is_kept() -> None:
    """Requests under way are counted from arrival to end."""
    log = RequestLog()
    first, second, third = request(), request(), request()
    log.arrived(first)
    log.arrived(second)
    log.finished(first)
    log.arrived(third)
    assert log.most_at_once == 2


def test_the_oldest_requests_make_room() -> None:
    """A bounded log keeps the newest, and still knows how many there were."""
    log = RequestLog(max_entries=2)
    for at_s in range(5):
        log.arrived(request(at_s))
    assert ([entry.at_s for entry in log], len(log), log.total) == ([3, 4], 2, 5)


def test_clearing_forgets_what_was() -> None:
    """A test can look at one phase of a run alone."""
    log = RequestLog()
    entry = request()
    log.arrived(entry)
    log.finished(entry)
    log.clear()
    assert (len(log), log.total, log.most_at_once) == (0, 0, 0)


def test_the_file_has_one_json_object_a_line(tmp_path: Path) -> None:
    """Each finished request is in the file at once, and a second sandbox appends."""
    path = tmp_path / "requests.jsonl"
    seen = []
    for status in (200, None):
        with closing(RequestLog(path=path)) as log:
            entry = request()
            log.arrived(entry)
            entry.status = status
            log.finished(entry)
            lines = path.read_text(encoding="utf-8").splitlines()
            seen.append([(json.loads(line)["order_id"], json.loads(line)["status"]) for line in lines])
    assert seen == [[("a 1", 200)], [("a 1", 200), ("a 1", None)]]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Order ids are for their owner alone."""
    path = tmp_path / "requests.jsonl"
    RequestLog(path=path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    """The sentence names the file."""
    with pytest.raises(SettingsError, match="choose another file"):
        RequestLog(path=tmp_path)
