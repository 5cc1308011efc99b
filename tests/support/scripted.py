"""Answers enter, byte for byte; a server on a loopback port that gives them, and keeps what it was asked, leaves.

Unlike a web framework it sends what no sane server would, and shows requests as they came over the wire.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CERTIFICATE = Path(__file__).parents[1] / "data" / "loopback.pem"
"""Self-signed, with its key; made for this folder with the openssl command, valid until 2120."""

Script = tuple[bytes | None, ...]
"""The answer to each request in turn, the last one for all that follow: bytes, ``b""`` hangs up, None never answers."""


_STEPS_OF_AN_ACCEPT = 10
"""More steps of the event loop than pass between an accepted connection and the start of its handler (about five)."""

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived; header names are in lower case. ``connection`` counts from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass(slots=True, kw_only=True)
class Scripted:
    """A server that follows its script. ``arrived`` is set with a request, ``left`` when a connection has ended."""

    base_url: str = ""
    script: Script
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side ends it."""
        self.connections += 1
        try:
            await self._converse(reader, writer, self.connections)
        finally:
            self.left.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        while True:
            asked = await _read_request(reader, connection)
            self.asked.append(asked)
            self.arrived.set()
            answer = self.script[min(len(self.asked), len(self.script)) - 1]
            if answer is None:
                await reader.read()  # ends when the client hangs up
                return
            writer.write(answer)
            await writer.drain()
            if not answer or b"Connection: close" in answer:
                return


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method=method, target=target, headers=headers, body=body, connection=connection)


@asynccontextmanager
async def listening(handle: Handler, *, tls: bool = False) -> AsyncIterator[int]:
    """Serve connections on a free port of 127.0.0.1; with ``tls``, behind the self-signed certificate.

    At the end they are broken off and waited for, so that nothing of a test outlives it.
    """
    tasks: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        writers.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # the client has hung up
            await handle(reader, writer)
        writer.close()

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(tracked, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for _ in range(_STEPS_OF_AN_ACCEPT):
            await asyncio.sleep(0)  # a connection that was just accepted reaches its handler some steps later
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*tasks)
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


@asynccontextmanager
async def scripted(*script: bytes | None, tls: bool = False) -> AsyncIterator[Scripted]:
    """Serve a script; ``tls`` as for `listening`."""
    server = Scripted(script=script)
    async with listening(server.handle, tls=tls) as port:
        server.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        yield server


def answer(
    body: bytes | Mapping[str, Any] = b"",
    *,
    status: str = "200 OK",
    length: int | None = None,
    **headers: str,
) -> bytes:
    """Return one HTTP answer; ``length`` is what it claims to have, headers are named with ``_`` for ``-``."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content
