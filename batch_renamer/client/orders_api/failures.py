"""Translates what aiohttp raises into the errors of this package, and decides whether the API is the cause.

Pure, except for one check of this machine: a name that can't be looked up may only mean that no file descriptor is
free, and then the API is not the cause.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl

import aiohttp
from yarl import URL

from batch_renamer.client.orders_api.certificates import untrusted
from batch_renamer.client.orders_api.descriptors import descriptors_are_used_up
from batch_renamer.client.orders_api.protocol import LocalShortageError, TransientError
from batch_renamer.client.orders_api.proxy import place_of, refused_by
from batch_renamer.errors import CertificateError, ProxyRefusedError

__all__ = ["CAUGHT", "is_foreseen", "translated"]

CAUGHT = (aiohttp.ClientError, OSError, ValueError, MemoryError, RuntimeError)
"""What a request may raise; of the RuntimeErrors only the one that `is_foreseen`."""

_SHORTAGES = {
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.ENOBUFS: "network buffers",
    errno.ENOMEM: "memory",
    errno.EADDRNOTAVAIL: "local ports",
}
# If several addresses were tried, EADDRNOTAVAIL may mean that this machine has no address of that kind (IPv6).
_SHORTAGES_AMONG_SEVERAL = {number: what for number, what in _SHORTAGES.items() if number != errno.EADDRNOTAVAIL}
_ONE_OF_SEVERAL = re.compile(r"\[Errno ([0-9]+)\]")
_NO_WAY = (errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH)
_NO_THREAD = "can't start new thread"


def is_foreseen(error: Exception) -> bool:
    """Tell whether an error is one of the network or of a shortage; any other RuntimeError is a fault."""
    return not isinstance(error, RuntimeError) or str(error) == _NO_THREAD


def translated(error: Exception, *, proxy: URL | None = None) -> TransientError | CertificateError | ProxyRefusedError:
    """Return the error that says what happened, and whether the order may have been renamed.

    ``proxy`` is the one that connections are made through, if any: what fails on the way to it is not the API's fault.
    """
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return untrusted(error.host, error.certificate_error, environ=os.environ)
    if (short_of := _short_of(_cause(error))) is not None:
        # While a connection was being made nothing was sent yet.
        connecting = isinstance(error, aiohttp.ClientConnectorError)
        return LocalShortageError(f"a shortage of {short_of} on this machine", may_be_applied=not connecting)
    match error:
        case aiohttp.ClientHttpProxyError():
            return refused_by(proxy, error.status)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return TransientError(_not_connected(error, proxy))
        case TimeoutError():
            return TransientError("no answer in time", may_be_applied=True, timed_out=True)
        case aiohttp.ClientPayloadError():
            return TransientError("an answer cut off", may_be_applied=True)
        case aiohttp.ClientResponseError():
            return TransientError("an answer that is not HTTP", may_be_applied=True)
        case _:
            return TransientError("a connection that broke off", may_be_applied=True)


def _not_connected(error: aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError, proxy: URL | None) -> str:
    """Say why there was no connection: nothing was sent."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection{f' through the proxy {place_of(proxy)}' if proxy is not None else ''} in time"
    why = _reason(error.os_error)
    match error:
        case aiohttp.ClientProxyConnectionError():
            return f"no connection to the proxy {place_of(proxy)} ({why})"
        case aiohttp.ClientConnectorDNSError():
            what = "a proxy whose address" if proxy is not None else "an address that"
            return f"{what} can't be looked up ({error.host}: {why})"
        case aiohttp.ClientConnectorSSLError():
            return f"no secure connection ({why})"
        case _ if error.os_error.errno in _NO_WAY:
            return f"no way from this machine to the API ({why})"
        case _:
            return "connection refused" if error.os_error.errno == errno.ECONNREFUSED else f"no connection ({why})"


def _reason(error: OSError) -> str:
    """The system's words for an error, which asyncio replaces by an address; look-ups and TLS have their own."""
    if isinstance(error, ssl.SSLError | socket.gaierror) or error.errno is None:
        return error.strerror or type(error).__name__
    return os.strerror(error.errno)


def _cause(error: Exception) -> Exception:
    return error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error


def _short_of(error: Exception) -> str | None:
    """Return what this machine is short of, if the error says so."""
    match error:
        case MemoryError():
            return "memory"
        case RuntimeError():
            return "threads"
        case socket.gaierror(errno=socket.EAI_MEMORY):
            return "memory"
        case socket.gaierror():
            # A resolver that can't open its own files says only that the name is not known.
            return "open files" if descriptors_are_used_up() else None
        case OSError(errno=None):
            # Several addresses were tried, and each failed in its own way (aiohappyeyeballs gathers their texts).
            numbers = map(int, _ONE_OF_SEVERAL.findall(str(error)))
            return next((short for number in numbers if (short := _SHORTAGES_AMONG_SEVERAL.get(number))), None)
        case OSError(errno=int(number)):
            return _SHORTAGES.get(number)
        case _:
            return None
