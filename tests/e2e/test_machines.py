"""Several machines: a real scheduler and real workers rename the orders of a sandbox, and die."""

from __future__ import annotations

import random
from pathlib import Path

from tests.support.command import KEY
from tests.support.killed_machines import KilledMachines
from tests.support.machines import machines
from tests.support.served import served


async def test_a_run_of_several_machines_ends_as_that_of_one_whatever_dies(tmp_path: Path) -> None:
    """Undisturbed, with a scheduler that stands still, with a worker that is killed, and resumed without the cluster.

    No order is sent more than twice. Workers that are cut off send what their last leases allow, and no more: here each
    address has a limit of its own. The key is in no log, and nowhere in what the scheduler knows.
    """
    addresses = ("office", "cellar", "cellar")
    async with served(tmp_path) as renamer, machines(tmp_path / "cluster", outgoing=addresses) as cluster:
        killed = KilledMachines(renamer, cluster, rows=300)
        renamer.options = {"--rate": "400"}
        await killed.alone()
        await killed.undisturbed()
        renamer.options = {"--rate": "60"}
        came = await killed.cut_off("--limit-per", "address", for_s=2)
        # The leases allow 60 requests, and some may be under way; without an end, 240 would come.
        assert len(came) <= 190
        renamer.options = {"--rate": "400"}
        chance = random.Random(16)  # noqa: S311 - to be repeatable
        await killed.worker_dies(chance)
        await killed.coordinator_dies(chance, with_cluster=False)
        state = tmp_path / "state"
        async with cluster.client() as client:
            await client.dump_cluster_state(str(state), format="yaml")
    logs = [*state.parent.glob("state*"), *(tmp_path / "cluster").glob("*.log")]
    assert len(logs) == 3
    assert not [log.name for log in logs if KEY in log.read_text("utf-8")]
