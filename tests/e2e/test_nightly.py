"""The lines of cron and systemd start the real command, and the night ends well; only the paths are a test's own."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.e2e.test_exit_codes import always_full
from tests.support.command import KEY, Ended
from tests.support.served import Command

CONFIGS = Path(__file__).parents[2] / "configs"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="cron and systemd")


def cron_line() -> str:
    """Return what cron hands to the shell: its line without the five times, up to a bare percent sign."""
    lines = (CONFIGS / "nightly.crontab").read_text("utf-8").splitlines()
    (line,) = [line for line in lines if re.match(r"[0-9*]", line)]
    return re.split(r"(?<!\\)%", line.split(maxsplit=5)[5])[0]


def systemd_line() -> str:
    """Return what systemd executes, as one shell line."""
    text = (CONFIGS / "batch-renamer-nightly.service").read_text("utf-8").replace("\\\n", " ")
    found = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert found
    return shlex.join(found[1].split())


def moved(text: str, folder: Path) -> str:
    """Put the paths of a system into a test's folder."""
    text = text.replace("/opt/batch-renamer/bin", str(Path(sys.executable).parent))
    return re.sub(r"/(srv|etc|var/lib|var/log)/batch-renamer", lambda found: f"{folder}/{found[1]}", text)


def install(renamer: Command, rows: list[tuple[str, str]]) -> None:
    """Do what configs/README.md says, in the test's folder; the only difference is the address of the API."""
    for name in ("etc", "srv", "srv/reports", "var/lib", "var/log"):
        (renamer.folder / name).mkdir(parents=True, exist_ok=True)
    config = moved((CONFIGS / "nightly.toml").read_text("utf-8"), renamer.folder)
    (renamer.folder / "etc" / "nightly.toml").write_text(f'base_url = "{renamer.base_url}"\n{config}', encoding="utf-8")
    key = renamer.folder / "etc" / "office.key"
    key.write_text(f"{KEY}\n", encoding="utf-8")
    key.chmod(0o600)
    with xlsxwriter.Workbook(renamer.folder / "srv" / "orders.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("order_id", "new_name"), *rows]):
            sheet.write_row(number, 0, row)


@pytest.mark.parametrize("line", [cron_line, systemd_line], ids=["cron", "systemd"])
async def test_the_night_ends_well(renamer: Command, line: object) -> None:
    """0: everything is renamed, report, log and journal are where the configuration says, and nothing was asked."""
    assert callable(line)
    rows = renamer.seed(3)
    install(renamer, rows)
    ran = await renamer.run("-c", moved(line(), renamer.folder), program=["/bin/sh"], key=None)
    assert (ran.code, renamer.sandbox.store.names()) == (0, dict(rows)), ran.err
    assert "exit code" not in ran.out
    assert len(list((renamer.folder / "srv" / "reports").glob("20*-*-*-*.xlsx"))) == 1
    assert (renamer.folder / "var" / "lib" / "journal.sqlite3").is_file()
    assert (renamer.folder / "var" / "log" / "nightly.jsonl").is_file()


async def cron(renamer: Command, line: str | None = None, **more: Any) -> Ended:
    """Run the line of the crontab as cron does: by a shell, with next to nothing in its environment."""
    return await renamer.run("-c", moved(line or cron_line(), renamer.folder), program=["/bin/sh"], key=None, **more)


def last_night(renamer: Command) -> list[str]:
    """Return the lines that are kept of the last night."""
    return (renamer.folder / "var" / "log" / "last-night.txt").read_text("utf-8").splitlines()


async def test_cron_mails_nothing_after_a_good_night(renamer: Command) -> None:
    """When it began, what it came to in one line, and how it ended are kept beside the log."""
    install(renamer, renamer.seed(2))
    (renamer.folder / "var" / "log" / "last-night.txt").write_text("of the night before\n", encoding="utf-8")
    ran = await cron(renamer)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    began, said, ended = last_night(renamer)
    assert began.endswith(": batch-renamer began")
    assert said == "Done: 2 of 2 rows renamed."
    assert ended.endswith(": batch-renamer ended with exit code 0")
    assert [path.name for path in (renamer.folder / "var" / "log").glob("*night*.txt")] == ["last-night.txt"]


async def test_cron_mails_the_reason_and_the_exit_code_of_a_bad_night(renamer: Command) -> None:
    """The reasons, the report's place and the exit code, which is that of the whole line; no figures, no progress."""
    install(renamer, [*renamer.seed(1), ("missing", "New")])
    ran = await cron(renamer)
    assert (ran.code, ran.out.splitlines()[-1][-11:]) == (1, "exit code 1")
    assert "There is no order with this id" in ran.out
    assert f"Report    {renamer.folder}/srv/reports/20" in ran.out
    assert "Reading" not in ran.out
    assert "Took" not in ran.out


async def test_a_refused_night_is_mailed(renamer: Command) -> None:
    """What only standard error says is in the mail, too."""
    install(renamer, renamer.seed(1))
    (renamer.folder / "srv" / "orders.xlsx").unlink()
    ran = await cron(renamer)
    assert ran.code == 2
    assert "orders.xlsx" in ran.out


async def test_killed_night_is_not_taken_for_the_night_before(renamer: Command) -> None:
    """What was kept of that has gone, and nothing says that this one ended."""
    install(renamer, renamer.seed(1))
    (renamer.folder / "var" / "log" / "last-night.txt").write_text("ended with exit code 0\n", encoding="utf-8")
    line = cron_line().replace("/opt/batch-renamer/bin/batch-renamer", "/bin/sh -c 'kill -9 $PPID'")
    ran = await cron(renamer, line)
    assert (ran.code, [line.partition(": ")[2] for line in last_night(renamer)]) == (-9, ["batch-renamer began"])


async def test_killed_program_is_told_from_one_that_ended(renamer: Command) -> None:
    """137 is the shell's word for it, and it is mailed."""
    install(renamer, renamer.seed(1))
    line = cron_line().replace("/opt/batch-renamer/bin/batch-renamer", "/bin/sh -c 'kill -9 $$'")
    ran = await cron(renamer, line)
    assert (ran.code, ran.out.splitlines()[-1][-13:]) == (137, "exit code 137")


@pytest.mark.parametrize("in_the_way", ["no folder", pytest.param("a full disk", marks=always_full)])
async def test_log_folder_that_can_not_be_written_keeps_no_night_from_its_work(
    renamer: Command, in_the_way: str
) -> None:
    """The shipped line and configuration, without their folder: the program runs, and cron mails what it says."""
    rows = renamer.seed(2)
    install(renamer, rows)
    (renamer.folder / "var" / "log").rmdir()
    if in_the_way == "a full disk":
        (renamer.folder / "var" / "log").mkdir()
        (renamer.folder / "var" / "log" / "last-night.txt").symlink_to("/dev/full")
    ran = await cron(renamer)
    assert (ran.code, renamer.sandbox.store.names()) == (0, dict(rows))
    assert "Done: 2 of 2 rows renamed." in ran.out


async def test_mail_can_have_the_exit_code_in_its_subject(renamer: Command) -> None:
    """As the crontab's own comment says; the rest of the line is as it was."""
    install(renamer, [*renamer.seed(1), ("missing", "New")])
    text = (CONFIGS / "nightly.crontab").read_text("utf-8")
    found = re.search(r"^#   (mail .*)$", text, re.MULTILINE)
    assert found
    programs = renamer.folder / "programs"
    programs.mkdir()
    (programs / "mail").write_text('#!/bin/sh\necho "subject: $2"; cat\n', encoding="utf-8")
    (programs / "mail").chmod(0o755)
    line = cron_line().replace("cat $night", found[1])
    ran = await cron(renamer, line, env={"PATH": f"{programs}:/usr/bin:/bin"})
    assert ran.out.splitlines()[0] == "subject: batch-renamer: exit code 1"
    assert "There is no order with this id" in ran.out


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
