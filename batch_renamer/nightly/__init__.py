"""The night: every settled spreadsheet of a folder goes through `apply`, and people know in the morning what happened.

It adds no logic to a run: each file becomes the job that ``apply FILE --yes`` makes. What only a night needs is here.

::

    beginning     what is known of a night before anything is read
      │
    night         the night from its start to its end
      │
    course        its parts           ─> inbox      which files have settled, and private copies of them
      │                               ─> contents   what their rows say of each other, and what earlier nights have left
      │                               ─> applying   one file as a job, through the stages of `apply`
    file_ends     the end of a file   ─> filing     it is moved, with its reports
      │
    ending        the end of a night  ─> pages      for people who look
                                      ─> messages   for people who don't
                                      ─> watching   for programs

    checking, schedules               whether a night could begin, and what starts it
    wording                           the words that page, message and screen share
    context, record, own_names        what a night is given, what is known of it, and how its own files are called
"""

from __future__ import annotations

from batch_renamer.nightly.beginning import check_folders, night_of
from batch_renamer.nightly.checking import examine_night
from batch_renamer.nightly.context import NightContext
from batch_renamer.nightly.ending import conclude_night
from batch_renamer.nightly.messages import Trial, send_test_message
from batch_renamer.nightly.night import run_night
from batch_renamer.nightly.pages import page_of
from batch_renamer.nightly.record import NightRecord
from batch_renamer.nightly.schedules import (
    SCHEDULERS,
    ScheduledNight,
    left_out_variables,
    parse_time,
    schedule_text,
    scheduled_night,
)
from batch_renamer.nightly.watching import beat_start, heartbeat_of, log_beat, log_night_begins
from batch_renamer.nightly.wording import headline, rows_in_short

__all__ = [
    "SCHEDULERS",
    "NightContext",
    "NightRecord",
    "ScheduledNight",
    "Trial",
    "beat_start",
    "check_folders",
    "conclude_night",
    "examine_night",
    "headline",
    "heartbeat_of",
    "left_out_variables",
    "log_beat",
    "log_night_begins",
    "night_of",
    "page_of",
    "parse_time",
    "rows_in_short",
    "run_night",
    "schedule_text",
    "scheduled_night",
    "send_test_message",
]
