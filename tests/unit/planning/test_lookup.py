"""Lookup: requests enter, and each leaves with what was found of its order."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from statistics import mean
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import Found, Missing, Reading, RenameRequest, Unreadable
from batch_renamer.planning.lookup import read_both_ways
from batch_renamer.planning.sampling import SAMPLES
from tests.support.bench import Bench, a_stop
from tests.support.clock import VirtualTimeLoop
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, KeyRefused, Outage, Refused, Slow, Throttled, Transient

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)


KEY_IS_REFUSED = Outage(begin_s=0, method="page", fault=KeyRefused())


def checked(pages: int) -> int:
    """Return how many orders of so many pages are read singly to check them."""
    return sum(SAMPLES[:-1][:pages]) + max(pages - 2, 0) * SAMPLES[-1]


"""So many orders of the first two pages are read singly as well."""


QUERY_S = 0.001


@dataclass(slots=True, kw_only=True)
class LookupBench:
    """Keeps the requests that nothing was found for yet, as the journal does; ``found`` is what was."""

    bench: Bench
    left: dict[str, RenameRequest]
    found: dict[str, Reading] = field(default_factory=dict)

    async def wanted(self, order_ids: Sequence[str]) -> list[RenameRequest]:
        """Return the undecided requests among these orders, as they were in the middle of the query."""
        await anyio.sleep(QUERY_S)
        lookup = [self.left[order_id] for order_id in order_ids if order_id in self.left]
        await anyio.sleep(QUERY_S)
        return lookup

    async def record(self, group: list[tuple[RenameRequest, Reading]]) -> None:
        """Note what was found, in the middle of the transaction; nothing is found twice."""
        await anyio.sleep(QUERY_S)
        for request, reading in group:
            del self.left[request.order_id]
            self.found[request.order_id] = reading
        await anyio.sleep(QUERY_S)

    async def look_up(self, *, singles_per_s: float = 50.0, workers: int = 16) -> None:
        """Read pages as long as they are faster, and the rest singly."""
        bench = self.bench
        async with bench.guarded():
            await read_both_ways(
                self.batches,
                self.wanted,
                self.record,
                gateway=bench.gateway,
                rows=len(self.left),
                middle_row=mean(request.row for request in self.left.values()),
                requests_per_s=lambda: singles_per_s,
                workers=lambda: workers,
                stop=bench.stop,
            )

    async def batches(self, backwards: bool) -> AsyncIterator[list[RenameRequest]]:
        """Yield what is undecided, some at a time, in or against sheet order; it may be out of date when it arrives."""
        after = math.inf if backwards else -1
        ordered = sorted(self.left.values(), key=attrgetter("row"), reverse=backwards)
        while batch := [
            request
            for request in ordered
            if request.order_id in self.left and (request.row < after if backwards else request.row > after)
        ][:20]:
            await anyio.sleep(QUERY_S)
            after = batch[-1].row
            yield batch

    @property
    def pages(self) -> int:
        """How many pages were asked for."""
        return self.bench.api.count("page")

    @property
    def singles(self) -> int:
        """How many orders were asked for alone."""
        return len(self.bench.api.times("get"))


def account_of(orders: int, **options: Any) -> FakeOrdersApi:
    """Return an account with so many orders."""
    return FakeOrdersApi({f"o{number}": f"name {number}" for number in range(orders)}, **options)


def lookup_of(
    api: FakeOrdersApi,
    wanted: Iterable[int],
    *,
    attempts: int = 6,
    rate_per_s: float = 50.0,
    patience_s: float = 900.0,
) -> LookupBench:
    """Return the undecided requests for the orders of these numbers."""
    ids = [f"o{number}" for number in wanted]
    requests = {order_id: RenameRequest(row=row, order_id=order_id, new_name="new") for row, order_id in enumerate(ids)}
    return LookupBench(
        bench=Bench.of(api, attempts=attempts, rate_per_s=rate_per_s, patience_s=patience_s), left=requests
    )


def assert_all_found(lookup: LookupBench, rows: int, *, questions: int = 0) -> None:
    """Check that every row has its own order; none was asked for twice alone but by so many neutral questions."""
    assert not lookup.left
    assert len(lookup.found) == rows
    for order_id, reading in lookup.found.items():
        assert isinstance(reading, Found)
        assert reading.order.name == lookup.bench.api.names[order_id]
    asked = [call.order_id for call in lookup.bench.api.calls if call.method == "get" and call.order_id in lookup.found]
    assert len(asked) - len(set(asked)) <= questions


async def test_pages_go_on_while_they_are_faster() -> None:
    """Where every order of the account is wanted, fifteen pages and a few reads do the work of 1,500 reads."""
    lookup = lookup_of(account_of(1_500), range(1_500))
    await lookup.look_up()
    assert_all_found(lookup, 1_500)
    assert (lookup.pages, lookup.singles) == (15, checked(15))


async def test_pages_end_with_the_last_row_that_is_worth_one() -> None:
    """The wanted orders are the newest of a large account: no page is fetched for the sake of a few rows."""
    lookup = lookup_of(account_of(2_000), range(320))
    await lookup.look_up()
    assert_all_found(lookup, 320)
    assert (lookup.pages, lookup.singles) == (3, 20 + checked(3))


@pytest.mark.no_cover
@pytest.mark.parametrize("workers", [1, 4, 16, 1_000])
@pytest.mark.parametrize("page_latency_s", [0.05, 2.0])
@pytest.mark.parametrize("stale_page", [3, 4, 7])
async def test_a_later_page_from_an_old_copy_decides_no_row(
    stale_page: int, page_latency_s: float, workers: int
) -> None:
    """Caches keep each page on its own: good first pages are no proof, beside single reads and before them."""
    api = account_of(1_000)
    api.page_latency_s = page_latency_s
    stale = [f"o{number}" for number in range((stale_page - 1) * 100, stale_page * 100)]
    api.listed_names = dict.fromkeys(stale, "as it was an hour ago")
    lookup = lookup_of(api, range(1_000))
    await lookup.look_up(workers=workers)
    assert_all_found(lookup, 1_000)
    assert api.most_at_once <= workers


@pytest.mark.parametrize("rows", [1, 29])
async def test_for_a_few_rows_no_page_is_fetched(rows: int) -> None:
    """A page costs more than they do."""
    lookup = lookup_of(account_of(500), range(rows))
    await lookup.look_up()
    assert_all_found(lookup, rows)
    assert (lookup.pages, lookup.singles) == (0, rows)


async def test_pages_that_hold_nothing_wanted_are_given_up() -> None:
    """After three pages without a wanted order the rest is read singly."""
    lookup = lookup_of(account_of(5_000), range(4_000, 4_100))
    await lookup.look_up()
    assert_all_found(lookup, 100)
    assert (lookup.pages, lookup.singles) == (3, 100)


@pytest.mark.no_cover
@pytest.mark.parametrize("wanted", [range(2_000), range(1_999, -1, -1)], ids=["as listed", "the other way round"])
@pytest.mark.parametrize(("page_latency_s", "rows_a_page_time"), [(0.5, 25), (2.0, 100), (8.0, 400)])
async def test_single_reads_fill_the_limit_beside_slow_pages(
    page_latency_s: float, rows_a_page_time: int, wanted: Sequence[int]
) -> None:
    """At 50 a second they settle rows from the other end of the sheet, until both ways meet."""
    api = account_of(2_000)
    api.page_latency_s = page_latency_s
    lookup = lookup_of(api, wanted)
    await lookup.look_up()
    assert_all_found(lookup, 2_000)
    page_times = (2_000 - 100) / (100 + rows_a_page_time)  # the first page is fetched alone
    assert lookup.pages == pytest.approx(1 + page_times, abs=1.5)
    assert anyio.current_time() == pytest.approx((1 + page_times) * page_latency_s, rel=0.1, abs=2.5)
    assert lookup.singles - rows_a_page_time * page_times < 120  # hardly any row was read both ways


async def test_a_row_on_a_page_may_have_been_fetched_before() -> None:
    """Pages and single reads meet everywhere in a sheet that is in no order; what waits in a batch is known all along.

    A batch is fetched while the one before is still being handed out, and either may hold what a page has brought.
    """
    api = account_of(2_000)
    api.page_latency_s = 0.3
    lookup = lookup_of(api, random.sample(range(2_000), 2_000))
    await lookup.look_up()
    assert_all_found(lookup, 2_000)
    assert lookup.pages > 10


async def test_a_list_from_an_old_copy_decides_no_row() -> None:
    """Where a few single readings show other names than the first pages, all rows are read singly."""
    api = account_of(250)
    api.listed_names = {f"o{number}": "as it was" for number in range(0, 250, 3)}
    lookup = lookup_of(api, range(250))
    await lookup.look_up()
    assert_all_found(lookup, 250)
    assert lookup.singles == 250
    assert lookup.pages <= 3


async def test_a_page_that_shows_new_names_too_early_is_found_out() -> None:
    """What the list shows with its new name is looked at first: nothing would be sent for it."""
    api = account_of(100)
    api.listed_names = {f"o{number}": "new" for number in (3, 11, 17, 23, 42, 99)}
    lookup = lookup_of(api, range(100))
    await lookup.look_up()
    assert_all_found(lookup, 100)
    assert lookup.singles == 100


async def test_an_order_that_is_gone_and_still_listed_speaks_against_the_list() -> None:
    """A deleted order on a page is a sign of an old copy, too."""
    api = account_of(40, script={("o0", "get"): [Refused(status=404)]})
    lookup = lookup_of(api, range(40))
    await lookup.look_up()
    assert lookup.found.pop("o0") == Missing()
    assert_all_found(lookup, 39)
    assert lookup.singles == 40


async def test_a_check_that_fails_says_nothing_against_the_list() -> None:
    """An order that can't be read is a bad row, not a sign of an old copy."""
    api = account_of(100, script={("o0", "get"): [Refused(status=403)]})
    lookup = lookup_of(api, range(100))
    await lookup.look_up()
    assert isinstance(lookup.found.pop("o0"), Unreadable)
    assert_all_found(lookup, 99)
    assert (lookup.pages, lookup.singles) == (1, SAMPLES[0])


async def test_a_page_whose_checks_fail_decides_no_row() -> None:
    """Where no order of it can be read singly nothing is known of the list: its rows are read singly, and fail, too."""
    script: Any = {(f"o{number}", "get"): itertools.repeat(Refused(status=403)) for number in range(100)}
    api = account_of(200, script=script)
    lookup = lookup_of(api, range(200))
    await lookup.look_up()
    unreadable = {order_id for order_id, reading in lookup.found.items() if isinstance(reading, Unreadable)}
    assert unreadable == {f"o{number}" for number in range(100)}
    assert lookup.singles == 100 + SAMPLES[1]


@pytest.mark.parametrize(
    ("cpu_share", "singles_beside"), [(0.02, True), (0.2, False)], ids=["the API is the limit", "the CPU is the limit"]
)
async def test_where_the_cpu_is_the_limit_no_single_reads_start_beside_the_pages(
    cpu_share: float, singles_beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Single reads would take the CPU time that the pages need, and bring a tenth of the rows for it."""
    monkeypatch.setattr("batch_renamer.planning.page_chain.thread_time", lambda: cpu_share * anyio.current_time())
    api = account_of(2_000)
    api.page_latency_s = 0.1
    lookup = lookup_of(api, range(2_000), rate_per_s=1_000)
    await lookup.look_up(singles_per_s=400)
    assert_all_found(lookup, 2_000)
    assert (lookup.singles > checked(20)) is singles_beside


async def test_a_page_beside_single_reads_brings_more_than_it_costs() -> None:
    """Two wanted orders a page aren't worth the parsing of a hundred."""
    api = account_of(20_000)
    api.page_latency_s = 0.5
    lookup = lookup_of(api, range(0, 20_000, 50))
    await lookup.look_up()
    assert_all_found(lookup, 400)
    assert (lookup.pages, lookup.singles) == (3, 400)


async def test_pages_and_single_reads_are_as_many_at_once_as_there_are_workers() -> None:
    """The page and its check are some of them; the two places of a second check are kept free."""
    api = account_of(2_000, latency_s=2.0)
    api.page_latency_s = 2.0
    lookup = lookup_of(api, range(2_000))
    await lookup.look_up()
    assert_all_found(lookup, 2_000)
    assert 14 <= api.most_at_once <= 16


async def test_checks_do_not_hold_up_the_pages() -> None:
    """Pages bring more than two thirds of the rows although the check of each takes as long as the page."""
    api = account_of(1_500, latency_s=0.1)
    api.page_latency_s = 0.1
    lookup = lookup_of(api, range(1_500), rate_per_s=300.0)
    await lookup.look_up(workers=500, singles_per_s=300.0)
    assert_all_found(lookup, 1_500)
    assert lookup.singles < 450


async def test_a_single_worker_is_never_two() -> None:
    """With one worker the page is that one: nothing is read beside it, however slow it is."""
    api = account_of(400, latency_s=0.05)
    api.page_latency_s = 2.0
    lookup = lookup_of(api, range(400))
    await lookup.look_up(workers=1)
    assert_all_found(lookup, 400)
    assert api.most_at_once == 1


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(itertools.repeat(Hang(timeout_s=30.0)), id="that hangs"),
        pytest.param(itertools.repeat(Throttled()), id="that is always throttled"),
    ],
)
async def test_no_page_is_waited_for_when_all_is_read(trouble: Iterable[Fault]) -> None:
    """The second page is of no use any more: the reading ends with its last row, and not in an outage."""
    api = account_of(400, script={("list", "page"): itertools.chain([Slow(latency_s=2.0)], trouble)})
    lookup = lookup_of(api, range(400))
    await lookup.look_up()
    assert_all_found(lookup, 400)
    assert anyio.current_time() < 20
    await anyio.sleep(60)
    assert (lookup.bench.stop.cause, lookup.bench.said) == (None, [])


async def test_a_list_that_is_always_throttled_is_left_alone() -> None:
    """It may have a limit of its own: after a few 429s the orders are read singly."""
    lookup = lookup_of(account_of(200, script={("list", "page"): itertools.repeat(Throttled())}), range(200))
    await lookup.look_up()
    assert_all_found(lookup, 200)
    assert lookup.bench.api.pages == [100] * 4
    assert lookup.bench.stop.cause is None


async def test_both_ways_begin_at_different_ends_of_what_is_left() -> None:
    """Of a run that is taken up the first rows are done already; the middle is that of the others."""
    api = account_of(1_000)
    api.page_latency_s = 2.0
    lookup = lookup_of(api, range(1_000))
    lookup.left = {request.order_id: replace(request, row=request.row + 5_000) for request in lookup.left.values()}
    await lookup.look_up()
    assert_all_found(lookup, 1_000)
    assert lookup.singles < 600


async def test_a_page_does_not_queue_behind_single_reads() -> None:
    """Where sixteen workers wait for a turn at two a second, the next page takes the next turn."""
    bench = Bench.of(account_of(100), rate_per_s=2)
    done: list[str] = []

    async def single(number: int) -> None:
        await bench.gateway.read(f"o{number}")
        done.append("single")

    async with anyio.create_task_group() as reads:
        for number in range(16):
            reads.start_soon(single, number)
        await anyio.sleep(0.7)
        assert await bench.gateway.page(per_page=100, offset=None) is not None
        assert len(done) == 3


async def test_pages_that_grow_thin_are_left_in_time() -> None:
    """Every order of the first thousand is wanted, then every fiftieth: the last pages decide."""
    wanted = [*range(1_000), *range(1_000, 10_000, 50)]
    lookup = lookup_of(account_of(10_000), wanted)
    await lookup.look_up()
    assert_all_found(lookup, len(wanted))
    assert 11 <= lookup.pages <= 13
    assert lookup.pages + lookup.singles <= len(wanted)


@pytest.mark.parametrize(
    ("fault", "within_s"),
    [
        pytest.param(Transient(), 10, id="503"),
        pytest.param(Transient(retry_after_s=3_600), 10, id="503 for an hour"),
        pytest.param(Throttled(), 15, id="429"),
        pytest.param(Throttled(retry_after_s=3_600), 10, id="429 for an hour"),
        pytest.param(Hang(timeout_s=30), 40, id="hanging"),
        pytest.param(Slow(latency_s=25), 30, id="slow"),
    ],
)
@pytest.mark.parametrize("patience_s", [5.0, 900.0])
async def test_a_list_that_fails_ends_no_run_while_single_reads_work(
    fault: Fault, within_s: float, patience_s: float
) -> None:
    """Whatever the list meets, the neutral question too, the orders are read singly and no outage is told of."""
    script: Any = {("list", "page"): itertools.repeat(fault), ("", "page"): itertools.repeat(fault)}
    lookup = lookup_of(account_of(200, script=script), range(200), patience_s=patience_s)
    await lookup.look_up()
    assert_all_found(lookup, 200)
    assert (lookup.bench.stop.cause, lookup.bench.said) == (None, [])
    assert anyio.current_time() < within_s


@pytest.mark.no_cover
async def test_a_list_that_begins_to_fail_in_mid_run_costs_no_row_its_reading() -> None:
    """The pages that were read count, and the rest is read singly."""
    api = account_of(2_000, outages=[Outage(begin_s=0.5, method="page")])
    lookup = lookup_of(api, range(2_000))
    await lookup.look_up()
    assert_all_found(lookup, 2_000, questions=1)
    assert (lookup.bench.stop.cause, lookup.bench.said) == (None, [])


SINGLES_UNDISTURBED: dict[float, int] = {}


async def _singles_undisturbed(page_latency_s: float) -> int:
    """Return how many of 3,300 orders are asked for alone where nothing fails."""
    if page_latency_s not in SINGLES_UNDISTURBED:
        api = account_of(3_300)
        api.page_latency_s = page_latency_s
        lookup = lookup_of(api, range(3_300))
        await lookup.look_up()
        SINGLES_UNDISTURBED[page_latency_s] = lookup.singles
    return SINGLES_UNDISTURBED[page_latency_s]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Transient(), id="503"),
        pytest.param(Transient(retry_after_s=30), id="503 with a hint"),
        pytest.param(Throttled(), id="429"),
        pytest.param(Throttled(retry_after_s=20), id="429 with a hint"),
        pytest.param(Hang(timeout_s=30), id="hanging"),
    ],
)
@pytest.mark.parametrize("page_latency_s", [0.05, 1.0], ids=["pages alone", "single reads beside"])
async def test_after_an_outage_the_pages_go_on(fault: Fault, page_latency_s: float) -> None:
    """A minute in which nothing works ends no paging: the pages bring as many rows as without it, or nearly."""
    without = await _singles_undisturbed(page_latency_s)
    began_s = anyio.current_time()
    outage = Outage(begin_s=began_s + 1.6, end_s=began_s + 61.6, fault=fault)
    api = account_of(3_300, outages=[outage])
    api.page_latency_s = page_latency_s
    lookup = lookup_of(api, range(3_300))
    await lookup.look_up()
    assert_all_found(lookup, 3_300, questions=60)
    assert lookup.singles < without + 150
    began = ("The API gives no good answer", "The API lets no row through")  # by what was asked last
    assert any(sentence.startswith(began) for sentence in lookup.bench.said)
    assert lookup.bench.said[-1] in ("The API answers again.", "The API lets rows through again.")


async def test_a_list_that_fails_by_itself_after_an_outage_is_given_up() -> None:
    """The pages are tried again after the outage, and fail where single reads work: the rest is read singly."""
    outages = [Outage(begin_s=1.5, end_s=31.5), Outage(begin_s=1.5, method="page")]
    lookup = lookup_of(account_of(3_000, outages=outages), range(3_000))
    await lookup.look_up()
    assert_all_found(lookup, 3_000, questions=20)
    assert lookup.bench.stop.cause is None
    last_page = max(call.at for call in lookup.bench.api.calls if call.method == "page")
    assert 31.5 < last_page < 45


@pytest.mark.parametrize(
    ("fault", "pages", "questions"),
    [
        pytest.param(Refused(status=404), 2, 0, id="refused"),
        pytest.param(Transient(status=500), 4, 2, id="failing twice, at either size"),
        pytest.param(Transient(status=200), 4, 2, id="too large"),
    ],
)
async def test_without_pages_all_is_read_singly(fault: Fault, pages: int, questions: int) -> None:
    """A list that can't be had costs a few requests, the neutral question among them, and no row its reading."""
    api = account_of(200, script={("list", "page"): [fault] * pages})
    lookup = lookup_of(api, range(200))
    await lookup.look_up()
    assert_all_found(lookup, 200)
    assert len([size for size in api.pages if size > 1]) == pages
    assert lookup.singles == 200 + questions


async def test_a_page_that_fails_in_mid_list_ends_the_pages() -> None:
    """What was found is kept, and the rest is read singly."""
    lookup = lookup_of(account_of(1_000, script={("list", "page"): [None, None, Refused(status=400)]}), range(1_000))
    await lookup.look_up()
    assert_all_found(lookup, 1_000)
    assert (lookup.pages, lookup.singles) == (3, 800 + checked(2))


async def test_a_single_try_allowed_is_a_single_try_of_a_page() -> None:
    """``--attempts 1`` holds for pages, too."""
    api = account_of(100, script={("list", "page"): [Transient()] * 2})
    lookup = lookup_of(api, range(100), attempts=1)
    await lookup.look_up()
    assert_all_found(lookup, 100)
    assert [size for size in api.pages if size > 1] == [100, 15]


async def test_a_smaller_page_is_asked_for_where_a_hundred_are_refused() -> None:
    """422 to a hundred: the size that the vendor's own client takes is tried before the list is given up."""
    api = account_of(150)
    api.largest_page = 15
    lookup = lookup_of(api, range(150))
    await lookup.look_up(singles_per_s=20)
    assert_all_found(lookup, 150)
    assert api.pages == [100] + [15] * 9  # with fewer than thirty rows left, pages are over
    assert lookup.singles == 15 + checked(9)


async def test_an_order_on_no_page_is_asked_for_before_it_is_called_missing() -> None:
    """Listed without its name or not at all, it is read singly; only what is not there then is missing."""
    api = account_of(100)
    api.unlisted = {"o7", "o8"}
    lookup = lookup_of(api, range(101))
    await lookup.look_up()
    assert lookup.found.pop("o100") == Missing()
    assert_all_found(lookup, 100)
    assert {"o100", "o7", "o8"} <= {call.order_id for call in api.calls if call.method == "get"}
    assert lookup.singles == 3 + SAMPLES[0]


async def test_the_reading_of_a_page_is_no_younger_than_its_request() -> None:
    """Its orders were read when the page was asked for, not when it arrived."""
    api = account_of(30)
    api.page_latency_s = 1.0
    lookup = lookup_of(api, range(30))
    await anyio.sleep(5)
    await lookup.look_up()
    on_page = [reading for reading in lookup.found.values() if isinstance(reading, Found) and reading.read_at == 5.0]
    assert len(on_page) == 30 - SAMPLES[0]


async def test_a_stop_ends_the_pages() -> None:
    """The page under way is broken off, no other is asked for, and nothing more is read singly."""
    lookup = lookup_of(account_of(2_000), range(2_000))

    async def stop() -> None:
        await anyio.sleep(0.33)
        lookup.bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        await lookup.look_up()
    assert lookup.singles <= checked(10)
    assert lookup.pages < 10


async def test_a_stop_while_a_page_waits_to_be_tried_again_ends_the_pages() -> None:
    """The wait for a list that fails doesn't outlast the run."""
    lookup = lookup_of(account_of(100, script={("list", "page"): [Transient(retry_after_s=9)]}), range(100))

    async def stop() -> None:
        await anyio.sleep(2)
        lookup.bench.stop.request(a_stop())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop)
        await lookup.look_up()
    assert lookup.found == {}
    assert anyio.current_time() == pytest.approx(2)


@given(data=st.data())
def test_nothing_is_read_twice(data: st.DataObject) -> None:
    """Whatever is wanted, listed and failing, every row has its reading, and each order is asked for once at most."""
    orders = data.draw(st.integers(1, 400))
    wanted = data.draw(st.sets(st.integers(0, orders - 1), min_size=1))
    faults = data.draw(st.lists(st.sampled_from([None, Refused(status=400), Throttled(), Transient()]), max_size=6))

    async def look_up() -> LookupBench:
        api = account_of(orders, script={("list", "page"): faults})
        api.unlisted = {f"o{number}" for number in data.draw(st.sets(st.integers(0, orders - 1)))}
        api.page_latency_s = data.draw(st.sampled_from([0.05, 0.3, 2.0]))
        lookup = lookup_of(api, data.draw(st.permutations(sorted(wanted))))
        await lookup.look_up()
        return lookup

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        assert_all_found(runner.run(look_up()), len(wanted))
