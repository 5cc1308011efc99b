"""Pacing before servers of every kind: what a run's workers get done, by the server's own clock, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from batch_renamer.client.pacing import Pacer
from batch_renamer.sandbox import FixedWindow, Limiter, SlidingWindow, TokenBucket
from tests.support.limited_service import Service

pytestmark = pytest.mark.virtual_time

SERVERS: dict[str, Callable[[int], Limiter]] = {
    "sliding window": lambda limit: SlidingWindow(limit=limit, clock=anyio.current_time),
    "sliding window that counts refusals": lambda limit: SlidingWindow(
        limit=limit, count_refused=True, clock=anyio.current_time
    ),
    "fixed window": lambda limit: FixedWindow(limit=limit, clock=anyio.current_time),
    "token bucket of 10": lambda limit: TokenBucket(rate_per_s=limit, burst=10, clock=anyio.current_time),
}
each_server = pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)


@each_server
async def test_a_known_limit_is_used_up_without_a_single_refusal(server: Callable[[int], Limiter]) -> None:
    """Told the server's own limit, at least 99 % of it are let in, and nothing is refused."""
    service = Service(limiter=server(300))
    await service.work(Pacer(rate_per_s=300), seconds=20)
    assert service.per_s(1, 20) >= 0.99 * 300
    assert service.refused == []


@each_server
async def test_an_unknown_limit_is_found_within_two_seconds(server: Callable[[int], Limiter]) -> None:
    """Nothing told, 120/s in truth: at least 97 % of it after two seconds, and less than 1 % of 429s over all."""
    service = Service(limiter=server(120))
    await service.work(Pacer(rate_per_s=300), seconds=60)
    assert service.per_s(2, 60) >= 0.97 * 120
    assert service.share_refused() < 0.01


async def test_a_limit_that_is_halved_and_restored_is_followed() -> None:
    """Within 15 s of each change the pace is back at 90 % of what the server allows."""
    limiter = SlidingWindow(limit=120, clock=anyio.current_time)
    service, pacer = Service(limiter=limiter), Pacer(rate_per_s=300)

    async def change() -> None:
        for limit in (60, 120):
            await anyio.sleep(30)
            limiter.limit = limit

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(change)
        await service.work(pacer, seconds=90)
    assert service.per_s(45, 60) >= 0.9 * 60
    assert service.per_s(75, 90) >= 0.9 * 120


async def test_a_slow_api_is_used_up_all_the_same() -> None:
    """At 2 s latency, 300/s are kept up once the pipe is full."""
    service = Service(limiter=SlidingWindow(limit=300, clock=anyio.current_time), latency_s=2.0)
    await service.work(Pacer(rate_per_s=300), seconds=20, workers=800)
    assert service.per_s(3, 20) >= 0.95 * 300
    assert service.refused == []


@each_server
async def test_two_runs_that_share_a_known_limit_use_it_up(server: Callable[[int], Limiter]) -> None:
    """Each told of the other, together they are at 97 % of the limit at least, and hardly anything is refused."""
    service, pacers = Service(limiter=server(300)), [Pacer(rate_per_s=300) for _ in range(2)]
    async with anyio.create_task_group() as tasks:
        for pacer in pacers:
            pacer.share(150)
            tasks.start_soon(lambda pacer: service.work(pacer, seconds=20), pacer)
    assert service.per_s(1, 20) >= 0.97 * 300
    assert service.share_refused() < 0.01


async def test_two_runs_that_share_an_unknown_limit_find_it() -> None:
    """Both learn their half of 120/s."""
    service = Service(limiter=SlidingWindow(limit=120, clock=anyio.current_time))
    async with anyio.create_task_group() as tasks:
        for pacer in (Pacer(rate_per_s=300), Pacer(rate_per_s=300)):
            pacer.share(150)
            tasks.start_soon(lambda pacer: service.work(pacer, seconds=60), pacer)
    assert service.per_s(2, 60) >= 0.97 * 120
    assert service.share_refused() < 0.01


@pytest.mark.parametrize("answered_s", [0.02, 0.1, 2.0])
async def test_the_time_of_answers_is_known(answered_s: float) -> None:
    """The mean time of an answer is what the number of workers is reckoned from."""
    service = Service(limiter=SlidingWindow(limit=50, clock=anyio.current_time), latency_s=answered_s)
    pacer = Pacer(rate_per_s=50)
    assert pacer.latency_s is None
    await service.work(pacer, seconds=10, workers=200)
    assert pacer.latency_s == pytest.approx(answered_s)


@pytest.mark.parametrize(
    ("rate_per_s", "known_per_s", "share_per_s", "learnt_per_s"),
    [
        pytest.param(300, None, None, None, id="nothing learnt"),
        pytest.param(300, 120, None, 120, id="as last night"),
        pytest.param(300, 120, 150, 120, id="shared: of all runs together"),
        pytest.param(10, 120, None, 120, id="told to go slower: nothing new"),
    ],
)
async def test_what_is_kept_for_the_next_night(
    rate_per_s: float, known_per_s: float | None, share_per_s: float | None, learnt_per_s: float | None
) -> None:
    """It is the limit of the account, whatever this run's part of it was."""
    pacer = Pacer(rate_per_s=rate_per_s, known_per_s=known_per_s)
    if share_per_s is not None:
        pacer.share(share_per_s)
    assert pacer.learnt_per_s == learnt_per_s
