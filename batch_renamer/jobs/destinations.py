"""How a run comes to its API: settings and a key enter, an open client leaves; the real API or the sandbox.

The sandbox is served inside the process on a loopback port, with orders made for the rows of the sheet; its orders are
kept in the state directory until they are reset, so that one command can build on the last.
"""

from __future__ import annotations

import logging
import os
import platform
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio.to_thread

from batch_renamer.client import OrdersApi, connections_possible, open_orders_api
from batch_renamer.errors import BatchRenamerError, JournalError, LockedError, SettingsError
from batch_renamer.files import others_may_write, tighten
from batch_renamer.journal import Journal, prove_locks, writing_lock
from batch_renamer.liveness import Registration, registered
from batch_renamer.settings import ApiKey, Settings, account, fingerprint, lacks_state_dir, lock_names
from batch_renamer.version import __version__

__all__ = [
    "MOST_AT_ONCE",
    "Destination",
    "address_of",
    "files_taken",
    "known_elsewhere",
    "nowhere",
    "open_journal",
    "orders_of",
    "protect_state",
    "reset_sandbox",
    "to_api",
    "to_sandbox",
]

log = logging.getLogger("batch_renamer")

Connect = Callable[[Iterable[tuple[str, str | None]]], AbstractAsyncContextManager[OrdersApi]]
"""Opens an API, given the sheet's (order_id, current_name) pairs, which only the sandbox looks at."""

MOST_AT_ONCE = 1_000
"""Requests under way at once, however slow the API is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a run's requests go: how to open it, its name for the user, and the account that runs are bound to.

    ``key_print`` is a fingerprint of the key (None where there is none). ``locks`` are the account's other names, under
    which it is locked as well while a run renames in it. ``connections`` is how many requests may be
    under way at once: there are file descriptors for so many. ``one_at_a_time`` tells that no second run can be
    connected meanwhile, not even to read: the sandbox's orders are one process's.
    """

    connect: Connect
    base_url: str
    account: str
    locks: tuple[str, ...] = ()
    profile: str | None = None
    key_print: str | None = None
    connections: int = MOST_AT_ONCE
    one_at_a_time: bool = False


_SANDBOX_FOLDER = "sandbox"
_ORDERS_FILE = "orders.sqlite3"
_IN_USE = "open"  # who has the sandbox's journal open
_IMAGES = 3


def _journal_path(settings: Settings) -> Path:
    """Return where the journal is; the sandbox has its own."""
    folder = settings.state_dir / _SANDBOX_FOLDER if settings.sandbox else settings.state_dir
    return folder / "journal.sqlite3"


def open_journal(settings: Settings, *, only_read: bool = False) -> Journal:
    """Open the journal that belongs to these settings; its folders are made for this user alone.

    ``only_read`` lets a command that shows past runs work on a state directory that can't be written.

    Raises:
        JournalError: it can't be opened, is damaged, or a newer program wrote it.
        SettingsError: there is no state directory, it can't be used, or locks don't work in it.
    """
    _refuse_without_home(settings)
    path = _journal_path(settings)
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
        msg = (
            "There is no home folder to keep the journal in: HOME is not set, and this machine does not know the user. "
            "Give --state-dir DIR, or set HOME."
        )
        raise SettingsError(msg)


def _can_be_written(path: Path) -> bool:
    """Tell whether a journal can be made or changed at a path, as far as permissions say."""
    if path.exists() and not os.access(path, os.W_OK):
        return False
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def protect_state(settings: Settings) -> list[str]:
    """Close the journal to other users; return what is to be said of that, and of a folder that others can write."""
    said = []
    try:
        if others_may_write(settings.state_dir):
            said.append(
                f"The state directory {settings.state_dir} can be changed by other users; "
                f"run: chmod go-w {settings.state_dir}"
            )
        path = _journal_path(settings)
        parts = [part for ending in ("", "-wal", "-shm") if (part := path.with_name(path.name + ending)).exists()]
        if sum(map(tighten, parts)):
            said.append(f"The journal {path} could be used by other users; it is for you alone now.")
    except FileNotFoundError:
        pass  # a first run: what it makes is private
    except OSError as error:
        log.warning("who else can use the state directory could not be told: %s", error.strerror or error)
    return said


def known_elsewhere(settings: Settings, prefix: str = "") -> bool:
    """Tell whether a run whose id begins so is in the other journal: the sandbox's, or with ``--sandbox`` the real one.

    Example:
        >>> known_elsewhere(Settings(state_dir=Path("nowhere")), "k3")
        False
    """
    return Journal.knows(_journal_path(replace(settings, sandbox=not settings.sandbox)), prefix)


def address_of(settings: Settings) -> tuple[str, str | None]:
    """Return the base URL and the profile that runs with these settings are noted with; the sandbox has neither.

    Example:
        >>> address_of(Settings(state_dir=Path("nowhere"), sandbox=True))
        ('the sandbox', None)
    """
    return ("the sandbox", None) if settings.sandbox else (settings.base_url, settings.profile)


def files_taken(settings: Settings) -> dict[str, Path]:
    """Return the files that belong to a command and that no report may replace, by what they are called."""
    named = {
        "the log": settings.log_file,
        "the configuration": settings.config,
        "the key file": settings.api_key_file,
        "the profile's key file": settings.profile_api_key_file,
        "the journal": _journal_path(settings),
    }
    return {what: path for what, path in named.items() if path is not None}


def reset_sandbox(settings: Settings) -> None:
    """Forget the sandbox's orders and its journal, unless another command is using them.

    Raises:
        LockedError: a run in the sandbox is under way; nothing was removed.
        JournalError: the lock can't be taken, or a file can't be removed.
        SettingsError: there is no place where it could be.
    """
    _refuse_without_home(settings)
    folder, own = settings.state_dir / _SANDBOX_FOLDER, account(replace(settings, sandbox=True), key=None)
    with writing_lock(
        settings.state_dir, account=own, also=(orders_of(own),), run_id="--sandbox-reset", wait_s=settings.wait
    ):
        # A run that has just begun holds no lock yet.
        if registered(folder / _IN_USE):
            raise LockedError("Another command in the sandbox")
        for name in (_ORDERS_FILE, _journal_path(settings).name):
            for ending in ("", "-wal", "-shm"):
                part = folder / f"{name}{ending}"
                try:
                    part.unlink(missing_ok=True)
                except OSError as error:
                    msg = f"The sandbox can't be reset: {part} can't be removed ({error.strerror})."
                    raise JournalError(msg) from None


def orders_of(account_name: str) -> str:
    """Return the name under which the orders of an account are locked by a run that must be alone even to read."""
    return f"{account_name}'s orders"


def nowhere() -> Destination:
    """Return the destination of a command that stays offline."""

    @asynccontextmanager
    async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        msg = "a command that stays offline was to connect"
        raise BatchRenamerError(msg)
        yield

    return Destination(connect=connect, base_url="", account="")


def to_api(settings: Settings, key: ApiKey) -> Destination:
    """Return the API at ``settings.base_url``.

    Raises:
        JournalError: the salt of the account's fingerprint can't be read or made.
    """
    base_url, profile = address_of(settings)
    with open_journal(settings) as journal:
        salt = journal.salt()
    connections = connections_possible(settings.workers or MOST_AT_ONCE)

    @asynccontextmanager
    async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        async with open_orders_api(
            base_url=settings.base_url,
            key=key.reveal(),
            user_agent=f"batch-renamer/{__version__} python/{platform.python_version()}",
            timeout_s=settings.timeout,
            api_version=settings.api_version,
            connections=connections,
        ) as api:
            yield api

    return Destination(
        connect=connect,
        base_url=base_url,
        account=account(settings, key=key, salt=salt),
        locks=lock_names(settings, key),
        profile=profile,
        key_print=fingerprint(key, salt=salt),
        connections=connections,
    )


def to_sandbox(settings: Settings) -> Destination:
    """Return the sandbox, which is served when it is opened; every order of the sheet exists there."""
    base_url, profile = address_of(settings)
    # Both ends of each connection are in this process.
    connections = connections_possible(settings.workers or MOST_AT_ONCE, descriptors_each=2)

    @asynccontextmanager
    async def connect(orders: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        from batch_renamer.sandbox import OrderStore, Sandbox, running  # noqa: PLC0415 - only practice needs a server

        key = secrets.token_urlsafe()
        store = OrderStore(path=settings.state_dir / _SANDBOX_FOLDER / _ORDERS_FILE, images=_IMAGES)
        try:
            named = ((order_id, name or f"Order {order_id[:8]}") for order_id, name in orders)
            # In a thread: the sheet's orders are read from the journal as they are made.
            await anyio.to_thread.run_sync(partial(store.seed_many, named, keep_existing=True))
            async with (
                running(Sandbox(store=store, api_key=key)) as base_url,
                open_orders_api(
                    base_url=base_url,
                    key=key,
                    user_agent=f"batch-renamer/{__version__}",
                    timeout_s=settings.timeout,
                    connections=connections,
                ) as api,
            ):
                yield api
        finally:
            store.close()

    return Destination(
        connect=connect,
        base_url=base_url,
        profile=profile,
        account=account(settings, key=None),
        connections=connections,
        one_at_a_time=True,
    )
