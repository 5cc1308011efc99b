"""Which runs some process is at work on, or reads: each process registers the runs that it uses."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from batch_renamer.liveness import Registration, registered

__all__ = ["RunsInUse"]

_READ = ".read"  # on the label of a process that merely reads a run

log = logging.getLogger("batch_renamer")


class RunsInUse:
    """The runs of one journal that are in use; a registration ends with its process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def register(self, run_id: str, *, to_read: bool) -> AbstractContextManager[object]:
        """Register a run until the end of the block."""
        try:
            return Registration(self._folder, label=run_id + _READ if to_read else run_id)
        except OSError as error:
            # The disk may be full. Most runs at work are known by other signs as well, but not all of them.
            log.warning("that run %s is in use could not be noted: %s", run_id, error.strerror or error)
            return nullcontext()

    def at_work(self) -> frozenset[str]:
        """Return the ids of the runs that some process is at work on; a process that merely reads doesn't count."""
        return frozenset(label for label in registered(self._folder) if not label.endswith(_READ))

    def all(self) -> list[str]:
        """Return the ids of all runs that some process works on or reads."""
        return [label.removesuffix(_READ) for label in registered(self._folder)]
