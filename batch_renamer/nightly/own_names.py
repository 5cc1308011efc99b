"""The names of the files that this program puts beside a spreadsheet: reports, backups and written-back copies."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["OwnName", "own_name"]

_OWN = re.compile(
    r".+\.(report|backup|results)-([2-9a-hjkmnp-z]{6})(?:-\d+| \(\d+\))?(?:\.[0-9A-Za-z]+)?", re.DOTALL | re.IGNORECASE
)
_WHAT = {
    "report": "a report of this program",
    "backup": "a backup that this program made",
    "results": "a copy into which this program wrote its results",
}


@dataclass(frozen=True, slots=True)
class OwnName:
    """What a name says of a file of this program: what it is, and the id of the run that made it."""

    what: str
    run_id: str


def own_name(name: str) -> OwnName | None:
    """Return what the name says of a file of this program; None for the name of any other file.

    Example:
        >>> own_name("orders.report-k3f9ab.xlsx")
        OwnName(what='a report of this program', run_id='k3f9ab')
        >>> own_name("report-2026.xlsx") is None
        True
    """
    found = _OWN.fullmatch(name)
    return OwnName(_WHAT[found[1].lower()], found[2].lower()) if found else None
