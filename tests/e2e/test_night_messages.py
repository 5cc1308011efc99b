"""Nights of the real command, and the mails about them: also of a night that could not begin."""

from __future__ import annotations

import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.command import Ended
from tests.support.listeners import MailServer, listening_for_mail
from tests.support.served import Command

SECRET = "s3cr3t-t0k3n"
CONFIG = """\
state_dir = "state"
log_file = "night.jsonl"
base_url = "{url}"
[nightly]
inbox = "in"
settle_s = 0
notify_file = "notify.txt"
"""


def set_up(renamer: Command, server: MailServer) -> Path:
    """Make an inbox, a file of addresses and a configuration; return the configuration."""
    (renamer.folder / "in").mkdir()
    addresses = renamer.folder / "notify.txt"
    addresses.write_text(f"mailto://night:{SECRET}@127.0.0.1:{server.port}/?from=night@example.com\n", "utf-8")
    addresses.chmod(0o600)
    config = renamer.folder / "night.toml"
    config.write_text(CONFIG.format(url=renamer.base_url), "utf-8")
    return config


def put(renamer: Command, name: str, rows: list[tuple[str, str]]) -> None:
    """Put a spreadsheet into the inbox that has been left alone for some time."""
    path = renamer.sheet(rows, name=f"in/{name}")
    before = path.stat().st_mtime - 3_600
    os.utime(path, (before, before))


async def night(renamer: Command, *words: str, **how: object) -> Ended:
    """Run a night."""
    return await renamer.run("nightly", "--config", "night.toml", *words, **how)


def text_of(mail: EmailMessage) -> str:
    """Return the text of a mail in one line."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def leaks(folder: Path) -> list[str]:
    """Return the files other than that of the addresses which have the secret in them."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and path.name != "notify.txt" and SECRET.encode() in path.read_bytes()
    ]


async def test_a_mail_for_each_change_of_state(renamer: Command) -> None:
    """A bad row, the night after without anything, a good night: two mails; the report goes along."""
    async with listening_for_mail() as server:
        set_up(renamer, server)
        rows = renamer.seed(3)
        put(renamer, "south.csv", [*rows[:1], ("missing", "New")])
        put(renamer, "north.csv", rows[1:2])
        ran = await night(renamer, "--verbose")
        assert ran.code == 1
        assert (await night(renamer)).code == 0
        put(renamer, "east.csv", rows[2:])
        assert (await night(renamer)).code == 0
    assert [mail["subject"] for mail in server.mails] == [
        "batch-renamer: 1 of 2 spreadsheets done, 1 needs you",
        "batch-renamer: a good night again, 1 of 1 spreadsheet done",
    ]
    text = text_of(server.mails[0])
    assert "- south.csv: 1 of 2 rows has a problem: 1 failed." in text
    assert "missing" not in text
    names = [str(part.get_filename()) for part in server.mails[0].iter_attachments()]
    assert names[0].startswith("south.report-")
    assert names[-1] == "index.html"
    assert SECRET not in ran.out + ran.err
    assert leaks(renamer.folder) == []


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a misspelled setting": (
        lambda folder: (folder / "night.toml").write_text(
            (folder / "night.toml").read_text("utf-8").replace("settle_s", "setle_s"), "utf-8"
        ),
        "there is no setting setle_s",
    ),
    "no TOML": (
        lambda folder: (folder / "night.toml").write_text(
            (folder / "night.toml").read_text("utf-8").replace("settle_s = 0", "settle_s = 0 s"), "utf-8"
        ),
        "night.toml, line 6",
    ),
    "no inbox": (lambda folder: (folder / "in").rmdir(), "The inbox"),
    "a key file that is missing": (
        lambda folder: (folder / "night.toml").write_text(
            f'api_key_file = "gone.key"\n{(folder / "night.toml").read_text("utf-8")}', "utf-8"
        ),
        "gone.key",
    ),
    "a state directory that can't be made": (lambda folder: (folder / "state").write_bytes(b""), "state"),
}


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_night_that_could_not_begin_is_told(renamer: Command, broken: str) -> None:
    """As far as the file of addresses can be found."""
    damage, said = BROKEN[broken]
    async with listening_for_mail() as server:
        set_up(renamer, server)
        damage(renamer.folder)
        ran = await night(renamer, key=None if "key" in broken else "key-of-this-test")
    assert ran.code in (2, 4)
    assert [mail["subject"] for mail in server.mails] == ["batch-renamer: the night could not begin"]
    assert said in text_of(server.mails[0])
    assert leaks(renamer.folder) == []


async def test_a_mail_server_that_is_down_changes_no_exit_code(renamer: Command) -> None:
    """The note is on the page and in the journal, and the next mail names it."""
    async with listening_for_mail() as server:
        set_up(renamer, server)
        rows = renamer.seed(2)
        put(renamer, "south.csv", [*rows[:1], ("missing", "New")])
        server.refusal = f"554 no {SECRET}"
        ran = await night(renamer)
        assert ran.code == 1
        assert "could not be delivered to mailto://127.0.0.1/... (line 1)" in ran.out
        [page] = (renamer.folder / "in" / "reports").glob("20*/index.html")
        assert "could not be delivered" in page.read_text("utf-8")
        server.refusal = ""
        put(renamer, "north.csv", rows[1:])
        assert (await night(renamer)).code == 0
    [mail] = server.mails
    assert "could not be delivered to mailto://127.0.0.1/... (line 1): it refused the recipient" in text_of(mail)
    assert leaks(renamer.folder) == []
