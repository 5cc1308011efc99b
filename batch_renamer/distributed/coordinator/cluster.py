"""Opens the cluster: the one whose scheduler is named, or that of `own_workers`."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio

from batch_renamer.distributed.coordinator.own_workers import own_workers
from batch_renamer.errors import InputError, SettingsError
from batch_renamer.settings import Settings, is_loopback

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["check_cluster", "is_protected", "open_cluster", "quiet_dask"]

_CONNECT_S = 15.0

_LOOK_AFTER_S = 0.2
"""A client that is not open after this may wait for nothing."""

_SAY_AFTER_S = 2.0
"""A scheduler that has not answered after this is waited for aloud."""


async def check_cluster(
    settings: Settings,
    notify: Callable[[str], None],
    *,
    connect_s: float = _CONNECT_S,
    say_after_s: float = _SAY_AFTER_S,
) -> None:
    """Make sure that the cluster can be used; one of this machine is started with the renames.

    ``notify`` says that the scheduler is waited for, where it has not answered after ``say_after_s`` seconds.

    Raises:
        SettingsError: the extra is not installed.
        InputError: the scheduler can't be reached within so many seconds, or no worker can be given the key.
    """
    _require_extra()
    if settings.scheduler is None:
        return
    async with _connected(settings.scheduler, notify, within_s=connect_s, say_after_s=say_after_s) as client:
        workers = await client.nthreads()
    if not workers:
        raise InputError(
            f"The scheduler at {settings.scheduler} has no worker: start some, or leave out --engine dask. Nothing was "
            "sent."
        )
    if not any(map(is_protected, workers)):
        raise InputError(
            f"The scheduler at {settings.scheduler} has no worker that can be used: the API key would reach them "
            "unencrypted. Give them certificates. Nothing was sent."
        )


@asynccontextmanager
async def open_cluster(settings: Settings, notify: Callable[[str], None]) -> AsyncIterator[Client]:
    """Connect to a cluster; one of this machine ends with the run. ``notify`` says that its scheduler is waited for.

    Raises:
        SettingsError: the extra is not installed.
        InputError: the scheduler can't be reached.
    """
    _require_extra()
    async with AsyncExitStack() as opened:
        address = settings.scheduler
        if address is None:
            address = await opened.enter_async_context(own_workers())
        yield await opened.enter_async_context(_connected(address, notify))


def _require_extra() -> None:
    try:
        import distributed  # noqa: F401, PLC0415 - the extra, which is imported only where it is wanted
    except ImportError:
        raise SettingsError("--engine dask needs an extra: pip install 'batch-renamer[dask]'") from None


@asynccontextmanager
async def _connected(
    address: str, notify: Callable[[str], None], *, within_s: float = _CONNECT_S, say_after_s: float = _SAY_AFTER_S
) -> AsyncIterator[Client]:
    from distributed import Client  # noqa: PLC0415 - the extra, which is imported only where it is wanted

    how = "give Dask its certificates" if address.startswith("tls:") else "start it"
    waits = asyncio.get_running_loop().call_later(
        say_after_s, notify, f"Waiting for the scheduler at {address}, {within_s:g} s at most."
    )
    async with AsyncExitStack() as opened:
        opened.enter_context(quiet_dask())
        try:
            with anyio.fail_after(within_s):  # The client's own timeout leaves out the handshake.
                client = Client(address, asynchronous=True, set_as_default=False, timeout=within_s)
                opened.push_async_callback(client.close)
                await _open_where_something_listens(client, address)
        except (OSError, RuntimeError, TypeError, ValueError) as error:  # the latter: certificates that can't be used
            if isinstance(error, TimeoutError):
                why = f"no answer within {within_s:g} s"
            elif isinstance(error, _NothingThereError):
                why, how = str(error), "start it"
            elif isinstance(error, TypeError):  # what Dask says where it has no certificates at all
                why = "no certificates are given"
            else:
                why = type(error).__name__
            raise InputError(
                f"The scheduler at {address} can't be reached ({why}): {how}, or leave out "
                "--engine dask. Nothing was sent."
            ) from None
        finally:
            waits.cancel()
        yield client


class _NothingThereError(OSError):
    """Nothing takes connections at an address."""


async def _open_where_something_listens(client: Client, address: str) -> None:
    """Open a client, and don't wait until its time is over where nothing can answer it.

    That is only looked at when the client takes long: the scheduler would log the connection as a broken one.
    """

    async def open_() -> None:
        await client

    opening = asyncio.create_task(open_())
    try:
        done, _ = await asyncio.wait((opening,), timeout=_LOOK_AFTER_S)
        if not done:
            await _listens(address)
        await opening
    finally:
        opening.cancel()


async def _listens(address: str) -> None:
    """Make sure that something takes connections at an address: Dask would try again until its time is over.

    Raises:
        _NothingThereError: nothing does, and the system has said so.
    """
    parts = urlsplit(address)
    try:
        _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except socket.gaierror:
        raise _NothingThereError(f"there is no host {parts.hostname}") from None
    except OSError:
        raise _NothingThereError("nothing answers there") from None
    writer.close()


@contextmanager
def quiet_dask() -> Iterator[None]:
    """Keep Dask's own log off the screen: it has tracebacks of what is told here in a sentence."""
    handlers = [(handler, handler.level) for handler in logging.getLogger("distributed").handlers]
    for handler, _ in handlers:
        handler.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for handler, level in handlers:
            handler.setLevel(level)


def is_protected(address: str) -> bool:
    """Tell whether what goes to an address is encrypted, or stays on this machine.

    Example:
        >>> is_protected("tls://10.0.0.5:4000"), is_protected("tcp://127.0.0.1:4000"), is_protected("tcp://10.0.0.5:4000")
        (True, True, False)
    """
    parts = urlsplit(address)
    return parts.scheme in ("tls", "inproc") or (parts.scheme == "tcp" and is_loopback(parts.hostname or ""))
