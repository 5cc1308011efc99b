"""Decides the outcome of a rename that was sent and not confirmed, from a reading of the order.

Pure: no I/O, no clock. An order with its new name is renamed, whatever the API answered. After a lost answer, an order
with its old name proves nothing: the API may still apply the rename, or the reading may come from an old copy. An order
that can't be read or is not found proves nothing either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from batch_renamer.model import Found, Missing, Order, Outcome, Reading, Result, Unreadable
from batch_renamer.names import made_from, same_in_other_form

__all__ = ["Sent", "has_new_name", "other_form", "outcome_of_reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A rename that was sent and not confirmed.

    ``ended`` is the first half of a sentence, which says how the tries ended. ``refused`` tells that every try was
    clearly refused; ``timed_out``, that one may still be running on the server. ``shown`` is another name that an
    answer showed, if any. ``again`` tells that the order was read back once before, ``gone`` that the last try itself
    was answered with 404 or 410.

    Example:
        >>> Sent(row=2, old_name="a", new_name="b", ended="The only try ended with 503 Service Unavailable").refused
        False
    """

    row: int
    old_name: str | None
    new_name: str
    ended: str
    refused: bool = False
    timed_out: bool = False
    shown: str | None = None
    again: bool = False
    gone: bool = False


def has_new_name(order: Order, *, old_name: str | None, new_name: str) -> bool:
    """Tell whether an order has its new name, possibly in another form; the unchanged old name does not count."""
    return order.name == new_name or (order.name != old_name and same_in_other_form(order.name, new_name))


def other_form(order: Order, *, new_name: str) -> str:
    """Return the warning about an order that has its new name in another form; "" if it has the very name."""
    return "" if order.name == new_name else f"The API kept the name in another form: {order.name!r}."


def outcome_of_reading(reading: Reading, sent: Sent) -> Outcome:
    """Return the outcome of a row whose rename was sent, from what the order itself shows.

    Example:
        >>> sent = Sent(row=2, old_name="a", new_name="b", ended="The only try ended with 503 Service Unavailable")
        >>> outcome_of_reading(Found(order=Order(order_id="a1", name="a"), read_at=0.0), sent).result.value
        'unknown'
    """
    match reading:
        case Found(order=order) if has_new_name(order, old_name=sent.old_name, new_name=sent.new_name):
            return _outcome(sent, Result.RENAMED, "", order, warning=other_form(order, new_name=sent.new_name))
        case Found(order=order) if order.name == sent.old_name:
            if sent.refused:
                return _outcome(sent, Result.FAILED, f"{sent.ended}.", order)
            yet = "" if sent.again else ", but the API may yet change it"
            why = f"{sent.ended}; {_read(sent)}, the order has its old name{yet}."
            return _outcome(sent, Result.UNKNOWN, why, order)
        case Found(order=order) if not sent.timed_out and _is_the_servers(order.name, sent):
            kept = "left the order without a name" if order.name is None else _THIRD_NAME
            why = f"{sent.ended}; the API {kept}."
            return _outcome(sent, Result.FAILED, why, order)
        case Found(order=order):
            why = f"{sent.ended}; {_read(sent)}, the order has another name, by this rename or by another hand."
            return _outcome(sent, Result.UNKNOWN, why, order)
        case Missing():
            # A lagging replica, or a gateway without a route, can answer this for an order that exists.
            result = Result.FAILED if sent.again and sent.gone else Result.UNKNOWN
            return _outcome(sent, result, f"{sent.ended}; {_read(sent)}, the order was not found.")
        case Unreadable(reason=reason):
            return _outcome(sent, Result.UNKNOWN, f"{sent.ended}, and the order could not be read back ({reason}).")
        case _:
            assert_never(reading)


_THIRD_NAME = "changed the order to another name than the one sent"


def _read(sent: Sent) -> str:
    return "read again at the end of the run" if sent.again else "read back"


def _is_the_servers(name: str | None, sent: Sent) -> bool:
    # A person renames an order; only a server leaves it without a name.
    return name is None or name == sent.shown or made_from(name, sent.new_name)


def _outcome(sent: Sent, result: Result, reason: str, order: Order | None = None, *, warning: str = "") -> Outcome:
    return Outcome(
        row=sent.row,
        result=result,
        reason=reason,
        warning=warning,
        old_name=sent.old_name,
        final_name=None if order is None else order.name,
        order=order,
    )
