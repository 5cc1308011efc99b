"""Orders are read one by one, several at once; what was found of each is a value."""

from __future__ import annotations

import itertools
import random

import anyio
import pytest

from batch_renamer.errors import JournalError, KeyRefusedError
from batch_renamer.model import Found, Missing, Reading, RenameRequest, Unreadable
from batch_renamer.planning.singles import read_singly
from tests.support.bench import Bench, a_stop, batches_of
from tests.support.fake_api import FakeOrdersApi, KeyRefused, Outage, Refused, Transient

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


def requests_for(api: FakeOrdersApi) -> list[RenameRequest]:
    """Return a request for every order."""
    return [RenameRequest(row=row, order_id=order_id, new_name="new") for row, order_id in enumerate(api.names, 2)]


async def look_up(bench: Bench, requests: list[RenameRequest], *, workers: int = 16) -> dict[str, Reading]:
    """Return what was found, by order id."""
    found: dict[str, Reading] = {}

    async def record(group: list[tuple[RenameRequest, Reading]]) -> None:
        for request, reading in group:
            assert request.order_id not in found
            found[request.order_id] = reading

    async with bench.guarded():
        await read_singly(
            batches_of(requests, size=20), record, gateway=bench.gateway, workers=lambda: workers, stop=bench.stop
        )
    return found


async def test_every_order_is_read_once() -> None:
    """As many reads as requests, and each brings back its own order."""
    api = FakeOrdersApi({f"o{number}": f"name {number}" for number in range(100)})
    found = await look_up(Bench.of(api), requests_for(api))
    assert {key: reading.order.name for key, reading in found.items() if isinstance(reading, Found)} == api.names
    assert len(api.calls) == 100


@pytest.mark.parametrize("workers", [1, 5])
async def test_so_many_are_read_at_once(workers: int) -> None:
    """The most at once is the number of workers."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(40)}, latency_s=2.0)
    await look_up(Bench.of(api), requests_for(api), workers=workers)
    assert api.most_at_once == workers


async def test_what_cannot_be_read_is_a_value() -> None:
    """Missing and unreadable orders leave the reading of the others alone."""
    api = FakeOrdersApi(
        {"good": "old", "broken": "old", "other": "old"},
        script={("broken", "get"): itertools.repeat(Transient()), ("other", "get"): [Refused(status=403)]},
    )
    requests = [*requests_for(api), RenameRequest(row=9, order_id="gone", new_name="new")]
    found = await look_up(Bench.of(api), requests)
    assert isinstance(found.pop("good"), Found)
    assert found == {
        "broken": Unreadable(reason="503 Service Unavailable", http_status=503),
        "other": Unreadable(reason="403 Forbidden", http_status=403),
        "gone": Missing(),
    }


async def test_an_outage_makes_no_order_unreadable() -> None:
    """Reading goes on where it was when the API is back."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(200)}, outages=[Outage(begin_s=1, end_s=40)])
    found = await look_up(Bench.of(api), requests_for(api))
    assert len(found) == 200
    assert all(isinstance(reading, Found) for reading in found.values())


async def test_a_refused_key_stops_the_reading() -> None:
    """A 401 is the cause of the stop; what was read is recorded, and the rest is not made up."""
    api = FakeOrdersApi(
        {f"o{number}": "old" for number in range(200)},
        outages=[Outage(begin_s=0, method="page", fault=KeyRefused())],
        script={("o50", "get"): [KeyRefused()]},
    )
    bench = Bench.of(api)
    found = await look_up(bench, requests_for(api))
    assert isinstance(bench.stop.cause, KeyRefusedError)
    assert 50 <= len(found) < 60
    assert "o50" not in found


async def test_a_stop_leaves_the_rest_unread() -> None:
    """Reads in flight are recorded, and no other is begun."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(200)})
    bench = Bench.of(api)

    async def stop() -> None:
        await anyio.sleep(1)
        bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        found = await look_up(bench, requests_for(api))
    assert len(found) == len(api.calls) < 60


async def test_a_read_that_hangs_when_the_run_stops_is_dropped() -> None:
    """Nothing is recorded of a read that the end of the grace cut off."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(3)}, latency_s=60)
    bench = Bench.of(api)

    async def stop() -> None:
        await anyio.sleep(1)
        bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        found = await look_up(bench, requests_for(api))
    assert found == {}
    assert anyio.current_time() == 11


async def test_readings_that_cannot_be_kept_stop_the_run() -> None:
    """A full disk is the cause of the stop."""
    api = FakeOrdersApi({f"o{number}": "old" for number in range(200)})
    bench = Bench.of(api)

    async def record(_group: list[tuple[RenameRequest, Reading]]) -> None:
        raise JournalError("The disk is full.")

    await read_singly(
        batches_of(requests_for(api), size=20), record, gateway=bench.gateway, workers=lambda: 4, stop=bench.stop
    )
    assert isinstance(bench.stop.cause, JournalError)
    assert len(api.calls) < 20
