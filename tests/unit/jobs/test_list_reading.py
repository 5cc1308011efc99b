"""A list of orders enters, with or without a search that works; the orders that are wanted leave, and what is said."""

from __future__ import annotations

import io

import pytest

from batch_renamer.client.orders_api import ListQuery, OrderPage, RefusedError
from batch_renamer.exporting import Gathered, Wanted, moment_of
from batch_renamer.jobs.list_reading import ListReading
from batch_renamer.model import Order
from batch_renamer.progress import make_progress
from tests.support.bench import Bench
from tests.support.fake_api import FakeOrdersApi, Transient

pytestmark = pytest.mark.virtual_time


class Listed(FakeOrdersApi):
    """A list whose search ``finds`` "any" text in a name, only "words", or "nothing"; or is "ignored" or "refused"."""

    def __init__(self, orders: list[Order], *, finds: str = "any", unread: tuple[str, ...] = ()) -> None:
        super().__init__({order.order_id: order.name for order in orders})
        self.orders, self.finds, self.unread = orders, finds, unread
        self.queries: list[ListQuery] = []

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Show ten orders a page."""
        query = query or ListQuery()
        self.queries.append(query)
        if self.finds == "refused" and query != ListQuery():
            raise RefusedError("422", status=422)
        begin, found = int(offset or 0), [order for order in self.orders if self._is_found(order, query.text)]
        following = str(begin + 10) if begin + 10 < len(found) else None
        return OrderPage(orders=tuple(found[begin : begin + 10]), next_offset=following, unread=self.unread)

    def _is_found(self, order: Order, text: str | None) -> bool:
        if text is None or self.finds == "ignored":
            return True
        name = (order.name or "").casefold()
        return self.finds != "nothing" and text.casefold() in (name.split() if self.finds == "words" else name)


ORDERS = [
    Order(
        order_id=f"a{number}", name=f"{number} {'Elm' if number % 5 else 'Elmwood'}" if number < 20 else f"Oak {number}"
    )
    for number in range(40)
]


async def read(api: Listed, wanted: Wanted) -> tuple[list[str], ListReading]:
    """Read the list; return the ids that are wanted, in order, and the reading."""
    bench = Bench.of(api)
    with Gathered.opened() as gathered:
        reading = ListReading(
            wanted=wanted,
            gathered=gathered,
            patience_s=5.0,
            progress=make_progress(io.StringIO(), quiet=True),
            stop=bench.stop,
            notify=bench.said.append,
        )
        async with bench.guarded():
            await reading.read(bench.gateway)
        return [order.order_id for order in gathered.sorted(wanted.sort)], reading


@pytest.mark.parametrize(
    ("finds", "found", "queries", "is_said"),
    [
        pytest.param("any", 20, 2, True, id="a search that works"),
        pytest.param("words", 16, 2, True, id="a search that finds words only"),
        pytest.param("nothing", 20, 5, False, id="a search that finds nothing"),
        pytest.param("ignored", 20, 5, False, id="no search: an old version"),
        pytest.param("refused", 20, 6, False, id="no search: refused"),
    ],
)
async def test_orders_are_searched_for(finds: str, found: int, queries: int, is_said: bool) -> None:
    """Each name is compared again; only a search that may have missed some is worth a note."""
    api = Listed(ORDERS, finds=finds)
    ids, reading = await read(api, Wanted(name_contains="ELM"))
    assert (len(ids), len(api.queries)) == (found, queries)
    assert any("search of the API" in note for note in reading.notes()) is is_said


async def test_what_is_in_no_name_is_not_looked_for_twice() -> None:
    """An API that ignores the search has shown every order already."""
    api = Listed(ORDERS, finds="ignored")
    ids, reading = await read(api, Wanted(name_contains="Birch"))
    assert (ids, reading.listed, len(api.queries)) == ([], 40, 5)


async def test_what_can_not_be_renamed_is_left_out_and_counted() -> None:
    """Deleted orders and those without an id; what is said of each has its number."""
    orders = [
        Order(order_id="a1", name="b", is_deleted=True),
        Order(order_id="a2", name="b", is_deleted=True),
        Order(order_id="", name="b"),
        Order(order_id="a3", name="b", is_deleted=False),
    ]
    ids, reading = await read(Listed(orders), Wanted())
    assert (ids, dict(reading.left_out)) == (["a3"], {"deleted": 2, "without id": 1})
    assert reading.notes() == ("2 deleted orders are left out.", "1 order without an id is left out.")


async def test_an_order_without_its_name_is_read_singly() -> None:
    """One that can't be read is counted; one that has gone since is not."""
    api = Listed(ORDERS[:2], unread=("a7", "gone", "bad", ""))
    api.add("a7", "seven")
    api.add("bad", script={"get": [Transient()] * 50})
    ids, reading = await read(api, Wanted(sort="name"))
    assert (ids, dict(reading.left_out)) == (["a0", "a1", "a7"], {"unreadable": 1, "without id": 1})


def dated(days: list[int]) -> list[Order]:
    """Return an order for each of these days of a year."""
    return [
        Order(order_id=f"a{number}", name="b", created_at=f"2026-{day // 28 + 1:02d}-{day % 28 + 1:02d}T00:00:00Z")
        for number, day in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("orders", "wanted", "pages"),
    [
        pytest.param(ORDERS, Wanted(limit=12), 2, id="limit, newest first"),
        pytest.param(ORDERS, Wanted(limit=12, sort="name"), 4, id="limit, by name: all are sorted"),
        pytest.param(dated([*range(99, 0, -1)]), Wanted(since=moment_of("2026-04-01T00:00:00Z")), 2, id="since"),
        pytest.param(
            dated([99, 1, *range(98, 1, -1)]), Wanted(since=moment_of("2026-04-01T00:00:00Z")), 10, id="in no order"
        ),
        pytest.param(
            dated([*range(99, 0, -1)]), Wanted(since=moment_of("2026-04-01T00:00:00Z"), sort="name"), 10, id="by name"
        ),
    ],
)
async def test_no_more_pages_are_read_than_can_have_wanted_orders(
    orders: list[Order], wanted: Wanted, pages: int
) -> None:
    """Only a list that is newest first, as far as it was read, tells that what follows is older."""
    api = Listed(orders)
    await read(api, wanted)
    assert len(api.queries) == pages
