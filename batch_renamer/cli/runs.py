"""`runs`: lists past runs; before that it forgets old ones, or dismisses one, if asked to. It sends nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping

from batch_renamer.cli.listing import entry_of
from batch_renamer.cli.past_runs import elsewhere, find_run, of_library, resume_command
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import RENAMING, RUNS
from batch_renamer.errors import InputError, SettingsError
from batch_renamer.journal import Closed, Journal, RunRecord
from batch_renamer.text import counted

__all__ = ["list_runs"]

_AGE = re.compile(r"([0-9]{1,6})(d|h|w)")
_UNITS_S = {"h": 3_600, "d": 86_400, "w": 604_800}


def list_runs(given: Mapping[str, object], *, prune: str | None, dismiss: str | None = None) -> int:
    """List past runs, newest first; return the exit code.

    Before that, ``prune`` forgets old ones, and ``dismiss`` notes that an interrupted one will not be finished.
    """

    def body(session: Session) -> int:
        with session.journal(only_read=prune is None and dismiss is None) as journal:
            if dismiss is not None:
                _dismiss(session, journal, dismiss)
            if prune is not None:
                gone = _prune(journal, prune)
                sys.stderr.write(f"{counted(gone, 'run')} forgotten.\n")
            settings = session.settings
            here = {"base_url", "profile"} & session.flags.keys()
            at_work = journal.runs.at_work()  # asked first: a run that ends in between is listed as ended
            find = journal.runs.find
            runs = find(base_url=settings.base_url, profile=settings.profile) if here else find()
            with to_standard_output():
                _write_runs(session, journal, runs, at_work=at_work)
        return 0

    return within(RUNS, given, body)


def _write_runs(session: Session, journal: Journal, runs: list[RunRecord], *, at_work: frozenset[str]) -> None:
    undone = journal.lineage.undone()
    entries = (entry_of(journal, run, at_work=at_work, undone=undone) for run in runs)
    if session.settings.json:
        lines = [entry.as_json() for entry in entries]
        sys.stdout.write(json.dumps({"command": "runs", "exit_code": 0, "runs": lines}) + "\n")
    else:
        sys.stdout.writelines(f"{entry.line()}\n" for entry in entries)
        said = f"There are no runs yet.{elsewhere(session)}" if not runs else of_library(session).strip()
        if said:
            sys.stderr.write(said + "\n")


def _dismiss(session: Session, journal: Journal, run_id: str) -> None:
    run = find_run(session, journal, run_id, commands=RENAMING)
    if run.closed is not Closed.DISMISSED:
        entry = entry_of(journal, run, at_work=journal.runs.at_work(), undone=frozenset())
        if entry.state != "interrupted":
            raise InputError(f"Run {run.id} is {entry.state}, not interrupted: there is nothing to dismiss.")
        journal.runs.dismiss(run)
    sys.stderr.write(f"Run {run.id} will not be mentioned again. `{resume_command(session, run)}` still finishes it.\n")


def _prune(journal: Journal, what: str) -> int:
    if found := _AGE.fullmatch(what.strip().lower()):
        return journal.runs.prune(older_than_s=int(found[1]) * _UNITS_S[found[2]])
    if what.strip().isdecimal():
        return journal.runs.prune(keep=int(what))
    raise SettingsError(f"--prune {what!r} is neither an age such as 90d, 12h or 8w nor the number of runs to keep.")
