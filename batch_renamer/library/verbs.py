"""The library door: plan and rename the orders of a DataFrame. Nothing is printed, nothing is global.

The stages, the journal and the lock of an account are those of the command line.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Unpack

import pandas as pd

from batch_renamer.commands import APPLY, PLAN, Command
from batch_renamer.errors import SheetError
from batch_renamer.jobs import load_options
from batch_renamer.library.access import Access
from batch_renamer.library.calls import Call
from batch_renamer.library.frames import CallersFrame
from batch_renamer.library.options import Options, checked_key, names_of, resolved
from batch_renamer.library.prepared import from_frame
from batch_renamer.library.progress import OnProgress
from batch_renamer.library.results import Plan, Renaming, interrupted
from batch_renamer.library.signature import shows_options
from batch_renamer.library.waiting import awaited, blocking
from batch_renamer.library.wording import worded_for_callers
from batch_renamer.loader import open_frame

__all__ = ["plan_orders", "plan_orders_async", "rename_orders", "rename_orders_async"]

# The log goes where the program around sends it. Without any handler Python would print warnings on standard error.
logging.getLogger("batch_renamer").addHandler(logging.NullHandler())


@shows_options(Options)
def plan_orders(
    frame: pd.DataFrame,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[Options],
) -> Plan:
    """Read the orders' current names, and return what `rename_orders` would do; nothing is renamed.

    Takes what `rename_orders` does. The plan is kept in the journal: `Plan.apply`, or ``batch-renamer apply --plan ID``
    on the command line, does exactly it.

    Raises:
        SettingsError: an option is wrong, or the key is missing.
        SheetError: it is no DataFrame, or has no usable columns.
        BatchRenamerError: the journal can't be used, or there is a fault in the program.

    Example:
        >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]}, index=["first"])
        >>> plan_orders(orders, sandbox=True).outcomes.loc["first", "result"]
        'planned'
    """
    return blocking(_of_frame(PLAN, frame, api_key, progress, options), Plan, interrupted)


@shows_options(Options)
async def plan_orders_async(
    frame: pd.DataFrame,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[Options],
) -> Plan:
    """Do what `plan_orders` does, in the running event loop."""
    return await awaited(_of_frame(PLAN, frame, api_key, progress, options), Plan, interrupted)


@shows_options(Options)
def rename_orders(
    frame: pd.DataFrame,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[Options],
) -> Renaming:
    """Rename the orders of a DataFrame, and wait for the end; also from within a running event loop (a notebook).

    Bad rows are values in the result, and `Renaming.raise_for_problems` raises for them. A run that was stopped early
    has its cause in ``summary.stopped``. The environment and configuration files are not looked at.

    Ctrl-C finishes the requests in flight (10 s at most), a second one ends at once.

    Args:
        frame: The columns ``order_id`` and ``new_name``; optional ``current_name`` (another name: the order is left
            alone) and ``skip`` (a mark leaves the row out).
        api_key: The key; needed unless ``sandbox=True``.
        progress: True shows a bar (in a notebook a line), a function is told how far the run is.
        **options: Explained by ``help(batch_renamer.Options)``. Times are in seconds.

    Raises:
        SettingsError: an option is wrong, or the key is missing.
        SheetError: it is no DataFrame, or has no usable columns.
        LockedError: another run renames in the account; ``wait`` is how many seconds to wait for its end.
        InterruptedRenamingError: Ctrl-C; it has what was done, and how to go on.
        BatchRenamerError: the journal can't be used, or there is a fault in the program.

    Example:
        >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> renaming = rename_orders(orders, sandbox=True)
        >>> renaming.outcomes[["order_id", "final_name", "result"]].values.tolist()
        [['a1', '12 Elm St', 'renamed']]
        >>> renaming.undo().outcomes["final_name"].tolist()
        ['Order a1']
    """
    return blocking(_of_frame(APPLY, frame, api_key, progress, options), Renaming, interrupted)


@shows_options(Options)
async def rename_orders_async(
    frame: pd.DataFrame,
    *,
    api_key: str | None = None,
    progress: OnProgress | bool = False,
    **options: Unpack[Options],
) -> Renaming:
    """Do what `rename_orders` does, in the running event loop.

    When the task is cancelled, requests in flight are finished (10 s at most) and written down. The ``__cause__`` of
    the CancelledError is an `InterruptedRenamingError` that has what was done, and how to go on; the log
    "batch_renamer" has a warning that says so, too.

    Example:
        >>> import anyio
        >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> async def main() -> list[str]:
        ...     renaming = await rename_orders_async(orders, sandbox=True)
        ...     return renaming.outcomes["result"].tolist()
        >>> anyio.run(main)
        ['renamed']
    """
    return await awaited(_of_frame(APPLY, frame, api_key, progress, options), Renaming, interrupted)


def _of_frame(
    command: Command,
    frame: pd.DataFrame,
    api_key: object,
    progress: OnProgress | bool,
    options: Mapping[str, object],
) -> Call:
    if not isinstance(frame, pd.DataFrame):
        raise SheetError(
            f"A pandas DataFrame with the columns order_id and new_name is needed, not a {type(frame).__name__}: "
            "make one with pd.DataFrame(...), or read a file with pd.read_csv(path, dtype=str)."
        )
    settings = resolved(options, known=names_of(Options))
    with worded_for_callers():
        columns = open_frame(frame, load_options(settings)).columns
    # What the caller does to the frame later is nothing to the run.
    given = CallersFrame(frame=frame.copy(deep=False), used={at for at in columns.used if at is not None})
    key = None if settings.sandbox else checked_key(api_key)
    access = Access(given=options, key=key, progress=progress, frame=given)
    return Call(command, from_frame(given), settings=settings, access=access)
