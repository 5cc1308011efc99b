"""The sandbox's API: requests as plain values in, answers as plain values out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.sandbox import Answer, ApiRules, Call, OrdersApi, OrderStore

HARD_IDS = [
    "ørdré 5",
    "12345",
    "a/b",
    "a%2Fb",
    "a?b#c",
    "%2e%2e",
    "...",
    "山",
    "+ &=",
    "00000000-0000-4000-8000-00000000",
]


@pytest.fixture
def store() -> OrderStore:
    """Hold three orders, the last with images."""
    store = OrderStore(wall_clock=lambda: 0.0)
    store.seed_many([("a1", "12 Elm St"), ("b2", None)])
    store.seed("c3", "with images", images=2)
    return store


@pytest.fixture
def api(store: OrderStore) -> OrdersApi:
    """Serve the store to each request that has the key "k"."""
    return OrdersApi(store=store, api_key="k")


def send(api: OrdersApi, method: str, path: str, body: object = b"", **other: Any) -> Answer:
    """Send a request with the right key and a JSON body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return api.answer(Call(**{"method": method, "raw_path": path, "body": raw, "api_key": "k"} | other))


def segment(order_id: str) -> str:
    """Encode every byte, as no client would be wrong to."""
    return "".join(f"%{byte:02X}" for byte in order_id.encode())


def test_an_order_has_every_documented_field(api: OrdersApi) -> None:
    """Retrieving answers the whole order, images and all."""
    answer = send(api, "GET", "/v3/orders/c3")
    document = json.loads(answer.body)
    images = document.pop("images")
    assert document == {
        "order_id": "c3",
        "name": "with images",
        "status": "processed",
        "is_processing": False,
        "is_merging": False,
        "is_deleted": False,
        "total_images": 2,
        "created_at": "1970-01-01T00:00:00+00:00",
        "last_updated_at": "1970-01-01T00:00:00+00:00",
        "default_image_sort_order": None,
    }
    assert [image["order_id"] for image in images] == ["c3", "c3"]
    assert {len(image) for image in images} == {25}


@given(order_id=st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_ids_go_into_the_images_unharmed(order_id: str) -> None:
    """Whatever an id is made of, the answer is JSON and names it."""
    store = OrderStore()
    store.seed(order_id, None, images=1)
    answer = send(OrdersApi(store=store, api_key="k"), "GET", f"/v3/orders/{segment(order_id)}")
    assert json.loads(answer.body)["images"][0]["order_id"] == order_id


def test_an_order_of_2800_images_is_2_mb(api: OrdersApi, store: OrderStore) -> None:
    """Large answers are there to be practised with."""
    store.seed("big", None, images=2800)
    assert 2_000_000 <= len(send(api, "GET", "/v3/orders/big").body) < 2_100_000


def test_fields_can_be_left_out(store: OrderStore) -> None:
    """Any field may be missing, so a test can have it missing."""
    api = OrdersApi(store=store, api_key="k", rules=ApiRules(omit={"images", "status", "total_images"}))
    document = json.loads(send(api, "GET", "/v3/orders/a1").body)
    assert not {"images", "status", "total_images"} & set(document)
    assert document["name"] == "12 Elm St"


@pytest.mark.parametrize("order_id", HARD_IDS)
def test_one_encoded_segment_is_one_order(api: OrdersApi, store: OrderStore, order_id: str) -> None:
    """Each id reaches its own order and no other."""
    store.seed_many((hard_id, "old") for hard_id in HARD_IDS)
    answer = send(api, "PATCH", f"/v3/orders/{segment(order_id)}", {"name": "new"})
    assert json.loads(answer.body)["order_id"] == order_id
    assert [hard_id for hard_id in HARD_IDS if store.names()[hard_id] == "new"] == [order_id]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v3/orders", id="no slash"),
        pytest.param("/v3/orders/a1/", id="slash at the end"),
        pytest.param("/v3/orders/x/a1", id="two segments"),
        pytest.param("/v3/orders/..", id="dots"),
        pytest.param("/v3/orders/%2e%2E", id="encoded dots"),
        pytest.param("/v3/orders/.", id="dot"),
        pytest.param("/v3/orders/../orders/a1", id="way round"),
        pytest.param("/v3/images/a1", id="elsewhere"),
        pytest.param("/v3/orders/%ff", id="not UTF-8"),
        pytest.param("/v3/orders/ø", id="not encoded"),
        pytest.param("http://127.0.0.1/v3/orders/a1", id="absolute"),
    ],
)
def test_a_path_to_anything_else_is_not_found(api: OrdersApi, store: OrderStore, path: str) -> None:
    """Nothing but exactly one segment reaches an order."""
    before = store.names()
    assert send(api, "PATCH", path, {"name": "new"}).status == 404
    assert store.names() == before


@pytest.mark.parametrize("key", [None, "", "K", "k ", "schlüssel", "\udcff"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v3/orders/"), ("POST", "/v3/orders/"), ("PATCH", "/v3/orders/a1"), ("DELETE", "/v3/orders/a1")],
)
def test_all_but_reading_one_order_needs_the_key(
    api: OrdersApi, store: OrderStore, method: str, path: str, key: str | None
) -> None:
    """Without it the answer is the documented 401, and nothing happens."""
    before = store.names()
    answer = send(api, method, path, {"name": "new"}, api_key=key)
    assert (answer.status, json.loads(answer.body)) == (401, {"message": "Unauthorized", "detail": {}})
    assert store.names() == before


@pytest.mark.parametrize("key", [None, "wrong"])
def test_reading_one_order_needs_no_key(api: OrdersApi, key: str | None) -> None:
    """A single read proves nothing about the key."""
    assert send(api, "GET", "/v3/orders/a1", api_key=key).status == 200


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_order_that_is_not_there_is_not_found(api: OrdersApi, method: str) -> None:
    """The answer is the documented 404."""
    answer = send(api, method, "/v3/orders/missing", {"name": "new"})
    assert (answer.status, json.loads(answer.body)) == (404, {"message": "Order not found", "detail": {}})


@pytest.mark.parametrize("name", ["new", "", "=1+1", "👨‍👩‍👧‍👦", "two\nlines", "x" * 10_000, "\x00\x1b", '"quoted"'])
def test_a_rename_stores_exactly_what_was_sent(api: OrdersApi, store: OrderStore, name: str) -> None:
    """The answer shows the new name, and the store has it."""
    answer = send(api, "PATCH", "/v3/orders/a1", {"name": name, "order_id": "a1"})
    assert (answer.status, json.loads(answer.body)["name"]) == (200, name)
    assert store.names()["a1"] == name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "name", id="no name"),
        pytest.param({"name": None}, "name", id="null"),
        pytest.param({"name": 5}, "name", id="number"),
        pytest.param(b'{"name": "\\ud800"}', "name", id="half a character"),
        pytest.param({"name": "new", "status": "x"}, "status", id="unknown field"),
        pytest.param({"name": "new", "order_id": "b2"}, "order_id", id="another id"),
        pytest.param({"name": "new", "order_id": 1}, "order_id", id="id that is no text"),
        pytest.param(["name"], "_schema", id="list"),
        pytest.param(b'{"name": "new"', "_schema", id="broken"),
        pytest.param(b"", "_schema", id="empty"),
        pytest.param(b'{"name": "\xff"}', "_schema", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "_schema", id="too deep"),
        pytest.param(b"1" * 5000, "_schema", id="long number"),
    ],
)
def test_a_rename_that_is_no_rename_is_refused(api: OrdersApi, store: OrderStore, body: object, field: str) -> None:
    """The answer is the documented 422 and names the field; the order stays as it is."""
    answer = send(api, "PATCH", "/v3/orders/a1", body)
    document = json.loads(answer.body)
    assert (answer.status, document["message"]) == (422, "Validation error")
    assert [*document["detail"]["json"]] == [field]
    assert store.names()["a1"] == "12 Elm St"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 422),
        ("", 422),
    ],
)
def test_a_body_must_say_that_it_is_json(api: OrdersApi, content_type: str, status: int) -> None:
    """The content type counts, its parameters and case do not."""
    assert send(api, "PATCH", "/v3/orders/a1", {"name": "new"}, content_type=content_type).status == status


def test_a_fault_can_store_a_third_name(api: OrdersApi, store: OrderStore) -> None:
    """The order then shows the name that the server kept."""
    call = Call(method="PATCH", raw_path="/v3/orders/a1", api_key="k", body=b'{"name": "new"}')
    answer = api.answer(call, kept=lambda _: "third")
    assert json.loads(answer.body)["name"] == store.names()["a1"] == "third"


@pytest.mark.parametrize(
    ("body", "name"),
    [pytest.param(b"", None, id="nothing given"), pytest.param({"name": "x", "order_id": "d4"}, "x", id="both given")],
)
def test_creating_answers_with_the_order(api: OrdersApi, store: OrderStore, body: object, name: str | None) -> None:
    """Name and id are both optional; the answer is 200 and the order is there."""
    answer = send(api, "POST", "/v3/orders/", body)
    document = json.loads(answer.body)
    assert (answer.status, document["name"], document["status"]) == (200, name, "waiting")
    assert store.names()[document["order_id"]] == name


def test_creating_from_a_broken_body_makes_nothing(api: OrdersApi, store: OrderStore) -> None:
    """A body that is there has to be JSON."""
    assert send(api, "POST", "/v3/orders/", b"{").status == 422
    assert len(store) == 3


@pytest.mark.parametrize("body", [{"order_id": "a1"}, {"order_id": ""}, {"order_id": 7}])
def test_an_id_that_can_not_be_given_is_refused(api: OrdersApi, store: OrderStore, body: object) -> None:
    """A taken, empty or numeric id is a validation error of that field."""
    answer = send(api, "POST", "/v3/orders/", body)
    assert (answer.status, [*json.loads(answer.body)["detail"]["json"]]) == (422, ["order_id"])
    assert len(store) == 3


def test_a_deleted_order_is_gone(api: OrdersApi) -> None:
    """Deleting answers 204 once, then everything about the order is 404 and the list is shorter."""
    assert (send(api, "DELETE", "/v3/orders/a1").status, send(api, "DELETE", "/v3/orders/a1").status) == (204, 404)
    assert send(api, "GET", "/v3/orders/a1").status == 404
    assert len(json.loads(send(api, "GET", "/v3/orders/").body)["orders"]) == 2


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v3/orders/a1"), ("PATCH", "/v3/orders/")])
def test_other_methods_are_refused(api: OrdersApi, method: str, path: str) -> None:
    """A method that the API does not have is 405, with those it has."""
    answer = send(api, method, path)
    assert answer.status == 405
    assert dict(answer.headers)["Allow"].startswith("GET, ")


def pages(api: OrdersApi, query: str) -> list[dict[str, Any]]:
    """Follow the offsets to the last page."""
    found = [json.loads(send(api, "GET", f"/v3/orders/?{query}").body)]
    while found[-1]["pagination"]["next_offset"] is not None:
        offset = found[-1]["pagination"]["next_offset"]
        found.append(json.loads(send(api, "GET", f"/v3/orders/?{query}&offset={offset}").body))
    return found


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        pytest.param("", [5, 5, 2], id="five unless asked"),
        pytest.param("per_page=4", [4, 4, 4], id="no empty page at the end"),
        pytest.param("per_page=1000", [7, 5], id="no more than the maximum"),
    ],
)
def test_the_list_comes_in_pages(query: str, sizes: list[int]) -> None:
    """Pages follow each other by opaque tokens, newest order first, and the last has none."""
    store = OrderStore()
    store.seed_many((str(number), None) for number in range(12))
    found = pages(OrdersApi(store=store, api_key="k", rules=ApiRules(max_per_page=7)), query)
    assert [len(page["orders"]) for page in found] == sizes
    assert [order["order_id"] for page in found for order in page["orders"]] == [str(n) for n in reversed(range(12))]


def test_a_page_that_grows_too_large_ends_early(store: OrderStore) -> None:
    """A page has at least one order, and the next one goes on where it ended."""
    found = pages(OrdersApi(store=store, api_key="k", rules=ApiRules(max_page_bytes=10, newest_first=False)), "")
    assert [[order["order_id"] for order in page["orders"]] for page in found] == [["a1"], ["b2"], ["c3"]]


@pytest.mark.parametrize("query", ["per_page=0", "per_page=-1", "per_page=x", "per_page=", "per_page=1e3"])
def test_a_page_size_that_is_none_is_refused(api: OrdersApi, query: str) -> None:
    """The answer is the documented 422 for the query."""
    answer = send(api, "GET", f"/v3/orders/?{query}")
    assert (answer.status, [*json.loads(answer.body)["detail"]["query"]]) == (422, ["per_page"])


@pytest.mark.parametrize("offset", ["", "5", "abc", "!", "ZnJvbTp4", "%C3%B8"])
def test_an_offset_made_up_is_refused(api: OrdersApi, offset: str) -> None:
    """Offsets are tokens, not numbers."""
    answer = send(api, "GET", f"/v3/orders/?offset={offset}")
    assert (answer.status, [*json.loads(answer.body)["detail"]["query"]]) == (422, ["offset"])


def test_asking_for_too_much_can_be_refused(store: OrderStore) -> None:
    """What a server does beyond its maximum is not documented: a test can have either."""
    api = OrdersApi(store=store, api_key="k", rules=ApiRules(max_per_page=2, refuse_over_max=True))
    assert [send(api, "GET", f"/v3/orders/?per_page={size}").status for size in (2, 3)] == [200, 422]


NAMED = {"a1": "12 Elm St", "b2": "Oak", "c3": "elmwood", "d4": None}


@pytest.mark.parametrize(
    ("query", "rules", "version", "listed"),
    [
        pytest.param("q=ELM", {}, None, "c3 a1", id="text in any case"),
        pytest.param("q=ELM", {"whole_words": True}, None, "a1", id="whole words"),
        pytest.param("q=birch", {}, None, "", id="nothing found"),
        pytest.param("sort=name", {}, None, "d4 a1 c3 b2", id="by name"),
        pytest.param("sort=-name", {}, None, "b2 c3 a1 d4", id="by name, backwards"),
        pytest.param("sort=date", {}, None, "a1 b2 c3 d4", id="oldest first"),
        pytest.param("q=elm&sort=name", {}, None, "a1 c3", id="both"),
        pytest.param("q=elm&sort=name", {}, "2025-05-08", "d4 c3 b2 a1", id="an old version asked for"),
        pytest.param("q=elm", {"version": "2025-05-08"}, None, "d4 c3 b2 a1", id="an old account"),
        pytest.param("q=elm", {"version": "2025-05-08"}, "2026-10-01", "c3 a1", id="a new version asked for"),
    ],
)
def test_the_list_is_searched_and_sorted(query: str, rules: dict[str, Any], version: str | None, listed: str) -> None:
    """Versions before 2026-10-01 ignore both; pages of two follow one another in any order."""
    store = OrderStore(wall_clock=lambda: 0.0)
    store.seed_many(NAMED.items())
    api = OrdersApi(store=store, api_key="k", rules=ApiRules(max_per_page=2, **rules))
    found, more = [], ""
    while True:
        page = json.loads(send(api, "GET", f"/v3/orders/?{query}{more}", api_version=version).body)
        found += [order["order_id"] for order in page["orders"]]
        if (offset := page["pagination"]["next_offset"]) is None:
            break
        more = f"&offset={offset}"
    assert " ".join(found) == listed


def test_another_way_to_sort_is_refused(api: OrdersApi) -> None:
    """The answer is the documented 422 for the query."""
    answer = send(api, "GET", "/v3/orders/?sort=size")
    assert (answer.status, [*json.loads(answer.body)["detail"]["query"]]) == (422, ["sort"])
