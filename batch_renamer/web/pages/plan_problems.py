"""What a reader of a plan should look at first: its bad rows by what helps, and the warnings of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from batch_renamer.jobs import never_there
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, ReasonGroup, Result
from batch_renamer.progress import ranges
from batch_renamer.text import counted
from batch_renamer.web.pages.repairs import way_to_repair

__all__ = ["Cause", "Problem", "problems_of", "warnings_of"]

_MOST_CAUSES = 40
_MOST_NUMBERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Rows that have one cause: their number, what it is, and the address of their rows in the table.

    ``numbers`` are the first few of them, in words ("": not told).
    """

    count: int
    text: str
    address: str
    numbers: str = ""

    @property
    def rows_in_words(self) -> str:
        """How many rows they are."""
        return counted(self.count, "row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Bad rows of one result for which the same helps: ``repair``, in words ("": nothing does)."""

    result: Result
    repair: str
    causes: tuple[Cause, ...]

    @property
    def count(self) -> int:
        """How many rows they are."""
        return sum(cause.count for cause in self.causes)

    @property
    def rows_in_words(self) -> str:
        """How many rows they are."""
        return counted(self.count, "row")


def problems_of(journal: Journal, plan: RunRecord, results: Iterable[Result]) -> list[Problem]:
    """Return the bad rows of a plan, the most frequent cause first; ``results`` are those that occur in it."""
    found: dict[tuple[Result, str], list[Cause]] = {}
    for group in journal.results.reasons(plan, sorted(BAD_RESULTS.intersection(results)), rows_each=0)[:_MOST_CAUSES]:
        cause = Cause(
            count=group.count,
            text=group.reason,
            address=_address(plan, results=group.result.value, text=group.reason),
        )
        found.setdefault((group.result, _repair(group, plan)), []).append(cause)
    return [Problem(result=result, repair=repair, causes=tuple(causes)) for (result, repair), causes in found.items()]


def warnings_of(journal: Journal, plan: RunRecord) -> list[Cause]:
    """Return the warnings of the rows of a plan by kind, such as those of orders that would have the same name."""
    groups = journal.results.warning_groups(plan, rows_each=0, most_numbers=_MOST_NUMBERS)[:_MOST_CAUSES]
    return [
        Cause(
            count=group.count,
            text=group.kind if group.kind.endswith(".") else f"{group.kind}.",
            address=_address(plan, text=group.kind),
            numbers=ranges(group.numbers) + (", ..." if group.count > len(group.numbers) else ""),
        )
        for group in groups
    ]


def _address(plan: RunRecord, **query: str) -> str:
    return f"/pages/runs/{plan.id}/rows?{urlencode(query)}"


def _repair(group: ReasonGroup, plan: RunRecord) -> str:
    """Return what helps rows of a plan; those that could not be read have not failed to be renamed."""
    if group.result is Result.FAILED and not never_there([group]):
        return "To read these orders once more, plan it again."
    return way_to_repair(group, plan)
