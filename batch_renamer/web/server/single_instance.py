"""One server for each state directory: a second one finds the first, and opens a page of it instead.

A server registers under an id while it lives (`liveness`), and keeps its address and its token in a private file of
that name. The file of a server that was killed is believed by no program, and removed by the next server.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import anyio.to_thread
from filelock import Timeout

from batch_renamer.errors import NeverBeganError
from batch_renamer.files import private_folder, read_regular, write_private
from batch_renamer.liveness import Registration, registered, system_lock

__all__ = ["RunningServer", "only_one_starts", "registered_as_running", "running_server"]

_FOLDER = "servers"
_STARTING = "starting.lock"
_PATIENCE_S = 20.0
_LONGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """A server that is at work: where, the token that lets requests in, and the number of its process."""

    origin: str
    token: str = field(repr=False)
    process: int


@asynccontextmanager
async def only_one_starts(folder: Path) -> AsyncIterator[None]:
    """Let no other server start while the block lasts; wait for one that does.

    Raises:
        NeverBeganError: another one does not come to an end, or the folder can't be used.
    """
    try:
        private_folder(folder)
        lock = system_lock(folder / _STARTING, timeout_s=_PATIENCE_S)
        await anyio.to_thread.run_sync(lock.acquire)
    except Timeout:
        raise NeverBeganError("Another `batch-renamer web` has begun to start, and does not go on. End it.") from None
    except OSError as error:
        raise NeverBeganError(f"{folder} can't be used: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()


def running_server(folder: Path) -> RunningServer | None:
    """Return the server that is at work, if there is one; remove the files of those that were killed.

    Call it in `only_one_starts`.
    """
    servers = folder / _FOLDER
    alive = set(registered(servers))
    for place in servers.glob("*.json"):
        if place.stem not in alive:
            place.unlink(missing_ok=True)
        elif (found := _read(place)) is not None:
            return found
    return None


@contextmanager
def registered_as_running(folder: Path, *, origin: str, token: str) -> Iterator[None]:
    """Register this server, so that a second one finds it, while the block lasts.

    Raises:
        NeverBeganError: the folder can't be used.
    """
    name = secrets.token_hex(8)
    place = folder / _FOLDER / f"{name}.json"
    server = RunningServer(origin=origin, token=token, process=os.getpid())
    try:
        registration = Registration(place.parent, label=name)
        write_private(place, json.dumps(asdict(server)), replace=False)
    except OSError as error:
        raise NeverBeganError(f"{folder} can't be used: {error.strerror or error}.") from error
    with registration:
        try:
            yield
        finally:
            with suppress(OSError):  # as on a disk that became read-only: a file without a server is not believed
                place.unlink(missing_ok=True)


def _read(place: Path) -> RunningServer | None:
    """Return what a server has written; None if the file can't be understood, as when another version wrote it."""
    try:
        text, _ = read_regular(place, limit_bytes=_LONGEST)
        return RunningServer(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return None
