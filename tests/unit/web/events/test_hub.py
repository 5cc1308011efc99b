"""Events enter; what each page is told, and how often, leaves."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from batch_renamer.web.events import Hub, Listener

Told = tuple[float, list[dict[str, object]]]
"""When a page was told, and what."""


async def _listen(listener: Listener, told: list[Told]) -> None:
    loop = asyncio.get_running_loop()
    async for events in listener.updates():
        data = [dict(event.data) for event in events]
        told.append((loop.time(), data))


@pytest.mark.virtual_time
async def test_a_page_is_told_ten_times_a_second_at_most() -> None:
    """A job that changes a thousand times a second is told with its newest figures; the last are never lost."""
    hub = Hub()
    told: list[Told] = []
    with hub.listen() as listener:
        listening = asyncio.create_task(_listen(listener, told))
        for done in range(1000):
            hub.publish("job", {"run": "k3f9ab", "done": done})
            await asyncio.sleep(0.001)
        await asyncio.sleep(1)
        listening.cancel()
    moments = [moment for moment, _ in told]
    assert min(later - earlier for earlier, later in pairwise(moments)) > 0.0999
    assert 10 <= len(told) <= 11
    assert told[-1][1] == [{"run": "k3f9ab", "done": 999}]


@pytest.mark.virtual_time
async def test_what_is_new_is_told_at_once() -> None:
    """A page that has heard nothing for a while does not wait."""
    hub = Hub()
    told: list[Told] = []
    with hub.listen() as listener:
        listening = asyncio.create_task(_listen(listener, told))
        await asyncio.sleep(5)
        before_s = asyncio.get_running_loop().time()
        hub.publish("changed", {"run": "k3f9ab"})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        listening.cancel()
    assert told == [(before_s, [{"run": "k3f9ab"}])]


async def test_of_each_run_the_newest_is_told_in_the_order_of_the_news() -> None:
    """Two runs never hide each other, nor does a figure hide that a run has ended."""
    hub = Hub()
    with hub.listen() as listener:
        for name, run, done in [
            ("job", "a", 1),
            ("job", "b", 1),
            ("changed", "a", 0),
            ("job", "a", 2),
            ("job", "b", 2),
        ]:
            hub.publish(name, {"run": run, "done": done})
        events = await anext(listener.updates())
    assert [(event.name, event.data["run"], event.data["done"]) for event in events] == [
        ("changed", "a", 0),
        ("job", "a", 2),
        ("job", "b", 2),
    ]


async def test_a_page_that_takes_nothing_needs_no_more_memory() -> None:
    """What it missed becomes one word: fetch everything again."""
    hub = Hub()
    with hub.listen() as listener:
        for number in range(5_000):
            hub.publish("changed", {"run": f"r{number}"})
        assert len(listener.waiting) <= 256
        hub.publish("job", {"run": "k3f9ab", "done": 1})
        events = await anext(listener.updates())
    assert ("changed", "") in [(event.name, event.data["run"]) for event in events]
    assert events[-1].name == "job"


async def test_a_page_counts_as_open_while_it_listens() -> None:
    """The server ends when it is idle, which is when none does."""
    hub = Hub()
    with hub.listen(), hub.listen():
        assert hub.listeners == 2
    assert hub.listeners == 0


async def test_streams_end_when_the_server_does() -> None:
    """Those that are open, and those of a page that comes a moment too late."""
    hub = Hub()
    with hub.listen() as early:
        hub.publish("changed", {"run": "k3f9ab"})
        hub.close()
        with hub.listen() as late:
            async with asyncio.timeout(5):
                assert [events async for events in early.updates()] == []
                assert [events async for events in late.updates()] == []
