"""`init`: answers typed on a terminal, or options, enter; a configuration that works and a private key file leave."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import CTRL_C, Terminal, terminal
from tests.support.command import KEY
from tests.support.served import Command

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
ASKS_FOR_KEY = "The API key"


def written(renamer: Command) -> list[str]:
    """Return the files of the configuration folder."""
    folder = renamer.folder / "home" / ".config" / "batch-renamer"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def own(renamer: Command, name: str = "config.toml") -> Path:
    """Return a file of the configuration folder."""
    return renamer.folder / "home" / ".config" / "batch-renamer" / name


async def answer(shown: Terminal, question: str, typed: str = "", *, times: int = 1) -> None:
    """Wait for a question, asked for the first time or once more, and type an answer to it."""
    await shown.until_shown(question, times=times)
    shown.type(f"{typed}\n".encode())


@on_posix
async def test_enter_alone_and_a_key_are_enough(renamer: Command) -> None:
    """The next command finds what was written, without any option, and the key was never on the screen."""
    async with terminal(renamer, "init", "--base-url", renamer.base_url, key=None) as shown:
        await answer(shown, "a short name for this one")
        await answer(shown, "A folder for the reports")
        await answer(shown, ASKS_FOR_KEY, KEY)
        assert await shown.ended() == 0
    assert KEY not in shown.shown
    assert f"A key of {len(KEY)} characters." in shown.shown
    assert written(renamer) == ["autoenhance.key", "config.toml"]
    assert renamer.requests == []
    planned = await renamer.run("plan", str(renamer.sheet(renamer.seed(2))), "--json", key=None)
    assert (planned.code, planned.results) == (0, ["planned", "planned"])
    assert f"Configuration: {own(renamer)}" in planned.err


@on_posix
async def test_the_last_lines_are_the_commands_that_come_next(renamer: Command) -> None:
    """First the check, then the look; with the profile that was named."""
    async with terminal(renamer, "init", "--base-url", renamer.base_url) as shown:
        await answer(shown, "a short name for this one", "office")
        await answer(shown, "A folder for the reports")
        assert await shown.ended() == 0
    last = shown.shown.splitlines()[-3:]
    assert last == [
        "batch-renamer doctor --profile office",
        "batch-renamer export --profile office",
        "batch-renamer plan FILE --profile office",
    ]
    assert "The key in AUTOENHANCE_API_KEY is used." in shown.shown
    assert (await renamer.run("doctor", "--profile", "office", key=None)).code == 0


@on_posix
async def test_a_key_that_is_pasted_too_early_becomes_no_name(renamer: Command) -> None:
    """The name of an account is shown with every run, and stored."""
    async with terminal(renamer, "init", key=None) as shown:
        await answer(shown, "a short name for this one", KEY)
        await shown.until_shown("This is long for a name.")
        await answer(shown, "a short name for this one", times=2)
        await answer(shown, "A folder for the reports")
        await answer(shown, ASKS_FOR_KEY, KEY)
        assert await shown.ended() == 0
    assert KEY not in own(renamer).read_text("utf-8")
    assert "[profiles" not in own(renamer).read_text("utf-8")


@on_posix
async def test_both_files_are_for_this_user_alone(renamer: Command) -> None:
    """0600, in a folder of 0700."""
    assert (await renamer.run("init", "--yes")).code == 0
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (own(renamer), own(renamer, "autoenhance.key"))]
    assert modes == [0o600, 0o600]
    assert stat.S_IMODE(own(renamer).parent.stat().st_mode) == 0o700


@on_posix
async def test_an_answer_that_can_not_be_used_is_asked_for_again(renamer: Command) -> None:
    """What is wrong is said; nothing has to be begun anew."""
    async with terminal(renamer, "init", key=None) as shown:
        await answer(shown, "a short name for this one", "our office")
        await shown.until_shown("must be 1 to 40 letters")
        await answer(shown, "a short name for this one", times=2)
        await answer(shown, "A folder for the reports", "no/such/folder")
        await shown.until_shown("There is no folder no/such/folder.")
        await answer(shown, "A folder for the reports", str(renamer.folder), times=2)
        await answer(shown, ASKS_FOR_KEY)
        await shown.until_shown("Nothing was typed.")
        await answer(shown, ASKS_FOR_KEY, f'"{KEY}"', times=2)
        await shown.until_shown("is in quotes; leave them out")
        await answer(shown, ASKS_FOR_KEY, KEY, times=3)
        assert await shown.ended() == 0
    assert KEY not in shown.shown
    assert f'report = "{renamer.folder}/{{date}}-{{id}}.xlsx"' in own(renamer).read_text("utf-8")


@on_posix
@pytest.mark.parametrize("said", ["n\n", "\n", "\x04"], ids=["no", "Enter", "end of input"])
async def test_a_configuration_is_never_replaced_without_a_yes(renamer: Command, said: str) -> None:
    """It stays to the letter, and the exit code says that nothing went wrong."""
    own(renamer).parent.mkdir(parents=True)
    own(renamer).write_text("rate = 5\n", encoding="utf-8")
    async with terminal(renamer, "init") as shown:
        await shown.until_shown("Replace it? [y/N]")
        shown.type(said.encode())
        assert await shown.ended() == 0
    assert "Nothing was written." in shown.shown
    assert own(renamer).read_text("utf-8") == "rate = 5\n"
    assert written(renamer) == ["config.toml"]


@on_posix
async def test_a_key_that_is_there_can_be_kept(renamer: Command) -> None:
    """A configuration is written anew, and the key is not asked for."""
    assert (await renamer.run("init", "--yes", "--base-url", renamer.base_url)).code == 0
    async with terminal(renamer, "init", "--base-url", renamer.base_url, key=None) as shown:
        await answer(shown, "Replace it? [y/N]", "perhaps")
        await shown.until_shown("Please answer y or n.")
        shown.type(b"y\n")
        await answer(shown, "a short name for this one")
        await answer(shown, "A folder for the reports")
        await shown.until_shown("There is a key already")
        shown.type(b"n\n")
        assert await shown.ended() == 0
    assert "Key kept" in shown.shown
    assert own(renamer, "autoenhance.key").read_text("utf-8") == f"{KEY}\n"


@on_posix
async def test_a_key_alone_can_be_replaced(renamer: Command) -> None:
    """The configuration stays to the letter, with what the user has changed in it."""
    assert (await renamer.run("init", "--yes", "--base-url", renamer.base_url, key="a-wrong-key")).code == 0
    changed = own(renamer).read_text("utf-8").replace("max_renames = 1000", "max_renames = 7")
    own(renamer).write_text(changed, encoding="utf-8")
    async with terminal(renamer, "init", key=None) as shown:
        await answer(shown, "Replace it? [y/N]", "n")
        await answer(shown, "write only the key anew", "y")
        await answer(shown, ASKS_FOR_KEY, KEY)
        assert await shown.ended() == 0
    assert ("Configuration kept" in shown.shown, "Key written" in shown.shown) == (True, True)
    assert own(renamer).read_text("utf-8") == changed
    assert (await renamer.run("doctor", key=None)).code == 0


@on_posix
async def test_ctrl_c_at_the_key_writes_nothing(renamer: Command) -> None:
    """Exit 130, and the terminal shows what is typed again."""
    async with terminal(renamer, "init", key=None) as shown:
        await answer(shown, "a short name for this one")
        await answer(shown, "A folder for the reports")
        await shown.until_shown(ASKS_FOR_KEY)
        shown.type(CTRL_C)
        assert await shown.ended() == 130
    assert "Traceback" not in shown.shown
    assert "Nothing was written. " in shown.shown
    assert "Stopped by Ctrl-C." in shown.shown
    assert written(renamer) == []


async def piped(renamer: Command, *words: str, text: str) -> tuple[int, str, str]:
    """Run the command with a text on its standard input and no key in its environment."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    try:
        ended = await renamer.run(*words, key=None, stdin=reader)
    finally:
        os.close(reader)
    return ended.code, ended.out, ended.err


async def test_a_key_on_standard_input_is_taken_unattended(renamer: Command) -> None:
    """A script needs no variable, which every process that it starts would see."""
    code, out, err = await piped(renamer, "init", "--yes", "--config", "set/up.toml", text=f"{KEY}\n")
    assert code == 0
    assert KEY not in out + err
    assert (renamer.folder / "set" / "autoenhance.key").read_text("utf-8") == f"{KEY}\n"
    assert f"batch-renamer doctor --config {renamer.folder / 'set' / 'up.toml'}" in out.splitlines()


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (["init"], KEY, "There is no terminal to ask on: give --yes"),
        (["init", "--yes"], "", "There is no key: set AUTOENHANCE_API_KEY"),
        (["init", "--yes"], f"export KEY={KEY}", "leave only the key itself"),
        (["init", "--yes", "--base-url", "http://api.example.com"], KEY, "must begin with https://"),
        (["init", "--yes", "--profile", "our office"], KEY, "must be 1 to 40 letters"),
        (["init", "--yes", "--report", "out.doc"], KEY, "must end in one of"),
        (["init", "--yes", "--report", "a.csv", "--report", "b.csv"], KEY, "takes one --report"),
    ],
    ids=["no terminal", "no key", "no bare key", "address", "profile", "report", "two reports"],
)
async def test_what_can_not_be_set_up_writes_nothing(renamer: Command, words: list[str], text: str, said: str) -> None:
    """2, one sentence, and never the key in it."""
    code, out, err = await piped(renamer, *words, text=text)
    assert (code, out) == (2, "")
    assert said in err
    assert KEY not in err
    assert written(renamer) == []


async def test_unattended_nothing_is_replaced(renamer: Command) -> None:
    """2, whichever of both files is there."""
    assert (await renamer.run("init", "--yes")).code == 0
    again = await renamer.run("init", "--yes", "--report", "later.csv")
    assert again.code == 2
    assert f"{own(renamer)} is there already and was not replaced." in again.err
    own(renamer).unlink()
    again = await renamer.run("init", "--yes")
    assert again.code == 2
    assert f"{own(renamer, 'autoenhance.key')} is there already" in again.err
    assert written(renamer) == ["autoenhance.key"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_can_not_be_written_is_named(renamer: Command) -> None:
    """2, with the option that helps."""
    (renamer.folder / "closed").mkdir(mode=0o500)
    refused = await renamer.run("init", "--yes", "--config", "closed/config.toml")
    assert refused.code == 2
    assert "--config" in refused.err


async def test_a_file_in_the_place_of_the_folder_is_named(renamer: Command) -> None:
    """2, with the option that helps."""
    (renamer.folder / "notes").write_text("", encoding="utf-8")
    refused = await renamer.run("init", "--yes", "--config", "notes/config.toml")
    assert refused.code == 2
    assert "can't be written" in refused.err
    assert "--config" in refused.err
