"""Runs all checks in their order, and yields one finding for each as soon as it is known."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import anyio

from batch_renamer.checks.configuration import (
    check_address,
    check_configuration,
    check_key,
    check_log,
    check_report,
    refused_settings,
)
from batch_renamer.checks.finding import Finding, Verdict, not_checked
from batch_renamer.checks.machine import check_open_files, check_python, check_terminal
from batch_renamer.checks.network import check_answer, check_certificates, check_clock, check_proxy
from batch_renamer.checks.state import check_disk, check_journal, check_other_runs, check_state_dir
from batch_renamer.client import connections_possible
from batch_renamer.errors import SettingsError
from batch_renamer.jobs import MOST_AT_ONCE, ask_once, journal_path, names_to_lock
from batch_renamer.settings import FoundKey, Settings, resolve_settings

__all__ = ["examine", "examine_account"]


def examine(given: Mapping[str, object], *, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check everything that a run needs. Nothing is written, and one request is sent at most.

    ``given`` are the options by the names of the settings.
    """
    yield check_python()
    yield check_terminal(sys.stdout, columns=shutil.get_terminal_size().columns, environ=environ)
    try:
        settings = resolve_settings(given, environ=environ)
    except SettingsError as error:
        yield refused_settings(error)
        # Without the rest of them a key could be sent to a place that it is not meant for.
        yield not_checked("All else", "the configuration comes first")
        return
    yield from examine_account(settings, environ=environ)
    yield check_report(settings)
    yield check_log(settings)


def examine_account(settings: Settings, *, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check what every command needs that sends requests and keeps a journal: the key, the way to the API, the folder.

    Nothing is written, and one request is sent at most.
    """
    wanted = settings.workers or MOST_AT_ONCE
    yield check_open_files(possible=connections_possible(wanted), wanted=wanted)
    yield check_configuration(settings, environ=environ)
    yield check_address(settings)
    finding, found = check_key(settings, environ=environ)
    yield finding
    yield from _check_api(settings, found, environ=environ)
    yield check_state_dir(settings)
    yield check_disk(settings)
    yield check_journal(journal_path(settings))
    yield check_other_runs(settings, names_to_lock(settings, found.key if found is not None else None))


def _check_api(settings: Settings, found: FoundKey | None, *, environ: Mapping[str, str]) -> Iterator[Finding]:
    way = []
    if not settings.sandbox:
        way = [check_proxy(settings.base_url), check_certificates(settings.base_url, environ=environ)]
    yield from way
    if any(finding.verdict is Verdict.PROBLEM for finding in way) or (found is None and not settings.sandbox):
        yield not_checked("API", "the problem above comes first")
        yield not_checked("Clock", "the API was not asked")
        return
    answer = anyio.run(ask_once, settings, found)
    yield check_answer(answer, found, base_url=settings.base_url)
    if not settings.sandbox:
        yield check_clock(datetime.now(UTC), answer.server_time)
