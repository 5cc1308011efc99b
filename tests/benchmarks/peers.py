"""Rows to rename enter; requests leave in the way that each library's own documentation shows it.

What a peer doesn't get done is lost without an exception: what has become of the rows is asked of the server. Each peer
imports its own library alone, when it runs.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

__all__ = ["PEERS", "Errand", "Peer", "bare"]

_KEY = "a-key-for-measuring"
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """These orders are to have these names; ``rate_per_s`` is the limit that they are told, ``at_once`` the crew."""

    base_url: str
    rows: list[tuple[str, str]]
    rate_per_s: float
    at_once: int = 50

    def url(self, order_id: str) -> str:
        """Return where an order is."""
        return f"{self.base_url}/v3/orders/{order_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A way to do it: its name in the table, and what has to be installed for it."""

    name: str
    rename: Callable[[Errand], Awaitable[None]]
    needs: str = "aiohttp"
    paced: bool = False
    slow: bool = False

    @property
    def here(self) -> bool:
        """Whether what it needs is installed."""
        return find_spec(self.needs) is not None or shutil.which(self.needs) is not None


# --- aiohttp

Send = Callable[[str, str], Awaitable[None]]
Turn = Callable[[], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def _patching(errand: Errand) -> AsyncIterator[Send]:
    connector = aiohttp.TCPConnector(limit=errand.at_once)
    async with aiohttp.ClientSession(headers={"x-api-key": _KEY}, connector=connector) as session:

        async def patch(order_id: str, name: str) -> None:
            async with session.patch(errand.url(order_id), json={"name": name}) as response:
                response.raise_for_status()
                await response.json()

        yield patch


async def _with_workers(errand: Errand, send: Send) -> None:
    rows = iter(errand.rows)

    async def work() -> None:
        for order_id, name in rows:
            with suppress(aiohttp.ClientError):
                await send(order_id, name)

    async with asyncio.TaskGroup() as crew:
        for _ in range(errand.at_once):
            crew.create_task(work())


def _steady(send: Send, turn: Turn = nullcontext) -> Send:
    """Try again what has failed; every try waits for its turn."""

    @retry(
        retry=retry_if_exception_type(aiohttp.ClientError),
        wait=wait_random_exponential(multiplier=0.5, max=10),
        stop=stop_after_attempt(10),
        reraise=True,
    )
    async def sent(order_id: str, name: str) -> None:
        async with turn():
            await send(order_id, name)

    return sent


async def _plain(errand: Errand) -> None:
    async with _patching(errand) as patch:
        await _with_workers(errand, patch)


async def _tenacity(errand: Errand) -> None:
    async with _patching(errand) as patch:
        await _with_workers(errand, _steady(patch))


async def _aiolimiter_bucket(errand: Errand) -> None:
    limiter = import_module("aiolimiter").AsyncLimiter(errand.rate_per_s, 1)
    async with _patching(errand) as patch:
        await _with_workers(errand, _steady(patch, lambda: limiter))


async def _aiolimiter_spaced(errand: Errand) -> None:
    limiter = import_module("aiolimiter").AsyncLimiter(1, 1 / errand.rate_per_s)
    async with _patching(errand) as patch:
        await _with_workers(errand, _steady(patch, lambda: limiter))


async def _aiometer(errand: Errand) -> None:
    async with _patching(errand) as patch:
        steady = _steady(patch)

        async def send(row: tuple[str, str]) -> None:
            with suppress(aiohttp.ClientError):  # one that is raised would cancel all others
                await steady(*row)

        await import_module("aiometer").run_on_each(
            send, errand.rows, max_at_once=errand.at_once, max_per_second=errand.rate_per_s
        )


async def _pyrate_limiter(errand: Errand) -> None:
    pyrate = import_module("pyrate_limiter")

    @asynccontextmanager
    async def turn() -> AsyncIterator[None]:
        await limiter.try_acquire_async("orders")
        yield

    with pyrate.Limiter(pyrate.Rate(round(errand.rate_per_s), pyrate.Duration.SECOND)) as limiter:
        async with _patching(errand) as patch:
            await _with_workers(errand, _steady(patch, turn))


async def bare(errand: Errand, *, singles: int, pages: int = 0) -> None:
    """Send the same requests as the product, without pacing and without asking what became of them.

    They are ``pages`` of the list, single reads of the first ``singles`` orders, and a PATCH for each order.
    """
    connector = aiohttp.TCPConnector(limit=errand.at_once)
    async with aiohttp.ClientSession(headers={"x-api-key": _KEY}, connector=connector) as session:

        async def get(url: str) -> Any:
            async with session.get(url) as response:
                response.raise_for_status()
                return await response.json()

        async def send(order_id: str, name: str) -> None:
            if order_id in read_first:
                await get(errand.url(order_id))
            async with session.patch(errand.url(order_id), json={"name": name}) as response:
                response.raise_for_status()
                await response.json()

        read_first = {order_id for order_id, _ in errand.rows[:singles]}
        offset = ""
        for _ in range(pages):
            page = await get(errand.url(f"?per_page={_PAGE}{offset}"))
            after = page["pagination"]["next_offset"]
            offset = f"&offset={after}" if after is not None else ""
        await _with_workers(errand, send)


# --- others


async def _vendor_sdk(errand: Errand) -> None:
    configuration = import_module("autoenhance.configuration").Configuration(
        host=errand.base_url, api_key={"ApiKeyAuth": _KEY}
    )
    configuration.connection_pool_maxsize = errand.at_once
    client = import_module("autoenhance.api_client").ApiClient(configuration)
    orders = import_module("autoenhance.api.orders_api").OrdersApi(client)
    exception = import_module("autoenhance.exceptions").ApiException
    order_in = import_module("autoenhance.models.order_in").OrderIn

    def rename(row: tuple[str, str]) -> None:
        with suppress(exception):
            orders.update_order(row[0], order_in(name=row[1]))

    await asyncio.to_thread(_in_threads, rename, errand)


def _in_threads(rename: Callable[[tuple[str, str]], None], errand: Errand) -> None:
    with ThreadPoolExecutor(errand.at_once) as threads:
        list(threads.map(rename, errand.rows))


async def _documented_sample(errand: Errand) -> None:
    requests = import_module("requests")

    def rename_all() -> None:
        for order_id, name in errand.rows:
            headers = {"Content-Type": "application/json", "x-api-key": _KEY}
            requests.patch(errand.url(order_id), headers=headers, json={"name": name}, timeout=60).json()

    await asyncio.to_thread(rename_all)


async def _curl(errand: Errand, *, options: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "requests"
        config.write_text(
            "next\n".join(
                f'url = "{errand.url(order_id)}"\nrequest = PATCH\noutput = "/dev/null"\nheader = "x-api-key: {_KEY}"\n'
                f'header = "Content-Type: application/json"\ndata = "{{\\"name\\": \\"{name}\\"}}"\n' + options
                for order_id, name in errand.rows
            ),
            encoding="utf-8",
        )
        words = ("curl", "--silent", "--parallel", "--parallel-max", str(errand.at_once), "--config", str(config))
        process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
        await process.wait()


PEERS = (
    Peer(name="documentation's sample, serial", rename=_documented_sample, needs="requests", slow=True),
    Peer(name="vendor SDK, 50 threads", rename=_vendor_sdk, needs="autoenhance"),
    Peer(name="curl --parallel 50", rename=_curl, needs="curl"),
    Peer(name="curl --parallel 50 --retry 5", rename=partial(_curl, options="fail\nretry = 5\n"), needs="curl"),
    Peer(name="aiohttp, 50 workers", rename=_plain),
    Peer(name="aiohttp + tenacity", rename=_tenacity),
    Peer(name="... + aiolimiter(N, 1)", rename=_aiolimiter_bucket, needs="aiolimiter", paced=True),
    Peer(name="... + aiolimiter(1, 1/N)", rename=_aiolimiter_spaced, needs="aiolimiter", paced=True),
    Peer(name="... + aiometer(N)", rename=_aiometer, needs="aiometer", paced=True),
    Peer(name="... + pyrate-limiter(N)", rename=_pyrate_limiter, needs="pyrate_limiter", paced=True),
)
"""All of them; N stands for the rate that they are told."""
