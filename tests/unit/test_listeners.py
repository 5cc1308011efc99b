"""The servers that stand in for a mail server, a webhook and a heartbeat."""

from __future__ import annotations

import asyncio
import smtplib
import urllib.request
from email.message import EmailMessage

import pytest

from tests.support.listeners import Heard, listening_for_mail, listening_on_the_web


def _send(port: int) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Büro", "a@example.com", "b@example.com"
    mail.set_content("Eins\n.\nZwei, größer\n")
    mail.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="report.xlsx")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.login("user", "secret")
        client.send_message(mail)


async def test_mail_is_taken_as_it_was_sent() -> None:
    """Subject, text with a line that is a full stop, and attachment."""
    async with listening_for_mail() as server:
        await asyncio.to_thread(_send, server.port)
        [mail] = server.mails
    body = mail.get_body()
    assert body is not None
    assert (mail["Subject"], body.get_content()) == ("Büro", "Eins\n.\nZwei, größer\n")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["report.xlsx"]


async def test_mail_server_that_refuses_keeps_nothing() -> None:
    """What it says reaches the client."""
    async with listening_for_mail() as server:
        server.refusal = "554 5.7.1 no"
        with pytest.raises(smtplib.SMTPDataError):
            await asyncio.to_thread(_send, server.port)
        assert not server.mails


async def test_silent_mail_server_ends_with_its_block() -> None:
    """A client that waits is cut off."""
    async with listening_for_mail() as server:
        server.silent = True
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_web_requests_are_kept() -> None:
    """With their method, their path and their body."""

    def ask(url: str) -> int:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/ping/1?a=b", data=b"{}"), timeout=10) as answer:  # noqa: S310 - loopback
            return int(answer.status)

    async with listening_on_the_web() as server:
        assert await asyncio.to_thread(ask, server.url) == 200
        assert server.heard == [Heard("POST", "/ping/1?a=b", "{}")]
