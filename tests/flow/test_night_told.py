"""A night that has ended enters, with a real journal; messages at local servers leave, and what is known of them."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, NewRun
from batch_renamer.model import FileEnd, Night, NightFile, NoticeKind, RenameRequest, Result, SettledRow
from batch_renamer.nightly.messages.telling import Telling, tell
from batch_renamer.settings import NightlySettings
from tests.support.listeners import WebServer, listening_for_mail, listening_on_the_web

SECRET = "s3cr3t-t0k3n"
DAY_S = 86_400.0


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal."""
    with Journal.open(tmp_path / "state" / "journal.sqlite3") as opened:
        yield opened


def address_of(server: WebServer) -> str:
    """Return the address of a webhook, with a secret in it."""
    return f"json://127.0.0.1:{server.url.rpartition(':')[2]}/{SECRET}"


def settings_for(folder: Path, *addresses: str, **values: Any) -> NightlySettings:
    """Return settings with a file of these addresses."""
    path = folder / "notify.txt"
    path.write_text("\n".join(addresses), "utf-8")
    path.chmod(0o600)
    return NightlySettings(inbox=folder / "in", notify_file=path, **values)


def a_night(folder: Path, day: int, *files: NightFile, **values: Any) -> Night:
    """Return a night that has ended."""
    usual: dict[str, Any] = {"ended_at": day * DAY_S + 60, "exit_code": 0, "begun": True}
    date = f"2026-11-{day:02}"
    return Night(
        date=date,
        began_at=day * DAY_S,
        inbox=str(folder / "in"),
        reports=str(folder / "in" / "reports"),
        files=files,
        **(usual | values),
    )


STOPPED = NightFile(name="a.xlsx", end=FileEnd.STOPPED, exit_code=3, sentence="The API refused the key.")
DONE = NightFile(name="a.xlsx", end=FileEnd.DONE, counts={"renamed": 3})


async def told_of(night: Night, settings: NightlySettings, journal: Journal | None, **values: Any) -> Telling:
    """Tell of a night, as it is done at its end."""
    if journal is not None:
        begun = journal.nights.begin(replace(night, ended_at=None, exit_code=None))
        night = replace(night, number=begun.number, id=begun.id)
        journal.nights.end(night)
        for position, file in enumerate(night.files):
            journal.nights.note_file(night, position, file)
    return await anyio.to_thread.run_sync(lambda: tell(night, settings, journal, environ=os.environ, **values))


def titles(server: WebServer) -> list[str]:
    """Return the titles of the messages that a webhook got."""
    return [json.loads(one.body)["title"] for one in server.heard]


async def test_one_message_for_each_change_of_state(tmp_path: Path, journal: Journal) -> None:
    """What was told is known the next night, from the journal."""
    async with listening_on_the_web() as server:
        settings = settings_for(tmp_path, address_of(server))
        stopped = {"exit_code": 3, "stopped": "The API refused the key."}
        nights = [
            a_night(tmp_path, 1, STOPPED, **stopped),
            a_night(tmp_path, 2, STOPPED, **stopped),
            a_night(tmp_path, 3, DONE),
            a_night(tmp_path, 4, DONE),
        ]
        kinds = [(await told_of(night, settings, journal)).kind for night in nights]
    assert kinds == [NoticeKind.FAILED, None, NoticeKind.RECOVERED, None]
    assert titles(server) == [
        "batch-renamer: stopped early, 0 of 1 sheet done",
        "batch-renamer: works again, 1 of 1 sheet done",
    ]


async def test_the_reports_of_what_needs_a_person_go_along(tmp_path: Path, journal: Journal) -> None:
    """The workbook and the page of the night; what is too large is named."""
    reports = tmp_path / "in" / "reports" / "2026-11-01"
    reports.mkdir(parents=True)
    (small := reports / "b.report-k3f9.xlsx").write_bytes(b"PK small")
    (large := reports / "c.report-k3fa.xlsx").write_bytes(bytes(6_000_000))
    (page := reports / "index.html").write_bytes(b"<html>")
    files = [
        NightFile(name=name, end=FileEnd.PROBLEMS, sentence="1 row.", reports=(str(report), f"{report}.html"))
        for name, report in (("c.xlsx", large), ("b.xlsx", small))
    ]
    async with listening_on_the_web() as server:
        settings = settings_for(tmp_path, address_of(server))
        telling = await told_of(a_night(tmp_path, 1, *files, exit_code=1), settings, journal, page=page)
    assert telling.kind is NoticeKind.PARTLY
    got = json.loads(server.heard[0].body)
    attached = {one["filename"]: base64.b64decode(one["base64"]) for one in got["attachments"]}
    assert attached == {"b.report-k3f9.xlsx": b"PK small", "index.html": b"<html>"}
    assert f"Reports: reports/2026-11-01/index.html in {tmp_path / 'in'}" in got["message"]
    assert "Not attached, because they are too many or too large: c.report-k3fa.xlsx" in got["message"]


async def test_an_address_that_fails_changes_nothing_and_is_named(tmp_path: Path, journal: Journal) -> None:
    """In the notes of this night, and in the next message; without its secret."""
    async with listening_on_the_web() as server:
        settings = settings_for(tmp_path, f"json://127.0.0.1:9/{SECRET}", address_of(server), f"oops {SECRET}")
        first = await told_of(a_night(tmp_path, 1, STOPPED, exit_code=3), settings, journal)
        await told_of(a_night(tmp_path, 2, DONE), settings, journal)
    [undelivered, mistake] = first.notes
    failing = "could not be delivered to json://127.0.0.1/... (line 1): the server refuses connections."
    assert undelivered.startswith(f"The message of this night {failing}")
    assert mistake.startswith("Line 3 of ")
    assert f"The message of 1 November {failing}" in server.heard[1].body
    assert SECRET not in repr(first) + server.heard[1].body
    journal.close()
    assert all(SECRET.encode() not in path.read_bytes() for path in (tmp_path / "state").iterdir())


@pytest.mark.parametrize("broken", ["missing", "empty", "closed journal", "no journal"])
async def test_what_is_broken_is_a_note(tmp_path: Path, journal: Journal, broken: str) -> None:
    """A night that could not begin is told as far as anything can be told."""
    night = a_night(tmp_path, 1, begun=False, exit_code=4, stopped="The disk is full.")
    async with listening_on_the_web() as server:
        settings = settings_for(tmp_path, address_of(server))
        assert settings.notify_file is not None
        if broken == "missing":
            settings.notify_file.unlink()
        if broken == "empty":
            settings.notify_file.write_text("# nothing\n", "utf-8")
        if broken == "closed journal":
            journal.close()
        given = None if broken in ("closed journal", "no journal") else journal
        if broken == "closed journal":
            telling = await anyio.to_thread.run_sync(lambda: tell(night, settings, journal, environ={}))
        else:
            telling = await told_of(night, settings, given)
    assert telling.kind is NoticeKind.NOT_BEGUN
    match broken:
        case "missing" | "empty":
            assert server.heard == []
            assert "could not be delivered to any address" in telling.notes[0]
        case "closed journal":
            assert "could not be kept" in telling.notes[0]
            assert "so this may repeat it" in server.heard[0].body
        case "no journal":
            assert telling.notes == ()
            assert "so this may repeat it" in server.heard[0].body


async def test_without_addresses_nothing_is_asked(tmp_path: Path) -> None:
    """Most users have none."""
    assert await told_of(a_night(tmp_path, 1, STOPPED, exit_code=3), NightlySettings(), None) == Telling()


@pytest.mark.parametrize("show_orders", [False, True])
async def test_orders_are_named_only_where_that_is_asked_for(
    tmp_path: Path, journal: Journal, show_orders: bool
) -> None:
    """With their pages at the vendor; a phone can open them."""
    url = "https://api.autoenhance.ai"
    run = journal.runs.begin(NewRun(command="apply", base_url=url, account="docs"))
    journal.rows.add(run, [RenameRequest(row=2, order_id="order 1", new_name="12 Elm St")])
    journal.rows.settle(run, {2: SettledRow(result=Result.INVALID, reason="The name is too long.")})
    bad = NightFile(name="b.xlsx", end=FileEnd.PROBLEMS, sentence="1 row.", run_id=run.id)
    async with listening_for_mail() as server:
        address = f"mailto://127.0.0.1:{server.port}/?from=night@example.com"
        settings = settings_for(tmp_path, address, show_orders=show_orders)
        await told_of(a_night(tmp_path, 1, bad, exit_code=1, base_url=url), settings, journal)
    text = server.mails[0].get_content().replace("\n", " ")
    assert ("order 1" in text) is show_orders
    assert ("https://app.autoenhance.ai/orders/order%201" in text) is show_orders
    assert ("12 Elm St" in text) is False


def test_a_journal_that_fails_is_an_error_of_its_own(journal: Journal) -> None:
    """The tests above rely on it."""
    journal.close()
    with pytest.raises(JournalError):
        journal.messages.last(inbox="/in")
