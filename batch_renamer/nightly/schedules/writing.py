"""Fills in the template of a scheduler."""

from __future__ import annotations

from batch_renamer.nightly.schedules import quoting
from batch_renamer.nightly.schedules.scheduled import ScheduledNight

__all__ = ["SCHEDULERS", "schedule_text"]

SCHEDULERS = ("systemd", "cron", "launchd", "windows", "kubernetes")
"""The schedulers that there is a template for."""


def schedule_text(scheduler: str, night: ScheduledNight) -> str:
    """Return the file by which a scheduler, one of `SCHEDULERS`, starts the night."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only this command needs it

    environment = Environment(  # noqa: S701 - it is no HTML; each value goes through the filter of its format
        loader=PackageLoader("batch_renamer.nightly.schedules"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cron": quoting.cron_line,
        "systemd": quoting.systemd_word,
        "systemd_command": quoting.systemd_command,
        "windows": quoting.windows_arguments,
        "xml": quoting.xml_text,
        "yaml_block": quoting.yaml_block,
        "yaml": quoting.yaml_text,
    }
    return environment.get_template(f"{scheduler}.j2").render(night=night)
