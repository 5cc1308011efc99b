"""Files for schedulers: one template for each, filled in with what this configuration needs.

The program is no scheduler and no daemon. Cron, systemd, launchd, the Task Scheduler or Kubernetes starts each night.
"""

from __future__ import annotations

from batch_renamer.nightly.schedules.gathering import left_out_variables, scheduled_night
from batch_renamer.nightly.schedules.scheduled import ScheduledNight, parse_time
from batch_renamer.nightly.schedules.writing import SCHEDULERS, schedule_text

__all__ = ["SCHEDULERS", "ScheduledNight", "left_out_variables", "parse_time", "schedule_text", "scheduled_night"]
