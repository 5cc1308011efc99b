"""The stages of a job: a `Run` enters each, a little further on it leaves. Their order is known to `job` alone."""

from batch_renamer.stages.conclusion import conclude
from batch_renamer.stages.intake import adopt, aim, hold, load, load_options, recheck, reverse, take_up
from batch_renamer.stages.planning import connect, prove, read
from batch_renamer.stages.renaming import confirm, lock, rename, reopen, still_whole
from batch_renamer.stages.weighing import weigh

__all__ = [
    "adopt",
    "aim",
    "conclude",
    "confirm",
    "connect",
    "hold",
    "load",
    "load_options",
    "lock",
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
