"""Rename Autoenhance orders in bulk from a spreadsheet, and report truthfully on every row.

This is the public interface of the library. Importing it is fast: a name's module is imported when the name is first
used.
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

_MODULES = ("errors", "model", "library")


def __getattr__(name: str) -> object:
    if name in __all__:
        for module_name in _MODULES:
            module = import_module(f"batch_renamer.{module_name}")
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
