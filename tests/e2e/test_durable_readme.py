"""The README's first ten minutes are played again: the same commands give the same output, but for ids and times."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import environment

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TRANSCRIPT = re.findall(r"```console\n(.*?)```", README.partition("## Undo, resume, audit")[2], re.DOTALL)[0]
STEPS = [
    (command, output.strip("\n"))
    for command, output in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", TRANSCRIPT, re.MULTILINE)
]
_ID = r"[2-9a-hjkmnp-z]{6}"
_WHERE_IDS_STAND = re.compile(
    rf"--plan ({_ID})|(?:undo|audit|run) ({_ID})\b|report-({_ID})\.|^({_ID})  | of ({_ID})  ", re.MULTILINE
)
_VARIES = re.compile(r"about .* s, |Took .*|\S+/(?=houses\.report)|\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d{4}|at \d+ a second")


def without_what_varies(text: str) -> str:
    """Return a text without times, paths and the like."""
    return _VARIES.sub("*", text)


def ids_in(text: str) -> list[str]:
    """Return the run ids of a text, in order."""
    return ["".join(found) for found in _WHERE_IDS_STAND.findall(text)]


def with_ids(text: str, ids: dict[str, str]) -> str:
    """Return a text with ids put in the place of others."""
    return re.sub(_ID, lambda found: ids.get(found[0], found[0]), text)


@pytest.mark.skipif(sys.platform == "win32", reason="the transcript is one of a POSIX shell")
def test_the_first_ten_minutes(tmp_path: Path) -> None:
    """Every command is run as it stands there, with the ids that the commands before it gave."""
    ids: dict[str, str] = {}
    assert len(STEPS) == 9
    for command, output in STEPS:
        ran = subprocess.run(
            ["/bin/sh", "-c", with_ids(command, ids)],
            cwd=tmp_path,
            env=environment(tmp_path / "home"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        found = ran.stdout.strip("\n")
        ids |= dict(zip(ids_in(output), ids_in(found), strict=False))
        assert without_what_varies(found) == without_what_varies(with_ids(output, ids)), ran.stderr
