"""Sends one request that shows whether the API accepts the key.

A run makes the same request before its first reading. Here it is not tried again, because a person waits for it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from batch_renamer.client import RequestError, moment_of, open_orders_api
from batch_renamer.errors import CertificateError, KeyRefusedError, ProxyRefusedError
from batch_renamer.settings import FoundKey, Settings
from batch_renamer.version import __version__

__all__ = ["TrialAnswer", "ask_once"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """The end of the request: its error, if any; how long it took; and the server's time, if the answer had it."""

    error: RequestError | KeyRefusedError | CertificateError | ProxyRefusedError | None
    seconds: float
    server_time: datetime | None


async def ask_once(settings: Settings, found: FoundKey | None) -> TrialAnswer:
    """Ask for a page of one order; without a key the sandbox is asked, served in memory for this alone.

    Raises:
        SettingsError: the environment names a proxy or certificates that can't be used.
    """
    async with (
        _served(settings, found) as (base_url, key, place),
        open_orders_api(
            base_url=base_url,
            key=key,
            key_place=place,
            user_agent=f"batch-renamer/{__version__}",
            timeout_s=settings.timeout,
            api_version=settings.api_version,
            connections=1,
        ) as api,
    ):
        begun = time.monotonic()
        error: RequestError | KeyRefusedError | CertificateError | ProxyRefusedError | None = None
        try:
            await api.page(per_page=1)
        except (RequestError, KeyRefusedError, CertificateError, ProxyRefusedError) as failed:
            error = failed
        seconds = time.monotonic() - begun
        return TrialAnswer(error=error, seconds=seconds, server_time=moment_of(api.last_date))


@asynccontextmanager
async def _served(settings: Settings, found: FoundKey | None) -> AsyncIterator[tuple[str, str, str]]:
    """Give the address and the key to ask with, and where the key is from."""
    if found is not None:
        yield settings.base_url, found.key.reveal(), found.place
        return
    from batch_renamer.sandbox import OrderStore, Sandbox, running  # noqa: PLC0415 - only the sandbox needs a server

    key = secrets.token_urlsafe()
    store = OrderStore()
    try:
        async with running(Sandbox(store=store, api_key=key)) as base_url:
            yield base_url, key, ""
    finally:
        store.close()
