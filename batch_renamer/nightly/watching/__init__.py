"""What programs are told of a night, while the messages and the pages are for people.

::

    heartbeat      a service is called when a night begins and ends  ─> heartbeat_call  one call over HTTP
    metrics        the figures of a night, in a file for Prometheus
    night_log      one line of the log for each event of a night
"""

from __future__ import annotations

from batch_renamer.nightly.watching.heartbeat import Beat, beat_end, beat_start, heartbeat_of
from batch_renamer.nightly.watching.metrics import Metrics, write_metrics
from batch_renamer.nightly.watching.night_log import (
    log_beat,
    log_file_end,
    log_file_found,
    log_file_moved,
    log_message,
    log_night_begins,
    log_night_ends,
    log_written,
)

__all__ = [
    "Beat",
    "Metrics",
    "beat_end",
    "beat_start",
    "heartbeat_of",
    "log_beat",
    "log_file_end",
    "log_file_found",
    "log_file_moved",
    "log_message",
    "log_night_begins",
    "log_night_ends",
    "log_written",
    "write_metrics",
]
