"""Which run is meant, whose it is, and whether it was interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.commands import APPLY, UNDO
from batch_renamer.errors import InputError
from batch_renamer.jobs.destinations import nowhere
from batch_renamer.jobs.history import bound_to, find, interrupted, last_of_plan, last_of_sheet, taken_back
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from batch_renamer.model import RenameRequest, Result

URL = "https://api.example.com"


OFFICE = replace(nowhere(), base_url=URL, account="office", profile="office", key_print="k1")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def begun(journal: Journal, *, command: str = "apply", digest: str = "d", parent: RunRecord | None = None) -> RunRecord:
    """Begin a run of one row, up to its first rename."""
    run = journal.runs.begin(
        NewRun(
            command=command,
            base_url=URL,
            account="office",
            profile="office",
            key_print="k1",
            digest=digest,
            parent=parent,
        )
    )
    journal.rows.add(run, [RenameRequest(row=2, order_id="a", new_name="b")])
    journal.runs.set_state(run, RunState.PLANNED)
    return journal.runs.commit(run)


def ended(journal: Journal, run: RunRecord) -> RunRecord:
    """End a run that left nothing."""
    journal.runs.finish(run, stopped="")
    journal.runs.note_ended(run)
    return journal.runs.get(run.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_url": "https://other.example.com"}, "belongs to https://other.example.com (profile office)"),
        ({"profile": None, "account": "by key"}, f"belongs to {URL}, and this is {URL} (profile office)"),
        ({"account": "another"}, "made with another key"),
    ],
    ids=["base url", "profile", "key"],
)
def test_another_account_is_refused(journal: Journal, change: dict[str, str | None], words: str) -> None:
    """A run is bound to its base URL and its profile, or to its key where there is no profile."""
    with pytest.raises(InputError, match="Nothing was sent") as refused:
        bound_to(replace(begun(journal), **change), OFFICE)  # type: ignore[arg-type]  # fields of the parametrization
    assert words in str(refused.value)


def test_a_new_key_of_the_same_profile_is_a_warning(journal: Journal) -> None:
    """The profile says that it is the same account."""
    run = begun(journal)
    assert bound_to(run, OFFICE) == []
    assert bound_to(run, replace(OFFICE, key_print="k2")) == [
        f"The key of profile office has changed since run {run.id}; its orders should be the same ones."
    ]


def test_a_unique_beginning_will_do(journal: Journal) -> None:
    """A beginning that several runs share is refused, and so is a run of the wrong kind."""
    run = begun(journal)
    others = [begun(journal) for _ in range(40)]
    find_it = {"base_url": URL, "profile": "office", "commands": (APPLY,)}
    assert find(journal, run.id.upper(), **find_it).id == run.id  # type: ignore[arg-type]  # as above
    assert find(journal, None, **find_it) == others[-1]  # type: ignore[arg-type]  # as above
    with pytest.raises(InputError, match="type one more letter"):
        find(journal, "", **find_it)  # type: ignore[arg-type]  # as above
    with pytest.raises(InputError, match=f"Run {run.id} is an apply. This command takes only undo runs"):
        find(journal, run.id, base_url=URL, profile="office", commands=(UNDO,))


def test_a_run_is_over_when_its_reports_are_written(journal: Journal) -> None:
    """Until then, it may have been killed after its last row."""
    run = begun(journal)
    assert interrupted(run, {Result.PENDING: 1})
    assert interrupted(run, {Result.RENAMED: 1})
    assert not interrupted(ended(journal, run), {Result.RENAMED: 1, Result.UNKNOWN: 1})


def test_the_last_run_of_a_sheet(journal: Journal) -> None:
    """It is offered while it is interrupted and was not undone, to the same account and the same content only."""
    run = begun(journal)
    assert last_of_sheet(journal, digest="d", destination=OFFICE) == run
    assert last_of_sheet(journal, digest="other", destination=OFFICE) is None
    assert last_of_sheet(journal, digest="d", destination=replace(OFFICE, account="other")) is None
    assert last_of_sheet(journal, digest="d", destination=replace(OFFICE, base_url="https://other")) is None
    assert taken_back(journal, run) == []
    undo = begun(journal, command="undo", parent=run)
    assert last_of_sheet(journal, digest="d", destination=OFFICE) is None
    assert undo.id in taken_back(journal, run)[0]


def test_the_last_run_of_a_plan(journal: Journal) -> None:
    """A plan whose run was interrupted goes on with that run."""
    plan = begun(journal, command="plan")
    assert last_of_plan(journal, plan) is None
    run = begun(journal, parent=plan)
    assert last_of_plan(journal, plan) == run
