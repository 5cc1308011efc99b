"""The names of the files that this program puts beside a spreadsheet: reports, backups and written-back copies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["OwnName", "own_name", "report_names"]

_STEM_BYTES = 160
"""So many bytes of a file's name leave room for what is put behind it."""

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
    """What a name says of a file of this program: ``report``, ``backup`` or ``results``, and the run that made it."""

    kind: str
    run_id: str

    @property
    def what(self) -> str:
        """What the file is, in words."""
        return _WHAT[self.kind]


def own_name(name: str) -> OwnName | None:
    """Return what the name says of a file of this program; None for the name of any other file.

    Example:
        >>> own_name("orders.report-k3f9ab.xlsx")
        OwnName(kind='report', run_id='k3f9ab')
        >>> own_name("report-2026.xlsx") is None
        True
    """
    found = _OWN.fullmatch(name)
    return OwnName(found[1].lower(), found[2].lower()) if found else None


def report_names(name: str, folder: Path) -> tuple[str, ...]:
    """Return where the reports of a spreadsheet go, with ``{id}`` still to be filled in.

    Example:
        >>> report_names("orders.xlsx", Path("reports"))
        ('reports/orders.report-{id}.xlsx', 'reports/orders.report-{id}.html')
    """
    stem = _short_stem(name)
    return tuple((folder / f"{stem}.report-{{id}}{ending}").as_posix() for ending in (".xlsx", ".html"))


def _short_stem(name: str) -> str:
    """Return the name of a spreadsheet without its ending, short enough to put something behind it.

    Example:
        >>> _short_stem("orders {id}.xlsx")
        'orders (id)'
    """
    stem = Path(name).stem.replace("{", "(").replace("}", ")")
    while len(stem.encode(errors="surrogateescape")) > _STEM_BYTES:
        stem = stem[:-1]
    return stem
