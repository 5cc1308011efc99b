"""The library's door without a journal: a DataFrame enters, outcomes leave, and nothing else happens."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch_renamer import (
    BatchRenamerError,
    InputError,
    LockedError,
    Renaming,
    SettingsError,
    SheetError,
    plan_orders_async,
    rename_orders,
    rename_orders_async,
)
from batch_renamer.journal.database import Database
from batch_renamer.library import Options
from batch_renamer.library.options import NOT_HERE, names_of
from batch_renamer.model import COLUMNS
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Latency, Rule, Sandbox, running
from batch_renamer.settings.sources import OPTIONS
from tests.support.gate import Gate

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
    check(rename_orders(FRAME, sandbox=True, state_dir=None))


async def test_async() -> None:
    """The coroutine can be awaited by a program that has a loop."""
    check(await rename_orders_async(FRAME, sandbox=True, state_dir=None))


async def test_blocking_inside_a_running_loop() -> None:
    """A notebook's loop is running already, and the plain call works there too."""
    assert asyncio.get_running_loop().is_running()
    check(rename_orders(FRAME, sandbox=True, state_dir=None))


async def test_two_at_once() -> None:
    """Without global state they don't know of each other."""
    for renaming in await asyncio.gather(*(rename_orders_async(FRAME, sandbox=True, state_dir=None) for _ in range(2))):
        check(renaming)


async def test_with_a_key_and_an_address() -> None:
    """Against an API on a port; the environment's key and settings are not looked at."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many([("a1", "old"), ("a2", "old"), ("a4", "old")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOENHANCE_API_KEY", "wrong")
        patch.setenv("BATCH_RENAMER_FIRST", "nonsense")
        async with running(sandbox) as base_url:
            check(await rename_orders_async(FRAME, api_key="right", base_url=base_url, state_dir=None))
            refused = await rename_orders_async(FRAME, api_key="wrong", base_url=base_url, state_dir=None)
    assert sandbox.store.names() == {"a1": "12 Elm St", "a2": "007", "a4": "=1+1"}
    assert (refused.summary.exit_code, set(refused.outcomes["result"])) == (3, {"pending", "invalid"})


async def test_a_dry_run_sends_nothing() -> None:
    """What would be renamed is planned."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many([("a1", "old"), ("a2", "old"), ("a4", "old")])
    async with running(sandbox) as base_url:
        renaming = await plan_orders_async(FRAME, api_key="right", base_url=base_url, state_dir=None)
    assert renaming.outcomes["result"].tolist() == ["planned", "planned", "invalid", "planned"]
    assert {entry.method for entry in sandbox.log} == {"GET"}


async def test_what_was_renamed_is_taken_back_and_nothing_else() -> None:
    """Neither an order that had drifted before, nor one that was renamed since, nor one that had its name already."""
    sandbox = Sandbox(api_key="right")
    names = {"a1": "one", "a2": "a colleague's", "a3": "three", "a4": "four"}
    sandbox.store.seed_many(names.items())
    frame = pd.DataFrame(
        {
            "order_id": ["a1", "a2", "a3", "a4", ""],
            "current_name": ["one", "two", "three", "four", ""],
            "new_name": ["New 1", "New 2", "New 3", "four", "no id"],
        }
    )
    async with running(sandbox) as base_url:
        here: dict[str, Any] = {"api_key": "right", "base_url": base_url, "state_dir": None}
        done = await rename_orders_async(frame, **here)
        assert done.outcomes["result"].tolist() == ["renamed", "drifted", "renamed", "unchanged", "invalid"]
        sandbox.store.rename("a3", "a colleague's later")
        back = await rename_orders_async(done.undo_frame(), **here)
    assert back.outcomes[["order_id", "result"]].values.tolist() == [["a1", "renamed"], ["a3", "drifted"]]
    assert sandbox.store.names() == names | {"a3": "a colleague's later"}


async def test_names_that_the_api_made_of_others_are_taken_back_too() -> None:
    """The rows have failed, and the orders no longer have their old names."""
    sandbox = Sandbox(api_key="right")
    sandbox.store.seed_many([("a1", "one"), ("a2", "two")])
    sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.KEEPS_LOWER_CASE), method="PATCH", times=None)])
    frame = pd.DataFrame({"order_id": ["a1", "a2"], "new_name": ["New 1", "New 2"]})
    async with running(sandbox) as base_url:
        here: dict[str, Any] = {"api_key": "right", "base_url": base_url, "state_dir": None}
        done = await rename_orders_async(frame, **here)
        sandbox.faults = FaultPlan()
        back = await rename_orders_async(done.undo_frame(), **here)
    assert set(back.outcomes["result"]) == {"renamed"}
    assert sandbox.store.names() == {"a1": "one", "a2": "two"}


@pytest.mark.parametrize("key", [b"abc", 5, Path("key.txt"), ["key"]])
def test_a_key_that_is_no_text_is_one_sentence(key: Any) -> None:
    """The tree's own error, which doesn't show it."""
    with pytest.raises(SettingsError, match=r"^api_key must be a text \(str\), not \w+\.$"):
        rename_orders(FRAME, api_key=key, base_url="http://127.0.0.1:1")


def test_a_missing_key_is_said() -> None:
    """Nothing is asked, and the environment is not searched for one."""
    with pytest.raises(SettingsError, match="api_key is missing"):
        rename_orders(FRAME)


async def test_cancelling_ends_it_and_leaves_nothing() -> None:
    """The program that cancels gets the loop back; what is in flight is given up."""
    sandbox = Sandbox(api_key="right", sleep=(asleep := _Asleep()), latency=Latency(base_s=1.0))
    async with running(sandbox) as base_url:
        task = asyncio.create_task(rename_orders_async(FRAME, api_key="right", base_url=base_url, state_dir=None))
        await asleep.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("given", [["a1", "b"], {"order_id": ["a1"]}, Path("orders.csv"), "orders.csv", None])
@pytest.mark.parametrize("call", [rename_orders, lambda *args, **more: asyncio.run(rename_orders_async(*args, **more))])
def test_what_is_no_frame_is_one_sentence(call: Callable[..., object], given: object) -> None:
    """The tree's own error, which says what is needed; never a group of errors."""
    with pytest.raises(
        SheetError, match=r"A pandas DataFrame with the columns order_id and new_name is needed, not a "
    ):
        call(given, sandbox=True)


def test_a_fault_is_the_trees_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside comes out as one error, with its cause behind it."""

    class Odd:
        @property
        def isoformat(self) -> object:
            raise ZeroDivisionError

    odd = pd.DataFrame({"order_id": ["a1"], "new_name": [Odd()]})
    with pytest.raises(BatchRenamerError, match=r"^A fault in batch-renamer: ZeroDivisionError\.$"):
        rename_orders(odd, sandbox=True, state_dir=None)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"config": "renamer.toml"}, "config is no option here: configuration files are not read"),
        ({"log_file": "run.log"}, r"log_file is no option here: add a handler to logging\.getLogger"),
        ({"yes": True}, "nothing is printed or asked here"),
        ({"delimiter": ";"}, "a DataFrame has been read already"),
        ({"rat": 5}, r"There is no option rat here\. Did you mean rate\?"),
        ({"dry_run": True}, r"dry_run is no option here: plan_orders\(\) plans, and undo\(dry_run=True\) shows"),
        (
            {"base_url": "https://a.example"},
            r"^base_url: the sandbox has an address of its own; leave out base_url, or sandbox=True",
        ),
        ({"rate": -1}, r"^rate=-1: must be greater than 0"),
        ({"report": ["{sheet}.csv"]}, "which is unknown"),
    ],
)
def test_an_option_that_means_nothing_here_is_refused(option: dict[str, Any], said: str) -> None:
    """Nothing is ignored in silence, and a mistake is called by the argument's name."""
    with pytest.raises(InputError, match=said):
        rename_orders(FRAME, sandbox=True, **option)


def test_every_option_of_the_command_is_taken_or_explained() -> None:
    """Each is a typed option of `rename_orders`, or the error that refuses it says why it means nothing here."""
    assert names_of(Options) | NOT_HERE.keys() == OPTIONS | {"dry_run", "names"}


async def test_two_at_once_in_one_account() -> None:
    """The second is kept out and says so, whatever it calls this machine."""
    sandbox = Sandbox(api_key="right", sleep=(gate := Gate()))
    sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
    sandbox.store.seed_many([("a1", "old")])
    one, two = (pd.DataFrame({"order_id": ["a1"], "new_name": [name]}) for name in ("one", "two"))
    async with running(sandbox) as base_url:
        here: dict[str, Any] = {"api_key": "right", "base_url": base_url, "state_dir": None}
        first = asyncio.create_task(rename_orders_async(one, **here))
        await gate.until_waiting(1)
        with pytest.raises(LockedError, match=r"is at work in this account.* or give wait=SECONDS"):
            await rename_orders_async(two, **{**here, "base_url": base_url.replace("127.0.0.1", "localhost")})
        gate.open()
        assert (await first).outcomes["result"].tolist() == ["renamed"]
    assert sandbox.store.names() == {"a1": "one"}


async def test_the_journal_is_never_asked_in_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large frame would hold up everything else that the loop does."""
    select, here = Database.select, threading.get_ident()
    in_loop: list[str] = []

    def watched(database: Database, query: str, parameters: Any) -> Any:
        if threading.get_ident() == here:
            in_loop.append(query)
        return select(database, query, parameters)

    monkeypatch.setattr(Database, "select", watched)
    check(await rename_orders_async(FRAME, sandbox=True, state_dir=None))
    assert in_loop == []


class _Asleep:
    """A sleep that never ends, and tells that it has begun."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun.set()
        await asyncio.Event().wait()
