"""The night: every settled spreadsheet of a folder goes through `apply`, and people know in the morning what happened.

It adds no logic to a run: each file becomes the job that ``apply FILE --yes`` makes. What only a night needs is here.
"""

from __future__ import annotations

from batch_renamer.nightly.ending import conclude_night
from batch_renamer.nightly.messages import Trial, send_test_message
from batch_renamer.nightly.night import run_night
from batch_renamer.nightly.record import NightRecord
from batch_renamer.nightly.tools import NightTools, local_date

__all__ = [
    "NightRecord",
    "NightTools",
    "Trial",
    "conclude_night",
    "local_date",
    "run_night",
    "send_test_message",
]
