"""`schedule`: prints the file by which a scheduler starts the night of this configuration. It writes no such file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.arguments import with_folders
from batch_renamer.cli.commands.findings import finding_lines
from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import SCHEDULE
from batch_renamer.errors import SettingsError
from batch_renamer.nightly import (
    ScheduledNight,
    examine_night,
    left_out_variables,
    parse_time,
    schedule_text,
    scheduled_night,
)
from batch_renamer.progress import Line, show_lines
from batch_renamer.settings import resolve_settings
from batch_renamer.version import __version__

__all__ = ["schedule"]

_CAN_NOT_BEGIN = 2
_PLATFORMS = {"systemd": "linux", "launchd": "darwin", "windows": "win32"}
"""Where a scheduler runs; the others run on several systems."""


def schedule(
    scheduler: str,
    given: Mapping[str, object],
    folders: Mapping[str, Path | None],
    *,
    at: str,
    image: str | None,
    anyway: bool,
) -> int:
    """Print the file for a scheduler if the night could begin; return the exit code."""
    options = {name: value for name, value in with_folders(given, folders).items() if value not in (None, False, [])}

    def body(_: Ending) -> int:
        time = parse_time(at)
        findings = list(examine_night(options, environ=os.environ, scheduler_has_key=scheduler == "kubernetes"))
        _show([finding for finding in findings if finding.verdict is not Verdict.OK])
        if not anyway and any(finding.verdict is Verdict.PROBLEM for finding in findings):
            _say("Nothing was printed, because no night could begin. Do what the arrows say, or give --anyway.")
            return _CAN_NOT_BEGIN
        night = scheduled_night(
            resolve_settings(options, environ=os.environ),
            options,
            at=time,
            environ=os.environ,
            image=image or f"batch-renamer:{__version__}",
        )
        text = schedule_text(scheduler, night)
        _remark(scheduler, night)
        with to_standard_output():
            sys.stdout.write(text)
        return 0

    return run_bare(SCHEDULE, body)


def _remark(scheduler: str, night: ScheduledNight) -> None:
    """Say what the file does not have, and make the folders that must be there for it."""
    if not sys.platform.startswith(_PLATFORMS.get(scheduler, "")):
        _say(f"The paths and the user are those of this machine, which has no {scheduler}: change them.")
    for name in left_out_variables(os.environ):
        _say(f"{name} was left out, because it holds a password: give it to the scheduler yourself.")
    if scheduler == "systemd":
        for folder in night.folders.values():
            _make(folder)


def _make(folder: Path) -> None:
    """Make a folder of the night that systemd must find."""
    try:
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise SettingsError(f"{folder} can't be made: {error.strerror}. systemd starts no night without it.") from None
    _say(f"{folder} was made, because systemd starts no night without it.")


def _show(findings: Sequence[Finding]) -> None:
    for finding in findings:
        show_lines(partial(_lines, finding), sys.stderr)


def _lines(finding: Finding, width: int) -> Iterator[Line]:
    return finding_lines(finding, width=width)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
