"""The library's door with everything behind it: a DataFrame enters, outcomes leave, and nothing else happens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from batch_renamer import Renaming, SettingsError, rename_orders, rename_orders_async
from batch_renamer.model import COLUMNS
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Latency, Rule, Sandbox, running

FRAME = pd.DataFrame({"order_id": ["a1", "a2", "", "a4"], "new_name": ["12 Elm St", "007", "no id", "=1+1"]})
RESULTS = ["renamed", "renamed", "invalid", "renamed"]


@pytest.fixture(autouse=True)
def _leaves_no_trace(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Hold every test here to it: no output, no file, the environment and the working folder as they were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        before = _surroundings()
        yield
        assert _surroundings() == before
    assert list(tmp_path.iterdir()) == []
    assert list(home.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def _surroundings() -> tuple[dict[str, str], Path]:
    own = "PYTEST_CURRENT_TEST"  # pytest's own note of where it is
    return {name: value for name, value in os.environ.items() if name != own}, Path.cwd()


def check(renaming: Renaming) -> None:
    """Compare with what the frame asks for."""
    assert list(renaming.outcomes.columns) == list(COLUMNS)
    assert renaming.outcomes["result"].tolist() == RESULTS
    assert renaming.outcomes["final_name"].tolist()[:2] == ["12 Elm St", "007"]
    assert renaming.summary.exit_code == 1
    assert renaming.summary.reports == ()


def test_blocking() -> None:
    """The plain call waits for the end."""
    check(rename_orders(FRAME, sandbox=True))


async def test_async() -> None:
    """The coroutine can be awaited by whoever has a loop."""
    check(await rename_orders_async(FRAME, sandbox=True))


async def test_blocking_inside_a_running_loop() -> None:
    """A notebook's loop is running already, and the plain call works there too."""
    assert asyncio.get_running_loop().is_running()
    check(rename_orders(FRAME, sandbox=True))


async def test_two_at_once() -> None:
    """Without global state they don't know of each other."""
    for renaming in await asyncio.gather(*(rename_orders_async(FRAME, sandbox=True) for _ in range(2))):
        check(renaming)


async def test_with_a_key_and_an_address() -> None:
    """Against an API on a port; the environment's key and settings are not looked at."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many([("a1", "old"), ("a2", "old"), ("a4", "old")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOENHANCE_API_KEY", "wrong")
        patch.setenv("BATCH_RENAMER_FIRST", "nonsense")
        async with running(sandbox) as base_url:
            check(await rename_orders_async(FRAME, api_key="right", base_url=base_url))
            refused = await rename_orders_async(FRAME, api_key="wrong", base_url=base_url)
    assert sandbox.store.names() == {"a1": "12 Elm St", "a2": "007", "a4": "=1+1"}
    assert (refused.summary.exit_code, set(refused.outcomes["result"])) == (3, {"pending", "invalid"})


async def test_a_dry_run_sends_nothing() -> None:
    """What would be renamed is planned."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many([("a1", "old"), ("a2", "old"), ("a4", "old")])
    async with running(sandbox) as base_url:
        renaming = await rename_orders_async(FRAME, api_key="right", base_url=base_url, dry_run=True)
    assert renaming.outcomes["result"].tolist() == ["planned", "planned", "invalid", "planned"]
    assert {entry.method for entry in sandbox.log} == {"GET"}


def test_a_missing_key_is_said() -> None:
    """Nobody is asked, and the environment is not searched for one."""
    with pytest.raises(SettingsError, match="api_key is missing"):
        rename_orders(FRAME)


async def test_cancelling_ends_it_and_leaves_nothing() -> None:
    """Whoever cancels gets the loop back; what is in flight is given up."""
    sandbox = Sandbox(api_key="right", sleep=(asleep := _Asleep()), latency=Latency(base_s=1.0))
    async with running(sandbox) as base_url:
        task = asyncio.create_task(rename_orders_async(FRAME, api_key="right", base_url=base_url))
        await asleep.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


INTERRUPTED = """
import signal, sys
import pandas as pd
from batch_renamer import rename_orders
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    rename_orders(pd.read_json(sys.stdin), api_key="right", base_url=sys.argv[1], workers=1)
except KeyboardInterrupt:
    sys.exit(77)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
async def test_ctrl_c_ends_the_blocking_call_and_the_renaming_with_it(home: Path) -> None:
    """Nothing goes on unseen in a thread: the order in flight is the last one."""
    sandbox = Sandbox(api_key="right", sleep=(asleep := _Asleep()))
    sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    sandbox.store.seed_many([("a1", "old"), ("a2", "old")])
    async with running(sandbox) as base_url:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", INTERRUPTED, base_url, stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(b'{"order_id": ["a1", "a2"], "new_name": ["one", "two"]}')
        process.stdin.close()
        await asleep.begun.wait()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 77
    assert [entry.order_id for entry in sandbox.log if entry.method == "PATCH"] == ["a1"]


class _Asleep:
    """A sleep that never ends, and tells that it has begun."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun.set()
        await asyncio.Event().wait()
