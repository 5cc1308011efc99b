"""Rename Autoenhance orders in bulk: a spreadsheet enters, a report with one truthful line per row leaves.

This is the library's door. It opens quickly: what a name needs is imported when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from batch_renamer.version import __version__

if TYPE_CHECKING:
    from batch_renamer.errors import BatchRenamerError, InputError, SettingsError, SheetError
    from batch_renamer.library import InterruptedRenamingError, Renaming, rename_orders, rename_orders_async
    from batch_renamer.model import ReportRow, Result, RunSummary

__all__ = [
    "BatchRenamerError",
    "InputError",
    "InterruptedRenamingError",
    "Renaming",
    "ReportRow",
    "Result",
    "RunSummary",
    "SettingsError",
    "SheetError",
    "__version__",
    "rename_orders",
    "rename_orders_async",
]

_ROOMS = ("errors", "model", "library")


def __getattr__(name: str) -> object:
    if name in __all__:
        for room in _ROOMS:
            module = import_module(f"batch_renamer.{room}")
            if name in module.__all__:
                return getattr(module, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
