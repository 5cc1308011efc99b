"""The table of stages: which stages a command has, in which order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from batch_renamer.commands import APPLY, APPLY_PLAN, AUDIT, CHECK, PLAN, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.job import SheetSource
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages import (
    ask_again,
    check_engine,
    check_lock_is_free,
    check_origin_unchanged,
    check_report_targets,
    check_write_back,
    confirm,
    enforce_limits,
    leave_others_for_later,
    load,
    load_interrupted,
    load_plan,
    lock,
    match_orders,
    pin_run,
    plan_audit,
    plan_undo,
    read,
    refuse_bad_rows,
    rename,
    reopen_unfinished,
    verify_key,
)
from batch_renamer.journal import RunRecord

__all__ = ["STAGES", "FromRun", "FromSheet", "Online", "Stages"]


@dataclass(frozen=True, slots=True)
class FromSheet:
    """A first stage that takes its rows from a spreadsheet; it returns the run that has them."""

    stage: Callable[[JobContext, SheetSource], Awaitable[RunRecord]]


@dataclass(frozen=True, slots=True)
class FromRun:
    """A first stage that takes its rows from another run; it returns the run that has them."""

    stage: Callable[[JobContext, RunRecord], Awaitable[RunRecord]]


Stage = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Online:
    """A stage that sends requests."""

    stage: Callable[[Run, ApiSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one command in their order.

    ``rows`` gives the job its run, unless one of ``before`` ends it. Between ``offline`` and ``online`` the API is
    opened.
    """

    rows: FromSheet | FromRun
    offline: tuple[Stage, ...]
    online: tuple[Stage | Online, ...] = ()
    before: tuple[Callable[[JobContext], Awaitable[None]], ...] = ()


_BEGIN = (pin_run, check_report_targets, check_write_back)
_LOOK = (Online(verify_key), Online(read))
_FIND_AND_LOOK = (Online(verify_key), Online(match_orders), Online(read))
_AGREE = (enforce_limits, confirm, lock)

STAGES: Mapping[Command, Stages] = {
    CHECK: Stages(FromSheet(load), (refuse_bad_rows, check_report_targets)),
    PLAN: Stages(FromSheet(load), (refuse_bad_rows, *_BEGIN), (*_FIND_AND_LOOK, enforce_limits)),
    APPLY: Stages(
        FromSheet(load),
        (refuse_bad_rows, *_BEGIN),
        (*_FIND_AND_LOOK, ask_again, *_AGREE, Online(rename)),
        before=(check_engine,),
    ),
    APPLY_PLAN: Stages(FromRun(load_plan), _BEGIN, (*_LOOK, *_AGREE, Online(rename)), before=(check_engine,)),
    RESUME: Stages(
        FromRun(load_interrupted),
        _BEGIN,
        (
            *(Online(verify_key), confirm, lock, reopen_unfinished, Online(match_orders), Online(read)),
            *(enforce_limits, Online(rename)),
            leave_others_for_later,
        ),
        before=(check_engine,),
    ),
    UNDO: Stages(
        FromRun(plan_undo),
        _BEGIN,
        (*_LOOK, *_AGREE, check_origin_unchanged, Online(rename)),
        before=(check_engine, check_lock_is_free),
    ),
    UNDO_DRY_RUN: Stages(FromRun(plan_undo), _BEGIN, (*_LOOK, enforce_limits)),
    AUDIT: Stages(FromRun(plan_audit), _BEGIN, _LOOK),
}
