"""Sends every change and returns exactly one true outcome for each."""

from __future__ import annotations

from batch_renamer.renaming.pool import RenameAll, rename_all
from batch_renamer.renaming.reconcile import Reread, SentRows, reconcile

__all__ = ["RenameAll", "Reread", "SentRows", "reconcile", "rename_all"]
