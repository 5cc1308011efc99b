"""Ages as users type them and as they are shown: ``26h``, ``3 days``."""

from __future__ import annotations

import re

__all__ = ["age_in_words", "seconds_of_age"]

_AGE = re.compile(r"([0-9]{1,6})(d|h|w)")
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_UNITS_S = {"h": _HOUR_S, "d": _DAY_S, "w": 7 * _DAY_S}


def seconds_of_age(text: str) -> int | None:
    """Return the seconds of an age in hours, days or weeks; None if the text is no age.

    Example:
        >>> seconds_of_age(" 26h "), seconds_of_age("2w"), seconds_of_age("26")
        (93600, 1209600, None)
    """
    found = _AGE.fullmatch(text.strip().lower())
    return int(found[1]) * _UNITS_S[found[2]] if found else None


def age_in_words(seconds: float) -> str:
    """Return an age in whole minutes, hours or days.

    Example:
        >>> age_in_words(59), age_in_words(7_200), age_in_words(200_000)
        ('less than a minute', '2 h', '2 days')
    """
    if seconds < _MINUTE_S:
        return "less than a minute"
    if seconds < 2 * _HOUR_S:
        return f"{seconds // _MINUTE_S:.0f} min"
    if seconds < 2 * _DAY_S:
        return f"{seconds // _HOUR_S:.0f} h"
    return f"{seconds // _DAY_S:,.0f} days"
