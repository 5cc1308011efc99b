"""What a person can do about rows that need a look: one plain sentence for each kind of problem."""

from __future__ import annotations

from batch_renamer.jobs import never_there
from batch_renamer.journal import RunRecord
from batch_renamer.model import ReasonGroup, Result

__all__ = ["way_to_repair"]

_AGAIN = "Then drop the spreadsheet again: what is done already stays as it is."


def way_to_repair(group: ReasonGroup, run: RunRecord) -> str:
    """Return what helps rows that share a result and a reason.

    Example:
        >>> from batch_renamer.journal import Journal, NewRun
        >>> with Journal.temporary() as journal:
        ...     run = journal.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs"))
        >>> way_to_repair(ReasonGroup(result=Result.INVALID, reason="The order id is blank.", count=1), run)
        'Correct these rows in the spreadsheet. Then drop the spreadsheet again: what is done already stays as it is.'
    """
    if run.spec.audits:
        return _after_audit(group)
    if run.spec.puts_back:
        return _after_undo(group)
    match group.result:
        case Result.INVALID:
            return f"Correct these rows in the spreadsheet. {_AGAIN}"
        case Result.FAILED if never_there([group]):
            return f"Check the order ids of these rows, and that this is the right account. {_AGAIN}"
        case Result.FAILED:
            return "Try these rows again with the button above. If they fail again, open the orders in Autoenhance."
        case Result.UNKNOWN:
            return "Go on with the run: batch-renamer reads these orders again and says which name they have."
        case Result.DRIFTED:
            return (
                "A person or another program has renamed these orders. To rename them all the same, correct their "
                "current names in the spreadsheet, or take that column out. Then drop the spreadsheet again."
            )
        case _:
            return ""


def _after_undo(group: ReasonGroup) -> str:
    match group.result:
        case Result.FAILED if never_there([group]):
            return "Nothing can be put back: these orders are not in this account any more."
        case Result.FAILED:
            return "Try these rows again with the button above."
        case Result.UNKNOWN:
            return "Go on with the run: batch-renamer reads these orders again and says which name they have."
        case Result.DRIFTED:
            return "These orders have been renamed since, so they keep the name that they have now."
        case _:
            return ""


def _after_audit(group: ReasonGroup) -> str:
    match group.result:
        case Result.DRIFTED:
            return "A person or another program has renamed these orders. If that is wrong, drop the spreadsheet again."
        case Result.FAILED:
            return "Open these orders in Autoenhance, or check again later."
        case _:
            return ""
