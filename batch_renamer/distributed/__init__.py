"""Several machines: the renames of a run are sent by the workers of a Dask cluster.

The command stays the coordinator: it reads, plans and keeps the journal, and it alone holds the budget of requests.
Nothing here is imported for a run of one machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a worker imports this package, too, and needs neither jobs nor journal
    from batch_renamer.jobs import Engine

__all__ = ["dask_engine"]


def dask_engine() -> Engine:
    """Return what sends the changes of a run by the workers of the cluster that its settings name."""
    from batch_renamer.distributed.coordinator import check_cluster, in_plan, opened  # noqa: PLC0415 - see above
    from batch_renamer.jobs import Engine  # noqa: PLC0415 - see above

    return Engine(check=check_cluster, open=opened, remark=in_plan)
