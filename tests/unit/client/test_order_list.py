"""The pages of a list enter, some of them late, refused or without an end; every page leaves, or a sentence."""

from __future__ import annotations

import pytest

from batch_renamer.client import ListQuery, OrderList, QueryRefusedError
from batch_renamer.client.orders_api import OrderPage, RefusedError
from batch_renamer.client.stopping import Stopping
from batch_renamer.errors import ApiUnavailableError, KeyRefusedError
from batch_renamer.loop_clock import loop_time
from tests.support.bench import Bench, a_stop
from tests.support.fake_api import FakeOrdersApi, Fault, Hang, KeyRefused, Outage, Refused, Throttled, Transient

pytestmark = pytest.mark.virtual_time

ORDERS = {f"a{number}": f"name {number}" for number in range(250)}


async def read(
    api: FakeOrdersApi, *, query: ListQuery | None = None, patience_s: float = 60.0
) -> tuple[list[str], Bench]:
    """Read the list to its end; return the ids, and the gear."""
    bench = Bench.of(api, patience_s=patience_s)
    asked = OrderList(
        gateway=bench.gateway,
        query=query or ListQuery(),
        patience_s=patience_s,
        stop=bench.stop,
        notify=bench.said.append,
    )
    ids = []
    async with bench.guarded():
        async for page in asked.pages():
            ids += [order.order_id for order in page.orders]
    return ids, bench


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([], id="none"),
        pytest.param([None, Transient(), Transient()], id="the second page fails"),
        pytest.param([None, *[Transient()] * 12], id="the list fails alone for a while"),
        pytest.param([Throttled(), None, Throttled(retry_after_s=5.0)], id="429"),
        pytest.param([None, Hang(timeout_s=30.0)], id="no answer"),
    ],
)
async def test_every_page_is_read(faults: list[Fault | None]) -> None:
    """A page that fails is read again."""
    ids, _ = await read(FakeOrdersApi(ORDERS, script={("list", "page"): faults}))
    assert ids == [*ORDERS]


async def test_pages_that_are_too_large_are_asked_for_smaller() -> None:
    """The size that the API takes is kept."""
    api = FakeOrdersApi(ORDERS)
    api.largest_page = 15
    assert (await read(api))[0] == [*ORDERS]
    assert api.pages == [100, *[15] * 17]


async def test_an_outage_is_waited_for() -> None:
    """The list goes on where it was."""
    api = FakeOrdersApi(ORDERS, outages=[Outage(begin_s=0.06, end_s=30.0)])
    ids, bench = await read(api)
    assert (ids, len(bench.said)) == ([*ORDERS], 2)


@pytest.mark.parametrize("patience_s", [20.0, 60.0, 300.0])
async def test_a_list_that_fails_alone_is_given_up_after_the_patience(patience_s: float) -> None:
    """The sentence says that it was not read to its end, and it comes soon, however many tries have failed before."""
    api = FakeOrdersApi(ORDERS, script={("list", "page"): [None, *[Transient()] * 10_000]})
    begun = loop_time()
    with pytest.raises(ApiUnavailableError, match="could not be read to its end: 503"):
        await read(api, patience_s=patience_s)
    assert patience_s <= loop_time() - begun < patience_s + 60


@pytest.mark.parametrize(
    ("query", "error"), [(ListQuery(), ApiUnavailableError), (ListQuery(text="elm"), QueryRefusedError)], ids=str
)
async def test_a_refused_list_is_not_asked_again(query: ListQuery, error: type[ApiUnavailableError]) -> None:
    """If something was asked of it, that may be why."""
    api = FakeOrdersApi(ORDERS, script={("list", "page"): [Refused()] * 9})
    with pytest.raises(ApiUnavailableError, match="refuses to list orders: 422") as refused:
        await read(api, query=query)
    assert (type(refused.value), len(api.calls)) == (error, 2)


async def test_a_refused_key_ends_it() -> None:
    """It may be replaced while the list is read."""
    with pytest.raises(KeyRefusedError):
        await read(FakeOrdersApi(ORDERS, script={("list", "page"): [None, KeyRefused()]}))


class Endless(FakeOrdersApi):
    """An API whose pages name pages that were there before, or only empty ones."""

    empty = False

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Name the second page again and again, or always another one."""
        if per_page > 100 or query is None:
            raise RefusedError("422", status=422)
        page = await super().page(per_page=1, offset=None)
        if self.empty:
            return OrderPage(orders=(), next_offset=f"{int(offset or 0) + 1}")
        return OrderPage(orders=page.orders, next_offset="same")


@pytest.mark.parametrize("empty", [True, False], ids=["empty pages", "the same page"])
async def test_a_list_without_an_end_is_a_sentence(empty: bool) -> None:
    """It is not read for ever."""
    api = Endless(ORDERS, latency_s=0.0)
    api.empty = empty
    with pytest.raises(ApiUnavailableError, match="has no end"):
        await read(api)


async def test_a_stop_ends_the_wait_for_a_page() -> None:
    """Nothing is lost by that."""
    api = FakeOrdersApi(ORDERS, script={("list", "page"): [Hang(timeout_s=30.0)]})
    bench = Bench.of(api)
    bench.stop.request(a_stop())
    asked = OrderList(
        gateway=bench.gateway, query=ListQuery(), patience_s=1.0, stop=bench.stop, notify=bench.said.append
    )
    with pytest.raises(Stopping):
        await anext(asked.pages())
