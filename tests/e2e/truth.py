"""Report rows and the sandbox's own memory enter; every sentence in which the two disagree leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from batch_renamer.names import same_in_other_form
from batch_renamer.sandbox import NamedBy, Sandbox

__all__ = ["lies"]

_NEVER_SENT = frozenset({"unchanged", "drifted", "skipped", "invalid"})


def lies(rows: Iterable[Mapping[str, Any]], sandbox: Sandbox) -> Iterator[str]:
    """Yield what is untrue in a run's results: rows wrongly called something, and names that were not asked for.

    It is asked once everything sent has been carried out. Each order may stand in several rows, of which all but one
    are settled without being sent.
    """
    asked: dict[str, set[str]] = {}
    sent = {entry.order_id for entry in sandbox.log if entry.method == "PATCH"}
    renaming = set()
    listed = list(rows)
    for row in listed:
        asked.setdefault(row["order_id"], set()).add(row["new_name"])
        if row["result"] not in _NEVER_SENT:
            renaming.add(row["order_id"])
    for row in listed:
        order = sandbox.store.get(row["order_id"])
        if (why := _untrue(row, order.name if order is not None else None)) is not None:
            yield f"row {row['row']} is called {row['result']}, but {why}"
        if row["result"] in _NEVER_SENT and row["order_id"] in sent - renaming:
            yield f"row {row['row']} is called {row['result']}, but a PATCH was sent"
    for order_id in sandbox.store.names():
        history = sandbox.store.history(order_id)
        for given in history:
            if given.by is NamedBy.RENAME and given.name not in asked.get(order_id, ()):
                yield f"order {order_id} was named {given.name!r}, which was not asked for"


def _untrue(row: Mapping[str, Any], name: str | None) -> str | None:
    new_name, final_name = row["new_name"], row["final_name"]
    match row["result"]:
        case "renamed" if name != new_name and not (row["warning"] and same_in_other_form(name, new_name)):
            return f"the order is named {name!r}"
        case "unchanged" if name != new_name:
            return f"the order is named {name!r}"
        case "failed" | "pending" | "drifted" if name == new_name:
            return "the order has the new name"
        case "renamed" | "failed" | "unchanged" | "drifted" if final_name not in (None, name):
            return f"final_name is {final_name!r} and the order is named {name!r}"
    return None
