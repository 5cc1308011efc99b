"""How a run comes to its API: settings and a key enter, an open client leaves; the real API or the sandbox.

The sandbox is served inside the process on a loopback port, with orders made for the rows of the sheet; its orders are
kept in the state directory until they are reset, so that one command can build on the last.
"""

from __future__ import annotations

import platform
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from batch_renamer import __version__
from batch_renamer.orders_api import OrdersApi
from batch_renamer.orders_api.http import open_orders_api
from batch_renamer.settings import ApiKey, Settings

__all__ = ["Connect", "journal_path", "reset_sandbox", "to_api", "to_sandbox"]

Connect = Callable[[Iterable[tuple[str, str | None]]], AbstractAsyncContextManager[OrdersApi]]
"""Opens the API of a run, given the sheet's (order_id, current_name) pairs, which only the sandbox looks at."""

_SANDBOX_FOLDER = "sandbox"
_ORDERS_FILE = "orders.sqlite3"
_IMAGES = 3


def journal_path(settings: Settings) -> Path:
    """Return where the journal is; the sandbox has its own."""
    folder = settings.state_dir / _SANDBOX_FOLDER if settings.sandbox else settings.state_dir
    return folder / "journal.sqlite3"


def reset_sandbox(settings: Settings) -> None:
    """Forget the sandbox's orders and its journal."""
    folder = settings.state_dir / _SANDBOX_FOLDER
    for name in (_ORDERS_FILE, journal_path(settings).name):
        for ending in ("", "-wal", "-shm"):
            (folder / f"{name}{ending}").unlink(missing_ok=True)


def to_api(settings: Settings, key: ApiKey) -> Connect:
    """Return how to open the API at ``settings.base_url``."""

    @asynccontextmanager
    async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        async with open_orders_api(
            base_url=settings.base_url,
            key=key.reveal(),
            user_agent=f"batch-renamer/{__version__} python/{platform.python_version()}",
            timeout_s=settings.timeout,
            api_version=settings.api_version,
            connections=settings.workers,
        ) as api:
            yield api

    return connect


def to_sandbox(settings: Settings) -> Connect:
    """Return how to serve the sandbox and open it; every order of the sheet exists there."""

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
                    connections=settings.workers,
                ) as api,
            ):
                yield api
        finally:
            store.close()

    return connect
