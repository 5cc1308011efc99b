"""`runs`: lists past runs; before that it forgets old ones, or dismisses one, if asked to. It sends nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from batch_renamer.cli.night_groups import Group, by_night, night_as_json
from batch_renamer.cli.past_runs import elsewhere, find_run, latest_id, of_library, resume_command
from batch_renamer.cli.pruning import prune_runs
from batch_renamer.cli.runs_table import ANY_WIDTH, table_lines
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import RENAMING, RUNS
from batch_renamer.errors import SettingsError
from batch_renamer.jobs import ListedRun, address_of, dismiss, is_interrupted, listed_run
from batch_renamer.journal import Journal, RunRecord, is_sheet_named
from batch_renamer.model import Night
from batch_renamer.progress import show_lines, visible

__all__ = ["Chosen", "list_runs"]

_MOST_NIGHTS = 1_000  # the newest; a night each day for almost three years


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which runs are listed: the newest ``limit``, those that had the order, those of the spreadsheets so named."""

    limit: str | None = None
    order: str | None = None
    file: str | None = None

    def most(self) -> int | None:
        """Return how many are listed at most; None for all.

        Raises:
            SettingsError: that is no number from 1 on.
        """
        if self.limit is None:
            return None
        if not self.limit.isascii() or not self.limit.isdecimal() or int(self.limit) < 1:
            raise SettingsError(f"--limit {self.limit}: must be a number of runs, such as 20.")
        return int(self.limit)

    def fits(self, run: RunRecord) -> bool:
        """Tell whether a run is of a spreadsheet so named: a text with a slash is looked for in its whole path."""
        return self._names(run.sheet or "")

    def fits_night(self, night: Night) -> bool:
        """Tell whether a night without such a run belongs to what was asked for: a spreadsheet may be refused."""
        if self.order is not None:
            return False
        return self.file is None or any(map(self._names, (str(Path(night.inbox, file.name)) for file in night.files)))

    def _names(self, path: str) -> bool:
        if self.file is None:
            return True
        return is_sheet_named(path, self.file)

    @property
    def none_found(self) -> str:
        """The sentence that says that none was found; nothing where all runs were asked for."""
        asked = [f"had the order {visible(self.order)}"] if self.order is not None else []
        asked += [f"was of a spreadsheet with {visible(self.file)} in its name"] if self.file is not None else []
        return f"No run {' and '.join(asked)}." if asked else ""


def list_runs(
    given: Mapping[str, object],
    *,
    prune: str | None,
    dismiss: str | None = None,
    chosen: Chosen = Chosen(),
    yes: bool = False,
) -> int:
    """List past runs, newest first; return the exit code.

    Before that, ``prune`` forgets old ones, after a question on a terminal unless ``yes``, and ``dismiss`` notes that
    an interrupted one will not be finished.
    """

    def body(session: Session) -> int:
        most = chosen.most()
        with session.journal(only_read=prune is None and dismiss is None) as journal:
            if dismiss is not None:
                _dismiss(session, journal, dismiss)
            if prune is not None and not prune_runs(journal, prune, asks=session.on_a_terminal and not yes):
                return 0
            entries = _entries(session, journal, chosen, most=most)
            groups = _groups(session, journal, entries, chosen, most=most)
            with to_standard_output():
                _write_runs(session, groups, chosen)
        return 0

    return within(RUNS, given, body)


def _entries(session: Session, journal: Journal, chosen: Chosen, *, most: int | None) -> list[ListedRun]:
    """Return the runs that were asked for, the newest first."""
    settings = session.settings
    at_work = journal.runs.at_work()  # asked first: a run that ends in between is listed as ended
    if {"base_url", "profile"} & session.flags.keys():
        runs = journal.runs.find(base_url=settings.base_url, profile=settings.profile)
    else:
        runs = journal.runs.find()
    undone, latest = journal.lineage.undone(), latest_id(session, journal)
    entries: list[ListedRun] = []
    for run in filter(chosen.fits, runs):
        if len(entries) == most:
            break
        entry = listed_run(journal, run, at_work=at_work, undone=undone, latest=latest, order_id=chosen.order)
        if entry.rows != ():  # the order that was asked for is not in the run
            entries.append(entry)
    return entries


def _groups(
    session: Session, journal: Journal, entries: list[ListedRun], chosen: Chosen, *, most: int | None
) -> list[Group]:
    """Return the runs by night; of the nights without a run those that belong to what was asked for."""
    nights = journal.nights.newest(_MOST_NIGHTS)
    if session.flags.keys() & {"base_url", "profile"}:
        account = address_of(session.settings)
        nights = [night for night in nights if (night.base_url, night.profile) == account]
    groups = by_night(entries, nights, empty=chosen.fits_night)
    last = max((place for place, group in enumerate(groups) if group.entries), default=len(groups))
    return groups if most is None else groups[: last + 1]


def _write_runs(session: Session, groups: list[Group], chosen: Chosen) -> None:
    entries = [entry for group in groups for entry in group.entries]
    if session.settings.json:
        runs = [entry.as_json() for entry in entries]
        nights = [night_as_json(group.night) for group in groups if group.night is not None]
        sys.stdout.write(json.dumps({"command": "runs", "exit_code": 0, "runs": runs, "nights": nights}) + "\n")
        return
    if groups and (
        error := show_lines(lambda width: table_lines(groups, width=width), sys.stdout, plain_width=ANY_WIDTH)
    ):
        raise error
    none = f"There are no runs yet in {session.settings.state_dir}.{elsewhere(session)}"
    if said := of_library(session).strip() if groups else chosen.none_found or none:
        sys.stderr.write(said + "\n")
    if (unfinished := next((entry.run for entry in entries if entry.can_go_on), None)) is not None:
        sys.stderr.write(f"\nTo go on with run {unfinished.id}:\n{resume_command(session, unfinished)}\n")


def _dismiss(session: Session, journal: Journal, run_id: str) -> None:
    """Note that an interrupted run will not be finished; the word latest means the newest that is interrupted."""
    run = find_run(session, journal, run_id, commands=RENAMING, newest=partial(is_interrupted, journal))
    dismiss(journal, run)
    sys.stderr.write(f"Run {run.id} will not be mentioned again. `{resume_command(session, run)}` still finishes it.\n")
