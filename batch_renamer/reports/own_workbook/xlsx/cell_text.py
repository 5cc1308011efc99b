"""Turns values into what a cell holds: texts that are never formulas, and times as spreadsheet programs count them."""

from __future__ import annotations

import re
from datetime import datetime

from batch_renamer.text import storable
from batch_renamer.text_cells import SURELY_FITS, cut

__all__ = ["escaped_text", "serial_day"]

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("[&<>_\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_DAY_0, _DAY_0_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's times have no zone


def escaped_text(text: str) -> str:
    r"""Return a text as it stands between the tags of a cell; what XML can't hold becomes an escape of the format.

    Example:
        >>> escaped_text("a\x07 & b_x0041_")
        'a_x0007_ &amp; b_x005F_x0041_'
    """
    if len(text) <= SURELY_FITS and not _NEEDS_CARE.search(text):
        return text  # true for nearly every text
    text = cut(storable(text))
    text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def serial_day(moment: datetime, *, dates_from_1904: bool) -> str:
    """Return a time as the number of days that a spreadsheet has for it, in the local time of this machine.

    Example:
        >>> from datetime import timezone
        >>> serial_day(datetime(2026, 1, 1, 12).astimezone(), dates_from_1904=False)
        '46023.5'
    """
    local = moment.astimezone().replace(tzinfo=None, microsecond=0)
    days = (local - (_DAY_0_OF_1904 if dates_from_1904 else _DAY_0)).total_seconds() / 86_400
    return f"{days:.10f}".rstrip("0").rstrip(".")
