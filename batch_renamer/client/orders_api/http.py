"""The aiohttp client of the Orders API: each call makes one HTTP request and checks its answer.

The key goes to the base URL's origin and nowhere else: redirects are not followed, TLS is verified, ``HTTPS_PROXY`` and
``NO_PROXY`` are honoured but ``.netrc`` is not. What aiohttp raises is translated here and never chained, because it
may show the request's headers with the key.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import quote

import aiohttp
from aiohttp import hdrs
from yarl import URL

from batch_renamer.client.orders_api.access import ApiAccess
from batch_renamer.client.orders_api.answers import as_unconfirmed, failure_of, read_order, read_page, read_renamed
from batch_renamer.client.orders_api.certificates import check_named_certificates
from batch_renamer.client.orders_api.failures import CAUGHT, is_foreseen, translated
from batch_renamer.client.orders_api.pictures import LARGEST_PICTURE_BYTES, picture_path, read_picture
from batch_renamer.client.orders_api.protocol import ListQuery, OrderPage, RefusedError, TransientError
from batch_renamer.client.orders_api.proxy import proxy_for
from batch_renamer.model import Order, Picture
from batch_renamer.settings import ApiKey

__all__ = ["HttpOrdersApi", "open_orders_api"]

_LARGEST_BODY = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_CONNECT_S = 10.0


@asynccontextmanager
async def open_orders_api(
    *,
    base_url: str,
    key: str,
    user_agent: str,
    key_place: str = "",
    timeout_s: float = 30.0,
    api_version: str | None = None,
    connections: int = 16,
    images: bool = False,
) -> AsyncIterator[HttpOrdersApi]:
    """Open a client of the Orders API at ``base_url`` and close it again; ``timeout_s`` bounds each try.

    ``key_place`` is the variable or file that the key is from, for the message about a key that is not accepted.
    ``connections`` is how many requests are made at once, no more than `connections_possible` says. One more may be
    open, so that the question of an outage never waits for the requests of rows. ``images``: orders have the id of
    their first image.

    Raises:
        SettingsError: the environment names a proxy or a file of certificates that can't be used.

    Example:
        >>> open_orders_api(base_url="http://127.0.0.1:8000", key="k", user_agent="doc").__class__.__name__
        '_AsyncGeneratorContextManager'
    """
    headers = {"x-api-key": key, "User-Agent": user_agent, "Accept": "application/json"}
    if api_version is not None:
        headers["x-api-version"] = api_version
    proxy = proxy_for(URL(base_url))
    if base_url.startswith("https:"):
        check_named_certificates(os.environ)
    session = aiohttp.ClientSession(
        proxy=proxy,
        connector=aiohttp.TCPConnector(limit=connections + 1),
        cookie_jar=aiohttp.DummyCookieJar(),
        # At most half of the time is for connecting: a request that was not connected was certainly not applied.
        # `_exchange` limits the whole time: aiohttp sometimes misses its own limit (aio-libs/aiohttp issue 9547).
        timeout=aiohttp.ClientTimeout(total=None, connect=min(timeout_s / 2, _CONNECT_S)),
    )
    # aiohttp would send a GET a second time, unseen by the pacer, when a kept connection turns out to be closed
    # (aio-libs/aiohttp issue 10790); there is no public switch. Only `retrying` tries again.
    session._retry_connection = False
    async with session:
        yield HttpOrdersApi(
            session,
            base_url=base_url,
            headers=headers,
            timeout_s=timeout_s,
            proxy=proxy,
            key_place=key_place,
            images=images,
        )


class HttpOrdersApi:
    """Speaks to the Orders API; every method is one try of one request. Made by `open_orders_api`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        headers: dict[str, str],
        timeout_s: float,
        proxy: URL | None = None,
        key_place: str = "",
        images: bool = False,
    ) -> None:
        self.last_date = ""
        """The ``Date`` of the last answer, as the server wrote it."""
        self._session = session
        self._api_version = headers.get("x-api-version")
        self._key_place = key_place
        self._proxy = proxy
        self._secret = headers["x-api-key"]
        # Given with each request, because aiohttp sends the session's headers, the key among them, to a proxy, too: in
        # clear, with CONNECT (aio-libs/aiohttp pull request 9368; aiohttp 3.14.5).
        self._headers = headers
        self._headers_with_body = {**headers, "Content-Type": "application/json"}
        self._headers_for_picture = {**headers, "Accept": "image/jpeg, image/png, image/webp"}
        self._base_url = base_url.rstrip("/")
        # A URL that is made from another one by its path costs a fifth of one that is read from a text.
        self._orders = URL(self._base_url + "/v3/orders/", encoded=True)
        self._images = images
        self._timeout_s = timeout_s

    def access(self) -> ApiAccess:
        """Return what another process needs to open the same API."""
        return ApiAccess(
            base_url=self._base_url,
            key=ApiKey(self._secret),
            user_agent=self._headers["User-Agent"],
            key_place=self._key_place,
            timeout_s=self._timeout_s,
            api_version=self._api_version,
            images=self._images,
        )

    async def get(self, order_id: str) -> Order | None:
        """Read one order; None when there is no such order (404).

        Raises:
            RequestError, KeyRefusedError, CertificateError, ProxyRefusedError: as `protocol` tells.
        """
        try:
            body = await self._request("GET", self._url_of(order_id))
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return read_order(body, order_id=order_id, secret=self._secret, images=self._images)

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order; return it as the API confirmed it.

        Raises:
            RequestError, KeyRefusedError, CertificateError, ProxyRefusedError: as `protocol` tells.
        """
        try:
            body = await self._request("PATCH", self._url_of(order_id), f'{{"name": {json.dumps(new_name)}}}')
        except TransientError as error:
            unconfirmed = as_unconfirmed(error)
        else:
            return read_renamed(body, order_id=order_id, new_name=new_name, secret=self._secret, images=self._images)
        raise unconfirmed

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Read one page of the account's orders; ``offset`` is the last page's ``next_offset``.

        Raises:
            RequestError, KeyRefusedError, CertificateError, ProxyRefusedError: as `protocol` tells.
        """
        asked = {"offset": offset}
        if query is not None:
            asked |= {"q": query.text, "sort": query.sort}
        more = "".join(f"&{name}={quote(value, safe='')}" for name, value in asked.items() if value is not None)
        url = URL(f"{self._orders}?per_page={per_page}{more}", encoded=True)
        return read_page(await self._request("GET", url), secret=self._secret, images=self._images)

    async def picture(self, image_id: str) -> Picture:
        """Read the small preview of an image, which costs nothing.

        Raises:
            RequestError, KeyRefusedError, CertificateError, ProxyRefusedError: as `protocol` tells.
        """
        url = URL(self._base_url + picture_path(image_id), encoded=True)
        return read_picture(
            await self._request("GET", url, headers=self._headers_for_picture, largest=LARGEST_PICTURE_BYTES)
        )

    def _url_of(self, order_id: str) -> URL:
        try:
            segment = quote(order_id, safe="")
        except UnicodeEncodeError:
            segment = ""
        # The loader refuses such ids; in a URL they would lead out of /orders/ (also when the dots are quoted).
        if segment in ("", ".", ".."):
            raise RefusedError(f"an order id that can't stand in a URL: {order_id!r}")
        return self._orders.with_path(self._orders.raw_path + segment, encoded=True)

    async def _request(
        self,
        method: str,
        url: URL,
        content: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        largest: int = _LARGEST_BODY,
    ) -> bytes:
        sent = headers or (self._headers if content is None else self._headers_with_body)
        try:
            status, received, body = await self._exchange(method, url, content, sent, largest)
        except CAUGHT as error:
            if not is_foreseen(error):
                raise
            failure: Exception = translated(error, proxy=self._proxy)
        else:
            self.last_date = received.get(hdrs.DATE, "")
            if status == HTTPStatus.OK:
                return body
            failure = failure_of(status, received, body, secret=self._secret, key_place=self._key_place)
        # Raised only here, so that a raw client exception isn't even its context.
        raise failure

    async def _exchange(
        self, method: str, url: URL, content: str | None, headers: dict[str, str], largest: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        async with asyncio.timeout(self._timeout_s):
            async with self._session.request(
                method,
                url,
                data=None if content is None else content.encode(),
                headers=headers,
                allow_redirects=False,
            ) as response:
                return response.status, response.headers, await _read(response, largest)


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    length = response.content_length
    if length is not None and length <= largest and hdrs.CONTENT_ENCODING not in response.headers:
        return await response.read()
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > largest:
            response.close()
            raise TransientError(f"an answer over {_in_words(largest)}", status=response.status, may_be_applied=True)
        chunks.append(chunk)
    return b"".join(chunks)


def _in_words(size: int) -> str:
    return f"{size // (1024 * 1024)} MB" if size >= 1024 * 1024 else f"{size // 1000} kB"
