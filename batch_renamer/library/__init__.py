"""The library: a DataFrame of order ids and new names becomes a DataFrame of outcomes."""

from __future__ import annotations

from batch_renamer.library.frame_job import Renaming
from batch_renamer.library.rename_orders import (
    InterruptedRenamingError,
    Options,
    rename_orders,
    rename_orders_async,
)

__all__ = ["InterruptedRenamingError", "Options", "Renaming", "rename_orders", "rename_orders_async"]
