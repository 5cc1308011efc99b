"""Serves a sandbox on a port of this machine.

Loopback only: it is for practice, and its key guards nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox.api import http_error
from batch_renamer.sandbox.app import Sandbox, made_up_key
from batch_renamer.sandbox.orders import OrderStore
from batch_renamer.sandbox.requestlog import RequestLog
from batch_renamer.sandbox.texts import parse_faults, parse_latency, parse_limit
from batch_renamer.sandbox.wire import whole
from batch_renamer.signals import called_on_signals

__all__ = ["running", "serve_forever"]

# A request that hangs or is slow on purpose must not keep the sandbox from stopping.
_SHUTDOWN_S = 0.2


@asynccontextmanager
async def running(
    sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0, keepalive_s: float = 75.0
) -> AsyncIterator[str]:
    """Serve the sandbox in this event loop; yield its base URL. Port 0 is any free one.

    ``keepalive_s`` is when an idle connection is closed by the server.

    Raises:
        SettingsError: a host that is not loopback, or a port that can't be had.

    Example:
        ``async with running(Sandbox()) as base_url: ...``
    """
    address = _loopback(host)
    if not 0 <= port <= 65535:
        raise SettingsError(f"--port {port}: must be a number from 1 to 65535, or 0 for any free one.")
    server = web.Server(_for_this_machine(sandbox.handle), access_log=None, keepalive_timeout=keepalive_s)
    runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, str(address), port).start()
        except OSError as error:
            raise SettingsError(
                f"Port {port} on {address} can't be used ({error.strerror}); choose another, or 0 for any free one."
            ) from error
        bound_port: int = runner.addresses[0][1]
        yield f"http://[{address}]:{bound_port}" if address.version == 6 else f"http://{address}:{bound_port}"
    finally:
        await runner.cleanup()


def serve_forever(
    *,
    port: int = 0,
    api_key: str | None = None,
    key_source: str = "api_key",
    faults: str = "none",
    limit: str = "none",
    latency: str = "none",
    orders: int = 25,
    images: int = 3,
    orders_file: Path | None = None,
    log_file: Path | None = None,
) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code 0. Call it from the main thread.

    The first line on standard output names the address, the second the key: one that had to be made up is shown, of one
    that was given only ``key_source``. ``orders`` are made to practise on, with ``images`` each, unless ``orders_file``
    holds some already.

    Raises:
        SettingsError: a text that can't be understood, a file or port that can't be used.
    """
    plan, rate_limit, delay = parse_faults(faults), parse_limit(limit), parse_latency(latency)
    if orders < 0 or images < 0:
        raise SettingsError(f"--orders {orders} --images {images}: must be at least 0.")
    given_key = (api_key or "").strip()
    key = given_key or made_up_key()
    key_line = f"Its key is the one in {key_source}." if given_key else f"Its key, made up for this run: {key}"
    with ExitStack() as stack:
        log = stack.enter_context(closing(RequestLog(path=log_file)))
        store = stack.enter_context(closing(OrderStore(path=orders_file, images=images)))
        if not len(store):
            store.seed_practice(orders)
        sandbox = Sandbox(store=store, api_key=key, faults=plan, latency=delay, log=log)
        sandbox.set_limit(rate_limit)
        asyncio.run(_serve_until_stopped(sandbox, port=port, key_line=key_line))
    return 0


async def _serve_until_stopped(sandbox: Sandbox, *, port: int, key_line: str) -> None:
    stop = asyncio.Event()
    with called_on_signals(lambda _: stop.set()):
        async with running(sandbox, port=port) as base_url:
            # The command's result: scripts read the first line as soon as it is there.
            sys.stdout.write(f"Sandbox Orders API at {base_url}\n{key_line}\n")
            sys.stdout.flush()
            await stop.wait()


def _for_this_machine(
    handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """Refuse requests by any other name than this machine's own.

    A web page can give its own host name the address 127.0.0.1 and then have the browser read what is served here
    (DNS rebinding); its requests still carry that name.
    """

    async def guarded(request: web.BaseRequest) -> web.StreamResponse:
        host = request.headers.get("Host")
        if host is not None and not _names_this_machine(host):
            return whole(http_error(421, "Misdirected Request"))
        return await handle(request)

    return guarded


def _names_this_machine(host: str) -> bool:
    """Tell whether a ``Host`` header, with or without a port, is a name of this machine."""
    try:
        _loopback(urlsplit(f"//{host}").hostname or "")
    except (SettingsError, ValueError):
        return False
    return True


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address of a loopback host; the name ``localhost`` is one too, without asking a resolver."""
    if host == "localhost":
        return ipaddress.IPv4Address("127.0.0.1")
    with suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_loopback:
            return address
    raise SettingsError(f"The sandbox serves this machine alone: {host} is no loopback address; use 127.0.0.1.")
