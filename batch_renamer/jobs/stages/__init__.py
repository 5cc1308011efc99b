"""The stages of a job: a `Run` enters each, a little further on it leaves. Their order is known to `job` alone."""

from batch_renamer.jobs.stages.conclusion import conclude
from batch_renamer.jobs.stages.intake import adopt, aim, hold, load, load_options, recheck, reverse, take_up
from batch_renamer.jobs.stages.locking import lock_is_free
from batch_renamer.jobs.stages.planning import connect, prove, read
from batch_renamer.jobs.stages.renaming import confirm, lock, rename, reopen, still_whole
from batch_renamer.jobs.stages.weighing import ask_again, weigh

__all__ = [
    "adopt",
    "aim",
    "ask_again",
    "conclude",
    "confirm",
    "connect",
    "hold",
    "load",
    "load_options",
    "lock",
    "lock_is_free",
    "prove",
    "read",
    "recheck",
    "rename",
    "reopen",
    "reverse",
    "still_whole",
    "take_up",
    "weigh",
]
