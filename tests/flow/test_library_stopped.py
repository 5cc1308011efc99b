"""The library's run is stopped in the middle: what it has done can be seen, finished and taken back."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shlex
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch_renamer import InterruptedRenamingError, open_run, rename_orders_async
from batch_renamer.client.stopping import StopSignal
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Sandbox, running
from batch_renamer.sandbox.faults import script
from tests.support.forks import ForkedProcess, fork
from tests.support.gate import DEADLINE_S, Gate

ORDERS = [f"a{number}" for number in range(1, 5)]

INTERRUPTED = """
import signal, sys
import pandas as pd
from batch_renamer import InterruptedRenamingError, rename_orders
from batch_renamer.library.calls import Call
signal.signal(signal.SIGINT, signal.default_int_handler)
interrupt = Call.interrupt
def interrupt_and_tell(job, at_once):
    found = interrupt(job, at_once)
    print("stopping", flush=True)
    return found
Call.interrupt = interrupt_and_tell
try:
    rename_orders(pd.read_json(sys.argv[2]), api_key="right", base_url=sys.argv[1], workers=1)
except InterruptedRenamingError as error:
    print(str(error))
    print(error.renaming.outcomes["old_name"].dropna().tolist(), error.renaming.outcomes["result"].tolist())
    print(error.run_id, error.state_dir)
    sys.exit(77)
"""


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"order_id": ORDERS, "new_name": [f"new {order}" for order in ORDERS]})


def _held(*, first: int) -> tuple[Sandbox, Gate]:
    """Make a sandbox whose PATCHes from the ``first`` one on wait at a gate."""
    sandbox = Sandbox(api_key="right", sleep=(gate := Gate()))
    sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", nth=first, times=None)])
    sandbox.store.seed_many((order, f"old {order}") for order in ORDERS)
    return sandbox, gate


async def _command(command: str, run_id: str, base_url: str, *where: str) -> int:
    return (await _said(command, run_id, "--base-url", base_url, *where, "--yes", "--quiet"))[0]


async def _script(text: str, base_url: str, folder: Path) -> ForkedProcess:
    """Start a program that renames with the library; the frame is in a file of the folder."""
    _frame().to_json(frame := folder / "frame.json")
    return await fork((base_url, str(frame)), cwd=folder, env=os.environ, prelude=text)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
async def test_an_interrupted_cell_loses_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order in flight is the last one; old names, results and the way on come with the KeyboardInterrupt."""
    sandbox, gate = _held(first=2)
    async with running(sandbox) as base_url:
        process = await _script(INTERRUPTED, base_url, tmp_path)
        await gate.until_waiting(1)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            assert await process.stdout.readline() == b"stopping\n"
        gate.open()
        *said, told, last = (await process.stdout.read()).decode().splitlines()
        (sentence, here, *_, undo), (run_id, folder) = said, last.split()
        assert await process.wait() == 77
        patched = [entry.order_id for entry in sandbox.log if entry.method == "PATCH"]
        assert patched == ORDERS[:2]
        assert "'renamed', 'renamed', 'pending', 'pending'" in told
        assert "'old a1', 'old a2'" in told
        assert sentence == f"Run {run_id} was stopped: 2 of 4 rows are renamed. Its journal is kept."
        assert here.startswith(f"open_run('{run_id}', api_key=..., base_url='{base_url}') finds it")
        assert undo == f"batch-renamer undo {run_id} --base-url {base_url}"
        assert Path(folder).is_relative_to(home)
        monkeypatch.setenv("AUTOENHANCE_API_KEY", "right")
        assert await _command("undo", run_id, base_url) == 0
    assert sandbox.store.names() == {order: f"old {order}" for order in ORDERS}


async def test_a_cancelled_task_leaves_a_way_on(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was in flight is finished and written down; the cause of the cancellation and the log say how to go on."""
    sandbox, gate = _held(first=3)
    async with running(sandbox) as base_url:
        with caplog.at_level(logging.WARNING, "batch_renamer"):
            task = asyncio.create_task(rename_orders_async(_frame(), api_key="right", base_url=base_url, workers=1))
            await gate.until_waiting(1)
            asked = asyncio.Event()
            request = StopSignal.request

            def request_and_tell(*args: Any, **more: Any) -> None:
                request(*args, **more)
                asked.set()

            monkeypatch.setattr(StopSignal, "request", request_and_tell)
            task.cancel()
            await asked.wait()
            gate.open()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
        stopped = caught.value.__cause__
        assert isinstance(stopped, InterruptedRenamingError)
        assert stopped.renaming.summary.stopped == "The task that waited for it was cancelled."
        assert stopped.renaming.outcomes["result"].tolist() == ["renamed", "renamed", "renamed", "pending"]
        [said] = [record.getMessage() for record in caplog.records if "was stopped" in record.getMessage()]
        assert (str(stopped), stopped.run_id in said) == (said, True)
        assert "3 of 4 rows are renamed" in said
        finished = await stopped.renaming.resume_async()
    assert finished.run_id == stopped.run_id
    assert set(finished.outcomes["result"]) == {"renamed"}
    assert sandbox.store.names() == {order: f"new {order}" for order in ORDERS}


async def test_a_stopped_run_is_kept_and_named(home: Path) -> None:
    """One that stopped by itself has renamed, too: its journal stays although none was wanted, and can be used."""
    sandbox = Sandbox(api_key="right")
    sandbox.faults = FaultPlan(rules=list(script(None, "500")))
    sandbox.store.seed_many((order, f"old {order}") for order in ORDERS)
    async with running(sandbox) as base_url:
        renaming = await rename_orders_async(
            _frame(),
            api_key="right",
            base_url=base_url,
            workers=1,
            max_failures=0,
            attempts=1,
            patience=0,
            state_dir=None,
        )
    assert renaming.summary.exit_code == 4
    assert renaming.state_dir is not None
    assert (renaming.state_dir / "journal.sqlite3").is_file()
    assert open_run(renaming.run_id, state_dir=renaming.state_dir, base_url=base_url).summary.exit_code == 4


async def test_the_journal_of_a_given_folder_stays(tmp_path: Path) -> None:
    """It is the caller's; nothing else is left."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many((order, f"old {order}") for order in ORDERS)
    async with running(sandbox) as base_url:
        here: dict[str, Any] = {"api_key": "right", "base_url": base_url, "state_dir": tmp_path / "state"}
        renaming = await rename_orders_async(_frame(), **here)
    assert renaming.state_dir == tmp_path / "state"
    assert (tmp_path / "state" / "journal.sqlite3").is_file()


KILLED = """
import sys
import pandas as pd
from batch_renamer import rename_orders
rename_orders(pd.read_json(sys.argv[2]), api_key="right", base_url=sys.argv[1], workers=1, state_dir=None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
async def test_a_killed_run_is_named_by_the_command_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """One that was to keep no journal: who asks for runs is told how this one is seen, until it is taken back."""
    monkeypatch.setenv("AUTOENHANCE_API_KEY", "right")
    sandbox, gate = _held(first=3)
    async with running(sandbox) as base_url:
        process = await _script(KILLED, base_url, tmp_path)
        await gate.until_waiting(1)
        assert "left in the middle" not in (await _said("runs"))[1]  # it is at work
        process.send_signal(number)
        await process.wait()
        gate.open()
        code, said = await _said("runs")
        [words] = re.findall(r"left in the middle; to see it: `batch-renamer (.+)`", said)
        [run_id] = re.findall(r"^(\w{6})\b.* interrupted ", (await _said(*shlex.split(words)))[1], re.MULTILINE)
        assert (code, run_id in (await _said("show", run_id))[1]) == (0, True)
        folder = shlex.split(words)[-1]
        for command in (("undo", "--yes", "--base-url", base_url), ("show", run_id)):
            code, said = await _said(*command)
            assert (code, folder in said) == (2, True)
        assert await _command("undo", run_id, base_url, "--state-dir", folder) == 0
        assert "left in the middle" not in (await _said("runs"))[1]
    assert sandbox.store.names() == {order: f"old {order}" for order in ORDERS}


async def _said(*words: str) -> tuple[int, str]:
    process = await fork(words, cwd=Path.cwd(), env=os.environ)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out + err).decode()


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
async def test_a_stopped_practice_run_is_kept_and_its_printed_command_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its journal is among the temporary files, with the orders of its sandbox; those of a run that is done go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert (await rename_orders_async(_frame(), sandbox=True, state_dir=None)).state_dir is None
    assert not any(os.scandir(tmp_path))
    faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH", nth=4, times=None)])
    monkeypatch.setattr("batch_renamer.sandbox.Sandbox", partial(Sandbox, faults=faults))
    with caplog.at_level(logging.WARNING, "batch_renamer"):
        stopped = await rename_orders_async(_frame(), sandbox=True, state_dir=None, workers=1, max_failures=0)
    assert stopped.outcomes["result"].tolist() == ["renamed", "renamed", "renamed", "failed"]
    assert stopped.state_dir is not None
    [said] = [record.getMessage() for record in caplog.records if "was stopped" in record.getMessage()]
    undo = shlex.split(said.splitlines()[-1])
    undone = f"Undid run {undo[2]}: 3 of 4 names put back; 1 had its old name already.\n"
    assert await _said(*undo[1:], "--yes", "--quiet") == (0, undone)
