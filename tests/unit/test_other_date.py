"""A child on another date: its clock, its dates and the files that it writes agree, and older files stay old."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.support.offline import other_date

SHIFT_S = 100 * 86_400
LOOK = """
import datetime, json, os, pathlib, time
pathlib.Path("new").write_text("x")
print(json.dumps({
    "clock": time.time(), "date": datetime.datetime.now(datetime.UTC).timestamp(), "monotonic": time.monotonic(),
    "new": pathlib.Path("new").stat().st_mtime, "old": os.stat("old").st_mtime,
    "slept": time.sleep(500) or time.time() - 500,
    "zone": datetime.datetime.now().astimezone().utcoffset().total_seconds(),
    "places": os.stat("new")[8], "size": os.stat("new").st_size,
}))
"""


def test_child_lives_later(tmp_path: Path) -> None:
    """Clock, date and new files are shifted, monotonic clock and old files are not; sleep is skipped; files settle."""
    (tmp_path / "old").write_text("x", encoding="utf-8")
    os.utime(tmp_path / "old", (1e9, 1e9))
    began_s = time.time()
    env = os.environ | {other_date.SHIFT: str(SHIFT_S), "TZ": "Etc/GMT-3"}
    ended = subprocess.run((sys.executable, "-c", LOOK), cwd=tmp_path, env=env, stdout=subprocess.PIPE, check=True)
    seen = json.loads(ended.stdout)
    for what in ("clock", "date", "new", "places", "slept"):
        assert -1 < seen[what] - began_s - SHIFT_S < 60, what
    assert 0 < time.monotonic() - seen["monotonic"] < 60
    assert (seen["old"], seen["size"], seen["zone"]) == (1e9, 1, 3 * 3_600)
    other_date.settle(tmp_path, now_s=time.time(), shift_s=SHIFT_S)
    other_date.settle(tmp_path, now_s=time.time(), shift_s=SHIFT_S)
    assert -1 < (tmp_path / "new").stat().st_mtime - began_s - SHIFT_S < 60
