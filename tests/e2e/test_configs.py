"""The files of configs/ and what `schedule` prints start the real command; only the paths are a test's own."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import offline
from tests.support.command import KEY, Ended
from tests.support.schedules import CONFIGS, OFFICE
from tests.support.served import Command
from tests.unit.nightly.schedules.test_quoting import given_by_cron, words_for_systemd

PROGRAM = Path(sys.executable).with_name("batch-renamer")
AN_HOUR_S = 3_600

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="schedulers of POSIX")


def cron_command(text: str) -> str:
    """Return what cron gives to the shell of the one line of a crontab."""
    (line,) = [line for line in text.splitlines() if line and not line.startswith("#")]
    return given_by_cron(line.split(maxsplit=5)[5])


def of_cron() -> str:
    """Return the command of the crontab."""
    return cron_command((CONFIGS / "nightly.crontab").read_text("utf-8"))


def of_systemd() -> str:
    """Return the command of the unit, as a line for a shell."""
    found = re.search(r"^ExecStart=(.*)$", (CONFIGS / f"{OFFICE.name}.service").read_text("utf-8"), re.MULTILINE)
    assert found
    return shlex.join(words_for_systemd(found[1]))


def of_airflow() -> str:
    """Return the command of the DAG."""
    assigned = next(
        node
        for node in ast.parse((CONFIGS / "airflow_dag.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMAND"
    )
    return str(ast.literal_eval(assigned.value))


def moved(text: str, folder: Path) -> str:
    """Put the paths of a system into a test's folder."""
    text = text.replace(OFFICE.program[0], str(PROGRAM))
    return re.sub(r"/(srv|etc|var/lib|var/log)/batch-renamer", lambda found: f"{folder}/{found[1]}", text)


def install(renamer: Command) -> None:
    """Do what configs/README.md says, in the test's folder, for the sandbox and without the look after a minute."""
    for name in ("etc", "srv", "var/lib", "var/log"):
        (renamer.folder / name).mkdir(parents=True, exist_ok=True)
    config = moved((CONFIGS / "nightly.toml").read_text("utf-8"), renamer.folder)
    config = config.replace("[nightly]", "[nightly]\nsettle_s = 0")
    (renamer.folder / "etc" / "nightly.toml").write_text(f'base_url = "{renamer.base_url}"\n{config}', encoding="utf-8")
    write_key(renamer.folder / "etc" / "office.key")


def write_key(path: Path) -> None:
    """Write a key that its owner alone can read."""
    path.write_text(f"{KEY}\n", encoding="utf-8")
    path.chmod(0o600)


def settled(renamer: Command, rows: list[tuple[str, str]], inbox: Path) -> Path:
    """Put a spreadsheet into the inbox that has been there for an hour."""
    path = renamer.sheet(rows).rename(inbox / "orders.csv")
    an_hour_ago = time.time() - AN_HOUR_S
    os.utime(path, (an_hour_ago, an_hour_ago))
    return path


async def as_cron(renamer: Command, command: str) -> Ended:
    """Run a command as cron does: by /bin/sh, in the home folder, with next to nothing in its environment."""
    home = renamer.folder / "home of cron"
    home.mkdir(exist_ok=True)
    bare = {"HOME": home, "LOGNAME": "office", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    guard = {"PYTHONPATH": offline.__path__[0]}  # the one thing that cron does not have: no test calls other machines
    words = ["-i", *(f"{name}={value}" for name, value in {**bare, **guard}.items()), "/bin/sh", "-c", command]
    return await renamer.run(*words, program=["/usr/bin/env"], key=None)


def filed(inbox: Path, folder: str) -> list[str]:
    """Return the kinds of files that were put into the folder of a date."""
    return sorted({path.suffix for path in (inbox / folder).glob("20??-??-??/*")})


@pytest.mark.parametrize("command", [of_cron, of_systemd, of_airflow], ids=["cron", "systemd", "airflow"])
async def test_the_night_ends_well(renamer: Command, command: Any) -> None:
    """Everything is renamed, the spreadsheet is in done/ with its reports, and cron has nothing to mail."""
    rows = renamer.seed(3)
    install(renamer)
    inbox = renamer.folder / "srv"
    sheet = settled(renamer, rows, inbox)
    ran = await as_cron(renamer, moved(command(), renamer.folder))
    assert (ran.code, renamer.names, ran.out, ran.err) == (0, dict(rows), "", "")
    assert not sheet.exists()
    assert filed(inbox, "done") == [".csv", ".html", ".xlsx"]
    assert (renamer.folder / "var" / "lib" / "journal.sqlite3").is_file()
    assert (renamer.folder / "var" / "log" / "nightly.jsonl").is_file()


async def test_cron_mails_what_a_person_must_look_at(renamer: Command) -> None:
    """The spreadsheet is in problems/, no progress is mailed, and the exit code is that of the line."""
    rows = renamer.seed(1)
    install(renamer)
    inbox = renamer.folder / "srv"
    settled(renamer, [*rows, ("missing", "New")], inbox)
    ran = await as_cron(renamer, moved(of_cron(), renamer.folder))
    assert (ran.code, ran.err) == (1, "")
    assert "orders.csv: with problems" in ran.out
    assert filed(inbox, "problems") == [".csv", ".html", ".xlsx"]


async def test_cron_mails_why_no_night_could_begin(renamer: Command) -> None:
    """Even where the configuration can't be used, so that no message can be sent."""
    install(renamer)
    config = renamer.folder / "etc" / "nightly.toml"
    config.write_text(config.read_text("utf-8").replace("patience", "patiense"), encoding="utf-8")
    ran = await as_cron(renamer, moved(of_cron(), renamer.folder))
    assert (ran.code, ran.out) == (2, "")
    assert "patiense" in ran.err


@pytest.fixture
def office(renamer: Command) -> Path:
    """Make an inbox and a configuration in a folder whose name is hard to quote; return the configuration."""
    folder = renamer.folder / 'Haus & Hof 50% "new" $1'
    folder.mkdir()
    (folder / "in box").mkdir()
    write_key(folder / "the key")
    config = folder / "night.toml"
    config.write_text(
        f'base_url = "{renamer.base_url}"\n[nightly]\nsettle_s = 0\ninbox = "in box"\n'
        '[profiles.office]\napi_key_file = "the key"\n',
        encoding="utf-8",
    )
    return config


async def test_the_printed_line_of_cron_does_what_was_configured(renamer: Command, office: Path) -> None:
    """Also the folder of the journal, which follows from a variable that cron doesn't have."""
    rows = renamer.seed(3)
    inbox = office.parent / "in box"
    settled(renamer, rows, inbox)
    words = ["schedule", "cron", "--config", office, "--profile", "office", "--at", "4:05"]
    printed = await renamer.run(*map(str, words), key=None, env={"BATCH_RENAMER_RATE": "300"})
    assert printed.code == 0, printed.err
    (line,) = [line for line in printed.out.splitlines() if not line.startswith("#")]
    assert line.startswith("5 4 * * * ")
    ran = await as_cron(renamer, cron_command(printed.out))
    assert (ran.code, renamer.names, ran.err) == (0, dict(rows), "")
    assert filed(inbox, "done") == [".csv", ".html", ".xlsx"]
    assert (renamer.state / "journal.sqlite3").is_file()
    assert "--rate 300" in line


async def test_nothing_is_printed_where_no_night_could_begin(renamer: Command, office: Path) -> None:
    """It says what is wrong and how to repair it; --anyway prints all the same."""
    (office.parent / "in box").rmdir()
    words = ["schedule", "systemd", "--config", str(office), "--profile", "office"]
    refused = await renamer.run(*words, key=None)
    assert (refused.code, refused.out) == (2, "")
    assert "in box is not there" in " ".join(refused.err.split())  # long lines are wrapped
    assert "Nothing was printed" in refused.err
    printed = await renamer.run(*words, "--anyway", key=None)
    assert (printed.code, "ExecStart=" in printed.out) == (0, True)


@pytest.mark.parametrize(("scheduler", "code"), [("cron", 2), ("launchd", 2), ("kubernetes", 0)])
async def test_a_key_of_this_shell_is_no_key_of_the_scheduler(
    renamer: Command, office: Path, scheduler: str, code: int
) -> None:
    """Only the file for Kubernetes has a place for it, a secret."""
    words = ["schedule", scheduler, "--config", str(office), "--base-url", renamer.base_url]
    ran = await renamer.run(*words)
    assert (ran.code, bool(ran.out)) == (code, code == 0)
    assert "AUTOENHANCE_API_KEY, a variable that a scheduler doesn't have" in " ".join(ran.err.split())


@pytest.mark.parametrize("words", [["anacron"], ["cron", "--at", "25:00"], ["cron", "--at", "half past three"]])
async def test_a_scheduler_or_a_time_that_does_not_exist(renamer: Command, words: list[str]) -> None:
    """It is refused with what there is."""
    ran = await renamer.run("schedule", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "kubernetes" in ran.err or "such as 03:30" in ran.err


async def test_the_check_says_what_is_ready(renamer: Command, office: Path) -> None:
    """It changes nothing, and sends the one request that proves the key."""
    words = ["nightly", "--check", "--config", str(office), "--profile", "office"]
    before = sorted(office.parent.rglob("*"))
    ran = await renamer.run(*words, key=None)
    assert ran.code == 0, ran.out
    assert re.search(r"^ok +Inbox ", ran.out, re.MULTILINE)
    assert "batch-renamer schedule systemd --config" in ran.out.splitlines()[-1]
    assert sorted(office.parent.rglob("*")) == before
    assert len(renamer.requests) == 1


async def test_the_check_exits_with_2_where_the_key_is_refused(renamer: Command, office: Path) -> None:
    """Its exit code says whether a night could begin, not how it would end."""
    (office.parent / "the key").write_text("another-key-altogether-0123456789\n", encoding="utf-8")
    ran = await renamer.run("nightly", "--check", "--config", str(office), "--profile", "office", key=None)
    assert ran.code == 2
    assert ran.out.splitlines()[-1].endswith(
        "nightly --check --config " + shlex.quote(str(office)) + " --profile office"
    )


@pytest.mark.skipif(shutil.which("jq") is None, reason="the script reads JSON with jq")
async def test_the_script_decides_by_the_exit_code(renamer: Command) -> None:
    """What configs/README.md prints: it applies the plan that it made, or says why there is none."""
    [script] = re.findall(
        r"^plan=.*?^exit \$code$", (CONFIGS / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    place = f"export BATCH_RENAMER_BASE_URL={renamer.base_url} PATH={Path(sys.executable).parent}:$PATH\n"

    async def night(rows: list[tuple[str, str]]) -> tuple[int, str]:
        renamer.sheet(rows)
        ran = await renamer.run("-c", place + script, program=["/bin/sh"])
        return ran.code, ran.out.strip()

    rows = renamer.seed(2)
    assert await night(rows) == (0, "Done: 2 of 2 rows renamed.")
    assert renamer.names == dict(rows)
    assert await night(rows) == (0, "nothing to do")
    assert await night([*rows, ("", "No id")]) == (1, "4\t\tThe order id is blank.")
    assert await night([]) == (2, "orders.csv has headings and no rows below them; nothing was sent.")
    assert renamer.names == dict(rows)
