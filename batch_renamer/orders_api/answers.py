"""What an answer is worth: status, headers and body of one HTTP answer enter, an Order or a RequestError leaves.

Pure; the rules are those of the vendor's documentation ("Errors", "Rate Limits"), as far as it goes. Any field of an
order may be missing, new fields appear, and a gateway in front may answer anything.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from batch_renamer.errors import KeyRefusedError
from batch_renamer.model import Order
from batch_renamer.names import same_in_other_form
from batch_renamer.orders_api.jsontext import parse
from batch_renamer.orders_api.protocol import (
    ForeignNameError,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.text import same_order

__all__ = ["as_unconfirmed", "check_renamed", "failure_of", "read_order", "read_page", "read_renamed", "retry_after_s"]

_LONGEST_WORDS = 300
_LONGEST_HINT_S = 7 * 24 * 3600.0
_LARGEST_NUMBER = 2**53
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TRIED_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


def read_order(body: bytes, *, order_id: str) -> Order:
    """Return the order that a 200 describes.

    Raises:
        TransientError: it is not JSON, not an order, or another order than the one asked for.
    """
    order = _order(_parse(body))
    if order.order_id and not same_order(order.order_id, order_id):
        raise TransientError("an answer about another order", status=200, may_be_applied=True)
    return order if order.order_id else replace(order, order_id=order_id)


def read_renamed(body: bytes, *, order_id: str, new_name: str) -> Order:
    """Return the order that a 200 to a rename describes.

    Raises:
        UnconfirmedError: it shows no name.
        TransientError: as for `read_order`, and ForeignNameError for another name than the new one.
    """
    if not body.strip():
        raise UnconfirmedError("an empty answer", status=200)
    return check_renamed(read_order(body, order_id=order_id), new_name=new_name)


def check_renamed(order: Order, *, new_name: str) -> Order:
    """Return the order if it bears the name that was asked for, if only in another form (Unicode's, white space).

    Raises:
        ForeignNameError: it bears another one.
        UnconfirmedError: it shows none.
    """
    if order.name is None:
        raise UnconfirmedError("an answer without the order's name", status=200)
    if not same_in_other_form(order.name, new_name):
        raise ForeignNameError(order.name)
    return order


def as_unconfirmed(error: TransientError) -> RequestError:
    """Return what a failed rename amounts to: any 2xx but a broken 200 was heard, and a reading will settle it."""
    if error.status is None or not HTTPStatus.OK < error.status < HTTPStatus.MULTIPLE_CHOICES:
        return error
    return UnconfirmedError(f"{_status_line(error.status)}, which shows no order", status=error.status)


def read_page(body: bytes) -> OrderPage:
    """Return the page of orders that a 200 holds.

    Raises:
        TransientError: it is not JSON, or not a page of orders.
    """
    answer = _parse(body)
    pagination = answer.get("pagination")
    orders = answer.get("orders")
    if not isinstance(orders, list) or not isinstance(pagination, dict):
        raise _not_the_answer("a page of orders")
    offset = pagination.get("next_offset")
    if not (offset is None or isinstance(offset, str)):
        raise _not_the_answer("a page of orders")
    # An order that the list shows without its name is as good as absent: it is read alone.
    read = [_order(order) for order in orders]
    named = tuple(order for order, shown in zip(read, orders, strict=True) if "name" in shown)
    return OrderPage(orders=named, next_offset=_text(offset) or None)


def failure_of(
    status: int, headers: Mapping[str, str], body: bytes, *, secret: str = ""
) -> RequestError | KeyRefusedError:
    """Return the error that an answer other than 200 amounts to; servers that repeat the ``secret`` are not quoted.

    Example:
        >>> type(failure_of(404, {}, b"")).__name__
        'RefusedError'
    """
    failure, words = _status_line(status), _words(body, secret)
    if status == HTTPStatus.UNAUTHORIZED:
        said = f': "{words}"' if words else ""
        return KeyRefusedError(f"The API refused the key: {failure}{said}.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ThrottledError(failure, status=status, words=words, retry_after_s=retry_after_s(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRIED_AGAIN:
        return TransientError(
            failure, status=status, words=words, may_be_applied=True, retry_after_s=retry_after_s(headers)
        )
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return TransientError(f"an unexpected {failure}", status=status, may_be_applied=True)
    if status < HTTPStatus.BAD_REQUEST:
        return RefusedError(f"{failure}, a redirect, which is never followed", status=status, may_be_applied=True)
    return RefusedError(failure, status=status, words=words)


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Return what ``Retry-After`` asks for, in seconds; None when it is absent or nonsense.

    Both of its forms are read, seconds and HTTP-date (RFC 9110, 10.2.3).

    Example:
        >>> retry_after_s({"Retry-After": "2"}), retry_after_s({"Retry-After": "soon"})
        (2.0, None)
    """
    text = headers.get("Retry-After", "").strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _until(text, now or datetime.now(UTC))
    return seconds if 0 <= seconds <= _LONGEST_HINT_S else None


def _until(date: str, now: datetime) -> float:
    try:
        when = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # the latter for a zone that is years away
        return math.nan
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _parse(body: bytes) -> dict[str, Any]:
    if (answer := _json_object(body)) is None:
        raise _not_the_answer("a JSON object")
    return answer


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = parse(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _not_the_answer(what: str) -> TransientError:
    return TransientError(f"an answer that is not {what}", status=200, may_be_applied=True)


def _order(answer: Any) -> Order:
    if not isinstance(answer, dict):
        raise _not_the_answer("an order")
    order_id, name = answer.get("order_id", ""), answer.get("name")
    if not isinstance(order_id, str) or not (name is None or isinstance(name, str)):
        raise _not_the_answer("an order")
    return Order(
        order_id=_whole_characters(order_id),
        name=_text(name),
        status=_text(answer.get("status")),
        is_processing=_flag(answer.get("is_processing")),
        is_merging=_flag(answer.get("is_merging")),
        is_deleted=_flag(answer.get("is_deleted")),
        total_images=_number(answer.get("total_images")),
        last_updated_at=_text(answer.get("last_updated_at")),
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return _whole_characters(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _whole_characters(text: str) -> str:
    """The text without halves of characters (lone surrogates): JSON can say them, no file or database can hold them."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    """A number that databases and JSON can hold; a count of images beyond that is nonsense."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if abs(value) <= _LARGEST_NUMBER else None  # not true of NaN either


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"status {status}"


def _words(body: bytes, secret: str) -> str:
    """The server's own words: message and detail of its documented error bodies, fit to be shown."""
    answer = _json_object(body)
    if answer is None:
        return ""
    message = answer.get("message")
    said = [message] if isinstance(message, str) and message else []
    said.extend(_details(answer.get("detail")))
    text = "; ".join(said)
    if secret:
        text = text.replace(secret, "********")
    text = " ".join("".join(map(_visible, text[: 2 * _LONGEST_WORDS])).split())
    return text if len(text) <= _LONGEST_WORDS else text[: _LONGEST_WORDS - 1] + "…"


def _visible(char: str) -> str:
    """The character; a space for a control character, nothing for one that only steers how others are shown."""
    match unicodedata.category(char):
        case "Cc" | "Cs":
            return " "
        case "Cf":
            return ""
        case _:
            return char


def _details(detail: Any, path: str = "", depth: int = 4) -> list[str]:
    match detail:
        case str() if detail:
            return [f"{path}: {detail}" if path else detail]
        case dict() if depth:
            return [
                line
                for key, value in list(detail.items())[:20]
                for line in _details(value, f"{path}.{key}" if path else str(key), depth - 1)
            ]
        case list() if depth:
            return [line for value in detail[:20] for line in _details(value, path, depth - 1)]
        case _:
            return []
