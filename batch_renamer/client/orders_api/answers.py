"""Decides what one HTTP answer means: its status, headers and body become an Order or a RequestError.

Pure; the rules are those of the vendor's documentation ("Errors", "Rate Limits"), as far as it goes. Any field of an
order may be missing, new fields appear, and a gateway in front may answer anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from batch_renamer.client.orders_api.foreign import is_web_page, leads_to, shown, web_page
from batch_renamer.client.orders_api.jsontext import parse
from batch_renamer.client.orders_api.protocol import (
    ForeignNameError,
    ForeignOrderError,
    OrderPage,
    RefusedError,
    RequestError,
    ThrottledError,
    TransientError,
    UnconfirmedError,
)
from batch_renamer.client.orders_api.proxy import refused_by
from batch_renamer.client.orders_api.retry_after import retry_after_s
from batch_renamer.errors import KeyRefusedError, ProxyRefusedError
from batch_renamer.model import Order
from batch_renamer.names import same_in_other_form
from batch_renamer.settings import redact
from batch_renamer.text import LONE_SURROGATE, same_order

__all__ = ["as_unconfirmed", "check_renamed", "failure_of", "read_order", "read_page", "read_renamed"]

_LONGEST_WORDS = 300
_LARGEST_NUMBER = 2**53
_LONGEST_IMAGE_ID = 256
_OF_ORDERS_ALONE = frozenset({"images", "total_images", "is_processing", "is_merging", "is_deleted", "last_updated_at"})
# These say that the request belongs to another place; older redirects may also follow after it was carried out.
_NOT_APPLIED_HERE = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_TRIED_AGAIN = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


def read_order(body: bytes, *, order_id: str, secret: str = "", images: bool = False) -> Order:
    """Return the order that a 200 to a read describes; what it says beside id and name is cleaned of the ``secret``.

    The name may be null; without the field it is no order. Without ``images`` nothing is kept of its images.

    Raises:
        TransientError: it is not JSON, not an order, or another order than the one asked for.
    """
    answer = _parse(body, secret)
    if "name" not in answer:
        raise _not_the_answer("an order")
    return _about(answer, order_id, secret, images)


def read_renamed(body: bytes, *, order_id: str, new_name: str, secret: str = "", images: bool = False) -> Order:
    """Return the order that a 200 to a rename describes; ``images`` is that of `read_order`.

    Raises:
        UnconfirmedError: it shows no name.
        TransientError: as for `read_order`, and ForeignNameError for another name than the new one.
    """
    if not body.strip():
        raise UnconfirmedError("an empty answer", status=200)
    return check_renamed(_about(_parse(body, secret), order_id, secret, images), new_name=new_name)


def check_renamed(order: Order, *, new_name: str) -> Order:
    """Return the order if it has the name that was asked for, perhaps in another form (Unicode, white space).

    Raises:
        ForeignNameError: it has another name.
        UnconfirmedError: it shows no name.
    """
    if order.name is None:
        raise UnconfirmedError("an answer without the order's name", status=200)
    if not same_in_other_form(order.name, new_name):
        raise ForeignNameError(order.name)
    return order


def as_unconfirmed(error: TransientError) -> RequestError:
    """Return the error of a failed rename; after a 2xx other than 200 it is unconfirmed, and a reading settles it."""
    if error.status is None or not HTTPStatus.OK < error.status < HTTPStatus.MULTIPLE_CHOICES:
        return error
    return UnconfirmedError(f"{_status_line(error.status)}, which shows no order", status=error.status)


def read_page(body: bytes, *, secret: str = "", images: bool = False) -> OrderPage:
    """Return the page of orders that a 200 holds; ``secret`` and ``images`` are those of `read_order`.

    An order that is shown without its name, or in another shape, is only named, in ``unread``. A page whose token for
    the next one is neither a text nor a number is the last.

    Raises:
        TransientError: it is not JSON, or has no list of orders.
    """
    answer = _parse(body, secret)
    orders, pagination = answer.get("orders"), answer.get("pagination")
    if not isinstance(orders, list):
        raise _not_the_answer("a page of orders")
    offset = pagination.get("next_offset") if isinstance(pagination, dict) else None
    if isinstance(offset, bool) or not isinstance(offset, str | int):
        offset = None
    return OrderPage(
        orders=tuple(_order(shown, secret, images) for shown in orders if _is_whole(shown)),
        next_offset=_text(offset) or None,
        unread=tuple(_id_shown(shown) for shown in orders if not _is_whole(shown)),
    )


def _is_whole(order: Any) -> bool:
    return isinstance(order, dict) and "name" in order and _has_shape(order)


def _id_shown(order: Any) -> str:
    """Return the id of an order that can't be read otherwise, or ""."""
    order_id = order.get("order_id") if isinstance(order, dict) else None
    return _whole_characters(order_id) if isinstance(order_id, str) else ""


def failure_of(
    status: int, headers: Mapping[str, str], body: bytes, *, secret: str = "", key_place: str = ""
) -> RequestError | KeyRefusedError | ProxyRefusedError:
    """Return the error that an answer other than 200 means. A ``secret`` that the server repeats is not quoted.

    ``key_place`` is the variable or file that the key is from, for the message.

    Example:
        >>> type(failure_of(404, {}, b"")).__name__
        'RefusedError'
    """
    failure, words, page = _status_line(status), _words(body, secret), is_web_page(headers, body)
    if page:
        failure = f"{failure}, {redact(web_page(body), [secret])}"
    if status == HTTPStatus.UNAUTHORIZED:
        what = failure if page else str(status)
        said = f': "{words}"' if words and words.rstrip(".") != HTTPStatus.UNAUTHORIZED.phrase else ""
        return KeyRefusedError(f"The API did not accept the key{_from(key_place)} ({what}){said}.")
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return refused_by(None, status)
    hint_s = retry_after_s(headers)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and _is_a_limit(headers, hint_s)):
        return ThrottledError(failure, status=status, words=words, retry_after_s=hint_s)
    if (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status in _TRIED_AGAIN
        or (status == HTTPStatus.FORBIDDEN and page)
    ):
        return TransientError(failure, status=status, words=words, may_be_applied=True, retry_after_s=hint_s)
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return TransientError(f"an unexpected {failure}", status=status, may_be_applied=True)
    if status < HTTPStatus.BAD_REQUEST:
        place = redact(leads_to(headers), [secret])
        redirect = f"a redirect to {place}" if place else "a redirect"
        may_be_applied = status not in _NOT_APPLIED_HERE
        return RefusedError(
            f"{failure}, {redirect}, which is never followed", status=status, may_be_applied=may_be_applied
        )
    return RefusedError(failure, status=status, words=words)


def _is_a_limit(headers: Mapping[str, str], hint_s: float | None) -> bool:
    """Tell whether a 403 means a rate limit: it says when to come again, or that nothing is left of a quota.

    The API's own 403 (this order is not yours) says neither.
    """
    return hint_s is not None or any(
        headers.get(name, "").strip() == "0" for name in ("X-RateLimit-Remaining", "RateLimit-Remaining")
    )


def _parse(body: bytes, secret: str) -> dict[str, Any]:
    if (answer := _json_object(body)) is None:
        if is_web_page({}, body):
            raise TransientError(
                f"{redact(web_page(body), [secret])} instead of an answer", status=200, may_be_applied=True
            )
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


def _about(answer: dict[str, Any], order_id: str, secret: str, images: bool) -> Order:
    """Return the order that an answer describes, if that is the one asked for.

    Any field may be missing. An answer without an ``order_id`` must have another field that only orders have, because
    other servers may put their own name into ``name``.
    """
    order = _order(answer, secret, images)
    if order.order_id and not same_order(order.order_id, order_id):
        raise ForeignOrderError
    if not order.order_id and "name" in answer and not _OF_ORDERS_ALONE & answer.keys():
        raise _not_the_answer("an order")
    return order if order.order_id else replace(order, order_id=order_id)


def _has_shape(answer: dict[str, Any]) -> bool:
    """Tell whether id and name of an order are texts, as far as they are there."""
    return isinstance(answer.get("order_id", ""), str) and isinstance(answer.get("name"), str | None)


def _order(answer: dict[str, Any], secret: str, images: bool) -> Order:
    if not _has_shape(answer):
        raise _not_the_answer("an order")
    return Order(
        order_id=_whole_characters(answer.get("order_id", "")),
        name=_text(answer.get("name")),
        status=_said(answer.get("status"), secret),
        is_processing=_flag(answer.get("is_processing")),
        is_merging=_flag(answer.get("is_merging")),
        is_deleted=_flag(answer.get("is_deleted")),
        total_images=_number(answer.get("total_images")),
        created_at=_said(answer.get("created_at"), secret),
        last_updated_at=_said(answer.get("last_updated_at"), secret),
        first_image=_first_image(answer.get("images")) if images else None,
    )


def _first_image(images: Any) -> str | None:
    """Return the id of the first image that has a usable one."""
    for image in images if isinstance(images, list) else ():
        image_id = image.get("image_id") if isinstance(image, dict) else None
        if isinstance(image_id, str) and 0 < len(image_id) <= _LONGEST_IMAGE_ID and image_id.isprintable():
            return image_id
    return None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return _whole_characters(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _said(value: Any, secret: str) -> str | None:
    text = _text(value)
    return redact(text, [secret]) if text is not None else None


def _whole_characters(text: str) -> str:
    """The text without halves of characters (lone surrogates): JSON can say them, no file or database can hold them."""
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)


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


def _from(place: str) -> str:
    return f" from {place}" if place else ""


def _words(body: bytes, secret: str) -> str:
    """The server's own words: message and detail of its documented error bodies, fit to be shown."""
    answer = _json_object(body)
    if answer is None:
        return ""
    message = answer.get("message")
    said = [message] if isinstance(message, str) and message else []
    said.extend(_details(answer.get("detail")))
    return shown(redact("; ".join(said), [secret]), longest=_LONGEST_WORDS)


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
