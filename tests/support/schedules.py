"""The files for schedulers in configs/: what `schedule` prints for the installation that configs/README.md describes.

``python -m tests.support.schedules`` writes them again, after a change of the templates.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from pathlib import Path, PureWindowsPath

from batch_renamer.nightly.checking.user import UserAccount
from batch_renamer.nightly.schedules import ScheduledNight, schedule_text

__all__ = ["CONFIGS", "OFFICE", "shipped", "units_of"]

CONFIGS = Path(__file__).parents[2] / "configs"
_UNIT = re.compile(r"^# /etc/systemd/system/(\S+)$", re.MULTILINE)

_UNATTENDED = ("--quiet", "--no-progress")

OFFICE = ScheduledNight(
    program=("/opt/batch-renamer/bin/batch-renamer",),
    arguments=("nightly", "--config", "/etc/batch-renamer/nightly.toml", "--profile", "office", *_UNATTENDED),
    at=time(3, 30),
    user=UserAccount(name="batch-renamer", group="batch-renamer", home=Path("/var/lib/batch-renamer")),
    folders={
        "inbox": Path("/srv/batch-renamer"),
        "state": Path("/var/lib/batch-renamer"),
        "log": Path("/var/log/batch-renamer"),
    },
    error_file=Path("/var/log/batch-renamer/nightly-errors.txt"),
    profile="office",
    variables={},
    config=Path("/etc/batch-renamer/nightly.toml"),
    config_text=(CONFIGS / "nightly.toml").read_text("utf-8"),
    secret_files={"key": Path("/etc/batch-renamer/office.key")},
    python=Path("/usr/bin/python3"),
    zone="Europe/Berlin",
    image="batch-renamer:latest",
)
"""The night that configs/nightly.toml is for."""


def units_of(text: str) -> dict[str, str]:
    """Part what is printed for systemd into its files."""
    _, *parts = _UNIT.split(text)
    return {name: f"# /etc/systemd/system/{name}{body}" for name, body in zip(parts[::2], parts[1::2], strict=True)}


def shipped() -> dict[str, str]:
    """Return the content of each file by its name."""
    return {
        **units_of(schedule_text("systemd", OFFICE)),
        "nightly.crontab": schedule_text("cron", OFFICE),
        f"{OFFICE.name}.plist": schedule_text("launchd", _on_a_mac()),
        f"{OFFICE.name}.xml": schedule_text("windows", _on_windows()),
        "kubernetes.yaml": schedule_text("kubernetes", OFFICE),
    }


def _on_a_mac() -> ScheduledNight:
    support = Path("/Library/Application Support/batch-renamer")
    return replace(
        OFFICE,
        arguments=("nightly", "--config", str(support / "nightly.toml"), "--profile", "office", *_UNATTENDED),
        user=UserAccount(name="office", group="staff", home=Path("/Users/office")),
        error_file=Path("/Users/office/Library/Logs/nightly-errors.txt"),
    )


def _on_windows() -> ScheduledNight:
    folder = PureWindowsPath("C:/ProgramData/batch-renamer")
    return replace(
        OFFICE,
        program=(str(folder / "venv/Scripts/batch-renamer.exe"),),
        arguments=("nightly", "--config", str(folder / "nightly.toml"), "--profile", "office", *_UNATTENDED),
        user=UserAccount(name="OFFICE-PC\\office"),
    )


if __name__ == "__main__":
    for file, content in shipped().items():
        (CONFIGS / file).write_text(content, encoding="utf-8")
