"""What became of a spreadsheet, how a night went, and what to do, in the words that page, message and screen share.

The word for each end of a file is `FileEnd.words`, that for a whole night `NightKind.words`.

::

    nights         how a night went as a whole, and what the next one does
    advice         what to do after a night that could not begin or was stopped early
    files          what became of one spreadsheet, and what to do
    dates          dates and times as people write them
"""

from __future__ import annotations

from batch_renamer.nightly.wording.advice import advice_on
from batch_renamer.nightly.wording.dates import (
    day,
    day_of_month,
    days_in_words,
    local_date,
    local_moment,
    moment,
    neighbours,
    next_nights,
    short_day,
    time_of,
)
from batch_renamer.nightly.wording.files import (
    LOOKED_AT_AGAIN,
    after_problems,
    after_refusal,
    after_stop,
    called,
    rows_in_short,
)
from batch_renamer.nightly.wording.nights import (
    headline,
    headline_of_day,
    left_in_words,
    next_night,
    renamed_in,
    still_needs_a_person,
    weight_of,
    weight_of_day,
    what_happened,
)

__all__ = [
    "LOOKED_AT_AGAIN",
    "advice_on",
    "after_problems",
    "after_refusal",
    "after_stop",
    "called",
    "day",
    "day_of_month",
    "days_in_words",
    "headline",
    "headline_of_day",
    "left_in_words",
    "local_date",
    "local_moment",
    "moment",
    "neighbours",
    "next_night",
    "next_nights",
    "renamed_in",
    "rows_in_short",
    "short_day",
    "still_needs_a_person",
    "time_of",
    "weight_of",
    "weight_of_day",
    "what_happened",
]
