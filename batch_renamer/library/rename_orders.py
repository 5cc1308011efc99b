"""The library door: a DataFrame enters, a DataFrame of outcomes leaves; nothing is printed, nothing is global.

The stages are those of the command line. The journal is a temporary one unless ``state_dir`` is given; that of a run
which was stopped after it had begun to rename is kept, and named.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypedDict, Unpack

import pandas as pd
from anyio.from_thread import BlockingPortal, start_blocking_portal

from batch_renamer.errors import BatchRenamerError
from batch_renamer.library.frame_job import FrameJob, Renaming

__all__ = ["InterruptedRenamingError", "Options", "Renaming", "rename_orders", "rename_orders_async"]

# The log goes where the program around sends it. Without any handler Python would print warnings on standard error.
logging.getLogger("batch_renamer").addHandler(logging.NullHandler())


class Options(TypedDict, total=False):
    """The options of `rename_orders`; times are in seconds, `Settings` says what each means."""

    base_url: str
    api_version: str | None
    sandbox: bool
    rate: float | None
    workers: int | None
    attempts: int
    timeout: float
    patience: float
    id_column: str | None
    name_column: str | None
    current_name_column: str | None
    first: int | None
    max_failures: int | str
    max_renames: int | None
    strict: bool
    report: str | Path | list[str | Path]
    state_dir: str | Path | None
    wait: float


class InterruptedRenamingError(KeyboardInterrupt):
    """Ctrl-C, or a notebook's stop button, ended `rename_orders`; ``renaming`` is what it has come to."""

    def __init__(self, renaming: Renaming, how_to_go_on: str) -> None:
        super().__init__(how_to_go_on)
        self.renaming = renaming


async def rename_orders_async(
    frame: pd.DataFrame, *, api_key: str | None = None, dry_run: bool = False, **options: Unpack[Options]
) -> Renaming:
    """Rename the orders of a DataFrame with the columns ``order_id`` and ``new_name``.

    ``api_key`` is needed unless ``sandbox=True``. ``dry_run`` only reads, and every row that would be renamed is
    ``planned``. The other options are those of the command line, by the names of `Options`. The environment and
    configuration files are not looked at.

    Bad rows are values in the result. A run that was stopped early has its cause in ``summary.stopped``, as has one
    that was kept out because another run was renaming in the same account (``wait`` is how long it waits for that).

    To take a renaming back, rename its `Renaming.undo_frame`: an order that was renamed since is left alone.

    When the task is cancelled, requests in flight are finished (10 s at most) and written down. If orders were renamed
    by then, the journal is kept and a warning in the log "batch_renamer" says where.

    Raises:
        SettingsError: an option is wrong, or the key is missing.
        SheetError: it is no DataFrame, or has no usable columns.
        BatchRenamerError: the journal can't be written, or there is a fault in the program.

    Example:
        >>> import anyio
        >>> frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> async def main() -> list[str]:
        ...     renaming = await rename_orders_async(frame, sandbox=True)
        ...     return [str(result) for result in renaming.outcomes["result"]]
        >>> anyio.run(main)
        ['renamed']
    """
    return await FrameJob(frame, api_key=api_key, dry_run=dry_run, options=options).perform()


def rename_orders(
    frame: pd.DataFrame, *, api_key: str | None = None, dry_run: bool = False, **options: Unpack[Options]
) -> Renaming:
    """Rename the orders of a DataFrame and wait for the end; also from within a running event loop (a notebook).

    Takes, returns and raises what `rename_orders_async` does. Ctrl-C finishes the requests in flight, a second one ends
    at once; then `InterruptedRenamingError`, a KeyboardInterrupt, has the outcomes so far.

    Example:
        >>> frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> rename_orders(frame, sandbox=True, dry_run=True).outcomes["result"].tolist()
        ['planned']
    """
    job = FrameJob(frame, api_key=api_key, dry_run=dry_run, options=options)
    # A thread of its own: a notebook's event loop is running already, and a second one can't run in its thread.
    with start_blocking_portal() as portal:
        return _until_the_end(job, portal)


def _until_the_end(job: FrameJob, portal: BlockingPortal) -> Renaming:
    """Wait for a job in another thread; Ctrl-C reaches this thread alone, and is passed on."""
    future = portal.start_task_soon(job.perform)
    interrupts = 0
    while True:
        try:
            renaming = future.result()
        except KeyboardInterrupt:
            interrupts += 1
            if not portal.call(job.interrupt, interrupts > 1):
                future.cancel()
                raise
        except BatchRenamerError:
            if interrupts:
                raise KeyboardInterrupt from None  # it was stopped before it had rows to tell of
            raise
        else:
            if interrupts:
                raise InterruptedRenamingError(renaming, job.how_to_go_on)
            return renaming
