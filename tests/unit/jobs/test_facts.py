"""What reports for people say of a run besides its rows and figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.jobs.facts import given_settings
from batch_renamer.jobs.figures import summary_of
from batch_renamer.journal import EndNote, Journal, NewRun, RunState
from batch_renamer.model import GivenSetting, Outcome, RenameRequest, Result
from batch_renamer.settings import resolve_settings
from tests.unit.jobs.begun_runs import URL, begun, ended


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def test_a_past_run_has_its_sentence_account_and_times(journal: Journal) -> None:
    """Where, when and with what result, from the journal alone."""
    run = begun(journal)
    journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED)])
    run = ended(journal, run)
    facts = summary_of(journal, run).facts
    assert facts.sentence == "Done: 1 of 1 row renamed."
    assert facts.account == f"{run.base_url} (profile {run.profile})"
    assert (facts.began_at, facts.ended_at) == (run.created_at, run.finished_at)


def test_an_undo_says_which_run_it_is_about(journal: Journal) -> None:
    """The sentence alone would leave that open where rows have problems."""
    run = begun(journal)
    journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED, old_name="a")])
    undone = ended(journal, run)
    undo = journal.runs.begin(NewRun(command="undo", base_url=URL, account="office", parent=undone))
    journal.lineage.plan_undo(undo, undone)
    facts = summary_of(journal, journal.runs.get(undo.id)).facts
    assert facts.about == f"run {undone.id}"
    assert {each.meaning for each in facts.meanings if each.result is Result.RENAMED} == {
        "the order has its old name back; the API confirmed it"
    }


def test_a_run_at_work_is_not_called_killed(journal: Journal) -> None:
    """Its report is a look at what is done so far."""
    run = begun(journal)
    journal.rows.add(run, [RenameRequest(row=9, order_id="z", new_name="b")])
    at_work = summary_of(journal, journal.runs.get(run.id), at_work=True)
    killed = summary_of(journal, journal.runs.get(run.id))
    assert journal.runs.get(run.id).state is RunState.RENAMING
    assert at_work.facts.sentence.startswith("At work at this moment:")
    assert at_work.stopped == ""
    assert killed.stopped.startswith("It was killed")


def test_a_later_report_says_what_was_typed_and_counted(journal: Journal) -> None:
    """The figures and the notes of the first report, too; of a killed run they are not known."""
    told = EndNote(
        command_line="batch-renamer apply orders.csv",
        settings=(GivenSetting("rate", "20", "--rate"),),
        requests=7,
        throttled=1,
        warnings=("A note.",),
        resumed=True,
    )
    run = begun(journal)
    killed = summary_of(journal, run)
    journal.runs.finish(run, stopped="")
    journal.runs.note_ended(run, end_note=told)
    summary = summary_of(journal, journal.runs.get(run.id))
    facts = summary.facts
    assert (facts.command_line, facts.settings) == (told.command_line, told.settings)
    assert (summary.requests, summary.throttled, summary.warnings) == (7, 1, ("A note.",))
    assert facts.since == " since it was resumed"
    assert (killed.requests, killed.facts.command_line) == (0, "")


def test_a_resumed_run_forgets_what_its_first_part_noted(journal: Journal) -> None:
    """If it is killed, the figures of the first part would pass for those of both."""
    run = begun(journal)
    journal.runs.note_ended(run, end_note=EndNote(requests=7), seconds=3.5)
    resumed = journal.runs.commit(journal.runs.get(run.id))
    assert (resumed.end_note, resumed.seconds) == (None, None)


def test_no_meaning_speaks_of_the_screen(journal: Journal) -> None:
    """A report has no lines below, and calls each result by its own word."""
    meanings = summary_of(journal, begun(journal)).facts.meanings
    assert {each.result for each in meanings} == set(Result)
    assert not [each.meaning for each in meanings if "below" in each.meaning or "in reports" in each.meaning]


def test_settings_that_change_a_run_are_said_with_their_source(tmp_path: Path) -> None:
    """What is at its default, and what only concerns the screen or a place, is left out."""
    flags = {"rate": 20.0, "quiet": True, "state_dir": str(tmp_path)}
    settings = resolve_settings(flags, environ={"HOME": "/"})
    assert given_settings(settings) == (GivenSetting("rate", "20", "--rate"),)
