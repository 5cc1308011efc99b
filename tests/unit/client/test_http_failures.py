"""What aiohttp raises enters as a fake; what becomes of it is read as a table. Sockets are in ``test_http_client``.

They are hard or slow to bring about over a socket, so aiohttp is faked here.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import traceback
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import anyio
import pytest
from aiohttp.client_reqrep import ConnectionKey
from aioresponses import CallbackResult, aioresponses
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from batch_renamer.client.orders_api import LocalShortageError, TransientError, failures
from batch_renamer.client.orders_api.http import open_orders_api
from batch_renamer.errors import CertificateError
from tests.support.fake_http import Response
from tests.support.scripted import CERTIFICATE

KEY = "sk-marker-0123456789"
BASE = "https://api.example.com"
TARGET = URL(f"{BASE}/v3/orders/a1")


PLACE = ConnectionKey(
    host="api.example.com", port=443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
)
ASKED = aiohttp.RequestInfo(TARGET, "PATCH", CIMultiDictProxy(CIMultiDict({"x-api-key": KEY})), TARGET)
NO_NETWORK = OSError(errno.ENETUNREACH, "Network is unreachable")
REFUSED = OSError(errno.ECONNREFUSED, "Connection refused")

NOT_SENT = {"may_be_applied": False, "timed_out": False}
LOST = {"may_be_applied": True, "timed_out": False}
LATE = {"may_be_applied": True, "timed_out": True}


@pytest.fixture
def fake() -> Iterator[aioresponses]:
    """Stand in for the network."""
    with aioresponses() as responses:
        yield responses


@pytest.mark.parametrize(
    ("raised", "failure", "meaning"),
    [
        (aiohttp.ClientConnectorDNSError(PLACE, socket.gaierror(-2, "unknown")), "an address that can't", NOT_SENT),
        (aiohttp.ClientConnectorError(PLACE, REFUSED), "connection refused", NOT_SENT),
        (aiohttp.ClientConnectorError(PLACE, OSError("odd")), "no connection (OSError)", NOT_SENT),
        (aiohttp.ClientConnectorError(PLACE, NO_NETWORK), "no way from this machine to the API (Net", NOT_SENT),
        (aiohttp.ClientProxyConnectionError(PLACE, REFUSED), "no connection to the proxy  (Conn", NOT_SENT),
        (aiohttp.ClientHttpProxyError(ASKED, (), status=502, message=KEY), "a refusal by a proxy on ", NOT_SENT),
        (aiohttp.ClientConnectorSSLError(PLACE, ssl.SSLError(1, "bad record")), "no secure connection (", NOT_SENT),
        (aiohttp.ConnectionTimeoutError("connecting"), "no connection in time", NOT_SENT),
        (aiohttp.SocketTimeoutError("reading"), "no answer in time", LATE),
        (TimeoutError(), "no answer in time", LATE),
        (aiohttp.ClientPayloadError("cut"), "an answer cut off", LOST),
        (aiohttp.ClientResponseError(ASKED, (), status=400, message=KEY), "an answer that is not HTTP", LOST),
        (aiohttp.ServerDisconnectedError(KEY), "a connection that broke off", LOST),
        (aiohttp.ClientOSError(104, "reset"), "a connection that broke off", LOST),
        (aiohttp.ClientConnectionResetError(KEY), "a connection that broke off", LOST),
        (aiohttp.InvalidURL(TARGET), "a connection that broke off", LOST),
        (ConnectionResetError(104, "reset"), "a connection that broke off", LOST),
        (ValueError(KEY), "a connection that broke off", LOST),
    ],
    ids=lambda value: {str: value}.get(type(value), type(value).__name__),
)
async def test_foreign_error_is_translated(
    fake: aioresponses, raised: Exception, failure: str, meaning: dict[str, bool]
) -> None:
    """Each says what happened, and whether the order may have been renamed; none shows the key."""
    fake.patch(TARGET, exception=raised)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(TransientError) as caught:
            await api.rename("a1", "new")
    error = caught.value
    assert error.failure.startswith(failure)
    assert {name: getattr(error, name) for name in meaning} == meaning
    assert (error.__cause__, error.__context__) == (None, None)
    assert KEY not in f"{error!r} {''.join(traceback.format_exception(error))}"


def connecting(number: int | None, text: str) -> aiohttp.ClientConnectorError:
    """Return what aiohttp raises when a connection could not be made for this reason of the system's."""
    return aiohttp.ClientConnectorError(PLACE, OSError(number, text) if number is not None else OSError(text))


SEVERAL = "Multiple exceptions: [Errno 111] Connect call failed, [Errno 24] Too many open files"
NO_IPV6 = "Multiple exceptions: [Errno 99] Cannot assign requested address, [Errno 111] Connect call failed"


@pytest.mark.parametrize(
    ("raised", "short_of", "may_be_applied"),
    [
        (connecting(errno.EMFILE, "Too many open files"), "open files", False),
        (connecting(errno.ENFILE, "Too many open files in system"), "open files", False),
        (connecting(errno.ENOBUFS, "No buffer space available"), "network buffers", False),
        (connecting(errno.ENOMEM, "Cannot allocate memory"), "memory", False),
        (connecting(errno.EADDRNOTAVAIL, "Cannot assign requested address"), "local ports", False),
        (connecting(None, SEVERAL), "open files", False),
        (aiohttp.ClientProxyConnectionError(PLACE, OSError(errno.EMFILE, "x")), "open files", False),
        (aiohttp.ClientConnectorDNSError(PLACE, OSError(errno.EMFILE, "x")), "open files", False),
        (aiohttp.ClientConnectorDNSError(PLACE, socket.gaierror(socket.EAI_MEMORY, "x")), "memory", False),
        (OSError(errno.EMFILE, "Too many open files"), "open files", True),
        (aiohttp.ClientOSError(errno.ENOBUFS, "No buffer space available"), "network buffers", True),
        (MemoryError(), "memory", True),
        (RuntimeError("can't start new thread"), "threads", True),
    ],
    ids=repr,
)
async def test_shortage_on_this_machine_is_not_blamed_on_the_api(
    fake: aioresponses, raised: Exception, short_of: str, may_be_applied: bool
) -> None:
    """It is an error of its own kind, and while connecting nothing was sent."""
    fake.patch(TARGET, exception=raised)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(LocalShortageError) as caught:
            await api.rename("a1", "new")
    assert caught.value.failure == f"a shortage of {short_of} on this machine"
    assert caught.value.may_be_applied is may_be_applied


async def test_address_that_can_not_be_looked_up_for_want_of_files_is_a_shortage(
    fake: aioresponses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that can open nothing says that the name is not known."""
    monkeypatch.setattr(failures, "descriptors_are_used_up", lambda: True)
    fake.patch(TARGET, exception=aiohttp.ClientConnectorDNSError(PLACE, socket.gaierror(-2, "unknown")))
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(LocalShortageError, match="open files"):
            await api.rename("a1", "new")


@pytest.mark.parametrize(
    "raised", [connecting(None, NO_IPV6), connecting(errno.ENETUNREACH, "Network is unreachable")], ids=repr
)
async def test_what_waiting_for_a_free_connection_would_not_help_is_no_shortage(
    fake: aioresponses, raised: Exception
) -> None:
    """A machine without IPv6, or without a network, is short of nothing that comes back when a request ends."""
    fake.patch(TARGET, exception=raised)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(TransientError) as caught:
            await api.rename("a1", "new")
    assert not isinstance(caught.value, LocalShortageError)


def untrusted(code: int, message: str) -> SimpleNamespace:
    """Return what OpenSSL says of a certificate."""
    return SimpleNamespace(verify_code=code, verify_message=message)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (
            untrusted(10, "certificate has expired"),
            "has expired. Check this machine's clock: it says",
        ),
        (untrusted(9, "certificate is not yet valid"), "not yet valid. Check this machine's clock: it says"),
        (untrusted(62, "Hostname mismatch"), "Hostname mismatch. It belongs to another server: check --base-url"),
        (untrusted(64, "IP address mismatch"), "IP address mismatch. It belongs to another server"),
        (untrusted(18, "self-signed certificate"), "self-signed certificate. If a proxy reads your traffic on purpose"),
        (untrusted(20, "unable to get local issuer"), "local issuer. If a proxy reads your traffic on purpose"),
        (ssl.CertificateError("odd"), "trusted: ('odd',). "),
    ],
    ids=["expired", "not yet", "other host", "other address", "self-signed", "unknown issuer", "without a reason"],
)
async def test_certificate_error_ends_the_run(fake: aioresponses, cause: Any, said: str) -> None:
    """Waiting would not help, so it is not tried again."""
    fake.get(TARGET, exception=aiohttp.ClientConnectorCertificateError(PLACE, cause))
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(CertificateError) as caught:
            await api.get("a1")
    assert said in str(caught.value)
    assert str(caught.value).startswith("The TLS certificate of api.example.com can't be trusted: ")


async def test_certificate_that_the_named_file_does_not_vouch_for_names_the_file(
    fake: aioresponses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE is good, but not for this server."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    refused = aiohttp.ClientConnectorCertificateError(PLACE, untrusted(20, "unable to get local issuer"))  # type: ignore[arg-type]  # as much of it as is read
    fake.get(TARGET, exception=refused)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(CertificateError, match=f"SSL_CERT_FILE is '{CERTIFICATE}' now, and that does not vouch"):
            await api.get("a1")


@pytest.mark.virtual_time
async def test_timeout_that_aiohttp_misses_is_kept_all_the_same(fake: aioresponses) -> None:
    """A try is given up in its time, whatever the library does."""

    async def hang(_: URL, **__: object) -> CallbackResult:
        await asyncio.sleep(3600)
        return CallbackResult(response_class=Response)

    fake.patch(TARGET, callback=hang)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1", timeout_s=30.0) as api:
        with pytest.raises(TransientError, match="no answer in time") as caught:
            await api.rename("a1", "new")
    assert anyio.current_time() == 30.0
    assert caught.value.timed_out


@pytest.mark.parametrize("fault", [ZeroDivisionError(), RuntimeError("event loop is closed")], ids=repr)
async def test_error_of_the_program_is_not_taken_for_one_of_the_network(fake: aioresponses, fault: Exception) -> None:
    """An error of no known kind goes through: it is a fault in the program, and must be seen as one."""
    fake.get(TARGET, exception=fault)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        with pytest.raises(type(fault)):
            await api.get("a1")


async def test_answer_of_the_fake_is_read_like_any_other(fake: aioresponses) -> None:
    """The request that was made is the one that the documentation describes."""
    fake.patch(TARGET, payload={"order_id": "a1", "name": "new"}, response_class=Response)
    async with open_orders_api(base_url=BASE, key=KEY, user_agent="test/1") as api:
        assert (await api.rename("a1", "new")).name == "new"
    fake.assert_called_once_with(
        TARGET,
        method="PATCH",
        data=b'{"name": "new"}',
        headers={
            "x-api-key": KEY,
            "User-Agent": "test/1",
            "Accept": "application/json",
            "Content-Type": "application/json",
        },
        allow_redirects=False,
    )
