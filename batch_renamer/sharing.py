"""One limit for all runs of this machine: live runs register in the state directory, and each takes an equal part.

A registration is a lock of the operating system on a small file: it goes with its process, however that ends. Who asks
how many there are tries the others' locks.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
from filelock import FileLock, Timeout

from batch_renamer.pacing import Pacer

__all__ = ["share_rate"]

log = logging.getLogger("batch_renamer")

_EVERY_S = 1.0
_PATIENCE_S = 1.0
"""Somebody who counts the live may hold a fresh registration for a moment, before its owner does."""


async def share_rate(pacer: Pacer, *, ceiling_per_s: float, state_dir: Path, base_url: str) -> None:
    """Keep ``pacer`` at an equal part of ``ceiling_per_s`` requests per second until cancelled.

    The others are the runs that live in the same state directory and speak to the same ``base_url``.
    """
    folder = state_dir / "live" / hashlib.blake2b(base_url.encode(), digest_size=8).hexdigest()
    shared_by = 1
    try:
        with _registered(folder) as own:
            while True:
                live = await anyio.to_thread.run_sync(_live, folder, own)
                if live != shared_by:
                    shared_by = live
                    pacer.share(ceiling_per_s / live)
                await anyio.sleep(_EVERY_S)
    except OSError as error:
        # Runs that can't register can't share; like strangers behind the same address, they meet by learning.
        log.warning("the limit is not shared with other runs on this machine: %s", error.strerror)


@contextmanager
def _registered(folder: Path) -> Iterator[Path]:
    for private in (folder.parent, folder):  # the mode given is that of the last folder alone
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{os.getpid()}-{secrets.token_hex(4)}.lock"
    lock = FileLock(place, mode=0o600, thread_local=False, fallback_to_soft=False, timeout=_PATIENCE_S)
    lock.acquire()
    try:
        yield place
    finally:
        lock.release()
        place.unlink(missing_ok=True)


def _live(folder: Path, own: Path) -> int:
    """Return how many registrations are held, and clear away those that nobody holds any more."""
    live = 1
    for place in folder.glob("*.lock"):
        if place == own:
            continue
        other = FileLock(place, mode=0o600, thread_local=False, fallback_to_soft=False, timeout=0)
        try:
            other.acquire()
        except Timeout:
            live += 1
        else:
            other.release()
            place.unlink(missing_ok=True)
    return live
