"""Opens the cluster: the one whose scheduler is named, or workers of its own on this machine."""

from __future__ import annotations

import logging
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from batch_renamer.errors import InputError, SettingsError
from batch_renamer.settings import Settings, is_loopback

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["is_protected", "open_cluster"]

_WORKERS_HERE = 3
"""Processes of a cluster that is started on this machine: to try it out, because they share one address."""

_CONNECT_S = 15.0


@asynccontextmanager
async def open_cluster(settings: Settings) -> AsyncIterator[Client]:
    """Connect to a cluster; one of this machine ends with the run.

    Raises:
        SettingsError: the extra is not installed.
        InputError: the scheduler can't be reached.
    """
    try:
        import dask.config  # noqa: PLC0415 - the extra, which is imported only where it is wanted
        from distributed import Client, LocalCluster  # noqa: PLC0415 - likewise
    except ImportError:
        raise SettingsError("--engine dask needs an extra: pip install 'batch-renamer[dask]'") from None
    async with AsyncExitStack() as opened:
        if settings.scheduler is None:
            scratch = opened.enter_context(tempfile.TemporaryDirectory(prefix="batch-renamer-dask-"))
            # A worker that dies is not started again: its rows are read back, and the others do the rest.
            opened.enter_context(
                dask.config.set(
                    {
                        "temporary-directory": scratch,
                        "distributed.nanny.pre-spawn-environ.PYTHONWARNINGS": "ignore",
                        "distributed.scheduler.allowed-failures": 0,
                        "distributed.scheduler.http.routes": [],
                        "distributed.worker.http.routes": [],
                    }
                )
            )
            with _without_interrupts():
                cluster = await opened.enter_async_context(
                    LocalCluster(
                        n_workers=_WORKERS_HERE,
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
            address = cluster.scheduler_address
        else:
            address = settings.scheduler
        try:
            client = Client(address, asynchronous=True, set_as_default=False, timeout=_CONNECT_S)
            await opened.enter_async_context(client)
        except (OSError, RuntimeError, TypeError, ValueError) as error:  # the latter: certificates that can't be used
            how = "give Dask its certificates" if address.startswith("tls:") else "start it"
            raise InputError(
                f"The scheduler at {address} can't be reached ({type(error).__name__}): {how}, or leave out "
                "--engine dask. Nothing was sent."
            ) from None
        yield client


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


def is_protected(address: str) -> bool:
    """Tell whether what goes to an address is encrypted, or stays on this machine.

    Example:
        >>> is_protected("tls://10.0.0.5:4000"), is_protected("tcp://127.0.0.1:4000"), is_protected("tcp://10.0.0.5:4000")
        (True, True, False)
    """
    parts = urlsplit(address)
    return parts.scheme in ("tls", "inproc") or (parts.scheme == "tcp" and is_loopback(parts.hostname or ""))
