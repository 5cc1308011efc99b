"""One writing run at a time: a run holds the lock of its account, under all names of the account.

A lock is the operating system's, on a file of the state directory: it ends with its process, however that ends. The
note beside it only tells people which run holds it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from batch_renamer.errors import JournalError, LockedError, SettingsError
from batch_renamer.files import FileIdentity, open_regular, private_folder, read_regular
from batch_renamer.liveness import system_lock

__all__ = ["LIBRARY_RUNS", "held_by", "inbox_lock", "prove_locks", "shared_state_dir", "writing_lock"]

log = logging.getLogger("batch_renamer")

LIBRARY_RUNS = "library-runs"
"""The folder of a state directory in which runs of the library have state directories of their own."""

_NOTE_LIMIT_BYTES = 4_096
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)
"""What a file system answers that has no locks, or whose lock service is not running."""


def inbox_lock(inbox: str) -> str:
    """Return the name under which a night locks its inbox, as an account is locked under its own."""
    return f"the inbox {inbox}"


@contextmanager
def writing_lock(
    state_dir: Path, *, account: str, also: Sequence[str] = (), run_id: str, wait_s: float = 0.0
) -> Iterator[tuple[FileIdentity, ...]]:
    """Hold the lock of an account in this state directory; the locked files are given.

    One account may be reached in several ways, such as two profiles with one key: ``also`` holds its other names. All
    are locked, in an order that is the same for every run, or none.

    Raises:
        LockedError: another run holds one of them, and has not released it in ``wait_s`` seconds.
        JournalError: a lock's file can't be made.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, writing_lock(Path(folder), account="docs", run_id="k3f9"):
        ...     "no other run renames in this account"
        'no other run renames in this account'
    """
    folder = shared_state_dir(state_dir) / "locks"
    places = sorted({folder / f"{_file_name(name)}.lock" for name in (account, *also)})
    give_up_at = time.monotonic() + wait_s
    with ExitStack() as held:
        yield tuple(
            held.enter_context(_locked(place, run_id, wait_s=max(give_up_at - time.monotonic(), 0))) for place in places
        )


@contextmanager
def _locked(place: Path, run_id: str, *, wait_s: float) -> Iterator[FileIdentity]:
    try:
        lock = _acquired(place, wait_s=wait_s)
    except Timeout:
        raise LockedError(_held_by(place)) from None
    except OSError as error:
        raise JournalError(f"The lock {place} can't be taken: {error.strerror}.") from None
    try:
        _note_holder(place, run_id)
        yield FileIdentity(place)
    finally:
        # The file there may be another run's by now, or its folder may have been removed.
        for path in (_note(place), place):
            with suppress(OSError):
                path.unlink()
        # A run that waits for a lock whose file was removed begins again with a new file.
        lock.release()


def _acquired(place: Path, *, wait_s: float) -> FileLock:
    lock = system_lock(place, timeout_s=wait_s)
    for last in (False, True):
        try:
            private_folder(place.parent)
            lock.acquire()
        except FileNotFoundError:
            # A run that has just ended may have removed the empty folder at this very moment.
            if last:
                raise
        else:
            break
    return lock


def shared_state_dir(state_dir: Path) -> Path:
    """Return the state directory in which runs notice one another: a run of the library has only its journal alone.

    Example:
        >>> shared_state_dir(Path("state/library-runs/k3f9")).name, shared_state_dir(Path("state")).name
        ('state', 'state')
    """
    return state_dir.parents[1] if state_dir.parent.name == LIBRARY_RUNS else state_dir


def held_by(state_dir: Path, *, names: Sequence[str]) -> str:
    """Say which run holds the lock of an account under one of its names; "" if none does. Creates no file.

    Only a lock whose holder is noted is tried, so that a run that takes it in this moment is not kept from it.
    """
    folder = shared_state_dir(state_dir) / "locks"
    for place in (folder / f"{_file_name(name)}.lock" for name in names):
        if not (place.is_file() and _note(place).is_file()):
            continue
        lock = system_lock(place, timeout_s=0.0)
        try:
            lock.acquire()
        except Timeout:
            return _held_by(place)
        except OSError:
            continue  # it can't be tried; a run will say why
        lock.release()
    return ""


def prove_locks(state_dir: Path, *, make_lock: Callable[[Path], FileLock] | None = None) -> None:
    """Make sure that a lock in this state directory really keeps others out; some network shares only pretend to.

    Raises:
        SettingsError: locks don't work there, or the folder can't be used.
    """
    make_lock = make_lock or partial(system_lock, timeout_s=0.0)
    place = shared_state_dir(state_dir) / "locks" / f"trial-{os.getpid()}-{secrets.token_hex(4)}.lock"
    first, second = make_lock(place), make_lock(place)
    try:
        private_folder(place.parent)
        first.acquire()
        second.acquire()
    except Timeout:
        return  # the second lock was refused, as it should be
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
            raise SettingsError(
                f"The state directory {state_dir} can't be used ({why}). Choose another with --state-dir."
            ) from None
    finally:
        for lock in (second, first):
            lock.release()
        with suppress(OSError):
            place.unlink()
    raise SettingsError(
        f"Locks don't work in {state_dir} (a network share?): put --state-dir on a local disk. Nothing was sent."
    )


def _file_name(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


def _note(place: Path) -> Path:
    return place.with_suffix(".json")


def _note_holder(place: Path, run_id: str) -> None:
    holder = {"run": run_id, "process": os.getpid(), "since": time.time()}
    try:
        note = open_regular(_note(place), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, follow_links=False)
        with os.fdopen(note, "w", encoding="utf-8") as file:
            json.dump(holder, file)
    except OSError as error:
        # The disk may be full. The lock holds without its note; a run that finds it locked only learns less.
        log.warning("who holds the lock could not be noted: %s", error.strerror or error)


def _held_by(place: Path) -> str:
    try:
        holder = json.loads(read_regular(_note(place), limit_bytes=_NOTE_LIMIT_BYTES)[0])
        since = datetime.fromtimestamp(holder["since"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return f"Run {holder['run']} (process {holder['process']}, since {since})"
    except (OSError, ValueError, KeyError, TypeError):
        # The holder has just begun, or just ended.
        return "Another run"
