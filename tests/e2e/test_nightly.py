"""The lines of cron and systemd start the real command, and the night ends well; only the paths are a test's own."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
import xlsxwriter

from tests.e2e.bench import KEY, Bench

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


def install(bench: Bench, rows: list[tuple[str, str]]) -> None:
    """Do what configs/README.md says, in the test's folder; the only difference is the address of the API."""
    for name in ("etc", "srv", "srv/reports", "var/lib", "var/log"):
        (bench.folder / name).mkdir(parents=True, exist_ok=True)
    config = moved((CONFIGS / "nightly.toml").read_text("utf-8"), bench.folder)
    (bench.folder / "etc" / "nightly.toml").write_text(f'base_url = "{bench.base_url}"\n{config}', encoding="utf-8")
    key = bench.folder / "etc" / "office.key"
    key.write_text(f"{KEY}\n", encoding="utf-8")
    key.chmod(0o600)
    with xlsxwriter.Workbook(bench.folder / "srv" / "orders.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("order_id", "new_name"), *rows]):
            sheet.write_row(number, 0, row)


@pytest.mark.parametrize("line", [cron_line, systemd_line], ids=["cron", "systemd"])
async def test_the_night_ends_well(bench: Bench, line: object) -> None:
    """0: everything is renamed, report, log and journal are where the configuration says, and nothing was asked."""
    assert callable(line)
    rows = bench.seed(3)
    install(bench, rows)
    ran = await bench.run("-c", moved(line(), bench.folder), program=["/bin/sh"], key=None)
    assert (ran.code, bench.sandbox.store.names()) == (0, dict(rows)), ran.err
    assert "exit code" not in ran.out
    assert len(list((bench.folder / "srv" / "reports").glob("20*-*-*-*.xlsx"))) == 1
    assert (bench.folder / "var" / "lib" / "journal.sqlite3").is_file()
    assert (bench.folder / "var" / "log" / "nightly.jsonl").is_file()


async def test_cron_mails_nothing_after_a_good_night(bench: Bench) -> None:
    """What is said then is kept beside the log, with the date at its end."""
    install(bench, bench.seed(2))
    ran = await bench.run("-c", moved(cron_line(), bench.folder), program=["/bin/sh"], key=None)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    said = (bench.folder / "var" / "log" / "last-night.txt").read_text("utf-8")
    assert "2 of 2 rows renamed" in said
    assert said.splitlines()[-1].endswith("batch-renamer ended with exit code 0")
    assert [path.name for path in (bench.folder / "var" / "log").glob("*night*.txt")] == ["last-night.txt"]


async def test_cron_mails_the_reason_and_the_exit_code_of_a_bad_night(bench: Bench) -> None:
    """The exit code is the last line of the mail, and that of the whole line for whatever else watches it."""
    install(bench, [*bench.seed(1), ("nobody", "New")])
    ran = await bench.run("-c", moved(cron_line(), bench.folder), program=["/bin/sh"], key=None)
    assert (ran.code, ran.out.splitlines()[-1][-11:]) == (1, "exit code 1")
    assert "There is no order with this id" in ran.out


async def test_a_refused_night_is_mailed(bench: Bench) -> None:
    """What only standard error says is in the mail, too."""
    install(bench, bench.seed(1))
    (bench.folder / "srv" / "orders.xlsx").unlink()
    ran = await bench.run("-c", moved(cron_line(), bench.folder), program=["/bin/sh"], key=None)
    assert ran.code == 2
    assert "orders.xlsx" in ran.out
