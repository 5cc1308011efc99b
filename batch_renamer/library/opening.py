"""Opens runs and plans of the past by their id; a result can be resumed, undone, audited or applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Unpack

import anyio.to_thread

from batch_renamer.commands import APPLY, PLAN, RENAMING
from batch_renamer.errors import InputError
from batch_renamer.jobs import (
    address_of,
    committed,
    find,
    kept_plan,
    known_elsewhere,
    left_by_library,
    merely_planned,
)
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.library.access import Access, Done, look_up
from batch_renamer.library.options import AccountOptions, checked_key, keeps_no_journal, names_of, resolved
from batch_renamer.library.progress import OnProgress
from batch_renamer.library.results import Plan, Renaming
from batch_renamer.library.signature import shows_options
from batch_renamer.settings import Settings

__all__ = ["open_plan", "open_plan_async", "open_run", "open_run_async"]


@shows_options(AccountOptions)
def open_run(
    run_id: str | None = None,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    same_account: bool = False,
    **options: Unpack[AccountOptions],
) -> Renaming:
    """Return a run of the past, of a notebook or of the command line, to be resumed, undone or audited.

    Nothing is sent. The outcomes are those of the end of the run, with an index of their own from 0 on, because the
    caller's DataFrame is not kept: they belong to the rows ``frame.iloc[run.outcomes["row"] - 2]`` of it.

    Args:
        run_id: The run's id, or a unique beginning of it; without it the newest run that renamed.
        api_key: The key, needed by what follows unless ``sandbox=True``.
        progress: As for `rename_orders`; for what follows.
        same_account: The account's key was replaced since; this is the new one.
        **options: Explained by ``help(batch_renamer.Options)``; for what follows, too.

    Raises:
        InputError: there is no such run, or an option is wrong.
        BatchRenamerError: the journal can't be read.

    Example:
        >>> import pandas as pd
        >>> from batch_renamer import plan_orders, rename_orders
        >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> run_id = rename_orders(orders, sandbox=True).run_id
        >>> open_run(run_id, sandbox=True).outcomes["result"].tolist()
        ['renamed']
    """
    return Renaming.of(_opened(_renaming, run_id, api_key, progress, options, same_account=same_account))


@shows_options(AccountOptions)
async def open_run_async(
    run_id: str | None = None,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    same_account: bool = False,
    **options: Unpack[AccountOptions],
) -> Renaming:
    """Do what `open_run` does, outside the event loop."""
    opened = partial(_opened, _renaming, run_id, api_key, progress, options, same_account=same_account)
    return Renaming.of(await anyio.to_thread.run_sync(opened))


@shows_options(AccountOptions)
def open_plan(
    plan_id: str | None = None,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[AccountOptions],
) -> Plan:
    """Return a kept plan, of a notebook or of the command line, to be applied; without an id the newest.

    Takes and raises what `open_run` does.

    Example:
        >>> import pandas as pd
        >>> from batch_renamer import plan_orders, rename_orders
        >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> plan_id = plan_orders(orders, sandbox=True).run_id
        >>> open_plan(plan_id, sandbox=True).apply().outcomes["result"].tolist()
        ['renamed']
    """
    return Plan.of(_opened(_plan, plan_id, api_key, progress, options))


@shows_options(AccountOptions)
async def open_plan_async(
    plan_id: str | None = None,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[AccountOptions],
) -> Plan:
    """Do what `open_plan` does, outside the event loop."""
    opened = partial(_opened, _plan, plan_id, api_key, progress, options)
    return Plan.of(await anyio.to_thread.run_sync(opened))


Find = Callable[[Journal, str | None, Settings], RunRecord]


def _opened(
    found: Find,
    run_id: str | None,
    api_key: object,
    progress: OnProgress | bool,
    options: Mapping[str, object],
    *,
    same_account: bool = False,
) -> Done:
    if keeps_no_journal(options):
        raise InputError(
            "state_dir=None keeps no journal, so no run can be opened there; give the folder, or leave it out."
        )
    if not isinstance(run_id, str | None):
        raise InputError(f"The id of a run is a text (str), not {type(run_id).__name__}.")
    settings = resolved(options, known=names_of(AccountOptions))
    key = None if settings.sandbox or api_key is None else checked_key(api_key)
    access = Access(given=options, key=key, progress=progress, same_account=same_account)
    return look_up(access, settings, lambda journal: found(journal, run_id, settings))


def _renaming(journal: Journal, run_id: str | None, settings: Settings) -> RunRecord:
    base_url, profile = address_of(settings)
    return find(
        journal,
        run_id,
        base_url=base_url,
        profile=profile,
        commands=RENAMING,
        newest=committed,
        elsewhere=partial(_elsewhere, settings),
    )


def _plan(journal: Journal, plan_id: str | None, settings: Settings) -> RunRecord:
    base_url, profile = address_of(settings)
    return kept_plan(
        find(
            journal,
            plan_id,
            base_url=base_url,
            profile=profile,
            commands=(PLAN, APPLY),
            newest=merely_planned,
            elsewhere=partial(_elsewhere, settings),
        )
    )


def _elsewhere(settings: Settings, prefix: str) -> str:
    """Return where else a run whose id begins so is, in a sentence; nothing if it isn't."""
    if known_elsewhere(settings, prefix):
        return " There are runs without sandbox=True." if settings.sandbox else " There are runs with sandbox=True."
    folders = [] if settings.sandbox else left_by_library(settings, prefix)
    return "".join(f' A run that was to keep no journal is in state_dir="{folder}".' for folder in folders)
