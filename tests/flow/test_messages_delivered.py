"""A message enters; what servers on this machine get leaves, and what became of it at each address."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.abc import Process

from batch_renamer.nightly.messages.addresses import Address
from batch_renamer.nightly.messages.delivery import Message, deliver
from tests.support.listeners import listening_for_mail, listening_on_the_web

SECRET = "s3cr3t-t0k3n"
MESSAGE = Message(
    title="batch-renamer: 2 of 3 spreadsheets done", body="Orders <1>.xlsx :smile:\n\nReports: /srv/%20?a=b"
)


def to(url: str, *, text_only: bool = False) -> Address:
    """Return an address."""
    return Address(line=1, url=url, text_only=text_only)


async def test_a_mail_arrives_as_it_was_written(tmp_path: Path) -> None:
    """Signs of HTML and of emojis are no more than text, and a file whose name looks like an address is attached."""
    report = tmp_path / "100% of #1?.report-ab12.xlsx"
    report.write_bytes(b"PK report")
    async with listening_for_mail() as server:
        url = f"mailto://anna:{SECRET}@127.0.0.1:{server.port}/?from=night@example.com&to=office@example.com"
        [one] = await deliver(Message(title=MESSAGE.title, body=MESSAGE.body, attach=(str(report),)), [to(url)])
    assert (one.delivered, one.said, one.repair) == (True, "delivered", "")
    [mail] = server.mails
    assert (mail["subject"], mail["to"]) == (MESSAGE.title, "office@example.com")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == MESSAGE.body
    [attached] = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (report.name, b"PK report")


@pytest.mark.parametrize("text_only", [False, True], ids=["with reports", "text only"])
async def test_a_webhook_gets_the_report_unless_it_must_not(tmp_path: Path, text_only: bool) -> None:
    """A report has the ids and the names of orders."""
    report = tmp_path / "orders.xlsx"
    report.write_bytes(b"PK report")
    async with listening_on_the_web() as server:
        url = f"json://127.0.0.1:{server.url.rpartition(':')[2]}/{SECRET}"
        message = Message(title="T", body="B", kind="warning", attach=(str(report),))
        [one] = await deliver(message, [to(url, text_only=text_only)])
    assert one.delivered
    got = json.loads(server.heard[0].body)
    assert (got["title"], got["message"], got["type"]) == ("T", "B", "warning")
    files = [(file["filename"], base64.b64decode(file["base64"])) for file in got["attachments"]]
    assert files == ([] if text_only else [("orders.xlsx", b"PK report")])


@pytest.mark.parametrize("name", ["gone.xlsx", os.fsdecode(b"no text \xff.xlsx")], ids=["missing", "name"])
async def test_a_file_that_a_service_refuses_does_not_keep_the_message_back(tmp_path: Path, name: str) -> None:
    """It is sent again without the file, and says so."""
    missing = tmp_path / name
    if name != "gone.xlsx":
        missing.write_bytes(b"PK")
    async with listening_for_mail() as server:
        url = f"mailto://127.0.0.1:{server.port}/?from=night@example.com"
        [one] = await deliver(Message(title="T", body="B", attach=(str(missing),)), [to(url)])
    assert one.delivered
    body = server.mails[0].get_body(("plain",))  # apprise 1.9 adds the same as HTML
    assert body is not None
    assert "The report could not be attached." in body.get_content()


async def test_a_server_that_hangs_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is killed, so nothing of it outlives the limit."""
    processes: list[Process] = []

    async def open_process(*args: Any, **kwargs: Any) -> Process:
        processes.append(await anyio.open_process(*args, **kwargs))
        return processes[-1]

    monkeypatch.setattr("batch_renamer.nightly.messages.delivery.open_process", open_process)
    async with listening_on_the_web() as server:
        server.silent = True
        url = f"json://127.0.0.1:{server.url.rpartition(':')[2]}/?rto=60"
        [one] = await deliver(MESSAGE, [to(url)], limit_s=0.3)
    assert (one.delivered, one.said) == (False, "it gave no answer within 0.3 s")
    assert [process.returncode is not None for process in processes] == [True]


async def test_what_went_wrong_is_said_without_the_secret() -> None:
    """Each service answers in its own way; no text of it is repeated."""
    async with listening_on_the_web() as server, listening_for_mail() as mail:
        port = server.url.rpartition(":")[2]
        server.status, mail.refusal = 403, f"554 {SECRET} not allowed"
        answers = await deliver(
            MESSAGE,
            [
                to(f"json://127.0.0.1:{port}/{SECRET}"),
                to(f"json://127.0.0.1:{port}/{SECRET}?optional=yes"),
                to(f"mailto://u:{SECRET}@127.0.0.1:{mail.port}/?from=a@example.com"),
                to(f"json://127.0.0.1:9/{SECRET}"),
                to(f"nosuchservice://{SECRET}"),
            ],
        )
    assert [one.delivered for one in answers] == [False] * 5
    assert [one.said for one in answers] == [
        "it refused the user, password or token",
        "it refused the user, password or token",
        "it refused the recipient or the sender",
        "the server refuses connections",
        "Apprise does not know such an address",
    ]
    assert all(one.repair for one in answers)
    assert SECRET not in repr(answers)


def readable_of_processes() -> list[bytes]:
    """Return what users of this machine can read of its processes."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            with suppress(OSError):  # it has ended, or is of another user
                found.append((folder / name).read_bytes())
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_no_process_list_and_no_environment_has_the_address() -> None:
    """While the service is asked, and the process that asks it is at work."""
    seen: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        seen.extend(await anyio.to_thread.run_sync(readable_of_processes))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        [one] = await deliver(MESSAGE, [to(f"json://127.0.0.1:{port}/{SECRET}")])
    assert one.delivered
    assert any(b"child.py" in text for text in seen)
    assert not [text for text in seen if SECRET.encode() in text]
