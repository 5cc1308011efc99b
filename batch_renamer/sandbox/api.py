"""The Orders API itself: answers one request, both as plain values. No sockets here.

Where the vendor's documentation says nothing, this stand-in decides:

- a request is checked in this order: path, method, key, body or query, order;
- a key sent with ``GET /v3/orders/{id}``, which needs none, is not looked at;
- a deleted order is gone: 404 to everything, and not in the list. An order *seeded* as deleted is shown with
  ``is_deleted: true`` and can't be renamed (404);
- a taken ``order_id`` can't be created again (422); ``order_id`` in the body of a rename must be the path's (422);
- a UUID is the same id in any case, and answers have it in lower case;
- the list is newest first, and a page ends early when it grows beyond `ApiRules.max_page_bytes`;
- ``q`` finds the names that contain the text, in any case, and names are sorted without regard to case; a version
  before 2026-10-01 ignores ``q`` and ``sort``;
- the free preview of any image id is a drawn picture; to read any other path of an image is 402, as if it were sold;
- a path whose id is not exactly one percent-encoded segment, or is ``.`` or ``..`` once decoded, is 404.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

from batch_renamer.sandbox.orders import NamedBy, OrderStore
from batch_renamer.sandbox.ordertext import OrderText
from batch_renamer.sandbox.pictures import drawn_picture, free_preview_of, is_about_an_image
from batch_renamer.sandbox.storedorder import StoredOrder
from batch_renamer.text import LONE_SURROGATE, same_order

__all__ = ["Answer", "ApiRules", "Call", "OrdersApi", "Target", "http_error", "resolve"]

_COLLECTION = "/v3/orders/"
_PER_PAGE = 5
_FIRST_VERSION_WITH_SEARCH = "2026-10-01"
_SORTS = ("name", "-name", "date", "-date")
_OFFSET = re.compile(r"from:([0-9]{1,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a path points at: one order, or the collection when ``order_id`` is ``None``."""

    order_id: str | None
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``raw_path`` is the path and query as they came, still percent-encoded."""

    method: str
    raw_path: str
    api_key: str | None = None
    api_version: str | None = None
    content_type: str = "application/json"
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. ``order`` is the order that its body shows, if it shows exactly one."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    order: StoredOrder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRules:
    """What the vendor's documentation leaves open, so that a test can try both possibilities.

    ``max_per_page`` orders a page at most: a client that asks for more gets fewer, or 422 with
    ``refuse_over_max`` (the vendor's SDK itself never asks for more than 15). ``omit`` names order fields to leave out.
    ``version`` is that of the account, which holds for requests that ask for none. ``whole_words``: a search finds only
    names in which the text stands between spaces. ``pictures``: the previews of images can be seen.
    """

    max_per_page: int = 100
    refuse_over_max: bool = False
    max_page_bytes: int = 4_000_000
    newest_first: bool = True
    version: str = "2026-11-09"
    whole_words: bool = False
    pictures: bool = True
    omit: Collection[str] = ()


class OrdersApi:
    """Answers requests from a store.

    Example:
        >>> api = OrdersApi(store=OrderStore(), api_key="k")
        >>> api.answer(Call(method="GET", raw_path="/v3/orders/a1")).status
        404
    """

    def __init__(self, *, store: OrderStore, api_key: str, rules: ApiRules | None = None) -> None:
        """Serve ``store`` to each request that has ``api_key``."""
        self._store = store
        self._api_key = api_key.encode()
        self._rules = rules or ApiRules()
        self._text = OrderText(omit=self._rules.omit)

    def answer(self, call: Call, *, kept: Callable[[str], str] | None = None, seconds_ago: float = 0.0) -> Answer:
        """Do what the request asks and answer it.

        ``kept`` says what a rename stores instead of its name; reads show orders as they were ``seconds_ago``.
        """
        if is_about_an_image(call.raw_path):
            return _image(call, there=self._rules.pictures)
        target = resolve(call.raw_path)
        if target is None:
            return http_error(404, "Not Found")
        match (call.method, target.order_id):
            case ("GET", None):
                return self._refusal(call) or self._list(call, target.query, seconds_ago)
            case ("POST", None):
                return self._refusal(call) or self._create(call)
            case ("GET", str(order_id)):
                return self._retrieve(order_id, seconds_ago)
            case ("PATCH", str(order_id)):
                return self._refusal(call) or self._rename(call, order_id, kept)
            case ("DELETE", str(order_id)):
                return self._refusal(call) or self._delete(order_id)
            case _:
                allowed = "GET, POST" if target.order_id is None else "GET, PATCH, DELETE"
                return http_error(405, "Method Not Allowed", headers=(("Allow", allowed),))

    def show(self, order: StoredOrder) -> Answer:
        """Answer 200 with the whole order."""
        return Answer(status=200, body=self._text.order(order), order=order)

    def _refusal(self, call: Call) -> Answer | None:
        given = (call.api_key or "").encode("utf-8", "surrogateescape")
        if hmac.compare_digest(given, self._api_key):
            return None
        return http_error(401, "Unauthorized")

    def _list(self, call: Call, query: str, seconds_ago: float) -> Answer:
        words = parse_qs(query, keep_blank_values=True)
        problems: dict[str, str] = {}
        rules = self._rules
        per_page = _per_page(words.get("per_page", [str(_PER_PAGE)])[-1])
        if per_page is None:
            problems["per_page"] = "Not a valid integer greater than 0."
        elif rules.refuse_over_max and per_page > rules.max_per_page:
            problems["per_page"] = f"Must be less than or equal to {rules.max_per_page}."
        token = words.get("offset", [None])[-1]
        start_seq = _read_token(token) if token is not None else None
        if token is not None and start_seq is None:
            problems["offset"] = "Not a valid offset token."
        sought, sort = "", "-date" if rules.newest_first else "date"
        if (call.api_version or rules.version) >= _FIRST_VERSION_WITH_SEARCH:  # dates, in ISO 8601
            sought, sort = words.get("q", [""])[-1], words.get("sort", [sort])[-1]
        if sort not in _SORTS:
            problems["sort"] = f"Must be one of: {', '.join(_SORTS)}."
        if per_page is None or problems:
            return _validation_error("query", problems)
        per_page = min(per_page, rules.max_per_page)
        wanted = partial(_has_text, sought, whole_words=rules.whole_words) if sought else None
        page = self._store.page(size=per_page, start_seq=start_seq, sort=sort, wanted=wanted)
        shown: list[bytes] = []
        size, next_seq = 0, page.next_seq
        for order in page.orders:
            text = self._text.order(self._as_seen(order, seconds_ago))
            size += len(text)
            if shown and size > rules.max_page_bytes:
                next_seq = order.seq
                break
            shown.append(text)
        next_offset = None if next_seq is None else _make_token(next_seq)
        return Answer(status=200, body=self._text.page(shown, per_page=per_page, next_offset=next_offset))

    def _create(self, call: Call) -> Answer:
        document = _document(call) if call.body else {}
        if isinstance(document, Answer):
            return document
        problems = _text_problems(document)
        if document.get("order_id") == "":
            problems["order_id"] = "Shorter than minimum length 1."
        if problems:
            return _validation_error("json", problems)
        order = self._store.create(document.get("name"), order_id=document.get("order_id"))
        return _validation_error("json", {"order_id": "Already exists."}) if order is None else self.show(order)

    def _retrieve(self, order_id: str, seconds_ago: float) -> Answer:
        order = self._store.get(order_id)
        return _no_order() if order is None else self.show(self._as_seen(order, seconds_ago))

    def _as_seen(self, order: StoredOrder, seconds_ago: float) -> StoredOrder:
        return self._store.as_it_was(order, seconds_ago=seconds_ago) if seconds_ago else order

    def _rename(self, call: Call, order_id: str, kept: Callable[[str], str] | None) -> Answer:
        document = _document(call)
        if isinstance(document, Answer):
            return document
        problems = _text_problems(document)
        if "name" not in document:
            problems["name"] = "Missing data for required field."
        elif document["name"] is None:
            problems["name"] = "Field may not be null."
        given = document.get("order_id", order_id)
        if not isinstance(given, str) or not same_order(given, order_id):
            problems.setdefault("order_id", "Can't be changed.")
        if problems:
            return _validation_error("json", problems)
        if kept is None:
            order = self._store.rename(order_id, document["name"])
        else:
            order = self._store.rename(order_id, kept(document["name"]), by=NamedBy.FAULT)
        return _no_order() if order is None else self.show(order)

    def _delete(self, order_id: str) -> Answer:
        return Answer(status=204) if self._store.delete(order_id) else _no_order()


def _image(call: Call, *, there: bool) -> Answer:
    image_id = free_preview_of(call.raw_path)
    if image_id is None and call.method == "GET":
        return http_error(402, "This address sells the image")
    if image_id is None or call.method != "GET" or not there:
        return http_error(404, "Image not found")
    return Answer(status=200, body=drawn_picture(image_id), content_type="image/png")


def resolve(raw_path: str) -> Target | None:
    """Tell what a raw path points at; ``None`` when it is neither the collection nor exactly one order.

    Example:
        >>> resolve("/v3/orders/%C3%B8rdr%C3%A9%205").order_id
        'ørdré 5'
        >>> resolve("/v3/orders/a/b"), resolve("/v3/orders/%2e%2e"), resolve("/v3/orders")
        (None, None, None)
    """
    path, _, query = raw_path.partition("?")
    if not path.startswith(_COLLECTION):
        return None
    segment = path.removeprefix(_COLLECTION)
    if not segment:
        return Target(order_id=None, query=query)
    if "/" in segment or not segment.isascii():
        return None
    try:
        order_id = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        return None
    return None if order_id in {".", ".."} else Target(order_id=order_id, query=query)


def http_error(status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Answer with the documented ``HTTPError`` body."""
    return Answer(status=status, body=json.dumps({"message": message, "detail": {}}).encode(), headers=headers)


def _validation_error(location: str, problems: dict[str, str]) -> Answer:
    detail = {location: {field: [why] for field, why in problems.items()}}
    return Answer(status=422, body=json.dumps({"message": "Validation error", "detail": detail}).encode())


def _no_order() -> Answer:
    return http_error(404, "Order not found")


def _document(call: Call) -> dict[str, Any] | Answer:
    """Read the body as a JSON object, or say why it can't be."""
    media_type = call.content_type.partition(";")[0].strip().lower()
    if media_type != "application/json":
        return _validation_error("json", {"_schema": "The Content-Type must be application/json."})
    try:
        document = json.loads(call.body.decode())
    except (ValueError, RecursionError):
        return _validation_error("json", {"_schema": "Invalid JSON body."})
    if not isinstance(document, dict):
        return _validation_error("json", {"_schema": "Invalid input type."})
    return document


def _text_problems(document: dict[str, Any]) -> dict[str, str]:
    """Say what is wrong with the fields of an order's body; both are text, and there are no others."""
    problems = {field: "Unknown field." for field in document if field not in {"name", "order_id"}}
    for field in ("name", "order_id"):
        if document.get(field) is not None and not _is_text(document[field]):
            problems[field] = "Not a valid string."
    return problems


def _is_text(value: object) -> bool:
    """Tell whether a value is a string that can be stored: JSON lets half a surrogate pair through."""
    return isinstance(value, str) and not LONE_SURROGATE.search(value)


def _has_text(text: str, order: StoredOrder, *, whole_words: bool) -> bool:
    """Tell whether a search for the text finds the order."""
    sought, name = text.casefold(), (order.name or "").casefold()
    return f" {sought} " in f" {name} " if whole_words else sought in name


def _per_page(text: str) -> int | None:
    return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,8}", text) else None


def _make_token(seq: int) -> str:
    return base64.urlsafe_b64encode(b"from:%d" % seq).decode().rstrip("=")


def _read_token(token: str) -> int | None:
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    found = _OFFSET.fullmatch(text)
    return int(found[1]) if found else None
