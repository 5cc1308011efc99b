"""Learning the limit: servers of every kind enter, in simulated time; a pace just under their limit leaves."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from batch_renamer.client.adaptive_limit import LimitLearner
from batch_renamer.client.sends import Send
from batch_renamer.sandbox import FixedWindow, Limiter, SlidingWindow, TokenBucket

Clock = Callable[[], float]
Server = Callable[[Clock], Limiter]

SERVERS: dict[str, Callable[[int], Server]] = {
    "sliding window": lambda limit: lambda clock: SlidingWindow(limit=limit, clock=clock),
    "sliding window that counts refusals": lambda limit: (
        lambda clock: SlidingWindow(limit=limit, count_refused=True, clock=clock)
    ),
    "fixed window": lambda limit: lambda clock: FixedWindow(limit=limit, clock=clock),
    "token bucket of 10": lambda limit: lambda clock: TokenBucket(rate_per_s=limit, burst=10, clock=clock),
    "token bucket of a second": lambda limit: lambda clock: TokenBucket(rate_per_s=limit, burst=limit, clock=clock),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A limiter that lets nothing in for a while."""

    limiter: Limiter
    clock: Clock
    shut_from_s: float
    shut_until_s: float

    def admit(self) -> float | None:
        """Count one request now."""
        return 1.0 if self.shut_from_s <= self.clock() < self.shut_until_s else self.limiter.admit()


@dataclass(slots=True)
class Served:
    """When the server let requests in, and when it refused them."""

    let_in: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def per_s(self, begin: float, end: float) -> float:
        """Return how many requests a second were let in."""
        return sum(begin <= at < end for at in self.let_in) / (end - begin)

    def share_refused(self) -> float:
        """Return the share of requests that met a 429."""
        return len(self.refused) / (len(self.refused) + len(self.let_in))


def serve(
    server: Server,
    learner: LimitLearner,
    *,
    seconds: float,
    latency_s: float = 0.1,
    jitter_s: float = 0.0,
    margin: float = 0.005,
    changes: tuple[tuple[float, Callable[[Limiter], None]], ...] = (),
) -> Served:
    """Send as fast as the learner allows for so many simulated seconds."""
    now, order, rng, served = 0.0, count(), random.Random(1), Served()  # noqa: S311 - jitter
    limiter = server(lambda: now)
    agenda: list[tuple[float, int, Callable[[], None]]] = []
    sends: list[float] = []

    def at(when: float, what: Callable[[], None]) -> None:
        heapq.heappush(agenda, (when, next(order), what))

    def on_the_way() -> float:
        return latency_s / 2 + rng.random() * jitter_s

    def slot() -> None:
        window = max(1, int(learner.limit_per_s))
        if len(sends) >= window and sends[-window] + 1 + margin > now + 1e-9:
            at(min(sends[-window] + 1 + margin, now + 0.05), slot)
            return
        sends.append(now)
        send = learner.sent(now)
        at(now + on_the_way(), lambda: arrive(send))
        at(now + 1 / (learner.limit_per_s * (1 - margin)), slot)

    def arrive(send: Send) -> None:
        let_in = limiter.admit() is None
        (served.let_in if let_in else served.refused).append(now)
        at(now + on_the_way(), lambda: (learner.let_in if let_in else learner.refused)(send, now))

    at(0.0, slot)
    for when, change in changes:
        at(when, lambda change=change: change(limiter))  # type: ignore[misc]  # one change for each
    while agenda and agenda[0][0] <= seconds:
        now, _, what = heapq.heappop(agenda)
        what()
    return served


def set_limit(limit: int) -> Callable[[Limiter], None]:
    """Return what gives a sliding window another limit."""

    def change(limiter: Limiter) -> None:
        assert isinstance(limiter, SlidingWindow)
        limiter.limit = limit

    return change


@pytest.mark.parametrize("server", SERVERS)
def test_a_known_limit_is_used_up_without_a_single_refusal(server: str) -> None:
    """Told the server's own limit, the pace is at least 99 % of it, and there is no 429."""
    served = serve(SERVERS[server](300), LimitLearner(ceiling_per_s=300), seconds=20)
    assert served.per_s(1, 20) >= 0.99 * 300
    assert not served.refused


@pytest.mark.parametrize("server", SERVERS)
def test_a_known_limit_is_kept_with_jitter_on_the_way(server: str) -> None:
    """With 10 ms of jitter and the margin that goes with it, at least 98.5 %, and at most one 429 in a thousand."""
    served = serve(SERVERS[server](300), LimitLearner(ceiling_per_s=300), seconds=20, jitter_s=0.01, margin=0.012)
    assert served.per_s(1, 20) >= 0.985 * 300
    assert served.share_refused() <= 0.001


@pytest.mark.parametrize("server", SERVERS)
def test_an_unknown_limit_is_found_within_two_seconds(server: str) -> None:
    """Nothing told, 120/s in truth: at least 97 % of it after two seconds, and less than 1 % of 429s over all."""
    served = serve(SERVERS[server](120), LimitLearner(ceiling_per_s=300), seconds=60)
    assert served.per_s(2, 60) >= 0.97 * 120
    assert served.share_refused() < 0.01


@pytest.mark.parametrize("latency_s", [0.5, 2.0])
def test_a_late_refusal_still_tells_what_was_let_in(latency_s: float) -> None:
    """A 429 that comes seconds after its try left cuts to the limit, not to nothing."""
    learner = LimitLearner(ceiling_per_s=300)
    served = serve(SERVERS["sliding window"](250), learner, seconds=30, latency_s=latency_s)
    assert served.refused
    assert served.per_s(10, 30) >= 0.95 * 250


def test_a_limit_that_is_halved_and_restored_is_followed() -> None:
    """Within 15 s of each change the pace is back at 90 % of what the server allows."""
    changes = ((30.0, set_limit(60)), (60.0, set_limit(120)))
    served = serve(SERVERS["sliding window"](120), LimitLearner(ceiling_per_s=300), seconds=90, changes=changes)
    assert served.per_s(45, 60) >= 0.9 * 60
    assert served.per_s(75, 90) >= 0.9 * 120
    assert served.share_refused() < 0.02


def test_what_was_learnt_last_night_is_where_tonight_begins() -> None:
    """A known limit is kept to from the first second."""
    served = serve(SERVERS["sliding window"](120), LimitLearner(ceiling_per_s=300, known_per_s=120), seconds=20)
    assert served.per_s(0, 20) >= 0.97 * 120
    assert served.share_refused() < 0.01


def test_a_known_limit_that_was_lifted_is_outgrown() -> None:
    """A limit learnt long ago doesn't hold the run back for good."""
    served = serve(SERVERS["sliding window"](300), LimitLearner(ceiling_per_s=300, known_per_s=60), seconds=40)
    assert served.per_s(30, 40) >= 0.95 * 300


def test_refusals_of_one_event_are_one_decision() -> None:
    """Forty 429s of requests that left before the first was known cut the limit once."""
    learner = LimitLearner(ceiling_per_s=300)
    sends = [learner.sent(number / 300) for number in range(160)]
    learner.refused(sends[120], now=0.55)
    assert learner.limit_per_s == 120
    for send in sends[121:]:
        learner.refused(send, now=0.6)
    assert learner.limit_per_s == 120


def climbing(to_s: float) -> tuple[LimitLearner, list[Send]]:
    """Let a learner that knows of 100/s go upwards from 2 s on, every answer 0.1 s after its try."""
    learner = LimitLearner(ceiling_per_s=300, known_per_s=100)
    sends: list[Send] = []
    for number in range(round(to_s * 100)):
        sends.append(learner.sent(number / 100))
        if number >= 10:
            learner.let_in(sends[number - 10], now=number / 100)
    return learner, sends


@pytest.mark.parametrize(
    ("to_s", "climbed", "kept"),
    [
        pytest.param(3.0, 1.02, 1.0, id="the first step, which is given a window and more"),
        pytest.param(3.9, 1.02 * 1.04, 1.02, id="the second; the first was proven"),
        pytest.param(4.4, 1.02 * 1.04 * 1.08, 1.02, id="the second and the third: a window may have hidden either"),
    ],
)
def test_an_attempt_that_fails_takes_back_what_was_not_proven(to_s: float, climbed: float, kept: float) -> None:
    """What went well for longer than a window is the limit at least; the rest was an attempt."""
    learner, sends = climbing(to_s)
    assert learner.limit_per_s == pytest.approx(100 * climbed)
    learner.refused(sends[-5], now=to_s)
    assert learner.limit_per_s == pytest.approx(100 * kept)


def test_what_was_let_in_is_no_measure_after_an_attempt_that_failed() -> None:
    """Its refusals may have filled the window as well; if it goes on, that was not it."""
    learner, climbed = climbing(2.2)
    left_at = climbed[-1].left_at
    for send in climbed[-12:]:
        learner.refused(send, left_at + 0.1)
    kept = learner.limit_per_s
    after = [learner.sent(left_at + 0.11 + number * 0.01) for number in range(40)]
    learner.refused(after[0], after[0].left_at + 0.1)
    assert learner.limit_per_s == pytest.approx(kept * 0.98)
    learner.refused(after[-1], after[-1].left_at + 0.1)
    assert learner.limit_per_s < kept * 0.98


@pytest.mark.parametrize(("refusals", "waits_s"), [(1, 5.0), (3, 15.0), (12, 60.0)])
def test_an_attempt_that_costs_more_is_not_soon_repeated(refusals: int, waits_s: float) -> None:
    """Two 429s in a thousand requests is what attempts may cost, however few one of them has cost."""
    learner, sends = climbing(2.3)
    for send in sends[-refusals:]:
        learner.refused(send, now=2.3)
    again = [step / 10 for step in range(1, 1000) if _climbs(learner, 2.3 + step / 10)]
    assert again[0] == pytest.approx(waits_s, abs=0.11)


def _climbs(learner: LimitLearner, now: float) -> bool:
    before = learner.limit_per_s
    learner.let_in(learner.sent(now - 0.1), now)
    return learner.limit_per_s > before


def test_what_drips_into_an_empty_bucket_is_its_limit() -> None:
    """Behind the first refusal every third try is let in: a third of the rate is the limit, not what came before."""
    learner = LimitLearner(ceiling_per_s=300)
    sends = [learner.sent(number / 300) for number in range(70)]
    for send in sends[:10]:
        learner.let_in(send, now=0.11)
    learner.refused(sends[10], now=70 / 300)
    assert learner.limit_per_s == 10
    for number, send in enumerate(sends[11:]):
        (learner.refused if number % 3 else learner.let_in)(send, 0.3)
    assert learner.limit_per_s == pytest.approx(0.9 * 100, rel=0.03)


@pytest.mark.parametrize("latency_s", [0.0, 0.001, 0.02])
@pytest.mark.parametrize("server", SERVERS)
def test_a_server_next_door_is_learnt_as_well(server: str, latency_s: float) -> None:
    """Its refusals are back before anything else can leave, so there is nothing to be seen behind them."""
    served = serve(SERVERS[server](120), LimitLearner(ceiling_per_s=300), seconds=60, latency_s=latency_s)
    assert served.per_s(10, 60) >= 0.85 * 120
    assert served.share_refused() < 0.01


@pytest.mark.parametrize("limit", [40, 120, 250])
@pytest.mark.parametrize("latency_s", [0.002, 0.02, 0.1])
def test_a_small_bucket_is_used_up_from_the_third_second_on(limit: int, latency_s: float) -> None:
    """Ten requests empty it, whether their answers come at once or late: what refills it is measured all the same."""
    served = serve(
        SERVERS["token bucket of 10"](limit), LimitLearner(ceiling_per_s=300), seconds=60, latency_s=latency_s
    )
    assert served.per_s(2, 12) >= 0.95 * limit
    assert served.per_s(12, 60) >= 0.99 * limit
    assert served.share_refused() <= 0.02


@pytest.mark.parametrize("spec", ["sliding window", "fixed window"])
def test_a_window_next_door_costs_a_few_questions(spec: str) -> None:
    """Where answers come at once, a full window refuses what asks whether it is a bucket, and then it is waited for."""
    served = serve(SERVERS[spec](120), LimitLearner(ceiling_per_s=300), seconds=1.5, latency_s=0.002)
    assert 2 <= len(served.refused) <= 10


@pytest.mark.parametrize("shut_s", [5.0, 60.0])
@pytest.mark.parametrize("server", ["sliding window", "token bucket of 10"])
def test_a_door_that_was_shut_says_nothing_of_the_limit(server: str, shut_s: float) -> None:
    """While nothing is let in a run is quiet; two seconds after the end it is nearly as fast as before."""

    def door(clock: Clock) -> Limiter:
        return Door(limiter=SERVERS[server](120)(clock), clock=clock, shut_from_s=10, shut_until_s=10 + shut_s)

    served = serve(door, LimitLearner(ceiling_per_s=300), seconds=100)
    refused = [at for at in served.refused if 10 <= at <= 10 + shut_s]
    assert len(refused) < 150 + 2 * shut_s
    assert served.per_s(12 + shut_s, 22 + shut_s) >= 0.93 * 120
    assert served.per_s(30 + shut_s, 100) >= 0.95 * 120


def test_the_limit_never_falls_below_one_a_second() -> None:
    """A server that refuses everything is still asked."""
    learner = LimitLearner(ceiling_per_s=300)
    learner.refused(learner.sent(0.0), now=0.1)
    assert learner.limit_per_s == 1


def test_shares_scale_what_was_learnt() -> None:
    """When a second run comes, each takes half of the limit; when it goes, the whole is taken again."""
    learner = LimitLearner(ceiling_per_s=300, known_per_s=120)
    learner.share(150)
    assert learner.limit_per_s == 60
    learner.share(300)
    assert learner.limit_per_s == 120


def test_a_cut_after_a_share_has_grown_counts_what_left_before_as_if_it_had_been_as_large() -> None:
    """Half of the window is full of the requests of the run that has ended, so the limit is not what this one sent."""
    learner = LimitLearner(ceiling_per_s=300, known_per_s=120)
    learner.share(150)
    sends = [learner.sent(number / 60) for number in range(120)]
    learner.share(300)
    refused = learner.sent(2.0)
    for send in sends:
        learner.let_in(send, now=2.05)
    learner.refused(refused, now=2.1)
    assert learner.limit_per_s == pytest.approx(120, rel=0.03)


def test_a_429_of_a_run_that_has_just_joined_others_says_little() -> None:
    """The window is full of the others' requests, so the limit is not the few that this run was let in with."""
    learner = LimitLearner(ceiling_per_s=30)
    learner.window_is_shared = True
    sends = [learner.sent(number / 30) for number in range(4)]
    learner.let_in(sends[0], now=0.11)
    learner.refused(sends[3], now=0.2)
    assert learner.limit_per_s == pytest.approx(24)


def test_what_one_rows_429_taught_is_taken_back() -> None:
    """A row that is refused again while others are let in said nothing of the limit the first time."""
    learner = LimitLearner(ceiling_per_s=300)
    sends = [learner.sent(number / 300) for number in range(12)]
    for send in sends[:5]:
        learner.let_in(send, now=0.1)
    learner.refused(sends[5], now=0.11)
    assert learner.limit_per_s < 20
    again = learner.sent(0.2)
    learner.take_back(sends[5], again)
    assert learner.limit_per_s == 300
    assert again.refused


def test_what_others_were_refused_for_too_is_not_taken_back() -> None:
    """Two rows that are refused at a time are a limit, whatever becomes of one of them later."""
    learner = LimitLearner(ceiling_per_s=300)
    sends = [learner.sent(number / 300) for number in range(12)]
    learner.refused(sends[5], now=0.11)
    learner.refused(sends[6], now=0.115)
    limit_per_s = learner.limit_per_s
    learner.take_back(sends[5], learner.sent(0.2))
    assert learner.limit_per_s == limit_per_s


def test_a_second_in_which_nothing_is_let_in_is_about_the_limit() -> None:
    """Rows that were refused before are refused again, and no other row passes: the pace falls, or it stays so."""
    learner = LimitLearner(ceiling_per_s=300, known_per_s=120)
    sends = [learner.sent(number / 120) for number in range(360)]
    for send in sends[:120]:
        learner.let_in(send, now=send.left_at + 0.1)
    for send in sends[120:]:
        learner.take_back(sends[120], send)
    assert learner.limit_per_s < 120
