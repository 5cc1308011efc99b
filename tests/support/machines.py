"""A cluster of real processes on this machine: a scheduler, and workers that can be killed, stopped and added."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from distributed import Client

from tests.support.command import environment
from tests.support.gate import DEADLINE_S

__all__ = ["Machines", "machines"]

_SCHEDULER = (sys.executable, "-m", "distributed.cli.dask_scheduler")
_WORKER = (sys.executable, "-m", "distributed.cli.dask_worker")

_HERE = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""Without a dashboard there is an HTTP server all the same, which would listen at every address."""

_ALONE = ("--death-timeout", "20")
"""Seconds after which a worker ends by itself whose scheduler is gone."""


@dataclass(slots=True, kw_only=True)
class Machines:
    """The processes of a cluster; ``address`` is its scheduler's."""

    folder: Path
    address: str
    scheduler: Process
    workers: list[Process] = field(default_factory=list)

    @property
    def options(self) -> tuple[str, ...]:
        """What a command is given to use it."""
        return ("--engine", "dask", "--scheduler", self.address)

    async def add(self, *outgoing: str, port: int = 0, scheduler: str = "") -> None:
        """Start workers, and wait until the scheduler has them.

        There is one for each name of the address from which it sends; it is left unnamed where the name is "".
        ``scheduler`` is another address at which they reach the scheduler.
        """
        words = (
            *_WORKER,
            scheduler or self.address,
            "--no-nanny",
            *_HERE,
            *_ALONE,
            "--nthreads",
            "1",
            "--worker-port",
            str(port),
        )
        for name in outgoing:
            named = {"DASK_BATCH_RENAMER__OUTGOING_ADDRESS": name} if name else {}
            started = await _started(
                (*words, "--local-directory", self.folder), folder=self.folder, log="workers.log", env=named
            )
            self.workers.append(started)
        async with asyncio.timeout(DEADLINE_S), self.client() as client:
            while not {worker.pid for worker in self.workers} <= set((await _process_ids(client)).values()):  # noqa: ASYNC110 - of others
                await asyncio.sleep(0.05)

    def client(self) -> AbstractAsyncContextManager[Client]:
        """Connect to the cluster as any program may."""
        return Client(self.address, asynchronous=True, set_as_default=False)

    async def kill(self, worker: Process) -> None:
        """Kill a worker."""
        self.workers.remove(worker)
        worker.kill()
        await worker.wait()

    async def restart(self, worker: Process) -> None:
        """Kill a worker and start it again at the same address, as a service that keeps it alive would."""
        async with self.client() as client:
            [address] = [address for address, pid in (await _process_ids(client)).items() if pid == worker.pid]
        await self.kill(worker)
        await self.add("", port=urlsplit(address).port or 0)

    def freeze(self) -> None:
        """Stop the scheduler, so that every worker is cut off."""
        self.scheduler.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the scheduler go on."""
        self.scheduler.send_signal(signal.SIGCONT)


async def _started(
    words: tuple[str | Path, ...], *, folder: Path, log: str, env: Mapping[str, str] | None = None
) -> Process:
    with (folder / log).open("ab") as file:
        return await asyncio.create_subprocess_exec(
            *map(str, words), env=environment(folder, key=None, **(env or {})), stdout=DEVNULL, stderr=file
        )


async def _process_ids(client: Client) -> dict[str, int]:
    """Return the process of each worker by its address; one that has just died is left out."""
    answers = await client.run(os.getpid, on_error="ignore")
    return {address: pid for address, pid in answers.items() if isinstance(pid, int)}


def _is_whole(file: Path) -> bool:
    return file.exists() and file.read_text("utf-8").rstrip().endswith("}")


@asynccontextmanager
async def machines(folder: Path, *, outgoing: Sequence[str] = ("", "", "")) -> AsyncIterator[Machines]:
    """Start a cluster with these workers (`Machines.add`), and end it with the block."""
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - nothing else runs yet
    file = folder / "scheduler.json"
    words = (*_SCHEDULER, *_HERE, "--port", "0", "--scheduler-file", file)
    scheduler = await _started(words, folder=folder, log="scheduler.log")
    made: Machines | None = None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not _is_whole(file):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.05)
        made = Machines(folder=folder, address=json.loads(file.read_text("utf-8"))["address"], scheduler=scheduler)
        await made.add(*outgoing)
        yield made
    finally:
        for process in (*(made.workers if made is not None else ()), scheduler):
            if process.returncode is None:
                process.kill()
            await process.wait()
