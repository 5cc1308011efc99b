"""Runs: their ids, their states, and what is noted of them."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

import pytest

from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from tests.support.connections import connections
from tests.unit.journal.sample_rows import begun


def test_run_has_a_short_id_that_can_be_read_aloud(journal: Journal) -> None:
    """Ids differ, and hold nothing that could be taken for another sign."""
    ids = {begun(journal).id for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch("[2-9a-hj-km-np-z]{6}", run_id) for run_id in ids)


def test_id_that_is_taken_is_not_given_again(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance is asked again."""
    signs = iter("aaaaaaaaaaaabbbbbb")
    monkeypatch.setattr(secrets, "choice", lambda _: next(signs))
    assert [begun(journal).id for _ in range(2)] == ["aaaaaa", "bbbbbb"]


def test_run_is_remembered_as_it_was_begun(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is known of it comes back."""
    monkeypatch.setattr(time, "time", lambda: 1_000.25)
    run = journal.runs.begin(
        NewRun(
            command="plan",
            base_url="https://api.example.com",
            account="acme",
            sheet="o.csv",
            digest="d1",
            delimiter=";",
        )
    )
    assert run == RunRecord(
        number=1,
        id=run.id,
        command="plan",
        state=RunState.LOADING,
        base_url="https://api.example.com",
        profile=None,
        account="acme",
        key_print=None,
        parent=None,
        sheet="o.csv",
        digest="d1",
        delimiter=";",
        sheet_rows=0,
        created_at=1_000.25,
        committed_at=None,
        stopped="",
        reports=(),
        reported_at=None,
        first=None,
        max_renames=None,
        strict=False,
        began=1,
        active=1,
    )
    assert journal.runs.get(run.id) == run


@pytest.mark.parametrize("state", RunState)
def test_run_comes_to_a_state(path: Path, state: RunState) -> None:
    """How far it has come is on record, and the cost of certainty is not left switched on."""
    with connections() as made, Journal.open(path) as journal:
        run, other = begun(journal), begun(journal)
        journal.runs.set_state(run, state)
        assert (journal.runs.get(run.id).state, journal.runs.get(other.id).state) == (state, RunState.LOADING)
        assert made[0].execute("PRAGMA synchronous").fetchone() == (1,)


def test_plan_is_on_disk_before_the_first_rename(path: Path) -> None:
    """Plans and ends are committed for good, power cut or not; all else is quick."""
    levels = []

    def note(statement: str) -> None:
        if statement.startswith("PRAGMA synchronous"):
            levels.append(statement)

    with connections() as made, Journal.open(path) as journal:
        run = begun(journal)
        made[0].set_trace_callback(note)
        journal.runs.set_state(run, RunState.READING)
        assert not levels
        journal.runs.set_state(run, RunState.PLANNED)
        journal.runs.finish(run, stopped="")
    assert levels == ["PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"] * 2


def test_run_is_finished(journal: Journal) -> None:
    """Its end is noted, and why it came before the last row."""
    run = begun(journal)
    journal.runs.finish(run, stopped="Stopped by Ctrl-C.")
    ended = journal.runs.get(run.id)
    assert (ended.state, ended.stopped) == (RunState.FINISHED, "Stopped by Ctrl-C.")


def test_reports_of_a_run_are_noted(journal: Journal) -> None:
    """Whatever their paths look like."""
    run = begun(journal)
    journal.runs.note_reports(run, ["out.csv", 'a "b" \udce4.json'])
    assert journal.runs.get(run.id).reports == ("out.csv", 'a "b" \udce4.json')


def test_path_that_is_no_text_is_kept_readable(journal: Journal) -> None:
    """A file name in another encoding than the system's doesn't end a run."""
    run = journal.runs.begin(NewRun(command="check", base_url="u", account="a", sheet="stra\udcdfe.csv"))
    assert run.sheet == "stra\\udcdfe.csv"
    journal.runs.finish(run, stopped="stra\udcdfe.csv is full")
    assert journal.runs.get(run.id).stopped == "stra\\udcdfe.csv is full"
