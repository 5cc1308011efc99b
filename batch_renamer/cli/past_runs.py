"""Which past run a command is about: finds it by the id that was typed, or says where else to look."""

from __future__ import annotations

from collections.abc import Callable, Collection

from batch_renamer.cli.session import Session
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import RESUME, RUNS, Command
from batch_renamer.jobs import address_of, find, known_elsewhere, left_by_library
from batch_renamer.journal import Journal, RunRecord

__all__ = ["elsewhere", "find_run", "latest_id", "of_library", "resume_command"]


def find_run(
    session: Session,
    journal: Journal,
    run_id: str | None,
    *,
    commands: Collection[Command],
    newest: Callable[[RunRecord], bool] = lambda _: True,
    wanted: str = "fits",
) -> RunRecord:
    """Return the run that was asked for, or without an id the newest of this account for which ``newest`` is true.

    Raises:
        InputError: there is none, or the ids of several begin so.
    """
    base_url, profile = address_of(session.settings)
    return find(
        journal,
        run_id,
        base_url=base_url,
        profile=profile,
        commands=commands,
        newest=newest,
        wanted=wanted,
        elsewhere=lambda prefix: elsewhere(session, prefix),
        how_to_list=f" `{command_line(RUNS, [], carried_options(session.given))}` lists the runs.",
    )


def latest_id(session: Session, journal: Journal) -> str | None:
    """Return the id of the newest run of this account; None if there is none."""
    base_url, profile = address_of(session.settings)
    runs = journal.runs.find(base_url=base_url, profile=profile)
    return runs[0].id if runs else None


def resume_command(session: Session, run: RunRecord) -> str:
    """Return the command that finishes a run, with the account that it belongs to."""
    given = carried_options(session.given)
    if not session.settings.sandbox:
        account = {"base_url": run.base_url, "profile": run.profile}
        given |= {name: value for name, value in account.items() if value != getattr(session.settings, name)}
    return command_line(RESUME, [run.id], given)


def elsewhere(session: Session, prefix: str = "") -> str:
    """Return a sentence that says where else runs are whose ids begin with ``prefix``; "" if there are none.

    Sandbox runs have a journal of their own, which is easily forgotten, and so has each run of the library.
    """
    return _in_other_journal(session, prefix) + of_library(session, prefix)


def of_library(session: Session, prefix: str = "") -> str:
    """Return how to see the runs that the library left unfinished, in a sentence; "" if there are none."""
    folders = [] if session.settings.sandbox else left_by_library(session.settings, prefix)
    given = carried_options(session.given)
    seen = [f"`{command_line(RUNS, [], given | {'state_dir': str(folder)})}`" for folder in folders]
    return f" A run of the library was left in the middle; to see it: {', '.join(seen)}." if seen else ""


def _in_other_journal(session: Session, prefix: str) -> str:
    if not known_elsewhere(session.settings, prefix):
        return ""
    if session.settings.sandbox:
        return " Without --sandbox there is one." if prefix else " Runs at the API itself are seen without --sandbox."
    return " With --sandbox there is one." if prefix else " Runs in the sandbox are seen with --sandbox."
