"""The command is asked to stop while a workbook is read, which may take a minute."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.gate import DEADLINE_S
from tests.support.served import Command
from tests.support.workbooks import ods, unzipped, zipped

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes where Linux shows them")


def slow_workbook(folder: Path) -> Path:
    """Write a small file that unpacks to ten million elements, which takes seconds to read."""
    parts = unzipped(ods("<table:table-row/>"))
    parts["content.xml"] = parts["content.xml"].replace(b"<office:body>", b"<office:body>" + b"<a/>" * 10_000_000)
    path = folder / "slow.ods"
    path.write_bytes(zipped(parts))
    return path


def children(process: int) -> list[int]:
    """List the processes that a process has started."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            found += map(int, (task / "children").read_text().split())
    return found


def is_there(process: int) -> bool:
    """Say whether a process has not ended."""
    return Path(f"/proc/{process}").exists()


@pytest.mark.parametrize("command", ["check", "apply"])
async def test_stop_while_a_workbook_is_read_is_heeded_at_once(renamer: Command, command: str) -> None:
    """It was heeded when the workbook had been read, and the exit code was that of a run that had ended well."""
    sheet = slow_workbook(renamer.folder)
    words = ["check", str(sheet)] if command == "check" else renamer.line("apply", sheet)
    async with renamer.start(*words) as started:
        async with asyncio.timeout(DEADLINE_S):
            while not (reading := children(started.process.pid)):  # noqa: ASYNC110 - there is nothing to be told by
                await asyncio.sleep(0.01)
        started.process.send_signal(signal.SIGINT)
        ran = await started.ended()
    assert ran.code == 130
    assert not any(map(is_there, reading))
    assert renamer.patched == []
