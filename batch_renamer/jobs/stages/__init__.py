"""The stages of a job: a `Run` enters each, a little further on it leaves. Their order is known to `pipeline` alone."""

from batch_renamer.jobs.stages.conclusion import conclude
from batch_renamer.jobs.stages.intake import (
    check_report_targets,
    load,
    load_interrupted,
    load_options,
    load_plan,
    pin_run,
    plan_audit,
    plan_undo,
)
from batch_renamer.jobs.stages.limits import ask_again, enforce_limits, refuse_bad_rows
from batch_renamer.jobs.stages.locking import check_lock_is_free
from batch_renamer.jobs.stages.planning import connect, read, verify_key
from batch_renamer.jobs.stages.renaming import check_origin_unchanged, confirm, lock, rename, reopen_unfinished

__all__ = [
    "ask_again",
    "check_lock_is_free",
    "check_origin_unchanged",
    "check_report_targets",
    "conclude",
    "confirm",
    "connect",
    "enforce_limits",
    "load",
    "load_interrupted",
    "load_options",
    "load_plan",
    "lock",
    "pin_run",
    "plan_audit",
    "plan_undo",
    "read",
    "refuse_bad_rows",
    "rename",
    "reopen_unfinished",
    "verify_key",
]
