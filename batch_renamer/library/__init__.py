"""The library: a DataFrame of order ids and new names becomes a plan or a renaming, with a DataFrame of outcomes."""

from __future__ import annotations

from batch_renamer.library.opening import open_plan, open_plan_async, open_run, open_run_async
from batch_renamer.library.options import AccountOptions, ApplyOptions, AuditOptions, Options, ResumeOptions
from batch_renamer.library.progress import OnProgress, RunProgress
from batch_renamer.library.results import Audit, InterruptedRenamingError, Plan, Renaming
from batch_renamer.library.run_result import RunResult
from batch_renamer.library.verbs import plan_orders, plan_orders_async, rename_orders, rename_orders_async

__all__ = [
    "AccountOptions",
    "ApplyOptions",
    "Audit",
    "AuditOptions",
    "InterruptedRenamingError",
    "OnProgress",
    "Options",
    "Plan",
    "Renaming",
    "ResumeOptions",
    "RunProgress",
    "RunResult",
    "open_plan",
    "open_plan_async",
    "open_run",
    "open_run_async",
    "plan_orders",
    "plan_orders_async",
    "rename_orders",
    "rename_orders_async",
]
