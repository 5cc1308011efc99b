"""The library door: a DataFrame enters, a DataFrame of outcomes leaves; nothing is printed, nothing is global.

The stages are those of the command line. The journal is a temporary one unless ``state_dir`` is given.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from anyio.from_thread import start_blocking_portal

from batch_renamer.connect import open_journal, to_api, to_sandbox
from batch_renamer.errors import SettingsError
from batch_renamer.job import perform
from batch_renamer.loader import open_frame
from batch_renamer.model import COLUMNS, RunSummary
from batch_renamer.progress import make_progress
from batch_renamer.run import Run
from batch_renamer.settings import ApiKey, Settings, resolve_settings
from batch_renamer.stages import load_options

__all__ = ["Renaming", "rename_orders", "rename_orders_async"]

# The log goes where the program around sends it. Without any handler Python would print warnings on standard error.
logging.getLogger("batch_renamer").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """What became of a DataFrame: ``outcomes`` has one line per row and the columns of a report.

    ``summary`` is the run in figures; its ``exit_code`` is what the command line would have exited with, and
    ``stopped`` says why a run ended early ("" when it did not).
    """

    outcomes: pd.DataFrame
    summary: RunSummary


async def rename_orders_async(
    frame: pd.DataFrame, *, api_key: str | None = None, dry_run: bool = False, **options: object
) -> Renaming:
    """Rename the orders of a DataFrame with the columns ``order_id`` and ``new_name``.

    ``api_key`` is needed unless ``sandbox=True``. ``dry_run`` only reads, and every row that would be renamed is
    ``planned``. The other options are those of the command line, by the names of `Settings`: ``rate`` (requests per
    second), ``workers``, ``attempts``, ``timeout`` and ``patience`` (seconds), ``max_failures``, ``base_url``,
    ``state_dir``, ... The environment and configuration files are not looked at.

    Bad rows are values in the result. A run that was stopped early has its cause in ``summary.stopped``.

    Raises:
        SettingsError: an option is wrong, or the key is missing.
        SheetError: the DataFrame has no usable columns.

    Example:
        >>> import anyio
        >>> frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> async def main() -> list[str]:
        ...     renaming = await rename_orders_async(frame, sandbox=True)
        ...     return [str(result) for result in renaming.outcomes["result"]]
        >>> anyio.run(main)
        ['renamed']
    """
    with _settings(options) as settings:
        destination = to_sandbox(settings) if settings.sandbox else to_api(settings, _key(api_key))
        with open_journal(settings) as journal:
            run = Run(
                command="plan" if dry_run else "apply",
                settings=settings,
                journal=journal,
                progress=make_progress(io.StringIO(), quiet=True),
                destination=destination,
                open_sheet=lambda _: nullcontext(open_frame(frame, load_options(settings))),
            )
            summary = await perform(run)
            outcomes = pd.DataFrame(
                [asdict(row) | {"result": row.result.value} for row in run.rows()], columns=list(COLUMNS)
            )
    return Renaming(outcomes=outcomes, summary=summary)


def rename_orders(
    frame: pd.DataFrame, *, api_key: str | None = None, dry_run: bool = False, **options: object
) -> Renaming:
    """Rename the orders of a DataFrame and wait for the end; also from within a running event loop (a notebook).

    Takes, returns and raises what `rename_orders_async` does.

    Example:
        >>> frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
        >>> rename_orders(frame, sandbox=True, dry_run=True).outcomes["result"].tolist()
        ['planned']
    """
    work = partial(rename_orders_async, frame, api_key=api_key, dry_run=dry_run, **options)
    # A thread of its own: a notebook's event loop is running already, and a second one can't run in its thread.
    with start_blocking_portal() as portal:
        future = portal.start_task_soon(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # Ctrl-C reaches this thread alone; without it the renaming would go on unseen
            raise


@contextmanager
def _settings(options: dict[str, object]) -> Iterator[Settings]:
    if options.get("state_dir") is not None:
        yield resolve_settings(options, environ={})
        return
    with tempfile.TemporaryDirectory(prefix="batch-renamer-") as folder:
        yield resolve_settings({**options, "state_dir": Path(folder)}, environ={})


def _key(api_key: str | None) -> ApiKey:
    if api_key is None:
        msg = "api_key is missing; give it, or sandbox=True to practise."
        raise SettingsError(msg)
    try:
        return ApiKey(api_key)
    except ValueError as error:
        msg = f"api_key {error}."
        raise SettingsError(msg) from None
