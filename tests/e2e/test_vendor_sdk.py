"""The vendor's own client runs against the sandbox over a real socket: proof by someone who never saw it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from autoenhance.api.orders_api import OrdersApi
from autoenhance.api_client import ApiClient
from autoenhance.configuration import Configuration
from autoenhance.exceptions import (
    ApiException,
    NotFoundException,
    ServiceException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from autoenhance.models.http_error import HTTPError
from autoenhance.models.order_in import OrderIn
from autoenhance.models.validation_error import ValidationError

from batch_renamer.sandbox import (
    ApiRules,
    FaultPlan,
    LimitSpec,
    OrderStore,
    Sandbox,
    running,
    script,
)

# An order that stands for the odd ones: neither its id nor its name is ASCII.
ODD_ID, ODD_NAME = "ørdré 5/山", "Straße 5 · 👨‍👩‍👧‍👦"


class Vendor:
    """The SDK, which blocks, called from a thread so that the sandbox can answer."""

    def __init__(self, base_url: str, api_key: str) -> None:
        configuration = Configuration(
            host=base_url,
            api_key={"ApiKeyAuth": api_key},
            retries=0,  # the SDK must not hide what the sandbox answered
        )
        self.client = ApiClient(configuration)
        self._orders = OrdersApi(self.client)

    async def __call__(self, operation: str, *args: Any, **options: Any) -> Any:
        """Call an operation of the SDK by its name; anything it gets wrong is raised."""
        return await asyncio.to_thread(getattr(self._orders, operation), *args, _request_timeout=10.0, **options)

    async def refusal(self, operation: str, *args: Any, **options: Any) -> ApiException:
        """Call an operation that is to be refused, and return the refusal."""
        with pytest.raises(ApiException) as refused:
            await self(operation, *args, **options)
        return refused.value

    def close(self) -> None:
        """Let go of the SDK's connections, which it leaves open itself."""
        self.client.rest_client.pool_manager.clear()


@pytest.fixture
def sandbox() -> Sandbox:
    """Hold 12 orders with two images each."""
    store = OrderStore(images=2)
    store.seed_many((f"order-{number:02d}", f"Order {number}") for number in range(12))
    return Sandbox(store=store, api_key="right")


@pytest.fixture
async def base_url(sandbox: Sandbox) -> AsyncIterator[str]:
    """Serve the sandbox."""
    async with running(sandbox) as url:
        yield url


@pytest.fixture
async def vendor(base_url: str) -> AsyncIterator[Vendor]:
    """Talk to it with the right key."""
    made = Vendor(base_url, "right")
    yield made
    made.close()


@pytest.fixture
async def stranger(base_url: str) -> AsyncIterator[Vendor]:
    """Talk to it with a wrong key."""
    made = Vendor(base_url, "wrong")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param(OrderIn(name=ODD_NAME, order_id=ODD_ID), ODD_NAME, id="name and id"),
        pytest.param(OrderIn(name="x"), "x", id="name"),
        pytest.param(OrderIn(), None, id="neither"),
    ],
)
async def test_create(vendor: Vendor, sandbox: Sandbox, given: OrderIn, name: str | None) -> None:
    """The SDK creates an order, with an id of its own or one made up, and gets it back."""
    created = await vendor("create_order", order_in=given)
    assert created["order_id"] == given.order_id or given.order_id is None
    assert sandbox.store.names()[created["order_id"]] == name


async def test_list_with_pagination(vendor: Vendor) -> None:
    """The SDK follows the offsets through all pages and gets every order once, newest first."""
    ids, sizes, offset = [], [], None
    while True:
        page = await vendor("list_orders", offset=offset)
        ids += [order.order_id for order in page.orders]
        sizes.append(len(page.orders))
        offset = page.pagination.next_offset
        if offset is None:
            break
    assert sizes == [5, 5, 2]
    assert page.pagination.per_page == 5
    assert ids == [f"order-{number:02d}" for number in reversed(range(12))]


async def test_list_with_a_page_size(vendor: Vendor) -> None:
    """The SDK asks for all 12 at once, and then knows that there are no more."""
    page = await vendor("list_orders", per_page=15)
    assert (len(page.orders), page.pagination.per_page, page.pagination.next_offset) == (12, 15, None)


async def test_retrieve(vendor: Vendor) -> None:
    """The SDK's models accept the order and its images; it sends no key, as documented."""
    order = await vendor("retrieve_order", "order-03")
    assert (order.order_id, order.name, order.status, order.total_images) == ("order-03", "Order 3", "processed", 2)
    assert order.created_at.utcoffset().total_seconds() == 0
    assert [(image.order_id, image.ai_version) for image in order.images] == [("order-03", "5.x")] * 2


@pytest.mark.parametrize("order_id", ["order-03", ODD_ID, "12345", "a%2Fb", "?#"])
async def test_update(vendor: Vendor, sandbox: Sandbox, order_id: str) -> None:
    """The SDK renames exactly the order meant, whatever its id, and gets the whole order back."""
    sandbox.store.seed(order_id, "old")
    before = sandbox.store.names()
    order = await vendor("update_order", order_id, order_in=OrderIn(name=ODD_NAME, order_id=order_id))
    assert (order.order_id, order.name, len(order.images)) == (order_id, ODD_NAME, 2)
    assert sandbox.store.names() == before | {order_id: ODD_NAME}


async def test_delete(vendor: Vendor, sandbox: Sandbox) -> None:
    """The SDK deletes an order, and it is gone."""
    assert await vendor("delete_order", "order-03") is None
    assert isinstance(await vendor.refusal("retrieve_order", "order-03"), NotFoundException)
    assert len(sandbox.store) == 11


@pytest.mark.parametrize(
    ("operation", "args"),
    [("list_orders", ()), ("create_order", ()), ("update_order", ("order-03",)), ("delete_order", ("order-03",))],
)
async def test_a_wrong_key(stranger: Vendor, sandbox: Sandbox, operation: str, args: tuple[str, ...]) -> None:
    """The SDK reads the refusal as the documented HTTPError, and nothing has happened."""
    before = sandbox.store.names()
    refusal = await stranger.refusal(operation, *args)
    assert isinstance(refusal, UnauthorizedException)
    assert isinstance(refusal.data, HTTPError)
    assert refusal.data.message == "Unauthorized"
    assert sandbox.store.names() == before


@pytest.mark.parametrize(
    ("operation", "options"),
    [("retrieve_order", {}), ("update_order", {"order_in": OrderIn(name="x")}), ("delete_order", {})],
)
async def test_a_missing_order(vendor: Vendor, operation: str, options: dict[str, Any]) -> None:
    """The SDK reads the 404 as the documented HTTPError."""
    refusal = await vendor.refusal(operation, "missing", **options)
    assert isinstance(refusal, NotFoundException)
    assert isinstance(refusal.data, HTTPError)
    assert refusal.data.message == "Order not found"


@pytest.mark.parametrize(
    ("operation", "args", "options"),
    [
        pytest.param("update_order", ("order-03",), {"order_in": OrderIn()}, id="rename without a name"),
        pytest.param("create_order", (), {"order_in": OrderIn(order_id="order-03")}, id="id taken"),
        pytest.param("list_orders", (), {"offset": "5"}, id="offset made up"),
        pytest.param("list_orders", (), {"per_page": 0}, id="page of nothing"),
    ],
)
async def test_a_validation_error(
    vendor: Vendor, operation: str, args: tuple[str, ...], options: dict[str, Any]
) -> None:
    """The SDK reads the 422 as the documented ValidationError."""
    refusal = await vendor.refusal(operation, *args, **options)
    assert isinstance(refusal, UnprocessableEntityException)
    assert isinstance(refusal.data, ValidationError)
    assert refusal.data.message == "Validation error"


async def test_over_the_limit(vendor: Vendor, sandbox: Sandbox) -> None:
    """The SDK meets 429 once the limit is used up, and the order keeps its name."""
    sandbox.clock = lambda: 0.0
    sandbox.set_limit(LimitSpec(requests=1, retry_after=True))
    await vendor("retrieve_order", "order-03")
    refusal = await vendor.refusal("update_order", "order-03", order_in=OrderIn(name="x"))
    assert refusal.status == 429
    assert refusal.headers is not None
    assert refusal.headers["Retry-After"] == "1"
    assert sandbox.store.names()["order-03"] == "Order 3"


async def test_a_gateway_in_front(vendor: Vendor, sandbox: Sandbox) -> None:
    """The SDK meets faults as those of any other server."""
    sandbox.faults = FaultPlan(rules=script("502-html", "504-empty", method="GET"))
    statuses = []
    for _ in range(2):
        refusal = await vendor.refusal("retrieve_order", "order-03")
        assert isinstance(refusal, ServiceException)
        statuses.append(refusal.status)
    assert statuses == [502, 504]


async def test_fields_that_are_missing() -> None:
    """The SDK's models accept an order without most of its fields."""
    sandbox = Sandbox(rules=ApiRules(omit={"images", "status", "created_at", "total_images"}))
    sandbox.store.seed("a1", None)
    async with running(sandbox) as url:
        vendor = Vendor(url, sandbox.api_key)
        order = await vendor("retrieve_order", "a1")
        vendor.close()
    assert (order.order_id, order.name, order.images, order.created_at) == ("a1", None, None, None)
