"""The proof of the key: a list that fails enters; a proven key, or the end of the run with its true cause, leaves."""

from __future__ import annotations

import random

import anyio
import pytest

from batch_renamer.client.gateway import KeyUnprovenError
from batch_renamer.client.key_proof import prove_key_in_time
from batch_renamer.client.stopping import Stopping
from batch_renamer.errors import ApiUnavailableError, KeyRefusedError
from tests.support.bench import Bench, a_stop
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, KeyRefused, Outage, Throttled, Transient

pytestmark = pytest.mark.virtual_time

SENTENCE = "The list of orders, which alone shows whether the key is good, gives no good answer: "


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


def bench_before(*outages: Outage, patience_s: float = 900.0) -> Bench:
    """Return the gear before an API with one order."""
    return Bench.of(FakeOrdersApi({"a1": "old"}, outages=outages), patience_s=patience_s)


async def prove(bench: Bench) -> None:
    """Prove the key, as every run does first."""
    async with bench.guarded():
        await prove_key_in_time(
            bench.gateway, patience_s=bench.breaker.patience_s, stop=bench.stop, notify=bench.said.append
        )


async def test_a_list_that_answers_is_asked_once() -> None:
    """Nothing is said and nothing else is asked."""
    bench = bench_before()
    await prove(bench)
    assert (bench.api.pages, bench.api.count("get"), bench.said) == ([1], 0, [])


async def test_one_failure_is_not_worth_a_word() -> None:
    """A single 503 to the list is tried again in silence."""
    bench = bench_before(Outage(begin_s=0, end_s=0.2, method="page"))
    await prove(bench)
    assert bench.said == []


@pytest.mark.parametrize("fault", [Transient(), Hang(timeout_s=3), Hang(timeout_s=30)], ids=["503", "3 s", "30 s"])
async def test_a_list_that_fails_alone_is_waited_for(fault: Fault) -> None:
    """Its outage is waited out like any other, and the user is told what is waited for."""
    bench = bench_before(Outage(begin_s=0, end_s=300, method="page", fault=fault))
    await prove(bench)
    failure = "503 Service Unavailable" if isinstance(fault, Transient) else "no answer in time"
    assert bench.said == [
        f"{SENTENCE}{failure}. Waiting up to 900 s for it.",
        "The list of orders is answered again.",
    ]
    assert 300 <= anyio.current_time() < 340


@pytest.mark.parametrize("patience_s", [5.0, 60.0])
async def test_a_list_that_never_answers_ends_the_run_with_patience(patience_s: float) -> None:
    """The cause names the list; nothing says that the API would not answer at all."""
    bench = bench_before(Outage(begin_s=0, method="page"), patience_s=patience_s)
    with pytest.raises(KeyUnprovenError) as caught:
        await prove(bench)
    assert str(caught.value) == f"{SENTENCE}503 Service Unavailable."
    assert not any("answers again" in sentence for sentence in bench.said)
    assert anyio.current_time() <= patience_s + 5


@pytest.mark.parametrize("fault", [Transient(), Throttled(), Hang(timeout_s=3)], ids=["503", "429", "hanging"])
async def test_an_outage_of_everything_is_the_breakers_to_tell(fault: Fault) -> None:
    """It is told of as an outage, and its end ends the wait."""
    bench = bench_before(Outage(begin_s=0, end_s=60, fault=fault))
    await prove(bench)
    assert not any(SENTENCE in sentence for sentence in bench.said)
    assert 60 <= anyio.current_time() < 130


async def test_an_outage_of_everything_ends_with_patience() -> None:
    """The run stops with the breaker's cause."""
    bench = bench_before(Outage(begin_s=0), patience_s=20)
    with pytest.raises(Stopping):
        await prove(bench)
    assert str(bench.stop.cause) == "The API gave no good answer for 20 s (last: 503 Service Unavailable)."
    assert isinstance(bench.stop.cause, ApiUnavailableError)


async def test_a_key_that_is_refused_after_the_wait_is_refused() -> None:
    """The first answer of the list decides."""
    outages = [Outage(begin_s=0, end_s=30, method="page"), Outage(begin_s=30, method="page", fault=KeyRefused())]
    with pytest.raises(KeyRefusedError):
        await prove(bench_before(*outages))


async def test_a_stop_ends_the_wait_for_the_list() -> None:
    """Ctrl-C is not kept waiting."""
    bench = bench_before(Outage(begin_s=0, method="page"))

    async def stop_later() -> None:
        await anyio.sleep(60)
        bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_later)
        with pytest.raises(Stopping):
            await prove(bench)
    assert anyio.current_time() == pytest.approx(60, abs=0.1)
