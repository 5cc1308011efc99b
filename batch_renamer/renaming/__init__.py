"""Sends every change and returns exactly one true outcome for each."""

from __future__ import annotations

from batch_renamer.renaming.one_rename import GUARDED_FRESH_S
from batch_renamer.renaming.pool import Batches, Elsewhere, Record, RenameAll, RenameOptions, rename_all
from batch_renamer.renaming.reconcile import Reread, SentRows, reconcile

__all__ = [
    "GUARDED_FRESH_S",
    "Batches",
    "Elsewhere",
    "Record",
    "RenameAll",
    "RenameOptions",
    "Reread",
    "SentRows",
    "reconcile",
    "rename_all",
]
