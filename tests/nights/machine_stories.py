"""Nights with trouble on the machine: disks, folders, the log, the configuration, kills, an upgrade."""

from __future__ import annotations

import asyncio
import datetime
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.nights.sheets import csv_of, xlsx_of
from tests.nights.story import Story, Tale
from tests.nights.truth import AGAIN, Told
from tests.support import offline
from tests.support.gate import Gate

_LAST_RELEASE = "0da6529"
"""The last commit that has no nights in its journal."""


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Let a folder be on a disk of its own that is full; only root can do that."""
    kept = folder.with_name(f"{folder.name}.kept")
    folder.mkdir(exist_ok=True)
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    _call("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(folder))
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        _fill(folder / "filler")
        yield
    finally:
        (folder / "filler").unlink(missing_ok=True)
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
        _call("umount", str(folder))
        folder.rmdir()
        kept.rename(folder)


def _call(program: str, *words: str) -> None:
    found = shutil.which(program)
    assert found is not None, f"there is no program {program}"
    subprocess.run((found, *words), check=True)


def _unpack(version: str, folder: Path) -> None:
    """Put the program of another version into a folder."""
    packed = folder / "packed.tar"
    repository = Path(__file__).parents[2]
    _call("git", "-C", str(repository), "archive", f"--output={packed}", version, "batch_renamer")
    shutil.unpack_archive(packed, folder)


def _fill(path: Path) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(descriptor, bytes(4096)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    finally:
        os.close(descriptor)


async def state_on_a_full_disk(now: Story) -> None:
    """Nothing is sent that could not be recorded; people are told all the same."""
    names = now.fresh(3)
    now.house.put_in("no-room.csv", csv_of(names))
    with full_disk(now.house.path("state")):
        await now.night(
            "no room for the journal",
            Told(code=(2, 4), stays=("no-room.csv",), page=("disk|space|room",), message=("disk|space|room",)),
        )
    # What was told could not be kept, so the next good night has nothing to take back.
    await now.night("room again", Told(done=("no-room.csv",), renamed=names))


async def reports_on_a_full_disk(now: Story) -> None:
    """A report that can't be written is found out before anything is sent."""
    names = now.fresh(3)
    now.house.put_in("no-report.csv", csv_of(names))
    with full_disk(now.house.inbox / "reports"):
        await now.night(
            "no room for reports",
            Told(code=(2, 4), stays=("no-report.csv",), no_page=True, message=("space|disk|room", "reports")),
        )
    await now.night("room again", Told(done=("no-report.csv",), renamed=names, message=AGAIN))


async def reports_can_not_be_written(now: Story) -> None:
    """A file in the place of the folder: said, nothing is sent, and the sheet stays."""
    names = now.fresh(3)
    now.house.put_in("target.csv", csv_of(names))
    reports = now.house.inbox / "reports"
    reports.mkdir(exist_ok=True)
    reports.rename(kept := now.house.path("reports.kept"))
    reports.write_text("x", encoding="utf-8")
    stays = ("target.csv", "reports")
    await now.night(
        "a file in the place of the folder",
        Told(code=2, stays=stays, no_page=True, message=("reports",), message_never=("Reports: ",)),
    )
    reports.unlink()
    kept.rename(reports)
    await now.night("the folder is back", Told(done=("target.csv",), renamed=names, message=AGAIN))


async def previous_night_still_running(now: Story) -> None:
    """The second night ends at once with 5 and touches nothing; the first one ends well."""
    names = now.fresh(3)
    now.house.put_in("long.csv", csv_of(names))
    gate = now.house.sandbox.sleep = Gate()
    slow = Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)
    now.house.sandbox.faults = FaultPlan(rules=[slow])

    async def second() -> None:
        await gate.until_waiting(1)
        ended = await now.house.beside(hours=24)
        assert ended.code == 5, ended
        gate.open()

    beats = ("/start", "/start", "/5", "")
    message = ("still at work",)
    await now.night(
        "the night before is still at work",
        Told(done=("long.csv",), renamed=names, beats=beats, message=message, two_nights=True),
        meanwhile=second,
    )
    now.house.day += datetime.timedelta(days=1)  # that of the second night
    await now.night("the next one", Told(message=AGAIN))


async def kill_9(now: Story) -> None:
    """A night that was killed is finished by the next one, which says so."""
    names = now.fresh(30)
    now.house.put_in("cut.csv", csv_of(names))
    await now.night(
        "killed in the middle",
        Told(code=-9, stays=("cut.csv",), page=("not ended yet, or cut off|at work|has not ended",), beats=("/start",)),
        failpoint="send:20:after",
    )
    await now.night(
        "after the reboot",
        Told(done=("cut.csv",), renamed=names, page=("cut off",), message=("cut off",), may_send_again=True),
    )


async def log_can_not_be_written(now: Story) -> None:
    """The night goes on without its log, and says so."""
    names = now.fresh(2)
    now.house.put_in("logless.csv", csv_of(names))
    now.house.path("log").rename(kept := now.house.path("log.kept"))
    now.house.path("log").write_text("x", encoding="utf-8")
    await now.night(
        "a file in the place of the log's folder",
        Told(
            done=("logless.csv",), renamed=names, page=(r"log file.*can't be written",), no_log=True, said=("log file",)
        ),
    )
    now.house.path("log").unlink()
    kept.rename(now.house.path("log"))
    await now.night("the folder is back", Told())


async def no_home(now: Story) -> None:
    """Everything that the night needs is in its configuration."""
    names = now.fresh(2)
    now.house.put_in("homeless.csv", csv_of(names))
    bare = {"HOME": None, "LOGNAME": None, "SHELL": None, "TZ": None}
    await now.night("no variable at all", Told(done=("homeless.csv",), renamed=names), env=bare)


async def typo_in_the_configuration(now: Story) -> None:
    """A night that could not begin is said by name of the mistake, told where possible, and recorded."""
    names = now.fresh(2)
    now.house.put_in("typo.csv", csv_of(names))
    now.house.settings = {"ratte": 20}
    now.house.install()
    await now.night(
        "an option that there is not",
        Told(code=2, stays=("typo.csv",), page=("ratte",), message=("ratte",), said=("ratte",), beats=("/2",)),
    )
    now.house.settings = {}
    now.house.install()
    await now.night("corrected", Told(done=("typo.csv",), renamed=names, message=AGAIN))


async def upgrade(now: Story) -> None:
    """The journal of the version before is taken over: its runs count, and an interrupted one is finished."""
    first, second = now.fresh(3), now.fresh(3)
    old = now.house.path("old")
    old.mkdir()
    await asyncio.to_thread(_unpack, _LAST_RELEASE, old)
    now.house.path("state").mkdir(exist_ok=True)
    now.house.path("state").rename(kept := now.house.path("state.kept"))
    now.house.put_in("by-hand.csv", csv_of(first))
    words = f"apply {now.house.inbox}/by-hand.csv --base-url {now.house.base_url} --profile office --yes"
    config = now.house.path("etc", "old.toml")
    config.write_text(
        f'state_dir = "{now.house.path("state")}"\n[profiles.office]\napi_key_file = "office.key"\n', "utf-8"
    )
    seen = await now.night(
        "a run of the version before",
        Told(stays=("by-hand.csv",), renamed=first, no_page=True, no_log=True, beats=(), said=("3 of 3 rows renamed",)),
        line=f"{sys.executable} -m batch_renamer {words} --config {config} --report {now.house.path('old.xlsx')}",
        env={"PYTHONPATH": os.pathsep.join((offline.__path__[0], str(old)))},
    )
    assert "nightly" not in seen.ended.out
    now.house.put_in("after.xlsx", xlsx_of(second))
    await now.night(
        "the first night of the new version",
        Told(
            done=("by-hand.csv", "after.xlsx"),
            renamed=second,
            page=("by-hand.csv.*same rows as run", "after.xlsx.*3 renamed"),
        ),
    )
    shutil.rmtree(now.house.path("state"))
    kept.rename(now.house.path("state"))
    shutil.rmtree(old)


STORIES: dict[str, Tale] = {
    "state on a full disk": state_on_a_full_disk,
    "reports on a full disk": reports_on_a_full_disk,
    "reports can not be written": reports_can_not_be_written,
    "previous night still running": previous_night_still_running,
    "kill -9": kill_9,
    "log can not be written": log_can_not_be_written,
    "no HOME": no_home,
    "typo in the configuration": typo_in_the_configuration,
    "upgrade": upgrade,
}
"""The stories by their titles."""
