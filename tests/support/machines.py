"""A cluster of real processes on this machine: a scheduler, and workers that can be killed, stopped and added."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

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

    async def add(self, count: int = 1) -> None:
        """Start workers, and wait until the scheduler has them."""
        for _ in range(count):
            words = (
                *_WORKER,
                self.address,
                "--no-nanny",
                *_HERE,
                *_ALONE,
                "--nthreads",
                "1",
                "--local-directory",
                self.folder,
            )
            self.workers.append(await _started(words, folder=self.folder, log="workers.log"))
        async with asyncio.timeout(DEADLINE_S), Client(self.address, asynchronous=True, set_as_default=False) as client:
            while len(await client.nthreads()) < len(self.workers):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.05)

    async def kill(self, worker: Process) -> None:
        """Kill a worker."""
        self.workers.remove(worker)
        worker.kill()
        await worker.wait()

    def freeze(self) -> None:
        """Stop the scheduler, so that every worker is cut off."""
        self.scheduler.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the scheduler go on."""
        self.scheduler.send_signal(signal.SIGCONT)


async def _started(words: tuple[str | Path, ...], *, folder: Path, log: str) -> Process:
    with (folder / log).open("ab") as file:
        return await asyncio.create_subprocess_exec(
            *map(str, words), env=environment(folder, key=None), stdout=DEVNULL, stderr=file
        )


def _is_whole(file: Path) -> bool:
    return file.exists() and file.read_text("utf-8").rstrip().endswith("}")


@asynccontextmanager
async def machines(folder: Path, *, count: int = 3) -> AsyncIterator[Machines]:
    """Start a cluster, and end it with the block."""
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
        await made.add(count)
        yield made
    finally:
        for process in (*(made.workers if made is not None else ()), scheduler):
            if process.returncode is None:
                process.kill()
            await process.wait()
