"""The gateway: what a row wants enters; a reading, a confirmed order or the end of the run leaves."""

from __future__ import annotations

import itertools
import random
from http import HTTPStatus

import anyio
import pytest

from batch_renamer.client.orders_api import RefusedError, TransientError
from batch_renamer.client.sends import Send
from batch_renamer.client.stopping import Stopping
from batch_renamer.client.tries import Tries
from batch_renamer.errors import ApiUnavailableError, KeyRefusedError
from batch_renamer.model import Found, Missing, Order, Reading, Unreadable
from tests.support.bench import Bench, a_stop
from tests.support.fake_api import (
    FakeOrdersApi,
    Fault,
    Hang,
    KeyRefused,
    Method,
    Outage,
    Refused,
    Slow,
    Throttled,
    Transient,
)

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


def bench_with(method: Method, *faults: Fault | None, order_id: str = "a1", attempts: int = 6) -> Bench:
    """Return the gear before an API with one order, a1, that answers in this way."""
    api = FakeOrdersApi({"a1": "old"}, script={("" if method == "page" else order_id, method): faults})
    return Bench.of(api, attempts=attempts)


async def prove(bench: Bench) -> None:
    """Prove the key."""
    async with bench.guarded():
        await bench.gateway.prove_key()


async def read(bench: Bench, order_id: str = "a1") -> Reading:
    """Read an order."""
    async with bench.guarded():
        return await bench.gateway.read(order_id)


async def test_a_key_is_proven_by_the_list() -> None:
    """Reading one order needs no key, so the list is asked for, once."""
    bench = bench_with("page")
    await prove(bench)
    assert [call.method for call in bench.api.calls] == ["page"]


@pytest.mark.parametrize("fault", [KeyRefused(), Refused(status=403, words="No.")], ids=["401", "403"])
async def test_a_refused_key_is_found_out(fault: Fault) -> None:
    """401 and 403 to the list are a refusal of the key."""
    with pytest.raises(KeyRefusedError, match="did not accept the key"):
        await prove(bench_with("page", fault))


async def test_the_servers_words_are_in_the_refusal() -> None:
    """What the API says about the key is shown to the user."""
    with pytest.raises(KeyRefusedError, match='403 Forbidden: "Key expired"'):
        await prove(bench_with("page", Refused(status=403, words="Key expired")))


async def test_a_list_that_is_refused_proves_nothing() -> None:
    """Any other refusal says nothing about the key; without proof the run doesn't begin."""
    with pytest.raises(ApiUnavailableError, match="422"):
        await prove(bench_with("page", Refused(status=422)))


async def test_a_key_is_proven_in_spite_of_a_few_failures() -> None:
    """The proof is tried again like any other request."""
    bench = bench_with("page", Transient(), Throttled(), Hang(timeout_s=2))
    await prove(bench)
    assert bench.api.count("page") == 4


async def test_a_key_is_proven_after_an_outage_at_the_start() -> None:
    """A run that begins in an outage waits for its end like one that meets it later."""
    bench = Bench.of(FakeOrdersApi({}, outages=[Outage(begin_s=0, end_s=120)]))
    await prove(bench)
    assert anyio.current_time() >= 120


async def test_an_outage_at_the_start_ends_with_patience() -> None:
    """When patience is over the run stops with that as its cause."""
    bench = Bench.of(FakeOrdersApi({}, outages=[Outage(begin_s=0)]), patience_s=5)
    with pytest.raises(Stopping):
        await prove(bench)
    assert isinstance(bench.stop.cause, ApiUnavailableError)
    assert anyio.current_time() <= 15


async def test_a_key_that_cannot_be_proven_ends_the_run() -> None:
    """Out of tries before an API that works for others, the proof has failed."""
    with pytest.raises(ApiUnavailableError, match=r"list of orders.*no good answer: 503"):
        await prove(bench_with("page", Transient(), attempts=1))


async def test_the_reading_has_the_order_and_its_time() -> None:
    """A reading is no younger than it says: its time is that when the request left, after all waiting."""
    bench = bench_with("get", Throttled(retry_after_s=5))
    order = Order(order_id="a1", name="old", is_deleted=False)
    assert await read(bench) == Found(order=order, read_at=5.05)


@pytest.mark.parametrize(
    ("fault", "reading"),
    [
        pytest.param(Refused(status=404), Missing(), id="404"),
        pytest.param(Refused(status=410), Missing(), id="410"),
        pytest.param(Refused(status=403), Unreadable(reason="403 Forbidden", http_status=403), id="403"),
        pytest.param(
            Refused(status=422, words="Bad id"),
            Unreadable(reason=f'422 {HTTPStatus(422).phrase}: "Bad id"', http_status=422),
            id="422 with words",
        ),
    ],
)
@pytest.mark.parametrize("way", ["read", "read_once"])
async def test_a_refusal_is_a_reading_too(fault: Fault, reading: Reading, way: str) -> None:
    """What can't be read is a value, never an error."""
    bench = bench_with("get", fault)
    assert await (bench.gateway.read("a1") if way == "read" else bench.gateway.read_once("a1")) == reading


@pytest.mark.parametrize("way", ["read", "read_once"])
async def test_an_order_that_is_not_there_is_missing(way: str) -> None:
    """Both ways to read know of missing orders."""
    bench = bench_with("get")
    assert await (bench.gateway.read("zz") if way == "read" else bench.gateway.read_once("zz")) == Missing()


async def test_a_read_is_tried_again() -> None:
    """One failure doesn't make an order unreadable."""
    bench = bench_with("get", Transient())
    assert isinstance(await read(bench), Found)
    assert bench.api.count("get", "a1") == 2


async def test_an_order_that_always_fails_is_unreadable() -> None:
    """Out of tries, the last failure is the reason."""
    bench = bench_with("get", *[Transient(status=500)] * 99, attempts=3)
    assert await read(bench) == Unreadable(reason="500 Internal Server Error", http_status=500)
    assert bench.api.count("get", "a1") == 3


async def test_a_last_look_is_a_single_try() -> None:
    """While the run stops there is time for one try alone."""
    bench = bench_with("get", Transient(status=500))
    bench.stop.request(a_stop())
    assert await bench.gateway.read_once("a1") == Unreadable(reason="500 Internal Server Error", http_status=500)
    assert await bench.gateway.read_once("a1") == Found(
        order=Order(order_id="a1", name="old", is_deleted=False), read_at=0.05
    )


async def test_a_rename_is_confirmed_by_the_api() -> None:
    """The order comes back as the API says that it is now."""
    bench, tries = bench_with("rename"), Tries()
    assert await bench.gateway.rename("a1", "new", tries) == Order(order_id="a1", name="new")
    assert (bench.api.names, tries.sent) == ({"a1": "new"}, 1)


async def test_a_rename_that_fails_says_so() -> None:
    """The errors of requests come through, and the account is kept all the same."""
    bench, tries = bench_with("rename", Transient(), Refused()), Tries()
    with pytest.raises(RefusedError):
        await bench.gateway.rename("a1", "new", tries)
    assert (tries.sent, tries.lost, tries.status) == (2, True, 422)


async def test_a_rename_out_of_tries_raises_the_last_failure() -> None:
    """Not some error of the library that counts the tries."""
    bench = bench_with("rename", *[Transient(status=502)] * 99, attempts=2)
    async with bench.guarded():
        with pytest.raises(TransientError, match="502"):
            await bench.gateway.rename("a1", "new", Tries())


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        pytest.param(None, True, id="200"),
        pytest.param(Refused(status=422), True, id="422"),
        pytest.param(Transient(), False, id="503"),
        pytest.param(Throttled(), False, id="429"),
        pytest.param(Hang(), False, id="hanging"),
        pytest.param(Slow(latency_s=5.1), False, id="too slow"),
        pytest.param(Slow(latency_s=4.9), True, id="slow"),
    ],
)
async def test_the_neutral_question_tells_whether_the_api_is_at_work(fault: Fault | None, answer: bool) -> None:
    """A good answer or a refusal within the time given shows it; anything else doesn't, and is not asked again."""
    bench = bench_with("page", fault)
    assert await bench.gateway.answers(5.0) is answer
    assert bench.api.count("page") == 1


async def test_the_question_is_a_reading_where_the_list_fails() -> None:
    """After a page that failed an order is read instead: the last one that was read, or one that there is not."""
    bench = bench_with("page", *[Transient()] * 9)
    bench.api.add("", script={"page": itertools.repeat(Transient())})
    assert await bench.gateway.answers(5.0) is False
    assert await bench.gateway.answers(5.0) is True
    [asked] = [call.order_id for call in bench.api.calls if call.method == "get"]
    assert asked not in bench.api.names
    await read(bench)
    assert await bench.gateway.answers(5.0) is True
    assert bench.api.count("get", "a1") == 2


async def test_the_question_is_put_both_ways_in_turns_while_neither_is_answered() -> None:
    """An outage ends with whichever works first."""
    bench = Bench.of(FakeOrdersApi({}, outages=[Outage(begin_s=0)]))
    for _ in range(4):
        assert await bench.gateway.answers(5.0) is False
    assert [call.method for call in bench.api.calls] == ["page", "get", "page", "get"]


async def test_the_time_of_the_question_begins_when_it_leaves() -> None:
    """Waiting for a turn behind the pacer is not the API's slowness."""
    bench = bench_with("page", Slow(latency_s=4))
    bench.pacer.throttle(30, Send(0.0))
    assert await bench.gateway.answers(5.0)
    assert anyio.current_time() == 34


async def test_a_question_can_end_the_run() -> None:
    """A key that is refused meanwhile is told as such."""
    with pytest.raises(KeyRefusedError):
        await bench_with("page", KeyRefused()).gateway.answers(5.0)


async def test_every_request_is_paced() -> None:
    """Reads, renames and questions share one rate."""
    bench = Bench.of(FakeOrdersApi({"a1": "old"}), rate_per_s=2)
    for _ in range(3):
        await bench.gateway.read("a1")
        await bench.gateway.read_once("a1")
        await bench.gateway.rename("a1", "new", Tries())
        await bench.gateway.answers(5.0)
    times = bench.api.times()
    assert bench.pacer.requests == len(times) == 12
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.5
