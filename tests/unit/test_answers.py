"""What an answer of the API is worth: tables of statuses, headers and bodies, and properties for all others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_renamer.errors import KeyRefusedError
from batch_renamer.model import Order
from batch_renamer.orders_api import (
    ForeignNameError,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.orders_api.answers import (
    as_unconfirmed,
    check_renamed,
    failure_of,
    read_order,
    read_page,
    retry_after_s,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

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
        last_updated_at="2026-01-02T00:00:00Z",
    )


@pytest.mark.parametrize(
    "given_order", [{}, {"order_id": ""}, {"order_id": "a1", "name": None}], ids=["nothing", "blank id", "no name"]
)
def test_any_field_may_be_missing(given_order: dict[str, Any]) -> None:
    """An answer that says less is still about the order asked for."""
    assert read_order(body(given_order), order_id="a1") == Order(order_id="a1", name=None)


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
    order = read_order(body({"order_id": "a1", field: value}), order_id="a1")
    assert getattr(order, field) == read


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", "not a JSON object"),
        (b"<html><body>Bad Gateway</body></html>", "not a JSON object"),
        (b'{"order_id": "a1", "na', "not a JSON object"),
        (b"\xff\xfe\xfa", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (DEEP, "not a JSON object"),
        (LONG_NUMBER, "not a JSON object"),
        (b'{"order_id": 7}', "not an order"),
        (b'{"order_id": null}', "not an order"),
        (b'{"order_id": "a1", "name": ["x"]}', "not an order"),
        (b'{"order_id": "A1"}', "another order"),
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
    ],
    ids=["more", "last", "missing", "blank"],
)
def test_page_is_read(pagination: dict[str, Any], offset: str | None) -> None:
    """The orders come with the token of the next page."""
    page = read_page(body({"orders": [{"order_id": "a1", "name": "n"}], "pagination": pagination}))
    assert page == OrderPage(orders=(Order(order_id="a1", name="n"),), next_offset=offset)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"orders": []},
        {"orders": {}, "pagination": {}},
        {"orders": [], "pagination": []},
        {"orders": [], "pagination": {"next_offset": 5}},
        {"orders": ["a1"], "pagination": {}},
        {"orders": [{"order_id": 1}], "pagination": {}},
    ],
    ids=json.dumps,
)
def test_what_is_not_a_page_is_tried_again(answer: object) -> None:
    """Nothing is guessed about a list that isn't one."""
    with pytest.raises(TransientError):
        read_page(body(answer))


@pytest.mark.parametrize(
    ("status", "kind", "failure", "may_be_applied"),
    [
        (101, TransientError, "an unexpected 101 Switching Protocols", True),
        (201, TransientError, "an unexpected 201 Created", True),
        (204, TransientError, "an unexpected 204 No Content", True),
        (299, TransientError, "an unexpected status 299", True),
        (301, RefusedError, "301 Moved Permanently, a redirect, which is never followed", True),
        (308, RefusedError, "308 Permanent Redirect, a redirect, which is never followed", True),
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
        (b"", "The API refused the key: 401 Unauthorized."),
        (b'{"message": "No key"}', 'The API refused the key: 401 Unauthorized: "No key".'),
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
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("604800", 604_800.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("Sat, 28 Feb 2026 12:00:00 GMT", 0.0),
        ("", None),
        ("   ", None),
        ("-1", None),
        ("604801", None),
        ("1e3", None),
        ("1_000", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("soon", None),
        ("Wed, 01 Apr 2026 12:00:00 GMT", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Sun, 01 Mar 2026 12:00:30 +99999999999999", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
    ids=repr,
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    """Seconds and dates up to a week ahead are believed, nonsense is not."""
    assert retry_after_s({"Retry-After": text}, now=NOW) == seconds


def test_no_retry_after_is_no_hint() -> None:
    """Without the header nothing is known."""
    assert retry_after_s({}) is None


def test_retry_after_date_is_measured_from_now() -> None:
    """A date long gone asks for no wait, whatever the time is."""
    assert retry_after_s({"Retry-After": "Thu, 01 Jan 1998 00:00:00 GMT"}) == 0.0


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]{1,9} [+-]?\w{1,16}"))
@example("Mon, 01 Jan 0000 00:00:00 GMT")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
def test_any_retry_after_is_a_wait_or_nothing(text: str) -> None:
    """No header makes the reading of it fail, and none asks for more than a week."""
    seconds = retry_after_s({"Retry-After": text}, now=NOW)
    assert seconds is None or 0 <= seconds <= 7 * 24 * 3600


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
@example(status=422, answer=b'{"message": "\\ud800\\u0000", "detail": {"\\u001b": ["\\u0007"]}}', hint="")
def test_any_other_answer_is_a_request_error_with_clean_words(status: int, answer: bytes, hint: str) -> None:
    """Whatever a server says with another status, it becomes an error that can be shown."""
    error = failure_of(status, {"Retry-After": hint}, answer)
    assert isinstance(error, RequestError | KeyRefusedError)
    text = f"{error}{getattr(error, 'words', '')}"
    assert len(text) <= 400
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in text)


def test_an_order_that_a_page_shows_without_its_name_is_as_good_as_absent() -> None:
    """It is read alone then; one that is shown with no name at all (null) has none."""
    orders = [{"order_id": "a1", "name": "n"}, {"order_id": "a2"}, {"order_id": "a3", "name": None}]
    page = read_page(body({"orders": orders, "pagination": {}}))
    assert [(order.order_id, order.name) for order in page.orders] == [("a1", "n"), ("a3", None)]
