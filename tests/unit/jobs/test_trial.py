"""A key and an address enter; the end of the one request that tries them leaves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from batch_renamer.client import RefusedError, RequestError, ThrottledError
from batch_renamer.errors import KeyRefusedError
from batch_renamer.jobs.trial import ask_once
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, OrderStore, Rule, Sandbox, running
from batch_renamer.settings import ApiKey, FoundKey, Settings, resolve_settings

KEY = "sk-live-4Zq8TtR2vXw9"


def found(key: str = KEY) -> FoundKey:
    """Return a key as it is found in its variable."""
    return FoundKey(key=ApiKey(key), source="x", place="AUTOENHANCE_API_KEY")


def settings_of(**flags: object) -> Settings:
    """Return settings of these flags alone."""
    return resolve_settings({"config": "none", **flags}, environ={})


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Make a sandbox without orders, which a test serves."""
    store = OrderStore()
    yield Sandbox(store=store, api_key=KEY)
    store.close()


async def test_one_page_of_one_order_is_asked_for(sandbox: Sandbox) -> None:
    """The answer took the key, and its date is the server's time."""
    async with running(sandbox) as base_url:
        answer = await ask_once(settings_of(base_url=base_url), found())
    assert answer.error is None
    assert answer.seconds >= 0
    assert answer.server_time is not None
    assert abs(datetime.now(UTC) - answer.server_time) < timedelta(minutes=5)
    assert [(entry.method, entry.raw_path) for entry in sandbox.log] == [("GET", "/v3/orders/?per_page=1")]


async def test_a_key_that_is_not_accepted_is_named_by_its_place(sandbox: Sandbox) -> None:
    """The error is the one that a run would end with; the key is not in it."""
    async with running(sandbox) as base_url:
        answer = await ask_once(settings_of(base_url=base_url), found("another-key-9d7f"))
    assert isinstance(answer.error, KeyRefusedError)
    assert "AUTOENHANCE_API_KEY" in str(answer.error)
    assert "another-key-9d7f" not in str(answer.error)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.REFUSED, RefusedError),
        (FaultKind.THROTTLED, ThrottledError),
        (FaultKind.UNAVAILABLE, RequestError),
    ],
    ids=["422", "429", "503"],
)
async def test_an_answer_that_is_an_error_is_returned_and_not_tried_again(
    sandbox: Sandbox, kind: FaultKind, error: type[RequestError]
) -> None:
    """A person waits for it: one request, whatever its end."""
    sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=kind), times=None)])
    async with running(sandbox) as base_url:
        answer = await ask_once(settings_of(base_url=base_url), found())
    assert isinstance(answer.error, error)
    assert len(sandbox.log) == 1


async def test_without_a_server_no_time_is_told() -> None:
    """The port was free a moment ago, and is bound without listening while it is asked."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        answer = await asyncio.wait_for(ask_once(settings_of(base_url=base_url), found()), 30)
    assert isinstance(answer.error, RequestError)
    assert answer.server_time is None


@pytest.mark.parametrize("environ", [{}, {"AUTOENHANCE_API_KEY": KEY}], ids=["no key", "a key"])
async def test_practice_is_asked_in_memory_with_a_key_of_its_own(
    environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox of this one request takes it, and no key of the user's is read."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    answer = await ask_once(settings_of(sandbox=True), None)
    assert answer.error is None
    assert answer.server_time is not None
