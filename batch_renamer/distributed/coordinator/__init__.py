"""The side of the command: it opens the cluster, hands out shards, gives leases and takes outcomes."""

from __future__ import annotations

from batch_renamer.distributed.coordinator.cluster import check_cluster
from batch_renamer.distributed.coordinator.expectation import in_plan
from batch_renamer.distributed.coordinator.opening import opened

__all__ = ["check_cluster", "in_plan", "opened"]
