"""`doctor`: what a run needs is checked by the real command; it says how to repair each, and changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from batch_renamer.sandbox.api import OrdersApi
from tests.support.command import KEY, Ended
from tests.support.served import Command


def verdicts(ran: Ended) -> dict[str, str]:
    """Return what `doctor --json` found, by the name of the check."""
    return {check["name"]: check["verdict"] for check in ran.result["checks"]}


def files_below(folder: Path) -> dict[str, str]:
    """Return every file of a folder with a digest of its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
    }


async def test_all_is_well_and_nothing_is_written(renamer: Command) -> None:
    """0, one request that asks whether the key is good, and not a file more than before."""
    sheet = renamer.sheet(renamer.seed(2))
    assert (await renamer.apply(sheet)).code == 0
    before, sent = files_below(renamer.folder), len(renamer.requests)
    ran = await renamer.run("doctor", "--base-url", renamer.base_url, "--json")
    assert ran.code == 0
    assert set(verdicts(ran).values()) == {"ok"}
    assert renamer.requests[sent:] == [("GET", "/v3/orders/?per_page=1")]
    assert files_below(renamer.folder) == before


async def test_a_first_look_leaves_no_folder(renamer: Command) -> None:
    """The state directory is made by the first run."""
    assert (await renamer.run("doctor", "--base-url", renamer.base_url)).code == 0
    assert list((renamer.folder / "home").iterdir()) == []


async def test_each_check_is_a_line_that_begins_with_its_verdict(renamer: Command) -> None:
    """In words, and the last line is the command that comes next."""
    ran = await renamer.run("doctor", "--base-url", renamer.base_url)
    lines = [line for line in ran.out.partition("\n\n")[0].splitlines() if not line.startswith(" ")]
    assert all(line.startswith("ok  ") for line in lines)
    assert len(lines) == 16
    assert ran.last_line == f"batch-renamer plan FILE --base-url {renamer.base_url}"


async def test_a_key_that_is_not_accepted_is_3_and_names_its_place(renamer: Command) -> None:
    """With the variable, and no word of the key itself."""
    ran = await renamer.run("doctor", "--base-url", renamer.base_url, key="wrong-key")
    assert ran.code == 3
    assert "The API did not accept the key from AUTOENHANCE_API_KEY (401)" in ran.out
    assert "Put the right key into AUTOENHANCE_API_KEY." in ran.out
    assert "wrong-key" not in ran.out + ran.err
    assert ran.last_line == f"batch-renamer doctor --base-url {renamer.base_url}"


async def test_no_key_is_2_and_the_api_is_not_asked(renamer: Command) -> None:
    """What could not be checked is not called well."""
    ran = await renamer.run("doctor", "--base-url", renamer.base_url, "--json", key=None)
    assert ran.code == ran.result["exit_code"] == 2
    assert (verdicts(ran)["Key"], verdicts(ran)["API"]) == ("problem", "not checked")
    assert renamer.requests == []


async def test_an_address_without_a_server_is_4(renamer: Command) -> None:
    """As a run would end there."""
    ran = await renamer.run("doctor", "--base-url", "http://127.0.0.1:9", "--json")
    assert (ran.code, verdicts(ran)["API"], verdicts(ran)["Clock"]) == (4, "problem", "not checked")


async def test_mistakes_in_the_settings_come_first(renamer: Command) -> None:
    """2, and no key goes to an address that may be the wrong one."""
    ran = await renamer.run("doctor", "--base-url", renamer.base_url, "--profile", "office", "--json")
    assert (ran.code, verdicts(ran)["Configuration"], verdicts(ran)["All else"]) == (2, "problem", "not checked")
    assert renamer.requests == []


async def test_practice_needs_no_key_and_asks_no_server(renamer: Command) -> None:
    """With --sandbox all happens in the command itself, and in memory."""
    ran = await renamer.run("doctor", "--sandbox", "--json", key=None)
    assert ran.code == 0
    assert set(verdicts(ran).values()) == {"ok"}
    assert renamer.requests == []
    assert list((renamer.folder / "home").iterdir()) == []


async def test_quiet_says_only_what_is_not_well(renamer: Command) -> None:
    """A script that watches has something to mail, or nothing."""
    assert (await renamer.run("doctor", "--base-url", renamer.base_url, "--quiet")).out == ""
    ran = await renamer.run("doctor", "--base-url", renamer.base_url, "--quiet", "--report", "out.doc")
    assert ran.code == 2
    assert ran.out.startswith("problem ")
    assert "\nok " not in ran.out


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_a_run_whose_key_is_not_accepted_names_where_it_belongs(renamer: Command, command: str) -> None:
    """3; the last line checks the key instead of trying the same once more."""
    words = renamer.line(command, renamer.sheet(renamer.seed(2)))
    ran = await renamer.run(*words, key="wrong-key")
    assert ran.code == 3
    assert "The API did not accept the key from AUTOENHANCE_API_KEY (401)." in ran.out
    assert "Put the right key into AUTOENHANCE_API_KEY, then check it:" in ran.out
    assert ran.last_line.startswith("batch-renamer doctor --base-url")


async def test_a_key_that_is_revoked_in_mid_run_is_put_right_and_the_run_goes_on(renamer: Command) -> None:
    """The printed command works with another key of the same account, as it stands."""
    sheet = renamer.sheet(renamer.seed(300))
    key_file = renamer.folder / "a.key"
    key_file.write_text(KEY, encoding="utf-8")
    key_file.chmod(0o600)
    config = renamer.folder / "own.toml"
    config.write_text('api_key_file = "a.key"\n', encoding="utf-8")
    words = renamer.line("apply", sheet, "--config", config, "--rate", "50")
    async with renamer.start(*words, key=None) as started:
        while len(renamer.patched) < 20:
            await started.until_it_says("")
        renamer.sandbox._api = OrdersApi(store=renamer.sandbox.store, api_key="another-key-of-this-account")
        ran = await started.ended()
    assert ran.code == 3
    assert f"Put the right key of this account into {key_file}, then:" in ran.out
    key_file.write_text("another-key-of-this-account", encoding="utf-8")
    program, *resume = ran.last_line.split()
    assert (program, resume[0]) == ("batch-renamer", "resume")
    assert (await renamer.run(*resume, key=None)).code == 0
    assert len(set(renamer.patched)) == 300
