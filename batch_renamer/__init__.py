"""Rename Autoenhance orders in bulk from a spreadsheet, and report truthfully on every row.

This is the public interface of the library. Importing it is fast: a name's module is imported when the name is first
used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from batch_renamer.version import __version__

if TYPE_CHECKING:
    from batch_renamer.errors import (
        BatchRenamerError,
        InputError,
        LockedError,
        ProblemsError,
        SettingsError,
        SheetError,
    )
    from batch_renamer.library import (
        AccountOptions,
        ApplyOptions,
        Audit,
        AuditOptions,
        InterruptedRenamingError,
        OnProgress,
        Options,
        Plan,
        Renaming,
        ResumeOptions,
        RunProgress,
        RunResult,
        open_plan,
        open_plan_async,
        open_run,
        open_run_async,
        plan_orders,
        plan_orders_async,
        rename_orders,
        rename_orders_async,
    )
    from batch_renamer.model import ReportRow, Result, RunSummary

__all__ = [
    "AccountOptions",
    "ApplyOptions",
    "Audit",
    "AuditOptions",
    "BatchRenamerError",
    "InputError",
    "InterruptedRenamingError",
    "LockedError",
    "OnProgress",
    "Options",
    "Plan",
    "ProblemsError",
    "Renaming",
    "ReportRow",
    "Result",
    "ResumeOptions",
    "RunProgress",
    "RunResult",
    "RunSummary",
    "SettingsError",
    "SheetError",
    "__version__",
    "open_plan",
    "open_plan_async",
    "open_run",
    "open_run_async",
    "plan_orders",
    "plan_orders_async",
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
