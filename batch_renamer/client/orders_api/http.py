"""The aiohttp client of the Orders API: each call makes one HTTP request and checks its answer.

The key goes to the base URL's origin and nowhere else: redirects are not followed, TLS is verified, ``HTTPS_PROXY`` and
``NO_PROXY`` are honoured but ``.netrc`` is not. What aiohttp raises is translated here and never chained, because it
may show the request's headers with the key.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import hdrs
from yarl import URL

from batch_renamer.client.orders_api.access import ApiAccess
from batch_renamer.client.orders_api.answers import as_unconfirmed, failure_of, read_order, read_page, read_renamed
from batch_renamer.client.orders_api.certificates import check_named_certificates
from batch_renamer.client.orders_api.exchange import HttpConnections
from batch_renamer.client.orders_api.failures import CAUGHT, is_foreseen, translated
from batch_renamer.client.orders_api.pictures import LARGEST_PICTURE_BYTES, picture_path, read_picture
from batch_renamer.client.orders_api.protocol import ListQuery, OrderPage, RefusedError, TransientError
from batch_renamer.client.orders_api.proxy import proxy_for
from batch_renamer.model import Order, Picture
from batch_renamer.settings import ApiKey

__all__ = ["HttpOrdersApi", "open_orders_api"]

_LARGEST_BODY = 32 * 1024 * 1024
_CONNECT_S = 10.0
_ORDERS = "/v3/orders/"


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
    server, proxy = URL(base_url), proxy_for(URL(base_url))
    if base_url.startswith("https:"):
        check_named_certificates(os.environ)
    # At most half of the time is for connecting: a request that was not connected was certainly not applied.
    connect_s = min(timeout_s / 2, _CONNECT_S)
    async with HttpConnections(server, most=connections + 1, connect_s=connect_s, proxy=proxy) as opened:
        yield HttpOrdersApi(
            opened,
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
        connections: HttpConnections,
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
        self._connections = connections
        self._api_version = headers.get("x-api-version")
        self._user_agent = headers["User-Agent"]
        self._key_place = key_place
        self._proxy = proxy
        self._secret = headers["x-api-key"]
        self._headers = connections.header_lines(headers)
        self._headers_with_body = connections.header_lines({**headers, "Content-Type": "application/json"})
        self._headers_for_picture = connections.header_lines({**headers, "Accept": "image/jpeg, image/png, image/webp"})
        self._base_url = base_url.rstrip("/")
        self._path = URL(self._base_url).raw_path.rstrip("/")
        self._images = images
        self._timeout_s = timeout_s

    def access(self) -> ApiAccess:
        """Return what another process needs to open the same API."""
        return ApiAccess(
            base_url=self._base_url,
            key=ApiKey(self._secret),
            user_agent=self._user_agent,
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
            body = await self._request("GET", self._target_of(order_id))
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
            body = await self._request("PATCH", self._target_of(order_id), f'{{"name": {json.dumps(new_name)}}}')
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
        target = f"{self._path}{_ORDERS}?per_page={per_page}{more}"
        return read_page(await self._request("GET", target), secret=self._secret, images=self._images)

    async def picture(self, image_id: str) -> Picture:
        """Read the small preview of an image, which costs nothing.

        Raises:
            RequestError, KeyRefusedError, CertificateError, ProxyRefusedError: as `protocol` tells.
        """
        target = self._path + picture_path(image_id)
        return read_picture(
            await self._request("GET", target, headers=self._headers_for_picture, largest=LARGEST_PICTURE_BYTES)
        )

    def _target_of(self, order_id: str) -> str:
        try:
            segment = quote(order_id, safe="")
        except UnicodeEncodeError:
            segment = ""
        # The loader refuses such ids; in a URL they would lead out of /orders/ (also when the dots are quoted).
        if segment in ("", ".", ".."):
            raise RefusedError(f"an order id that can't stand in a URL: {order_id!r}")
        return f"{self._path}{_ORDERS}{segment}"

    async def _request(
        self,
        method: str,
        target: str,
        content: str | None = None,
        *,
        headers: bytes | None = None,
        largest: int = _LARGEST_BODY,
    ) -> bytes:
        sent = headers or (self._headers if content is None else self._headers_with_body)
        body = None if content is None else content.encode()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._connections.exchange(method, target, sent, body, largest=largest)
        except CAUGHT as error:
            if not is_foreseen(error):
                raise
            failure: Exception = translated(error, proxy=self._proxy)
        else:
            self.last_date = answer.headers.get(hdrs.DATE, "")
            if answer.status == HTTPStatus.OK:
                return answer.body
            failure = failure_of(*answer, secret=self._secret, key_place=self._key_place)
        # Raised only here, so that a raw client exception isn't even its context.
        raise failure
