"""The stages of a job, each a function of its `Run`. `stage_table` has their order."""

from batch_renamer.jobs.stages.conclusion import conclude
from batch_renamer.jobs.stages.connecting import check_engine, connect, verify_key
from batch_renamer.jobs.stages.content import Content
from batch_renamer.jobs.stages.limits import ask_again, enforce_limits, failures_in, refuse_bad_rows
from batch_renamer.jobs.stages.loading import load, load_options
from batch_renamer.jobs.stages.locking import check_lock_is_free, pin_run
from batch_renamer.jobs.stages.matching import match_orders
from batch_renamer.jobs.stages.naming import named_rows
from batch_renamer.jobs.stages.origins import load_interrupted, load_plan, plan_audit, plan_undo
from batch_renamer.jobs.stages.reading import read
from batch_renamer.jobs.stages.renaming import (
    check_origin_unchanged,
    confirm,
    leave_others_for_later,
    lock,
    rename,
    reopen_unfinished,
)
from batch_renamer.jobs.stages.reporting import check_report_targets
from batch_renamer.jobs.stages.writing_back import check_write_back

__all__ = [
    "Content",
    "ask_again",
    "check_engine",
    "check_lock_is_free",
    "check_origin_unchanged",
    "check_report_targets",
    "check_write_back",
    "conclude",
    "confirm",
    "connect",
    "enforce_limits",
    "failures_in",
    "leave_others_for_later",
    "load",
    "load_interrupted",
    "load_options",
    "load_plan",
    "lock",
    "match_orders",
    "named_rows",
    "pin_run",
    "plan_audit",
    "plan_undo",
    "read",
    "refuse_bad_rows",
    "rename",
    "reopen_unfinished",
    "verify_key",
]
