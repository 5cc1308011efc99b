"""One call of a heartbeat service over HTTP, and why the service has not taken it.

TLS is verified, ``HTTPS_PROXY`` and ``NO_PROXY`` are honoured, and redirects are not followed: a POST would become a
GET at an address that is not the user's. What aiohttp raises is never shown: it may hold the address, which is secret.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from batch_renamer.client import check_named_certificates, place_of, proxy_for
from batch_renamer.errors import SettingsError
from batch_renamer.version import __version__

__all__ = ["call"]

_TRIES = 3
_PAUSE_S = 1.0
_BEGINNING_BYTES = 200
_ACCEPTED_BUT = "OK ("
"""How healthchecks.io begins a 200 for a check that it does not know, or that is called too often."""


class _TryAgainError(Exception):
    """The service could not be reached, or has a fault; it may take another call."""


async def call(
    url: str, *, body: str | None, timeout_s: float, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> str:
    """Call an address with GET, or with POST if there is a body; return why the service has not taken it, or "".

    The words continue a sentence. ``timeout_s`` is how long all tries may take together.
    """
    why = f"no answer in {timeout_s:g} s"
    try:
        async with asyncio.timeout(timeout_s):
            for number in range(_TRIES):
                if number:
                    await sleep(_PAUSE_S)
                try:
                    return await _one_try(URL(url, encoded=True), body)
                except _TryAgainError as error:
                    why = str(error)
    except TimeoutError:
        pass  # what the last try met is why
    except SettingsError as error:  # a proxy or certificates that the environment names
        return str(error).removesuffix(".")
    return why


async def _one_try(url: URL, body: str | None) -> str:
    proxy = proxy_for(url)
    if url.scheme == "https":
        check_named_certificates(os.environ)
    headers = {"User-Agent": f"batch-renamer/{__version__}", "Content-Type": "text/plain; charset=utf-8"}
    try:
        async with (
            aiohttp.ClientSession(
                proxy=proxy,
                connector=aiohttp.TCPConnector(resolver=_Lookup()),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # the caller limits all tries together
            ) as session,
            session.request(
                "GET" if body is None else "POST",
                url,
                data=None if body is None else body.encode(),
                headers=headers if body is not None else {"User-Agent": headers["User-Agent"]},
                allow_redirects=False,
            ) as response,
        ):
            status, beginning = response.status, await response.content.read(_BEGINNING_BYTES)
    except aiohttp.ClientConnectorCertificateError as error:
        why = getattr(error.certificate_error, "verify_message", "it can't be verified")
        return f"its TLS certificate can't be trusted ({why})"
    except aiohttp.ClientHttpProxyError as error:
        return f"the proxy {place_of(proxy)} refused it ({error.status})"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        why_not = _unreached(error, through=place_of(proxy))
    else:
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
            return _refused(status, beginning.decode("utf-8", "replace"))
        why_not = f"it answered {status}"
    # Raised only here, so that what aiohttp raised isn't even its context.
    raise _TryAgainError(why_not)


def _unreached(error: Exception, *, through: str) -> str:
    """Say why there was no answer; "" for ``through`` means that there is no proxy on the way."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"{'the name of the proxy' if through else 'its name'} can't be looked up"
        case aiohttp.ClientProxyConnectionError():
            return f"no connection to the proxy {through} ({_reason(error.os_error)})"
        case aiohttp.ClientConnectorError():
            return f"no connection ({_reason(error.os_error)})"
        case _:
            return "the connection broke off"


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) or error.errno is None:
        return getattr(error, "reason", None) or type(error).__name__
    return os.strerror(error.errno)


def _refused(status: int, text: str) -> str:
    """Say why the service has not taken a call that it answered; "" if it has."""
    if 200 <= status < 300:
        known = text.strip().splitlines()[:1] if text.startswith(_ACCEPTED_BUT) else []
        return f'it answered "{known[0]}"; compare heartbeat_url with the address that it shows' if known else ""
    if 300 <= status < 400:
        return f"it answered {status} (go to another address); write the address that it leads to into heartbeat_url"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return f"it answered {status} (no such address); compare heartbeat_url with the address that it shows"
    return f"it answered {status}"


class _Lookup(AbstractResolver):
    """Looks up names in a thread that is not waited for: a name server that is silent would hold up the end."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def settle(result: list[ResolveResult], error: OSError | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(result)
            else:
                found.set_exception(error)

        def look_up() -> None:
            result: list[ResolveResult] = []
            failed: OSError | None = None
            try:
                result = _addresses(host, port, family)
            except OSError as error:
                failed = error
            with suppress(RuntimeError):  # the loop is closed: nothing waits any more
                loop.call_soon_threadsafe(settle, result, failed)

        threading.Thread(target=look_up, daemon=True, name="heartbeat-lookup").start()
        return await found

    async def close(self) -> None:
        """Close nothing: a thread ends by itself."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    return [
        ResolveResult(
            hostname=host,
            host=str(place[0]),
            port=int(place[1]),
            family=kind,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, protocol, _, place in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    ]
