"""The state directory of a job: where its journal and the sandbox's orders are, who may use them, and their reset.

Which API a run talks to is in `destinations`.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from batch_renamer.errors import JournalError, LockedError, SettingsError
from batch_renamer.files import others_may_write, tighten
from batch_renamer.journal import Journal, prove_locks, writing_lock
from batch_renamer.liveness import Registration, registered
from batch_renamer.settings import SANDBOX_FOLDER, ApiKey, Settings, account, journal_path, lacks_state_dir, lock_names

__all__ = [
    "files_taken",
    "journal_path",
    "known_elsewhere",
    "names_to_lock",
    "open_journal",
    "orders_of",
    "protect_state",
    "reset_sandbox",
    "sandbox_orders",
]

log = logging.getLogger("batch_renamer")

_ORDERS_FILE = "orders.sqlite3"
_IN_USE = "open"  # the folder where processes register that have the sandbox's journal open


def open_journal(settings: Settings, *, only_read: bool = False) -> Journal:
    """Open the journal that belongs to these settings; its folders are made for this user alone.

    ``only_read`` lets a command that shows past runs work on a state directory that can't be written.

    Raises:
        JournalError: it can't be opened, is damaged, or a newer program wrote it.
        SettingsError: there is no state directory, it can't be used, or locks don't work in it.
    """
    _refuse_without_home(settings)
    path = journal_path(settings)
    if only_read and not _can_be_written(path):
        return Journal.open_copy(path)
    prove_locks(settings.state_dir)
    in_use: Registration | None = None
    if settings.sandbox:
        with suppress(OSError):  # Journal.open says what is wrong with the folder
            in_use = Registration(path.parent / _IN_USE, label="open")
    try:
        journal = Journal.open(path)
    except BaseException:
        if in_use is not None:
            in_use.release()
        raise
    if in_use is not None:
        journal.close_with(in_use)
    return journal


def _refuse_without_home(settings: Settings) -> None:
    if lacks_state_dir(settings):
        raise SettingsError(
            "There is no home folder to keep the journal in: HOME is not set, and this machine does not know the user. "
            "Give --state-dir DIR, or set HOME."
        )


def _can_be_written(path: Path) -> bool:
    """Tell whether a journal can be made or changed at a path, as far as permissions say."""
    if path.exists() and not os.access(path, os.W_OK):
        return False
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def protect_state(settings: Settings) -> list[str]:
    """Make the journal private again; return warnings of that, and of a state directory that other users can change."""
    said = []
    try:
        if others_may_write(settings.state_dir):
            said.append(
                f"The state directory {settings.state_dir} can be changed by other users; "
                f"run: chmod go-w {settings.state_dir}"
            )
        path = journal_path(settings)
        parts = [part for ending in ("", "-wal", "-shm") if (part := path.with_name(path.name + ending)).exists()]
        if sum(map(tighten, parts)):
            said.append(f"The journal {path} could be used by other users; it is for you alone now.")
    except FileNotFoundError:
        pass  # the first run: the files that it makes are private
    except OSError as error:
        log.warning("who else can use the state directory could not be told: %s", error.strerror or error)
    return said


def known_elsewhere(settings: Settings, prefix: str = "") -> bool:
    """Tell whether the other journal has a run whose id begins with ``prefix``.

    The other journal is the sandbox's, or with ``--sandbox`` the real one.

    Example:
        >>> known_elsewhere(Settings(state_dir=Path("nowhere")), "k3")
        False
    """
    return Journal.knows(journal_path(replace(settings, sandbox=not settings.sandbox)), prefix)


def sandbox_orders(settings: Settings) -> Path:
    """Return the file that keeps the sandbox's orders."""
    return settings.state_dir / SANDBOX_FOLDER / _ORDERS_FILE


def files_taken(settings: Settings) -> dict[str, Path]:
    """Return the files that belong to a command and that no report may replace, by what they are called."""
    named = {
        "the log": settings.log_file,
        "the configuration": settings.config,
        "the key file": settings.api_key_file,
        "the profile's key file": settings.profile_api_key_file,
        "the journal": journal_path(settings),
    }
    return {what: path for what, path in named.items() if path is not None}


def reset_sandbox(settings: Settings) -> None:
    """Delete the sandbox's orders and its journal, unless another command is using them.

    Raises:
        LockedError: a run in the sandbox is under way; nothing was removed.
        JournalError: the lock can't be taken, or a file can't be removed.
        SettingsError: there is no home folder, and no state directory was named.
    """
    _refuse_without_home(settings)
    folder, own = settings.state_dir / SANDBOX_FOLDER, account(replace(settings, sandbox=True), key=None)
    with writing_lock(
        settings.state_dir, account=own, also=(orders_of(own),), run_id="--sandbox-reset", wait_s=settings.wait
    ):
        # A run that has just begun holds no lock yet.
        if registered(folder / _IN_USE):
            raise LockedError("Another command in the sandbox")
        for name in (_ORDERS_FILE, journal_path(settings).name):
            for ending in ("", "-wal", "-shm"):
                part = folder / f"{name}{ending}"
                try:
                    part.unlink(missing_ok=True)
                except OSError as error:
                    raise JournalError(
                        f"The sandbox can't be reset: {part} can't be removed ({error.strerror})."
                    ) from None


def names_to_lock(settings: Settings, key: ApiKey | None) -> tuple[str, ...]:
    """Return names under which a run with these settings locks its account, without those that need the journal's salt.

    Example:
        >>> names_to_lock(Settings(state_dir=Path("nowhere"), sandbox=True), None)
        ('sandbox', "sandbox's orders")
    """
    if settings.sandbox:
        own = account(settings, key=None)
        return (own, orders_of(own))
    return lock_names(settings, key) if key is not None else ()


def orders_of(account_name: str) -> str:
    """Return the name of the lock for a run that must be alone in its account, even to read."""
    return f"{account_name}'s orders"
