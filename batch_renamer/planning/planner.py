"""Decides what to do with one row: a change or an outcome, from the request and the reading of its order.

Pure: no I/O, no clock. The order of the checks is documented for users. Invalid and skipped rows never get here; then
come missing and deleted, unchanged, and drifted. What is left is a rename.
"""

from __future__ import annotations

from typing import assert_never

from batch_renamer.model import Change, Found, Missing, Order, Outcome, Reading, RenameRequest, Result, Unreadable
from batch_renamer.text import name_key

__all__ = ["GUARDED_BY_SHEET", "NO_SUCH_ORDER", "ORDER_DELETED", "decide", "same_name"]

NO_SUCH_ORDER = "There is no order with this id in this account."
ORDER_DELETED = "The order is deleted; nothing was sent."
GUARDED_BY_SHEET = "The order does not have the current name that the spreadsheet gives; it was left alone."


def decide(
    request: RenameRequest, reading: Reading, *, drifted: str = GUARDED_BY_SHEET, exactly: bool = False
) -> Change | Outcome:
    """Return the rename to send, or the outcome of a row that needs none; ``drifted`` is the reason of a drifted row.

    A guard that a person typed is compared by `same_name`; one that was read from the API is compared ``exactly``.

    Example:
        >>> request = RenameRequest(row=2, order_id="a1", new_name="12 Elm St")
        >>> decide(request, Found(order=Order(order_id="a1", name="12 Elm St"), read_at=0.0)).result.value
        'unchanged'
    """
    match reading:
        case Missing():
            return Outcome(row=request.row, result=Result.FAILED, reason=NO_SUCH_ORDER)
        case Unreadable(reason=reason, http_status=http_status):
            return Outcome(
                row=request.row,
                result=Result.FAILED,
                reason=f"Its current name could not be read ({reason}); nothing was sent.",
                http_status=http_status,
            )
        case Found(order=order) if order.is_deleted:
            return _settled(request, Result.FAILED, order, reason=ORDER_DELETED)
        case Found(order=order) if (order.name or "") == request.new_name:  # An audit may expect no name.
            return _settled(request, Result.UNCHANGED, order)
        case Found(order=order) if request.current_name is not None and not (
            request.current_name == (order.name or "") if exactly else same_name(request.current_name, order.name)
        ):
            why = request.guard_reason or drifted
            return _settled(request, Result.DRIFTED, order, reason=why, old_name=request.current_name)
        case Found(order=order, read_at=read_at):
            return Change(row=request.row, new_name=request.new_name, order=order, read_at=read_at)
        case _:
            assert_never(reading)


def same_name(expected: str | None, found: str | None) -> bool:
    r"""Tell whether two names are equal for a guard: in Unicode's NFC, without invisible characters at both ends.

    An order without a name has the empty name.

    Example:
        >>> same_name("Caf\u00e9 ", "Cafe\u0301")
        True
    """
    return name_key(expected or "") == name_key(found or "")


def _settled(
    request: RenameRequest, result: Result, order: Order, *, reason: str = "", old_name: str | None = None
) -> Outcome:
    return Outcome(
        row=request.row,
        result=result,
        reason=reason,
        old_name=order.name if old_name is None else old_name,
        final_name=order.name,
        order=order,
    )
