"""One HTTP request and its whole answer, over the kept connections of aiohttp's pool.

Connections, TLS, proxies and the parsing of answers are aiohttp's. Its session is left out: it prepares each request
for redirects, cookies, uploads and middlewares, which takes more CPU time than everything else that is done for a row
(``tests.benchmarks.cpu``), and it sends some requests a second time by itself. Here a request is written at once, as it
is, and never again. What an answer means is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, Self

import aiohttp
from aiohttp import hdrs
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader
from yarl import URL

from batch_renamer.client.orders_api.protocol import TransientError

__all__ = ["Answer", "HttpConnections"]

_CHUNK = 64 * 1024
_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL = 200
_ENDS_A_LINE = re.compile(r"[\r\n\0]")


class Answer(NamedTuple):
    """An answer that has arrived whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpConnections:
    """The connections to one server, ``most`` at once; each is used again for as long as the server keeps it open.

    A connection that can't be made within ``connect_s`` seconds is given up.
    """

    def __init__(self, server: URL, *, most: int, connect_s: float, proxy: URL | None = None) -> None:
        self._pool = aiohttp.TCPConnector(limit=most)
        self._timeout = aiohttp.ClientTimeout(total=None, connect=connect_s)
        # It is never sent: it tells the pool where to connect to. It has no key, which a proxy could see.
        self._destination = aiohttp.ClientRequest("GET", server, proxy=proxy)

    async def __aenter__(self) -> Self:
        """Return the connections themselves, to be closed at the end of the block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._pool.close()

    def header_lines(self, headers: Mapping[str, str]) -> bytes:
        """Return these headers and ``Host`` as the lines of a request.

        Raises:
            ValueError: a header would not end with its line.
        """
        lines = {hdrs.HOST: self._destination.headers[hdrs.HOST], hdrs.ACCEPT_ENCODING: "gzip, deflate", **headers}
        if any(map(_ENDS_A_LINE.search, (*lines, *lines.values()))):
            raise ValueError("a header with a line break")
        return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()

    async def exchange(
        self, method: str, target: str, header_lines: bytes, content: bytes | None = None, *, largest: int
    ) -> Answer:
        """Send one request and return its answer, whatever its status; ``target`` is path and query, quoted.

        Raises:
            TransientError: the body of the answer has more than ``largest`` bytes.
            aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError: as `failures` translates them.
        """
        length = b"" if content is None else b"Content-Length: %d\r\n" % len(content)
        request = b"%b %b HTTP/1.1\r\n%b%b\r\n%b" % (
            method.encode(),
            target.encode(),
            header_lines,
            length,
            content or b"",
        )
        connection = await self._connected()
        try:
            message, body = await _answered(connection, request)
            answer = Answer(message.code, message.headers, await _read(body, message, largest))
        except BaseException:
            connection.close()  # The rest of the answer may still come.
            raise
        connection.release()
        return answer

    async def _connected(self) -> Connection:
        try:
            return await self._pool.connect(self._destination, traces=[], timeout=self._timeout)
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError from None


async def _answered(connection: Connection, request: bytes) -> tuple[RawResponseMessage, StreamReader]:
    """Write a request and return the head of its answer, and the body that follows it."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiohttp.ClientConnectionResetError
    protocol.set_response_params(read_until_eof=True)
    transport.write(request)
    while True:
        message, body = await protocol.read()
        if message.code >= _FIRST_FINAL or message.code == _SWITCHING_PROTOCOLS:
            return message, body


async def _read(body: StreamReader, message: RawResponseMessage, largest: int) -> bytes:
    length = message.headers.get(hdrs.CONTENT_LENGTH)
    if length is not None and int(length) <= largest and hdrs.CONTENT_ENCODING not in message.headers:
        return await body.read()
    chunks: list[bytes] = []
    size = 0
    async for chunk in body.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > largest:
            raise TransientError(f"an answer over {_in_words(largest)}", status=message.code, may_be_applied=True)
        chunks.append(chunk)
    return b"".join(chunks)


def _in_words(size: int) -> str:
    return f"{size // (1024 * 1024)} MB" if size >= 1024 * 1024 else f"{size // 1000} kB"
