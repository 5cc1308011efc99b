"""Everything that a run needs is checked before there is a run; each check is a function that returns a `Finding`.

Nothing is written, and one request is sent at most: the one that a run proves the key with.
"""

from __future__ import annotations

from batch_renamer.checks.configuration import check_log, refused_settings
from batch_renamer.checks.examination import examine, examine_account
from batch_renamer.checks.finding import Finding, Verdict, not_checked, ok, problem, warning
from batch_renamer.checks.machine import check_python
from batch_renamer.checks.state import nearest_folder, room_of

__all__ = [
    "Finding",
    "Verdict",
    "check_log",
    "check_python",
    "examine",
    "examine_account",
    "nearest_folder",
    "not_checked",
    "ok",
    "problem",
    "refused_settings",
    "room_of",
    "warning",
]
