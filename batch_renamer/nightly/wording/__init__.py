"""What became of a spreadsheet, how a night went, and what to do, in the words that page, message and screen share.

::

    files          what became of one spreadsheet
    nights         how a night went as a whole
    advice         what to do after a night that could not begin or was stopped early
"""

from __future__ import annotations

from batch_renamer.nightly.wording.advice import advice_on
from batch_renamer.nightly.wording.files import after_problems, after_refusal, after_stop, rows_in_short
from batch_renamer.nightly.wording.nights import (
    bad_rows,
    day,
    days_in_words,
    headline,
    headline_of_day,
    local_day,
    moment,
    neighbours,
    next_night,
    short_day,
    still_needs_a_person,
    time_of,
    weight_of,
    weight_of_day,
    what_happened,
    what_to_do,
)

__all__ = [
    "advice_on",
    "after_problems",
    "after_refusal",
    "after_stop",
    "bad_rows",
    "day",
    "days_in_words",
    "headline",
    "headline_of_day",
    "local_day",
    "moment",
    "neighbours",
    "next_night",
    "rows_in_short",
    "short_day",
    "still_needs_a_person",
    "time_of",
    "weight_of",
    "weight_of_day",
    "what_happened",
    "what_to_do",
]
