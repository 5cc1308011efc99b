"""Several machines: the renames of a run are sent by the workers of a Dask cluster.

The command stays the coordinator: it reads, plans and keeps the journal, and it alone holds the budget of requests.
Nothing here is imported for a run of one machine.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a worker imports this package, too, and needs neither jobs nor journal
    from batch_renamer.jobs import ApiSession, Run
    from batch_renamer.renaming import RenameAll

__all__ = ["over_dask"]


def over_dask(run: Run, api: ApiSession) -> AbstractAsyncContextManager[RenameAll]:
    """Open the cluster that a run's settings name, and give what sends changes by its workers.

    Raises:
        SettingsError, InputError: it can't be opened, or has no worker that can be used; nothing was sent.
    """
    from batch_renamer.distributed.coordinator import opened  # noqa: PLC0415 - see above

    return opened(run, api)
