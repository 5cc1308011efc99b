"""Where the requests of a run go: the real API or the sandbox, and how each is opened.

The sandbox is served inside the process on a loopback port, with orders made for the rows of the sheet; its orders are
kept in the state directory until they are reset, so that one command can build on the last.
"""

from __future__ import annotations

import hashlib
import platform
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread

from batch_renamer.client import OrdersApi, connections_possible, open_orders_api
from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs.state import open_journal, sandbox_orders
from batch_renamer.settings import ApiKey, Settings, account, fingerprint, lock_names
from batch_renamer.text import name_key
from batch_renamer.version import __version__

if TYPE_CHECKING:  # only the sandbox needs a server
    from batch_renamer.sandbox import OrderStore

__all__ = [
    "MADE_UP_ORDERS",
    "MOST_AT_ONCE",
    "Destination",
    "address_of",
    "nowhere",
    "to_api",
    "to_sandbox",
]

Connect = Callable[[Iterable[tuple[str, str | None]]], AbstractAsyncContextManager[OrdersApi]]
"""Opens an API, given the sheet's (order_id, current_name) pairs, which only the sandbox uses."""

MADE_UP_ORDERS = "The sandbox made up its orders from the spreadsheet, so the ids are not checked."
"""What is to be said of every run of a spreadsheet in the sandbox."""

MOST_AT_ONCE = 1_000
"""Requests under way at once, however slow the API is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a run's requests go: how to open it, its name for the user, and the account that runs are bound to.

    ``key_print`` is a fingerprint of the key (None if there is none), ``key_place`` the file or variable that holds it
    ("" if the caller gave it). ``locks`` are other names of the account, which are locked as well while a run renames.
    ``connections`` is how many requests may be under way at once, because the file descriptors suffice for no more.
    ``one_at_a_time`` means that no second run can be connected meanwhile, not even to read: only one process can have
    the sandbox's orders open.
    """

    connect: Connect
    base_url: str
    account: str
    locks: tuple[str, ...] = ()
    profile: str | None = None
    key_print: str | None = None
    key_place: str = ""
    connections: int = MOST_AT_ONCE
    one_at_a_time: bool = False


_IMAGES = 3


def address_of(settings: Settings) -> tuple[str, str | None]:
    """Return the base URL and the profile that the journal notes for a run with these settings.

    For the sandbox, a name takes the place of the URL.

    Example:
        >>> from pathlib import Path
        >>> address_of(Settings(state_dir=Path("nowhere"), sandbox=True))
        ('the sandbox', None)
    """
    return ("the sandbox", None) if settings.sandbox else (settings.base_url, settings.profile)


def _made_up(store: OrderStore, orders: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """Yield id and name of each order that the sandbox makes up; one that is known by its name alone gets an id."""
    known: frozenset[str] | None = None
    for order_id, name in orders:
        if order_id:
            yield order_id, name or f"Order {order_id[:8]}"
            continue
        if known is None:
            known = frozenset(name_key(given or "") for given in store.names().values())
        if name_key(name or "") not in known:
            digest = hashlib.blake2b(name_key(name or "").encode(errors="backslashreplace"), digest_size=6)
            yield f"sandbox-{digest.hexdigest()}", name or ""


def nowhere() -> Destination:
    """Return the destination of a command that stays offline."""

    def connect(_: Iterable[tuple[str, str | None]]) -> AbstractAsyncContextManager[OrdersApi]:
        raise BatchRenamerError("A fault in batch-renamer: a command that stays offline was to connect.")

    return Destination(connect=connect, base_url="", account="")


def to_api(settings: Settings, key: ApiKey, *, key_place: str = "") -> Destination:
    """Return the API at ``settings.base_url``; ``key_place`` is what holds the key.

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
            key_place=key_place,
            user_agent=f"batch-renamer/{__version__} python/{platform.python_version()}",
            timeout_s=settings.timeout,
            api_version=settings.api_version,
            connections=connections,
            images=settings.pictures,
        ) as api:
            yield api

    return Destination(
        connect=connect,
        base_url=base_url,
        account=account(settings, key=key, salt=salt),
        locks=lock_names(settings, key),
        profile=profile,
        key_print=fingerprint(key, salt=salt),
        key_place=key_place,
        connections=connections,
    )


def to_sandbox(settings: Settings, *, practice_orders: int = 0) -> Destination:
    """Return the sandbox, which is served when it is opened; every order of the sheet exists there.

    A sandbox without any order gets so many ``practice_orders``.
    """
    base_url, profile = address_of(settings)
    # Both ends of each connection are in this process.
    connections = connections_possible(settings.workers or MOST_AT_ONCE, descriptors_each=2)

    @asynccontextmanager
    async def connect(orders: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        from batch_renamer.sandbox import OrderStore, Sandbox, running  # noqa: PLC0415 - only the sandbox needs a server

        key = secrets.token_urlsafe()
        store = OrderStore(path=sandbox_orders(settings), images=_IMAGES)
        try:
            # In a thread, because it reads the sheet's orders from the journal, which blocks.
            await anyio.to_thread.run_sync(partial(store.seed_many, _made_up(store, orders), keep_existing=True))
            if not len(store):
                store.seed_practice(practice_orders)
            async with (
                running(Sandbox(store=store, api_key=key)) as base_url,
                open_orders_api(
                    base_url=base_url,
                    key=key,
                    user_agent=f"batch-renamer/{__version__}",
                    timeout_s=settings.timeout,
                    connections=connections,
                    images=settings.pictures,
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
