"""`notify --test`: the real command sends a test message to local servers and says what each answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Ended
from tests.support.listeners import listening_for_mail, listening_on_the_web
from tests.support.schemas import wrong_with
from tests.support.served import Command

SECRET = "s3cr3t-t0k3n"


async def notify(renamer: Command, addresses: str | None, *words: str) -> Ended:
    """Run the command with a configuration that names a file of these addresses; None: it names none."""
    config = renamer.folder / "night.toml"
    config.write_text('log_file = "log.jsonl"\n', "utf-8")
    if addresses is not None:
        path = renamer.folder / "notify.txt"
        path.write_text(addresses, "utf-8")
        path.chmod(0o600)
        with config.open("a", encoding="utf-8") as file:
            file.write('[nightly]\nnotify_file = "notify.txt"\n')
    return await renamer.run("notify", *words, "--config", str(config))


def leaks(folder: Path) -> list[Path]:
    """Return the files other than that of the addresses which have the secret in them."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "notify.txt"]
    return [path for path in files if SECRET.encode() in path.read_bytes()]


async def test_every_address_gets_a_message(renamer: Command) -> None:
    """0, and a line for each; nothing else is written."""
    async with listening_for_mail() as mail, listening_on_the_web() as web:
        addresses = (
            f"mailto://night:{SECRET}@127.0.0.1:{mail.port}/?from=night@example.com&to=office@example.com\n"
            f"json://127.0.0.1:{web.url.rpartition(':')[2]}/{SECRET}\n"
        )
        ran = await notify(renamer, addresses, "--test")
    assert ran.code == 0
    assert ran.err == "A test message is sent to each address; that takes a few seconds.\n"
    assert ran.out.splitlines() == [
        "delivered  mailto://127.0.0.1/... (line 1)",
        "delivered  json://127.0.0.1/... (line 2)",
        "The test message was delivered to 2 of 2.",
    ]
    assert mail.mails[0]["subject"] == "batch-renamer: test message"
    assert "batch-renamer: test message" in web.heard[0].body
    assert leaks(renamer.folder) == []


async def test_what_fails_is_said_with_the_way_to_repair_it(renamer: Command) -> None:
    """1; as lines and as JSON; neither has a secret in it."""
    addresses = f"json://127.0.0.1:9/{SECRET}\nnonsense {SECRET}\n"
    ran = await notify(renamer, addresses, "--test", "--json")
    assert ran.code == 1
    assert wrong_with(ran.result, "notify") == []
    assert [one["said"] for one in ran.result["deliveries"]] == ["the server refuses connections"]
    assert len(ran.result["mistakes"]) == 1
    ran = await notify(renamer, addresses, "--test")
    assert "failed     json://127.0.0.1/... (line 1): the server refuses connections" in ran.out
    assert "→ Correct server and port in this line" in ran.out
    assert SECRET not in ran.out + ran.err
    assert leaks(renamer.folder) == []


@pytest.mark.parametrize(
    ("addresses", "words", "said"),
    [
        pytest.param(None, ("--test",), "notify_file", id="none configured"),
        pytest.param("# nobody\n", ("--test",), "There is no address in", id="no address"),
        pytest.param("json://localhost\n", (), "Give --test", id="no --test"),
    ],
)
async def test_what_can_not_be_tested_is_refused(
    renamer: Command, addresses: str | None, words: tuple[str, ...], said: str
) -> None:
    """2, and the sentence says what is missing."""
    ran = await notify(renamer, addresses, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


async def test_without_apprise_its_installation_is_named(renamer: Command) -> None:
    """It is an extra, so most installations begin without it."""
    path = renamer.folder / "notify.txt"
    path.write_text("json://localhost\n", "utf-8")
    config = renamer.folder / "night.toml"
    config.write_text('[nightly]\nnotify_file = "notify.txt"\n', "utf-8")
    ran = await renamer.run(
        "notify", "--test", "--config", str(config), prelude="import sys; sys.modules['apprise'] = None"
    )
    assert ran.code == 2
    assert "/python -m pip install 'batch-renamer[notify]'" in " ".join(ran.err.split())
