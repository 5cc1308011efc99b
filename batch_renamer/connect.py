"""How a run comes to its API: settings and a key enter, an open client leaves; the real API or the sandbox.

The sandbox is served inside the process on a loopback port, with orders made for the rows of the sheet; its orders are
kept in the state directory until they are reset, so that one command can build on the last.
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.errors import BatchRenamerError, JournalError
from batch_renamer.journal import Journal
from batch_renamer.orders_api import OrdersApi
from batch_renamer.orders_api.descriptors import connections_possible
from batch_renamer.orders_api.http import open_orders_api
from batch_renamer.settings import ApiKey, Settings, account, fingerprint, read_salt
from batch_renamer.version import __version__

__all__ = [
    "MOST_AT_ONCE",
    "Destination",
    "known_elsewhere",
    "nowhere",
    "open_journal",
    "reset_sandbox",
    "to_api",
    "to_sandbox",
]

Connect = Callable[[Iterable[tuple[str, str | None]]], AbstractAsyncContextManager[OrdersApi]]
"""Opens an API, given the sheet's (order_id, current_name) pairs, which only the sandbox looks at."""

MOST_AT_ONCE = 1_000
"""Requests under way at once, however slow the API is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a run's requests go: how to open it, its name for the user, and the account that runs are bound to.

    ``key_print`` is a fingerprint of the key (None where there is none). ``connections`` is how many requests may be
    under way at once: there are file descriptors for so many. ``one_at_a_time`` tells that no second run can be
    connected meanwhile, not even to read: the sandbox's orders are one process's.
    """

    connect: Connect
    base_url: str
    account: str
    profile: str | None = None
    key_print: str | None = None
    connections: int = MOST_AT_ONCE
    one_at_a_time: bool = False


_SANDBOX_FOLDER = "sandbox"
_ORDERS_FILE = "orders.sqlite3"
_IMAGES = 3


def _journal_path(settings: Settings) -> Path:
    """Return where the journal is; the sandbox has its own."""
    folder = settings.state_dir / _SANDBOX_FOLDER if settings.sandbox else settings.state_dir
    return folder / "journal.sqlite3"


def open_journal(settings: Settings) -> Journal:
    """Open the journal that belongs to these settings; its folders are made for this user alone.

    Raises:
        JournalError: it can't be opened, is damaged, or a newer program wrote it.
    """
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"The state directory {settings.state_dir} can't be made: {error.strerror}. Choose another: --state-dir."
        raise JournalError(msg) from None
    return Journal.open(_journal_path(settings))


def known_elsewhere(settings: Settings, prefix: str = "") -> bool:
    """Tell whether a run whose id begins so is in the other journal: the sandbox's, or with ``--sandbox`` the real one.

    Example:
        >>> known_elsewhere(Settings(state_dir=Path("nowhere")), "k3")
        False
    """
    return Journal.knows(_journal_path(replace(settings, sandbox=not settings.sandbox)), prefix)


def reset_sandbox(settings: Settings) -> None:
    """Forget the sandbox's orders and its journal."""
    folder = settings.state_dir / _SANDBOX_FOLDER
    for name in (_ORDERS_FILE, _journal_path(settings).name):
        for ending in ("", "-wal", "-shm"):
            (folder / f"{name}{ending}").unlink(missing_ok=True)


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
        SettingsError: the salt of the account's fingerprint can't be read or made.
    """
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
        base_url=settings.base_url,
        account=account(settings, key=key),
        profile=settings.profile,
        key_print=fingerprint(key, salt=read_salt(settings.state_dir)),
        connections=connections,
    )


def to_sandbox(settings: Settings) -> Destination:
    """Return the sandbox, which is served when it is opened; every order of the sheet exists there."""
    # Both ends of each connection are in this process.
    connections = connections_possible(settings.workers or MOST_AT_ONCE, descriptors_each=2)

    @asynccontextmanager
    async def connect(orders: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        from batch_renamer.sandbox import OrderStore, Sandbox, running  # noqa: PLC0415 - only practice needs a server

        key = secrets.token_urlsafe()
        store = OrderStore(path=settings.state_dir / _SANDBOX_FOLDER / _ORDERS_FILE, images=_IMAGES)
        try:
            named = ((order_id, name or f"Order {order_id[:8]}") for order_id, name in orders)
            store.seed_many(named, keep_existing=True)
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
        base_url="the sandbox",
        account=account(settings, key=None),
        connections=connections,
        one_at_a_time=True,
    )
