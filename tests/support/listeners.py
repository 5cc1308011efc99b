"""Local servers for what the command sends elsewhere: a mail server, and a web server for webhooks and heartbeats.

Both run in the test's event loop and keep what they get. What they answer can be changed at any time.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import NamedTuple

from aiohttp import web

__all__ = ["Heard", "MailServer", "WebServer", "listening_for_mail", "listening_on_the_web"]

_LONGEST_MAIL = 10_000_000
"""In bytes, as of many real servers: a mail with the reports of a night is longer than asyncio takes of itself."""


class Heard(NamedTuple):
    """One request: its method, path with query, and body."""

    method: str
    path: str
    body: str


@dataclass(slots=True, kw_only=True)
class WebServer:
    """Answers every request with ``status``, or never while it is silent."""

    url: str = ""
    status: int = 200
    silent: bool = False
    heard: list[Heard] = field(default_factory=list)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Keep one request."""
        self.heard.append(Heard(request.method, request.raw_path, (await request.read()).decode("utf-8", "replace")))
        if self.silent:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text="OK")


@asynccontextmanager
async def listening_on_the_web() -> AsyncIterator[WebServer]:
    """Serve on a free port of this machine for as long as the block lasts."""
    server = WebServer()
    runner = web.ServerRunner(web.Server(server.handle, access_log=None), shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


@dataclass(slots=True, kw_only=True)
class MailServer:
    """Takes every mail, says ``refusal`` to each if there is one, or says nothing at all while it is silent."""

    port: int = 0
    refusal: str = ""
    silent: bool = False
    mails: list[EmailMessage] = field(default_factory=list)

    async def converse(self, lines: asyncio.StreamReader, say: Callable[[str], Awaitable[None]]) -> None:
        """Speak as much SMTP (RFC 5321) as it takes to be given mails."""
        if self.silent:
            await lines.read()  # until the client gives up
            return
        await say("220 127.0.0.1 ESMTP")
        while line := (await lines.readline()).decode("utf-8", "replace"):
            match line.split(maxsplit=1)[0].upper() if line.strip() else "":
                case "EHLO":
                    await say("250-127.0.0.1\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN")
                case "AUTH":
                    await say("235 2.7.0 accepted")
                case "DATA":
                    await say("354 go on")
                    await say(self._taken((await lines.readuntil(b"\r\n.\r\n"))[:-3]))
                case "QUIT":
                    await say("221 bye")
                    return
                case _:
                    await say("250 OK")

    def _taken(self, data: bytes) -> str:
        if self.refusal:
            return self.refusal
        mail = email.message_from_bytes(
            data.replace(b"\r\n", b"\n").replace(b"\n..", b"\n."), policy=email.policy.default
        )
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@asynccontextmanager
async def listening_for_mail() -> AsyncIterator[MailServer]:
    """Serve on a free port of this machine for as long as the block lasts."""
    server = MailServer()
    talks: dict[asyncio.StreamWriter, asyncio.Event] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())
            await writer.drain()

        talks[writer] = asyncio.Event()
        try:
            await server.converse(reader, say)
        except ConnectionError:
            pass  # the client has gone, as clients with a time limit do
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            talks.pop(writer).set()

    async with await asyncio.start_server(connected, "127.0.0.1", 0, limit=_LONGEST_MAIL) as serving:
        server.port = serving.sockets[0].getsockname()[1]
        yield server
        ended = list(talks.values())
        for writer in talks:
            writer.close()
        await asyncio.gather(*(event.wait() for event in ended))
