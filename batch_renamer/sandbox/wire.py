"""Answers on the wire, whole or broken: makes an aiohttp response of an answer and a fault.

It only makes what the client sees; `app` decides whether the request is carried out before.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import sys
from dataclasses import replace
from email.utils import formatdate

from aiohttp import web

from batch_renamer.sandbox.api import Answer, http_error
from batch_renamer.sandbox.faultkind import FaultKind
from batch_renamer.sandbox.faults import Fault

__all__ = ["HUGE_BYTES", "broken", "cut_off", "hang_up", "instead", "reset", "throttled", "unheard", "whole"]

HUGE_BYTES = 33 * 1024 * 1024
"""What a ``huge`` answer unpacks to, at least: more than a client should take for one order."""

_HTML = b"<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1><hr>gateway</body></html>"
# RFC 2606: this name never exists, so a client that follows the redirect reaches no server.
_ELSEWHERE = "https://elsewhere.invalid"


_PLAIN_ERRORS = {
    FaultKind.SERVER_ERROR: (500, "Internal Server Error"),
    FaultKind.UNAVAILABLE: (503, "Service Unavailable"),
    FaultKind.UNAUTHORIZED: (401, "Unauthorized"),
    FaultKind.REFUSED: (422, "Validation error"),
}


def whole(answer: Answer) -> web.Response:
    """Make the response that shows an answer as it is."""
    response = web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
    if answer.body:
        response.headers["Content-Type"] = answer.content_type
    return response


def instead(fault: Fault, *, raw_path: str, wall_s: float) -> Answer | None:
    """Return what is answered *instead of* doing what was asked; ``None`` for a fault that lets it be done."""
    match fault.kind:
        case FaultKind.THROTTLED:
            return throttled(fault.text)
        case FaultKind.THROTTLED_SECONDS:
            return throttled(fault.text or f"{fault.seconds:g}")
        case FaultKind.THROTTLED_DATE:
            return throttled(
                fault.text or formatdate(wall_s + fault.seconds, usegmt=True), date=formatdate(wall_s, usegmt=True)
            )
        case FaultKind.FORBIDDEN_LIMIT:
            return http_error(403, "Forbidden", headers=(("Retry-After", fault.text or f"{fault.seconds:g}"),))
        case FaultKind.FORBIDDEN_PAGE:
            return _page(403, b"Access denied")
        case FaultKind.BAD_GATEWAY:
            return _page(502, b"502 Bad Gateway")
        case FaultKind.GATEWAY_TIMEOUT:
            return Answer(status=504)
        case FaultKind.REDIRECT:
            return Answer(status=307, headers=(("Location", fault.text or _ELSEWHERE + raw_path),))
        case kind if kind in _PLAIN_ERRORS:
            return http_error(*_PLAIN_ERRORS[kind])
        case _:
            return None


def unheard(fault: Fault) -> Answer | None:
    """Return what is answered *before* what was asked is done; None where the order is shown as it is so far."""
    match fault.kind:
        case FaultKind.LATE_ACCEPTED:
            return Answer(status=202, body=_message("Accepted"))
        case FaultKind.LATE_TIMEOUT:
            return http_error(408, "Request Timeout")
        case FaultKind.LATE_BAD_GATEWAY:
            return _page(502, b"502 Bad Gateway")
        case FaultKind.LATE_GATEWAY_TIMEOUT:
            return Answer(status=504)
        case _:
            return None


def throttled(retry_after: str | None, *, date: str | None = None) -> Answer:
    """Answer 429, with the headers ``Retry-After`` and ``Date`` where they are given."""
    given = (("Retry-After", retry_after), ("Date", date))
    headers = tuple((name, value) for name, value in given if value is not None)
    return http_error(429, "Too Many Requests", headers=headers)


def broken(answer: Answer, fault: Fault) -> Answer:
    """Return the answer with the fault in it; an answer that this fault can't change is left as it is."""
    if not answer.body:
        return answer
    match fault.kind:
        case FaultKind.MALFORMED:
            return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
        case FaultKind.HTML:
            return _page(200, b"Just a moment...")
        case FaultKind.TRUNCATED_GZIP:
            packed = gzip.compress(answer.body, compresslevel=1)
            return replace(answer, body=packed[: len(packed) // 2], headers=(("Content-Encoding", "gzip"),))
        case FaultKind.HUGE:
            packed = gzip.compress(b" " * HUGE_BYTES + answer.body, compresslevel=1)
            return replace(answer, body=packed, headers=(("Content-Encoding", "gzip"),))
        case FaultKind.WRONG_NAME:
            return _retold(answer, "name", fault.text or "A name that was not asked for")
        case FaultKind.FOREIGN_OFFSET:
            return _with_foreign_offset(answer)
        case FaultKind.WRONG_ID:
            return _retold(answer, "order_id", fault.text or "another-order")
        case _:
            return answer if answer.order is None else _not_shown(answer, fault.kind)


def _not_shown(answer: Answer, kind: FaultKind) -> Answer:
    """Return what is answered where the order should be shown."""
    match kind:
        case FaultKind.ACCEPTED:
            return replace(answer, status=202, body=_message("Accepted"))
        case FaultKind.NO_CONTENT:
            return Answer(status=204)
        case FaultKind.MESSAGE:
            return replace(answer, body=_message("Done"))
        case FaultKind.WRAPPED:
            return replace(answer, body=b'{"order": ' + answer.body + b"}")
        case _ if kind.startswith("applied-"):
            return http_error(int(kind.removeprefix("applied-")), "It was done all the same")
        case _:
            return answer


async def cut_off(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Send half of a body whose whole length was announced, then close the connection."""
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    hang_up(request)
    return response


def hang_up(request: web.BaseRequest) -> web.Response:
    """Close the connection properly, saying nothing more."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()  # aiohttp wants one; it finds the connection closed and sends nothing


def reset(request: web.BaseRequest) -> web.Response:
    """Reset the connection: the client reads an error, not an end."""
    transport = request.transport
    if transport is not None:
        # Closing with a linger of zero seconds sends RST. Its two fields are shorts on Windows, ints elsewhere.
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    return web.Response()


def _message(text: str) -> bytes:
    return json.dumps({"message": text}).encode()


def _page(status: int, title: bytes) -> Answer:
    return Answer(status=status, body=_HTML % (title, title), content_type="text/html; charset=utf-8")


def _retold(answer: Answer, field: str, value: str) -> Answer:
    """Show one order with another value in one field; what doesn't show one order is left as it is."""
    if answer.order is None:
        return answer
    return replace(answer, body=json.dumps(json.loads(answer.body) | {field: value}).encode())


def _with_foreign_offset(answer: Answer) -> Answer:
    """Show a page of orders with a token for the next one that is no text; what has none is left as it is."""
    shown = json.loads(answer.body)
    pagination = shown.get("pagination", {})
    if pagination.get("next_offset") is None:
        return answer
    pagination["next_offset"] = {"after": pagination["next_offset"]}
    return replace(answer, body=json.dumps(shown).encode())
