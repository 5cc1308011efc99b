"""A night that has ended enters, with a real journal; messages leave, and what is known of them the next night.

The post is a stand-in: what a server gets is tested in `test_messages_delivered`, and once here.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from batch_renamer.journal import Journal, NewRun
from batch_renamer.model import (
    Delivery,
    FileEnd,
    Night,
    NightFile,
    NoticeKind,
    RenameRequest,
    Result,
    SettledRow,
)
from batch_renamer.nightly.messages.addresses import Address
from batch_renamer.nightly.messages.delivery import Message
from batch_renamer.nightly.messages.telling import Telling, tell
from batch_renamer.settings import NightlySettings
from tests.support.listeners import listening_on_the_web

SECRET = "s3cr3t-t0k3n"
ADDRESS = f"json://127.0.0.1:9/{SECRET}"
DAY_S = 86_400.0


@dataclass
class Post:
    """Takes messages in place of Apprise; ``refusing`` are the lines of the addresses that refuse them."""

    messages: list[Message] = field(default_factory=list)
    refusing: set[int] = field(default_factory=set)

    async def deliver(self, message: Message, addresses: Sequence[Address], *, limit_s: float) -> tuple[Delivery, ...]:
        """Keep a message."""
        assert limit_s == 20
        self.messages.append(message)
        return tuple(
            Delivery(address=one.shown, delivered=False, said="it is closed", repair="Wait.")
            if one.line in self.refusing
            else Delivery(address=one.shown, delivered=True, said="delivered")
            for one in addresses
        )


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    """Put a stand-in in the place of Apprise."""
    stand_in = Post()
    monkeypatch.setattr("batch_renamer.nightly.messages.telling.deliver", stand_in.deliver)
    return stand_in


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal."""
    with Journal.open(tmp_path / "state" / "journal.sqlite3") as opened:
        yield opened


def settings_for(folder: Path, *addresses: str, **values: Any) -> NightlySettings:
    """Return settings with a file of these addresses."""
    path = folder / "notify.txt"
    path.write_text("\n".join(addresses or (ADDRESS,)), "utf-8")
    path.chmod(0o600)
    return NightlySettings(inbox=folder / "in", notify_file=path, **values)


def a_night(folder: Path, day: int, *files: NightFile, **values: Any) -> Night:
    """Return a night that has ended."""
    usual: dict[str, Any] = {"ended_at": day * DAY_S + 60, "exit_code": 0, "begun": True}
    return Night(
        date=f"2026-11-{day:02}",
        began_at=day * DAY_S,
        inbox=str(folder / "in"),
        reports=str(folder / "in" / "reports"),
        files=files,
        **(usual | values),
    )


STOPPED = NightFile(name="a.xlsx", end=FileEnd.STOPPED, exit_code=3, sentence="The API refused the key.")
DONE = NightFile(name="a.xlsx", end=FileEnd.DONE, counts={"renamed": 3})


def told_of(night: Night, settings: NightlySettings, journal: Journal | None, **values: Any) -> Telling:
    """Tell of a night, as it is done at its end."""
    if journal is not None:
        begun = journal.nights.begin(replace(night, ended_at=None, exit_code=None))
        night = replace(night, number=begun.number, id=begun.id)
        journal.nights.end(night)
        for position, file in enumerate(night.files):
            journal.nights.note_file(night, position, file)
    return tell(night, settings, journal, environ=os.environ, **values)


def test_one_message_for_each_change_of_state(tmp_path: Path, journal: Journal, post: Post) -> None:
    """What was told is known the next night, from the journal."""
    settings = settings_for(tmp_path)
    stopped = {"exit_code": 3, "stopped": "The API refused the key."}
    nights = [
        a_night(tmp_path, 1, STOPPED, **stopped),
        a_night(tmp_path, 2, STOPPED, **stopped),
        a_night(tmp_path, 3, DONE),
        a_night(tmp_path, 4, DONE),
    ]
    assert [told_of(night, settings, journal).kind for night in nights] == [
        NoticeKind.FAILED,
        None,
        NoticeKind.RECOVERED,
        None,
    ]
    assert [message.title for message in post.messages] == [
        "batch-renamer: stopped early, 0 of 1 spreadsheet done",
        "batch-renamer: works again, 1 of 1 spreadsheet done",
    ]


async def test_the_reports_of_what_needs_a_person_go_along(tmp_path: Path, journal: Journal) -> None:
    """The workbook and the page of the night, to a real server; what is too large is named."""
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
        settings = settings_for(tmp_path, f"json://127.0.0.1:{server.url.rpartition(':')[2]}/{SECRET}")
        night = a_night(tmp_path, 1, *files, exit_code=1)
        telling = await anyio.to_thread.run_sync(lambda: told_of(night, settings, journal, page=page))
    assert telling.kind is NoticeKind.PARTLY
    got = json.loads(server.heard[0].body)
    attached = {one["filename"]: base64.b64decode(one["base64"]) for one in got["attachments"]}
    assert attached == {"b.report-k3f9.xlsx": b"PK small", "index.html": b"<html>"}
    assert f"Reports: reports/2026-11-01/index.html in {tmp_path / 'in'}" in got["message"]
    assert "Not attached, because they are too many or too large: c.report-k3fa.xlsx" in got["message"]


def test_an_address_that_fails_changes_nothing_and_is_named(tmp_path: Path, journal: Journal, post: Post) -> None:
    """In the notes of this night, and in the next message; without its secret."""
    settings = settings_for(tmp_path, ADDRESS, f"jsons://example.com/{SECRET}", f"oops {SECRET}")
    post.refusing = {1}
    first = told_of(a_night(tmp_path, 1, STOPPED, exit_code=3), settings, journal)
    told_of(a_night(tmp_path, 2, DONE), settings, journal)
    failing = "could not be delivered to json://127.0.0.1/... (line 1): it is closed. Wait."
    assert first.notes[0] == f"The message of this night {failing}"
    assert first.notes[1].startswith("Line 3 of ")
    assert f"The message of 1 November {failing}" in post.messages[1].body
    assert SECRET not in repr(first) + post.messages[1].body
    journal.close()
    assert all(SECRET.encode() not in path.read_bytes() for path in (tmp_path / "state").iterdir())


def test_what_no_address_got_is_told_again(tmp_path: Path, journal: Journal, post: Post) -> None:
    """Until one has it."""
    settings = settings_for(tmp_path)
    kinds = []
    for day, refusing in enumerate([{1}, {1}, set[int](), set[int]()], start=1):
        post.refusing = refusing
        kinds.append(told_of(a_night(tmp_path, day, STOPPED, exit_code=3), settings, journal).kind)
    assert kinds == [NoticeKind.FAILED] * 3 + [None]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "can't be read: No such file", id="missing"),
        pytest.param("# -\n", "there is none", id="empty"),
    ],
)
def test_without_an_address_that_is_the_note(
    tmp_path: Path, journal: Journal, post: Post, content: str | None, why: str
) -> None:
    """It is kept as a message that did not arrive."""
    settings = settings_for(tmp_path)
    assert settings.notify_file is not None
    settings.notify_file.unlink()
    if content is not None:
        settings.notify_file.write_text(content, "utf-8")
    telling = told_of(a_night(tmp_path, 1, STOPPED, exit_code=3), settings, journal)
    assert post.messages == []
    assert "could not be delivered to any address" in telling.notes[0]
    assert why in telling.notes[0]
    told = journal.messages.last(inbox=str(tmp_path / "in"))
    assert told is not None
    assert not told.arrived


@pytest.mark.parametrize("has_journal", [False, True], ids=["no journal", "a journal that fails"])
def test_without_a_memory_trouble_is_told_and_says_so(
    tmp_path: Path, journal: Journal, post: Post, has_journal: bool
) -> None:
    """A message too many is better than none."""
    journal.close()
    night = a_night(tmp_path, 1, begun=False, exit_code=4, stopped="The disk is full.")
    settings = settings_for(tmp_path)
    for _ in range(2):
        telling = tell(night, settings, journal if has_journal else None, environ={})
        assert telling.kind is NoticeKind.NOT_BEGUN
        assert [("could not be kept" in note) for note in telling.notes] == [True] * has_journal
    assert ["so this may repeat it" in message.body for message in post.messages] == [True, True]
    good = tell(a_night(tmp_path, 2, DONE), settings, None, environ={})
    assert good == Telling()


def test_without_a_file_of_addresses_nothing_is_asked(tmp_path: Path) -> None:
    """Most users have none."""
    assert told_of(a_night(tmp_path, 1, STOPPED, exit_code=3), NightlySettings(), None) == Telling()


@pytest.mark.parametrize("show_orders", [False, True])
def test_orders_are_named_only_where_that_is_asked_for(
    tmp_path: Path, journal: Journal, post: Post, show_orders: bool
) -> None:
    """With their pages at the vendor; a phone can open them."""
    url = "https://api.autoenhance.ai"
    run = journal.runs.begin(NewRun(command="apply", base_url=url, account="docs"))
    journal.rows.add(run, [RenameRequest(row=2, order_id="order 1", new_name="12 Elm St")])
    journal.rows.settle(run, {2: SettledRow(result=Result.INVALID, reason="The name is too long.")})
    bad = NightFile(name="b.xlsx", end=FileEnd.PROBLEMS, sentence="1 row.", run_id=run.id)
    forgotten = NightFile(name="c.xlsx", end=FileEnd.PROBLEMS, sentence="1 row.", run_id="gone42")
    night = a_night(tmp_path, 1, bad, forgotten, exit_code=1, base_url=url)
    told_of(night, settings_for(tmp_path, show_orders=show_orders), journal)
    [message] = post.messages
    named = "b.xlsx, row 2, order order 1: invalid. The name is too long. https://app.autoenhance.ai/orders/order%201"
    assert (named in message.body) is show_orders
    assert ("order 1" in message.body) is show_orders
    assert "12 Elm St" not in message.body
