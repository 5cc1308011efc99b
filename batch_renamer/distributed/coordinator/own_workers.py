"""Starts a cluster of this machine: a scheduler and some workers, which end with the run."""

from __future__ import annotations

import logging
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from multiprocessing import resource_tracker

__all__ = ["own_workers"]

_WORKERS = 3
"""Processes of a cluster that is started on this machine: to try it out, because they share one address."""


@asynccontextmanager
async def own_workers() -> AsyncIterator[str]:
    """Start workers as processes of this machine, and give the address of their scheduler.

    A worker that dies is not started again: its rows are read back, and the others do the rest.
    """
    import dask.config  # noqa: PLC0415 - the extra, which is imported only where it is wanted
    from distributed import LocalCluster  # noqa: PLC0415 - likewise

    async with AsyncExitStack() as opened:
        scratch = opened.enter_context(tempfile.TemporaryDirectory(prefix="batch-renamer-dask-"))
        settings = {
            "temporary-directory": scratch,
            "distributed.nanny.pre-spawn-environ.PYTHONWARNINGS": "ignore",
            "distributed.scheduler.allowed-failures": 0,
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
        }
        opened.enter_context(dask.config.set(settings))
        with _without_interrupts():
            cluster = await opened.enter_async_context(
                LocalCluster(
                    n_workers=_WORKERS,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    # Without a dashboard there is an HTTP server all the same: it serves nothing, to this machine.
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    local_directory=scratch,
                    asynchronous=True,
                    silence_logs=logging.CRITICAL,
                )
            )
        yield cluster.scheduler_address


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let the processes that are started meanwhile ignore Ctrl-C, which a terminal sends to all of them.

    The command stops them. They inherit what this thread blocks; a Ctrl-C that comes meanwhile is delivered afterwards.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: there they end, and their rows are read back
        yield
        return
    resource_tracker.ensure_running()  # Where it had to be started first, that would unblock the signal.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
