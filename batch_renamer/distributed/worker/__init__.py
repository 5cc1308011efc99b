"""The side of a worker of the cluster: one client of the API, which sends what its leases allow."""

from __future__ import annotations

from batch_renamer.distributed.worker.tasks import make_pad, start_agent, work_at

__all__ = ["make_pad", "start_agent", "work_at"]
