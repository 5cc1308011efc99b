"""One limit for all runs of this machine: live runs register in the state directory, and each takes an equal part.

A new run waits until the others have seen that there is one more. Otherwise all of them would get 429s for a second,
and learn too low a limit.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.abc import TaskStatus

from batch_renamer.client.pacing import Pacer
from batch_renamer.liveness import Registration, registered

__all__ = ["is_in_use", "live_folder", "share_rate"]

log = logging.getLogger("batch_renamer")

_LOCKS_EVERY_S = 1.0
"""How often the locks of the others are tried: the file of a run that was killed stays where it is."""

_NAMES_EVERY_S = 0.2
"""How often the folder is listed: a run that begins or ends is noticed by its file, which costs microseconds."""

_SEEN_AFTER_S = 0.5


def live_folder(state_dir: Path, base_url: str) -> Path:
    """Return the folder in which the live runs of a base URL register."""
    return state_dir / "live" / hashlib.blake2b(base_url.encode(), digest_size=8).hexdigest()


def is_in_use(state_dir: Path, base_url: str) -> bool:
    """Tell whether a run of this state directory sends requests to a base URL at this moment."""
    return bool(registered(live_folder(state_dir, base_url)))


async def share_rate(
    pacer: Pacer,
    *,
    ceiling_per_s: float,
    state_dir: Path,
    base_url: str,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Keep ``pacer`` at an equal part of ``ceiling_per_s`` requests per second until cancelled.

    The other runs are those at work in the same state directory with the same ``base_url``. The task counts as
    started when requests may leave.
    """
    folder = live_folder(state_dir, base_url)
    shared_by, joined = 1, False
    try:
        # In a thread, because it may have to wait for a lock.
        with await anyio.to_thread.run_sync(partial(Registration, folder, label="run")) as own:
            names: frozenset[str] | None = None
            looked_at = -math.inf
            while True:
                seen = frozenset(os.listdir(folder))  # noqa: PTH208 - of names alone, in the event loop
                if seen == names and anyio.current_time() - looked_at < _LOCKS_EVERY_S:
                    await anyio.sleep(_NAMES_EVERY_S)
                    continue
                names, looked_at = seen, anyio.current_time()
                live = 1 + len(await anyio.to_thread.run_sync(partial(registered, folder, but=own)))
                if live != shared_by:
                    shared_by = live
                    pacer.share(ceiling_per_s / live)
                if not joined:
                    await anyio.sleep(_SEEN_AFTER_S if live > 1 else 0)
                    task_status.started()
                    joined = True
                await anyio.sleep(_NAMES_EVERY_S)
    except OSError as error:
        # Runs that can't register can't share: they learn from their 429s, like other programs at the same address.
        log.warning("the limit is not shared with other runs on this machine: %s", error.strerror or error)
        if not joined:
            task_status.started()
