"""The stages of a job: a `Run` enters each, a little further on it leaves. Their order is known to `job` alone."""

from batch_renamer.stages.intake import aim, load, load_options
from batch_renamer.stages.planning import connect, prove, read
from batch_renamer.stages.renaming import confirm, rename
from batch_renamer.stages.weighing import weigh

__all__ = ["aim", "confirm", "connect", "load", "load_options", "prove", "read", "rename", "weigh"]
