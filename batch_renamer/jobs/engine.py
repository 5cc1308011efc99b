"""What sends the planned renames of a run. This machine does it, unless a door gives the job another engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from batch_renamer.renaming import RenameAll, rename_all

if TYPE_CHECKING:  # a job holds its engine, so that these modules come after this one
    from batch_renamer.jobs.api_session import ApiSession
    from batch_renamer.jobs.run import Run

__all__ = ["Engine", "one_machine"]


Engine: TypeAlias = Callable[["Run", "ApiSession"], AbstractAsyncContextManager[RenameAll]]
"""Opens what sends the changes of a run, and closes it again; raises a BatchRenamerError if it can't be opened."""


@asynccontextmanager
async def one_machine(_run: Run, _api: ApiSession) -> AsyncIterator[RenameAll]:
    """Give the pool of this process."""
    yield rename_all
