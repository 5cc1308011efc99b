"""Limits: workers that send from several addresses enter, and the pace of each address leaves."""

from __future__ import annotations

from collections import deque
from itertools import chain

import anyio
import pytest

from batch_renamer.client import LeasedPacer, Pacer
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.distributed.messages import LEASE_S, Report
from batch_renamer.model import Change, Order
from tests.unit.client.test_pacing import most_in_a_second

REPORT_EVERY_S = 0.1
LATENCY_S = 0.05


class Server:
    """Lets in so many requests of each address in any second, and notes those that came."""

    def __init__(self, **limits: int) -> None:
        self.came: dict[str, list[float]] = {name: [] for name in limits}
        self._limits = limits
        self._let_in: dict[str, deque[float]] = {name: deque() for name in limits}

    def refuses(self, address: str) -> bool:
        """Tell whether a request that comes now gets a 429."""
        now, let_in = anyio.current_time(), self._let_in[address]
        self.came[address].append(now)
        while let_in and let_in[0] <= now - 1:
            let_in.popleft()
        if len(let_in) >= self._limits[address]:
            return True
        let_in.append(now)
        return False

    def per_s(self, address: str, since: float) -> float:
        """Return how many requests came in a second, on average since a moment."""
        came = [at for at in self.came[address] if at >= since]
        return len(came) / (anyio.current_time() - since)


class Worker:
    """A worker that always has something to send, and its exchange with the limits."""

    def __init__(self, name: str, outgoing: str, limits: Limits, server: Server) -> None:
        self.member = Member(name=name, address=name, outgoing=outgoing, leases=None, heard_at=0.0)  # type: ignore[arg-type]
        self.member.rows[2] = Change(row=2, new_name="b", order=Order(order_id="a", name="a"), read_at=0.0)
        self._limits, self._server = limits, server
        self._pacer = LeasedPacer()
        self._number = 0

    async def work(self) -> None:
        """Send as much as leases allow, until cancelled."""
        limit = self._limits.of(self.member)
        limit.join(self.member)
        async with anyio.create_task_group() as tasks:
            for _ in range(40):
                tasks.start_soon(self._send)
            while True:
                now, held = anyio.current_time(), self._number
                self._number += 1
                report = Report(
                    worker=self.member.name,
                    number=self._number,
                    asked_at=now,
                    holds=held,
                    wants_more=True,
                    tries=self._pacer.take_notes(),
                )
                self.member.heard(asked_at=now, now=now)
                limit.learn(self.member, report)
                limit.note_demand(self.member, report, now=now)
                self._pacer.lease(limit.give(self.member, self._number, now=now), until=now + LEASE_S)
                await anyio.sleep(REPORT_EVERY_S)

    async def _send(self) -> None:
        while True:
            send = await self._pacer.acquire()
            assert send is not None
            refused = self._server.refuses(self.member.outgoing)
            await anyio.sleep(LATENCY_S)
            if refused:
                self._pacer.throttle(None, send)
            else:
                self._pacer.accepted(send)


async def run(limits: Limits, server: Server, *, seconds: float, **workers: str) -> None:
    """Let workers send for a while; each is given with the name of its address."""
    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as tasks:
            for name, outgoing in workers.items():
                tasks.start_soon(Worker(name, outgoing, limits, server).work)


@pytest.mark.virtual_time
async def test_each_address_has_a_limit_of_its_own() -> None:
    """Two workers behind one address share what a third one has alone; no address gets more than its limit."""
    pacer, server = Pacer(rate_per_s=100, known_per_s=100), Server(office=100, cellar=100)
    limits = Limits(pacer, own_address="office")
    await run(limits, server, seconds=8, a="office", b="cellar", c="cellar")
    assert (limits.count, limits.limit_per_s) == (2, 200)
    assert not pacer.throttled
    for came in server.came.values():
        assert 0.95 * 100 <= most_in_a_second(came) <= 100
    assert pacer.requests == pytest.approx(sum(map(len, server.came.values())), abs=30), "but for the last reports"


@pytest.mark.virtual_time
async def test_one_limit_is_shared_by_all_addresses_unless_it_is_that_of_an_address() -> None:
    """As behind a limit of the account: three addresses, and no more than the limit from all of them together."""
    server = Server(office=100, cellar=100, attic=100)
    limits = Limits(Pacer(rate_per_s=100), own_address=None)
    await run(limits, server, seconds=5, a="office", b="cellar", c="attic")
    assert (limits.count, limits.limit_per_s) == (1, 100)
    assert 0.95 * 100 <= most_in_a_second(sorted(chain(*server.came.values()))) <= 100


@pytest.mark.virtual_time
async def test_what_a_worker_learns_of_the_limit_goes_back_to_its_own_address() -> None:
    """A 429 at one address slows the workers there down, and no others; it counts as one of the run."""
    pacer, server = Pacer(rate_per_s=100), Server(office=100, cellar=40)
    limits = Limits(pacer, own_address="office")
    await run(limits, server, seconds=10, a="office", b="cellar", c="cellar")
    assert server.per_s("cellar", since=5) == pytest.approx(40, rel=0.1)
    assert server.per_s("office", since=5) == pytest.approx(100, rel=0.05)
    assert pacer.limit_per_s == 100, "the coordinator's own address has shown no limit"
    assert pacer.throttled > 0


@pytest.mark.virtual_time
async def test_the_coordinator_sends_freely_where_all_workers_have_other_addresses() -> None:
    """What workers hold of other limits is not taken from its own."""
    pacer, server = Pacer(rate_per_s=100), Server(cellar=100)
    limits = Limits(pacer, own_address="office")
    own: list[float] = []

    async def send() -> None:
        while True:
            await pacer.acquire()
            own.append(anyio.current_time())

    with anyio.move_on_after(4):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            tasks.start_soon(lambda: run(limits, server, seconds=4, b="cellar"))
            await anyio.sleep(2)
            limits.reserve(anyio.current_time())
    assert 0.95 * 100 <= most_in_a_second(own) <= 100
    assert 0.95 * 100 <= most_in_a_second(server.came["cellar"]) <= 100
