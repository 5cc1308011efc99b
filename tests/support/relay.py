"""A way to a server that can be cut: connections through it stay open, and nothing comes through any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

__all__ = ["Relay", "relay_to"]

_MOST_BYTES = 65_536


class Relay:
    """Passes bytes on in both directions until it is cut; ``port`` is where it listens on this machine."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self._there = (host, port)
        self._passes = asyncio.Event()
        self._passes.set()
        self._ways: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Let nothing through any more, as if a cable was pulled: neither side is told."""
        self._passes.clear()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one client with the server, until either of them ends."""
        reader_there, writer_there = await asyncio.open_connection(*self._there)
        self._ways |= {writer, writer_there}
        await asyncio.gather(self._pass_on(reader, writer_there), self._pass_on(reader_there, writer))

    def close(self) -> None:
        """End all connections."""
        self._passes.set()
        for way in self._ways:
            way.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_MOST_BYTES):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def relay_to(host: str, port: int) -> AsyncIterator[Relay]:
    """Listen on this machine for connections to a server, until the block ends."""
    relay = Relay(host, port)
    server = await asyncio.start_server(relay.connect, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        relay.close()
