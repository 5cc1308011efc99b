"""What an answer of the API is worth: tables of statuses, headers and bodies, and properties for all others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_renamer.client.orders_api import (
    ForeignNameError,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.client.orders_api.answers import (
    as_unconfirmed,
    check_renamed,
    failure_of,
    read_order,
    read_page,
    read_renamed,
)
from batch_renamer.errors import KeyRefusedError, ProxyRefusedError
from batch_renamer.model import Order

ORDER = {
    "order_id": "a1",
    "name": "12 Elm St",
    "status": "processed",
    "is_processing": False,
    "is_merging": False,
    "is_deleted": True,
    "total_images": 3,
    "images": [{"image_id": "i1"}],
    "created_at": "2026-01-01T00:00:00Z",
    "last_updated_at": "2026-01-02T00:00:00Z",
    "a_new_field": {"a": 1},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (*ORDER, "orders", "pagination", "next_offset", "message", "detail")
ANSWERS = st.binary() | (
    st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON | st.dictionaries(st.sampled_from(FIELDS), JSON)) | JSON
).map(lambda value: json.dumps(value).encode())
DEEP = b"[" * 100_000 + b"]" * 100_000
LONG_NUMBER = b'{"order_id": "a1", "total_images": ' + b"9" * 10_000 + b"}"


def body(value: Any) -> bytes:
    """Write an answer's body."""
    return json.dumps(value).encode()


def test_order_is_read_without_its_images() -> None:
    """All the fields of an `Order` are taken over, and nothing else."""
    assert read_order(body(ORDER), order_id="a1") == Order(
        order_id="a1",
        name="12 Elm St",
        status="processed",
        is_processing=False,
        is_merging=False,
        is_deleted=True,
        total_images=3,
        created_at="2026-01-01T00:00:00Z",
        last_updated_at="2026-01-02T00:00:00Z",
    )


@pytest.mark.parametrize(
    "given_order",
    [
        {"order_id": "a1", "name": None},
        {"name": None, "images": []},
        {"order_id": "", "name": None, "is_deleted": None},
    ],
    ids=json.dumps,
)
def test_any_field_but_the_name_may_be_missing(given_order: dict[str, Any]) -> None:
    """An answer that says less is still about the order asked for; an order without a name says so (null)."""
    assert read_order(body(given_order), order_id="a1") == Order(order_id="a1", name=None)


FOREIGN: list[dict[str, Any]] = [
    {},
    {"message": "Too busy"},
    {"order": {"order_id": "a1", "name": "12 Elm St"}},
    {"order_id": "a1"},
    {"order_id": "a1", "status": "processed"},
    {"order_id": "a1", "Name": "12 Elm St"},
    {"data": {"name": "12 Elm St"}},
    {"orders": [{"order_id": "a1", "name": "12 Elm St"}], "pagination": {}},
    {"name": "api-gateway", "status": "ok", "version": "1.2"},
    {"name": "node-1"},
]


@pytest.mark.parametrize("answer", FOREIGN, ids=json.dumps)
def test_foreign_answer_to_a_read_is_no_order_without_a_name(answer: dict[str, Any]) -> None:
    """A missing field is no value: read as one, the old name would be lost for an undo."""
    with pytest.raises(TransientError, match="not an order"):
        read_order(body(answer), order_id="a1")


@pytest.mark.parametrize("answer", [answer for answer in FOREIGN if "name" not in answer], ids=json.dumps)
def test_foreign_answer_to_a_rename_does_not_confirm_it(answer: dict[str, Any]) -> None:
    """Nor does it tell another name: what came of the rename is still to be read."""
    with pytest.raises(UnconfirmedError, match="without the order's name"):
        read_renamed(body(answer), order_id="a1", new_name="new")


def test_order_is_the_one_asked_for_in_any_case_of_a_uuid() -> None:
    """The API answers with lower case what was asked for in upper case."""
    order = {"order_id": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "name": "new"}
    asked = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"
    assert read_order(body(order), order_id=asked).name == "new"
    assert read_renamed(body(order), order_id=asked, new_name="new").name == "new"


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("status", "brand new", "brand new"),
        ("status", 7, "7"),
        ("status", {"ä": 1}, '{"ä": 1}'),
        ("status", "half \ud800", "half \ufffd"),
        ("name", "half \udfff", "half \ufffd"),
        ("name", "whole \U0001f600", "whole \U0001f600"),
        ("is_deleted", "yes", None),
        ("is_merging", 1, None),
        ("total_images", 2.5, 2.5),
        ("total_images", True, None),
        ("total_images", "3", None),
        ("total_images", 10**30, None),
        ("total_images", float("inf"), None),
        ("total_images", float("nan"), None),
        ("last_updated_at", "yesterday", "yesterday"),
    ],
)
def test_odd_values_pass_through_as_what_can_be_stored(field: str, value: object, read: object) -> None:
    """Free text stays; what no journal or report could hold does not come in."""
    order = read_order(body({"order_id": "a1", "name": "n", field: value}), order_id="a1")
    assert getattr(order, field) == read


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", "not a JSON object"),
        (b"<html><body>Bad Gateway</body></html>", "a web page instead of an answer"),
        (b'{"order_id": "a1", "na', "not a JSON object"),
        (b"\xff\xfe\xfa", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (DEEP, "not a JSON object"),
        (LONG_NUMBER, "not a JSON object"),
        (b'{"order_id": 7, "name": "n"}', "not an order"),
        (b'{"order_id": null, "name": "n"}', "not an order"),
        (b'{"order_id": "a1", "name": ["x"]}', "not an order"),
        (b'{"order_id": "A1", "name": "n"}', "another order"),
    ],
    ids=[
        "empty",
        "html",
        "cut off",
        "no text",
        "list",
        "null",
        "deep",
        "long number",
        "id",
        "null id",
        "name",
        "other",
    ],
)
def test_what_is_not_the_order_is_tried_again(answer: bytes, failure: str) -> None:
    """A 200 alone is no success, and what it did is not known."""
    with pytest.raises(TransientError, match=failure) as caught:
        read_order(answer, order_id="a1")
    assert (caught.value.status, caught.value.may_be_applied) == (200, True)
    assert caught.value.__context__ is None


def test_confirmed_name_is_the_one_asked_for() -> None:
    """An order that bears the new name is handed on."""
    order = Order(order_id="a1", name="new")
    assert check_renamed(order, new_name="new") is order


def test_foreign_name_is_no_success() -> None:
    """The name that the server kept is told."""
    with pytest.raises(ForeignNameError) as caught:
        check_renamed(Order(order_id="a1", name="NEW"), new_name="new")
    assert (caught.value.kept, caught.value.may_be_applied) == ("NEW", True)


def test_confirmation_without_a_name_is_no_success() -> None:
    """An answer that doesn't show the name proves nothing."""
    with pytest.raises(UnconfirmedError, match="without the order's name") as caught:
        check_renamed(Order(order_id="a1", name=None), new_name="new")
    assert caught.value.may_be_applied


@pytest.mark.parametrize("kept", ["Cafe\u0301 12", "Café  12", "Café 12 "])
def test_a_name_kept_in_another_form_is_confirmed(kept: str) -> None:
    """A server that normalises Unicode or white space has renamed the order; what it kept is handed on."""
    order = Order(order_id="a1", name=kept)
    assert check_renamed(order, new_name="Café 12") is order


@pytest.mark.parametrize(("status", "settled_by_reading"), [(202, True), (204, True), (299, True), (200, False)])
def test_any_2xx_without_the_order_is_settled_by_reading(status: int, *, settled_by_reading: bool) -> None:
    """The API has heard the rename; only a 200 that was broken on the way is worth another try."""
    error = as_unconfirmed(TransientError("x", status=status, may_be_applied=True))
    assert isinstance(error, UnconfirmedError) is settled_by_reading
    assert (error.status, error.may_be_applied) == (status, True)


@pytest.mark.parametrize(
    ("pagination", "offset"),
    [
        ({"next_offset": "t", "per_page": 5}, "t"),
        ({"next_offset": None}, None),
        ({}, None),
        ({"next_offset": ""}, None),
        ({"next_offset": 100}, "100"),
        ({"next_offset": 0}, "0"),
    ],
    ids=["more", "last", "missing", "blank", "number", "zero"],
)
def test_page_is_read(pagination: dict[str, Any], offset: str | None) -> None:
    """The orders come with the token of the next page."""
    page = read_page(body({"orders": [{"order_id": "a1", "name": "n"}], "pagination": pagination}))
    assert page == OrderPage(orders=(Order(order_id="a1", name="n"),), next_offset=offset)


@pytest.mark.parametrize(
    "answer", [[], {}, {"orders": {}, "pagination": {}}, {"pagination": {}}, {"message": "busy"}], ids=json.dumps
)
def test_what_is_not_a_page_is_tried_again(answer: object) -> None:
    """Nothing is guessed about a list that isn't one."""
    with pytest.raises(TransientError):
        read_page(body(answer))


@pytest.mark.parametrize(
    "pagination",
    [{"next_offset": 5.5}, {"next_offset": True}, {"next_offset": {"after": 5}}, {"next_offset": [5]}, [], None, "x"],
    ids=json.dumps,
)
def test_page_with_a_foreign_token_is_the_last(pagination: object) -> None:
    """Its own orders are good, and what is on no page is read alone: no run waits for a token that never comes."""
    page = read_page(body({"orders": [{"order_id": "a1", "name": "n"}], "pagination": pagination}))
    assert page == OrderPage(orders=(Order(order_id="a1", name="n"),), next_offset=None)


@pytest.mark.parametrize(
    "shown", ["a1", {"order_id": 1, "name": "n"}, {"order_id": "a1", "name": ["n"]}], ids=json.dumps
)
def test_order_of_another_shape_is_left_out_of_a_page(shown: object) -> None:
    """It is read alone; the rest of the page is good."""
    page = read_page(body({"orders": [shown, {"order_id": "a2", "name": "n"}], "pagination": {}}))
    assert [order.order_id for order in page.orders] == ["a2"]


@pytest.mark.parametrize(
    ("status", "kind", "failure", "may_be_applied"),
    [
        (101, TransientError, "an unexpected 101 Switching Protocols", True),
        (201, TransientError, "an unexpected 201 Created", True),
        (204, TransientError, "an unexpected 204 No Content", True),
        (299, TransientError, "an unexpected status 299", True),
        (301, RefusedError, "301 Moved Permanently, a redirect, which is never followed", True),
        (303, RefusedError, "303 See Other, a redirect, which is never followed", True),
        (307, RefusedError, "307 Temporary Redirect, a redirect, which is never followed", False),
        (308, RefusedError, "308 Permanent Redirect, a redirect, which is never followed", False),
        (400, RefusedError, "400 Bad Request", False),
        (403, RefusedError, "403 Forbidden", False),
        (404, RefusedError, "404 Not Found", False),
        (408, TransientError, "408 Request Timeout", True),
        (409, RefusedError, "409 Conflict", False),
        (410, RefusedError, "410 Gone", False),
        (425, TransientError, "425 Too Early", True),
        (429, ThrottledError, "429 Too Many Requests", False),
        (499, RefusedError, "status 499", False),
        (500, TransientError, "500 Internal Server Error", True),
        (502, TransientError, "502 Bad Gateway", True),
        (503, TransientError, "503 Service Unavailable", True),
        (504, TransientError, "504 Gateway Timeout", True),
        (520, TransientError, "status 520", True),
        (999, TransientError, "status 999", True),
    ],
)
def test_status_decides_what_becomes_of_a_request(
    status: int, kind: type[RequestError], failure: str, may_be_applied: bool
) -> None:
    """Each status is refused, slowed down or tried again, and says whether it may have been applied."""
    error = failure_of(status, {}, b"")
    assert type(error) is kind
    assert (error.failure, error.status, error.words) == (failure, status, "")
    assert (error.may_be_applied, error.timed_out) == (may_be_applied, False)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "The API did not accept the key (401)."),
        (b'{"message": "No key"}', 'The API did not accept the key (401): "No key".'),
    ],
    ids=["silent", "with words"],
)
def test_refused_key_ends_the_run(answer: bytes, sentence: str) -> None:
    """A 401 is not the failure of one request."""
    error = failure_of(401, {}, answer)
    assert isinstance(error, KeyRefusedError)
    assert str(error) == sentence


@pytest.mark.parametrize("status", [429, 503], ids=str)
def test_hint_of_the_server_is_kept(status: int) -> None:
    """``Retry-After`` counts for 429 and for 5xx."""
    error = failure_of(status, {"Retry-After": "7"}, b"")
    assert isinstance(error, RequestError)
    assert error.retry_after_s == 7


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"message": "Order not found"}, "Order not found"),
        ({"message": "", "detail": "why"}, "why"),
        ({"message": "Validation error", "detail": {"json": {"name": ["too long", "odd"]}}},
         "Validation error; json.name: too long; json.name: odd"),
        ({"message": 7, "detail": {"code": 5, "why": None}}, ""),
        ({"detail": [{"msg": "a"}, {"msg": "b"}]}, "msg: a; msg: b"),
        ({"detail": {"a": {"b": {"c": {"d": {"e": "too deep"}}}}}}, ""),
        ({"detail": [str(n) for n in range(100)]}, "; ".join(map(str, range(20)))),
        ({"message": "a\x1b[31m\r\n\t b\x00\ud800c"}, "a [31m b c"),
        ({"message": "left\u202eright\u200b."}, "leftright."),
        ({"message": "x" * 5_000}, "x" * 299 + "…"),
        ({"message": "x" * 300}, "x" * 300),
        ({"message": "Straße 5 · 山"}, "Straße 5 · 山"),
        (["message"], ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_words_of_the_server_are_fit_to_be_shown(answer: object, words: str) -> None:
    """Message and detail are joined, cleaned of what can't be seen, and cut."""
    error = failure_of(422, {}, body(answer))
    assert isinstance(error, RequestError)
    assert error.words == words
    assert error.quoted == (f': "{words}"' if words else "")


@pytest.mark.parametrize("status", [401, 422, 429, 503], ids=str)
def test_server_that_repeats_the_secret_is_not_quoted(status: int) -> None:
    """The key is taken out before the words are cut, so that no half of it is left."""
    message = "x" * 290 + " bad key sk-live-0123456789"
    error = failure_of(
        status, {}, body({"message": message, "detail": "sk-live-0123456789"}), secret="sk-live-0123456789"
    )
    shown = f"{error} {getattr(error, 'words', '')}"
    assert "bad" in shown
    assert "sk-" not in shown


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "bad sk-live-0123456789"},
        {"last_updated_at": "sk\\u002dlive-0123456789"},
        {"status": ["sk-live-0123456789"]},
    ],
    ids=json.dumps,
)
def test_secret_in_the_field_of_an_order_is_taken_out(answer: dict[str, Any]) -> None:
    """What a server says of an order reaches reports; in any spelling."""
    sent = body({"order_id": "a1", "name": "n", **answer})
    listed = body({"orders": [{"order_id": "a1", "name": "n", **answer}], "pagination": {}})
    for order in (
        read_order(sent, order_id="a1", secret="sk-live-0123456789"),
        *read_page(listed, secret="sk-live-0123456789").orders,
    ):
        assert "0123456789" not in str(order)
        assert "********" in str(order)


PAGE = b"<!DOCTYPE html><html><head><title>Access\n denied</title></head></html>"


@pytest.mark.parametrize(
    ("headers", "answer", "kind", "failure", "hint_s"),
    [
        ({}, b"", RefusedError, "403 Forbidden", None),
        ({}, b'{"message": "Not yours"}', RefusedError, "403 Forbidden", None),
        ({"Retry-After": "30"}, b"", ThrottledError, "403 Forbidden", 30.0),
        ({"Retry-After": "30"}, b'{"message": "Slow down"}', ThrottledError, "403 Forbidden", 30.0),
        ({"Retry-After": "30"}, PAGE, ThrottledError, '403 Forbidden, a web page ("Access denied")', 30.0),
        ({"X-RateLimit-Remaining": "0"}, b"{}", ThrottledError, "403 Forbidden", None),
        ({"X-RateLimit-Remaining": "7"}, b"{}", RefusedError, "403 Forbidden", None),
        ({"Content-Type": "text/html"}, b"Blocked", TransientError, "403 Forbidden, a web page", None),
        ({}, PAGE, TransientError, '403 Forbidden, a web page ("Access denied")', None),
    ],
)
def test_403_of_a_limit_or_a_gateway_is_no_refusal_of_the_order(
    headers: dict[str, str], answer: bytes, kind: type[RequestError], failure: str, hint_s: float | None
) -> None:
    """The API's own 403 says that the order is not yours; the others concern everybody, and pass."""
    error = failure_of(403, headers, answer)
    assert type(error) is kind
    assert (error.failure, error.retry_after_s) == (failure, hint_s)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://login.example.com/start", "a redirect to https://login.example.com/start, which"),
        ("https://me:pass@login.example.com/start?token=secret#s", "a redirect to https://login.example.com/start, w"),
        ("//login.example.com/x", "a redirect to //login.example.com/x, which"),
        ("/v4/orders/a1", "a redirect to /v4/orders/a1, which"),
        ("https://x.example/sk-live-0123456789", "a redirect to https://x.example/********, which"),
        ("https://x.example/\x1b[31m", "a redirect to https://x.example/ [31m, which"),
        ("https://x.example/" + "a" * 500, "a redirect to https://x.example/" + "a" * 101 + "…, which"),
        ("http://[::1", "a redirect, which"),
        ("", "a redirect, which"),
    ],
    ids=ascii,
)
def test_redirect_says_where_it_leads(location: str, place: str) -> None:
    """Its address is told without what may be secret in it."""
    error = failure_of(307, {"Location": location}, b"", secret="sk-live-0123456789")
    assert isinstance(error, RefusedError)
    assert error.failure.startswith(f"307 Temporary Redirect, {place}")


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (PAGE, 'a web page ("Access denied")'),
        (b"\xef\xbb\xbf  <!doctype HTML><TITLE lang=de>G\xc3\xa4ste &amp; WLAN</TITLE>", 'a web page ("Gäste & WLAN")'),
        (b"<html><title>" + b"x" * 99 + b"</title>", f'a web page ("{"x" * 59}…")'),
        (b"<html><title>sk-live-0123456789</title>", 'a web page ("********")'),
        (b"<?xml version='1.0'?><html/>", "a web page"),
        (b"<html><title> </title>", "a web page"),
    ],
    ids=ascii,
)
def test_web_page_is_called_what_it_is(page: bytes, named: str) -> None:
    """A guest network or a gateway has answered instead of the API; its title says which."""
    with pytest.raises(TransientError) as caught:
        read_order(page, order_id="a1", secret="sk-live-0123456789")
    assert caught.value.failure == f"{named} instead of an answer"
    refused = failure_of(401, {}, page, secret="sk-live-0123456789")
    assert named in str(refused)


@pytest.mark.parametrize("read", [lambda answer: read_order(answer, order_id="a1"), read_page], ids=["order", "page"])
@given(answer=ANSWERS)
@example(answer=DEEP)
@example(answer=LONG_NUMBER)
@example(answer=b'{"name": "\\ud800", "status": "\\udfff", "last_updated_at": "\\ud800", "order_id": "a1"}')
def test_any_body_is_an_order_or_a_request_error(read: Callable[[bytes], Any], answer: bytes) -> None:
    """Whatever a server says with a 200, what is read can be stored, and the rest is tried again."""
    try:
        found = read(answer)
    except TransientError:
        return
    orders = found.orders if isinstance(found, OrderPage) else (found,)
    for order in orders:
        assert str(order).encode()
        assert order.total_images is None or abs(order.total_images) <= 2**53


@given(status=st.integers(100, 999).filter(lambda status: status != 200), answer=ANSWERS, hint=st.text())
@example(status=407, answer=b"", hint="")
@example(status=422, answer=b'{"message": "\\ud800\\u0000", "detail": {"\\u001b": ["\\u0007"]}}', hint="")
def test_any_other_answer_is_a_request_error_with_clean_words(status: int, answer: bytes, hint: str) -> None:
    """Whatever a server says with another status, it becomes an error that can be shown."""
    error = failure_of(status, {"Retry-After": hint}, answer)
    assert isinstance(error, RequestError | KeyRefusedError | ProxyRefusedError)
    text = f"{error}{getattr(error, 'words', '')}"
    assert len(text) <= 400
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in text)


def test_an_order_that_a_page_shows_without_its_name_is_as_good_as_absent() -> None:
    """It is read alone then; one that is shown with no name at all (null) has none."""
    orders = [{"order_id": "a1", "name": "n"}, {"order_id": "a2"}, {"order_id": "a3", "name": None}]
    page = read_page(body({"orders": orders, "pagination": {}}))
    assert [(order.order_id, order.name) for order in page.orders] == [("a1", "n"), ("a3", None)]
