"""What became of a spreadsheet and what to do about it, in plain sentences for its owner.

The word for each end is `FileEnd.words`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from batch_renamer.commands import setting_of
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.text import counted
from batch_renamer.visible import visible

__all__ = ["LOOKED_AT_AGAIN", "after_problems", "after_refusal", "after_stop", "called", "rows_in_short"]

LOOKED_AT_AGAIN = "It stays in the inbox, and the next night looks at it again."
"""What becomes of a file that waits."""

_REPAIR = "Correct it and put it into the inbox again."
_DRIFTED = "Drifted means: the order had another name than expected, so it was left alone."
"""The one word among the results that an office doesn't know; a phone shows the message without the report."""
_OPTION = re.compile(r"(--[a-z][a-z-]+)(?: [A-Z][A-Z|]*\b| (?P<value>\d[\w.%]*)(?P<default> \(the default\))?)?")
_TWO_SETTINGS = re.compile(r" in the configuration and(?= \w+ in the configuration)")
_SHOWN = 100  # characters of a name


def called(name: str) -> str:
    r"""Return the name of a file as sentences give it: quoted, safe to print, and cut if it is very long.

    Example:
        >>> called("or\nders.csv")
        '"or\\nders.csv"'
    """
    return f'"{visible(name if len(name) <= _SHOWN else name[: _SHOWN - 1] + "…")}"'


def rows_in_short(counts: Mapping[str, int]) -> str:
    """Return how many rows have each result, the bad ones last.

    Example:
        >>> rows_in_short({"renamed": 12, "failed": 1})
        '12 renamed, 1 failed'
    """
    return ", ".join(f"{counts[result]:,} {result}" for result in Result if counts.get(result))


def after_problems(
    counts: Mapping[str, int], *, tries: str = "", renamed_since: int = 0, not_again: bool = False
) -> str:
    """Return what to do about a run that finished with bad rows; ``tries`` says which are tried again by themselves.

    ``renamed_since`` of the drifted ones have lost the name that an earlier run of the same rows gave.
    ``not_again``: some of the failed ones are not tried again by themselves.

    Example:
        >>> after_problems({"renamed": 12, "failed": 1}, tries="1 row is tried again on the next 3 nights.")
        '1 of 13 rows has a problem: 1 failed. 1 row is tried again on the next 3 nights. The report says why.'
        >>> after_problems({"failed": 1}, tries="1 order is deleted.", not_again=True).partition("why. ")[2]
        'Correct these rows and put the spreadsheet into the inbox again; what is done stays as it is.'
        >>> after_problems({"drifted": 2}, renamed_since=2).partition("why. ")[2].partition(". If")[0]
        '2 orders have been renamed or put back since an earlier run of these rows, and stayed as now'
        >>> after_problems({"drifted": 1}).partition(": 1 drifted. ")[2].partition(" The report")[0]
        'Drifted means: the order had another name than expected, so it was left alone.'
    """
    bad: dict[str, int] = {result.value: counts.get(result, 0) for result in BAD_RESULTS}
    number, rows = sum(bad.values()), counted(sum(counts.values()), "row")
    said = [f"{number:,} of {rows} {'has a problem' if number == 1 else 'have problems'}: {rows_in_short(bad)}."]
    said += [_DRIFTED] if bad[Result.DRIFTED] > renamed_since else []
    said += [tries] if tries else []
    said.append("The report says why.")
    if renamed_since:
        orders = f"{counted(renamed_since, 'order')} {'has' if renamed_since == 1 else 'have'}"
        said.append(
            f"{orders} been renamed or put back since an earlier run of these rows, and stayed as now. If that is "
            "wrong, put the spreadsheet into the inbox again, and have `nightly --again` started."
        )
    if not_again or bad[Result.INVALID] or bad[Result.DRIFTED] > renamed_since or not (tries or renamed_since):
        said.append("Correct these rows and put the spreadsheet into the inbox again; what is done stays as it is.")
    return " ".join(said)


def after_refusal(why: str, *, missing: int = 0) -> str:
    """Return what to do about a spreadsheet that was refused; ``missing`` of its orders are not in the account.

    Example:
        >>> after_refusal("orders.csv is empty.")
        'orders.csv is empty. Correct it and put it into the inbox again.'
        >>> after_refusal("9 of 9 rows are bad.", missing=9).partition(":")[0]
        '9 of 9 rows are bad. 9 orders are not in this account'
        >>> after_refusal("Say which: --id-column HEADING and --name-column HEADING.").partition(".")[0]
        'Say which: id_column and name_column in the configuration'
        >>> after_refusal("9 of 9 rows are bad, more than --max-failures 50% (the default) allows.").partition(".")[0]
        '9 of 9 rows are bad, more than max_failures = 50% (the default) allows'
    """
    are = f"{counted(missing, 'order')} {'is' if missing == 1 else 'are'}"
    asked = f" {are} not in this account: is it the right spreadsheet, and the right account?" if missing else ""
    return f"{_TWO_SETTINGS.sub(' and', _OPTION.sub(_in_configuration, why))}{asked} {_REPAIR}"


def after_stop(why: str, *, is_in_inbox: bool = True) -> str:
    """Return what becomes of a spreadsheet whose run was stopped early.

    Example:
        >>> after_stop("The disk is full.", is_in_inbox=False)
        'The disk is full. The next night goes on with it.'
    """
    stays = "The spreadsheet stays in the inbox, and the" if is_in_inbox else "The"
    return f"{why} {stays} next night goes on with it."


def _in_configuration(option: re.Match[str]) -> str:
    """Return how a night is given an option: no person types its command."""
    value, default = option["value"], option["default"]
    setting = f"{setting_of(option[1])} = {value}" if value else setting_of(option[1])
    return f"{setting}{default}" if default else f"{setting} in the configuration"
