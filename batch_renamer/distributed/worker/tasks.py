"""What the cluster runs in a worker process: to start the agent of a run, and the shards that it is to send."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from batch_renamer.distributed.messages import Hello, Pad, Secret, Setup, Shard, ShardEnd
from batch_renamer.distributed.outgoing import outgoing_address
from batch_renamer.distributed.queues import lease_queue, report_queue
from batch_renamer.distributed.worker.agent import Agent
from batch_renamer.version import __version__

if TYPE_CHECKING:
    from distributed import Worker

__all__ = ["make_pad", "start_agent", "work_at"]


async def make_pad(agent_name: str, length: int, *, dask_worker: Worker) -> Pad:
    """Return a pad with which the key for an agent is to be masked."""
    pad = dask_worker.extensions[_pad_name(agent_name)] = Pad.for_length(length)
    return pad


async def start_agent(setup: Setup, masked_key: bytes, agent_name: str, *, dask_worker: Worker) -> Hello:
    """Start an agent of a run in a worker, if it has the same version of batch-renamer.

    ``masked_key`` is the key, masked by what `make_pad` has returned.

    An earlier agent of the run ends first: the coordinator has given it up.
    """
    name = _name(setup.run)
    key = Secret.unmasked(masked_key, dask_worker.extensions.pop(_pad_name(agent_name)))
    if setup.version == __version__:
        from distributed import Client  # noqa: PLC0415 - only the worker of a cluster has it

        earlier: Agent | None = dask_worker.extensions.get(name)
        if earlier is not None:
            await earlier.end()
        client = await Client(
            dask_worker.scheduler.addr,
            security=_as_client(dask_worker.security),
            asynchronous=True,
            set_as_default=False,
            name=name,
        )
        agent = Agent(
            setup,
            agent_name,
            reports=await report_queue(setup.run, client),
            leases=await lease_queue(setup.run, agent_name, client),
        )
        dask_worker.extensions[name] = agent

        async def live() -> None:
            try:
                await agent.run(key)
            finally:
                if dask_worker.extensions.get(name) is agent:
                    del dask_worker.extensions[name]
                await client.close()

        agent.task = asyncio.create_task(live())
    return Hello(version=__version__, outgoing=outgoing_address(dask_worker.address))


def _as_client(security: Any) -> Any:
    """Return the certificates of a worker as those of a client, which it has none of its own."""
    if not security.tls_worker_cert or security.tls_client_cert:
        return security
    return type(security)(
        tls_ca_file=security.tls_ca_file,
        tls_client_cert=security.tls_worker_cert,
        tls_client_key=security.tls_worker_key,
        require_encryption=security.require_encryption,
    )


def work_at(run: str, shard: Shard) -> ShardEnd:
    """Send the changes of a shard in the agent of this worker: a task of the cluster, which leaves its pool at once."""
    from distributed import get_worker, secede  # noqa: PLC0415 - only the worker of a cluster has it

    worker = get_worker()
    agent: Agent | None = worker.extensions.get(_name(run))
    if agent is None:
        return ShardEnd(begun=False)
    secede()  # It waits, and others may compute meanwhile: also the next shard.
    loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]  # tornado's types leave it out
    return asyncio.run_coroutine_threadsafe(agent.shards.work_at(shard), loop).result()


def _name(run: str) -> str:
    return f"batch-renamer-{run}"


def _pad_name(agent_name: str) -> str:
    return f"batch-renamer-pad-{agent_name}"
