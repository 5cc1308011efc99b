"""Checks of the settings: the configuration file, the address, the key, and the places of the reports and the log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from batch_renamer.checks.finding import Finding, ok, problem, warning
from batch_renamer.errors import ReportTargetError, SettingsError
from batch_renamer.files import others_may_write
from batch_renamer.jobs import files_taken
from batch_renamer.progress import why_no_log
from batch_renamer.reports import check_names
from batch_renamer.settings import VENDOR_URL, FoundKey, Settings, is_found_config, read_api_key
from batch_renamer.usual_places import usual_config

__all__ = ["check_address", "check_configuration", "check_key", "check_log", "check_report", "refused_settings"]


def refused_settings(error: SettingsError) -> Finding:
    """Return what is wrong with flags, variables or the configuration file."""
    return problem("Configuration", " ".join(str(error).splitlines()), "Correct what is named here; then check again.")


def check_configuration(settings: Settings, *, environ: Mapping[str, str]) -> Finding:
    """Say which configuration file is read, and whether other users can change it; its content was checked before."""
    if settings.config is None:
        usual = usual_config(environ)
        return ok("Configuration", f"no file; `batch-renamer init` writes one{f' ({usual})' if usual else ''}")
    said = str(settings.config)
    if is_found_config(settings):
        said += " (found at its usual place)"
    if settings.profile is not None:
        said += f", profile {settings.profile}"
    for path in (settings.config, settings.config.parent):
        if others_may_write(path):
            return warning("Configuration", f"{said}: other users can change {path}", f"Run: chmod go-w {path}")
    return ok("Configuration", said)


def check_address(settings: Settings) -> Finding:
    """Say to which address the requests go."""
    if settings.sandbox:
        return ok("Address", "the sandbox on this machine (--sandbox)")
    if settings.base_url == VENDOR_URL:
        return ok("Address", settings.base_url)
    source = dict(settings.sources).get("base_url", "")
    return ok("Address", f"{settings.base_url}, not the vendor's own (from {source})")


def check_key(settings: Settings, *, environ: Mapping[str, str]) -> tuple[Finding, FoundKey | None]:
    """Say where the key is from and whether other users can read it; return it as well, or None if there is none."""
    if settings.sandbox:
        return ok("Key", "none needed to practise"), None
    try:
        found = read_api_key(settings, environ=environ)
    except SettingsError as error:
        said, _, repair = str(error).partition(". ")
        return problem("Key", said, repair or "Correct it there, or write it again with `batch-renamer init`."), None
    if found.warning:
        said, _, repair = found.warning.partition("; run: ")
        return warning("Key", said, f"Run: {repair}"), found
    return ok("Key", f"from {found.place}"), found


def check_report(settings: Settings) -> Finding:
    """Check that reports can be written where they are asked for, as far as can be told without writing."""
    if not settings.report:
        return ok("Reports", "beside each spreadsheet")
    try:
        check_names(settings.report_files, taken=files_taken(settings))
    except ReportTargetError as error:
        said, _, repair = str(error).rstrip(".").partition("; ")
        return problem("Reports", said, f"{repair[:1].upper()}{repair[1:] or 'Choose another with --report'}.")
    for report in settings.report_files:
        folder = Path(report).expanduser().absolute().parent
        if folder.is_dir() and not os.access(folder, os.W_OK):
            return problem("Reports", f"{folder} can't be written to", "Choose another place with --report.")
    return ok("Reports", ", ".join(settings.report))


def check_log(settings: Settings) -> Finding:
    """Check that the log can be written, as far as can be told without writing."""
    if settings.log_file is None:
        return ok("Log file", "none")
    if why := why_no_log(settings.log_file):
        return warning("Log file", why.rstrip("."), "Correct log_file, or leave it out.")
    return ok("Log file", str(settings.log_file))
