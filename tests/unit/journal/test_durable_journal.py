"""What the journal keeps across runs: what may have been sent, whose names are to be distrusted, and who may read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from batch_renamer.model import Change, Order, Outcome, RenameRequest, Result

OPENER = """
import sys
from pathlib import Path
from batch_renamer.journal import Journal, NewRun
sys.stdin.readline()
for _ in range(20):
    with Journal.open(Path(sys.argv[1])) as journal:
        journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def planned(journal: Journal, *, rows: int = 3, account: str = "a") -> RunRecord:
    """Begin a run whose rows are all planned, read a moment ago."""
    run = journal.runs.begin(NewRun(command="apply", base_url="u", account=account))
    journal.rows.add(
        run, [RenameRequest(row=row, order_id=f"o{row}", new_name=f"new {row}") for row in range(2, rows + 2)]
    )
    changes = [
        Change(row=row, new_name=f"new {row}", order=Order(order_id=f"o{row}", name=f"old {row}"), read_at=time.time())
        for row in range(2, rows + 2)
    ]
    journal.rows.record(run, changes)
    journal.runs.set_state(run, RunState.PLANNED)
    return journal.runs.get(run.id)


def renamed_something(journal: Journal, *, account: str = "a") -> None:
    """Let a run of an account send its first rename, and end."""
    other = journal.runs.commit(planned(journal, account=account))
    journal.rows.mark_dispatched(other, journal.rows.changes(other, after_row=0, limit=1))
    journal.runs.finish(other, stopped="")


def handed_out(journal: Journal, run: RunRecord) -> list[bool]:
    """Return, row by row, whether it may have been sent."""
    return [change.dispatched for change in journal.rows.changes(run, after_row=0, limit=10)]


def test_what_an_earlier_part_may_have_sent_stays_noted(journal: Journal) -> None:
    """A run that is killed, taken up, and stopped in order before it looked has not forgotten the first part."""
    run = journal.runs.commit(planned(journal))
    changes = journal.rows.changes(run, after_row=0, limit=2)
    journal.rows.mark_dispatched(run, changes)  # and killed
    journal.lineage.reopen_unfinished(run)
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=0, limit=10))
    journal.rows.mark_not_sent(run)  # and stopped by Ctrl-C
    assert handed_out(journal, run) == [True, True, False]


def test_a_run_stopped_in_order_has_sent_what_it_says(journal: Journal) -> None:
    """Its undo is about the renamed rows alone."""
    run = journal.runs.commit(planned(journal))
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=0, limit=10))
    journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED, old_name="old 2", final_name="new 2")])
    assert journal.lineage.count_undoable(run) == 3
    journal.rows.mark_not_sent(run)
    undo = journal.runs.begin(NewRun(command="undo", base_url="u", account="a", parent=run))
    journal.lineage.plan_undo(undo, run)
    rows = [(row.order_id, row.old_name, row.new_name) for row in journal.results.report_rows(undo)]
    assert (journal.lineage.count_undoable(run), rows) == (1, [("o2", "new 2", "old 2")])


def undone(journal: Journal, run: RunRecord, *, rows: list[int]) -> RunRecord:
    """Undo a run: these rows get their old names back, the others have them still."""
    undo = journal.runs.begin(NewRun(command="undo", base_url="u", account="a", parent=run))
    journal.lineage.plan_undo(undo, run)
    order_ids = journal.rows.order_ids(undo, [2, 3, 4])
    names = {row: f"{'new' if row in rows else 'old'} {row}" for row in order_ids}
    found = {row: Order(order_id=order_id, name=names[row]) for row, order_id in order_ids.items()}
    changes = [Change(row=row, new_name=f"old {row}", order=found[row], read_at=time.time()) for row in rows]
    kept = [row for row in found if row not in rows]
    journal.rows.record(undo, changes)
    journal.rows.record(undo, [Outcome(row=row, result=Result.UNCHANGED, old_name=names[row]) for row in kept])
    journal.runs.set_state(undo, RunState.PLANNED)
    undo = journal.runs.commit(undo)
    journal.rows.mark_dispatched(undo, changes)
    journal.rows.record(
        undo,
        [
            Outcome(row=row, result=Result.RENAMED, final_name=f"old {row}", old_name=names[row], attempts=1)
            for row in rows
        ],
    )
    journal.runs.finish(undo, stopped="")
    return undo


def expected_names(journal: Journal, run: RunRecord) -> dict[str, str | None]:
    """Return the names that the undecided orders must have to be renamed."""
    return {each.order_id: each.current_name for each in journal.rows.undecided(run, after_row=0, limit=10)}


def test_what_an_undo_gave_back_is_left_alone_when_a_killed_run_is_taken_up(journal: Journal) -> None:
    """Rows that were sent and have no outcome count too; those that the undo found untouched are still to be done."""
    run = journal.runs.commit(planned(journal))
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=0, limit=10))
    journal.rows.record(run, [Outcome(row=2, result=Result.RENAMED, old_name="old 2", final_name="new 2", attempts=1)])
    undone(journal, run, rows=[2, 3])  # and row 4 was never applied
    journal.lineage.reopen_unfinished(journal.runs.get(run.id))
    assert expected_names(journal, run) == {"o2": "new 2", "o3": "new 3"}
    assert [change.row for change in journal.rows.changes(run, after_row=0, limit=10)] == [4]


def test_what_an_undo_gave_back_is_left_alone_when_the_sheet_comes_again(journal: Journal) -> None:
    """The killed run has no outcome of a row that the undo gave its old name back."""
    run = journal.runs.commit(planned(journal))
    journal.runs.note_content(run, "content")
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=0, limit=10))
    undone(journal, run, rows=[2])
    again = journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
    journal.rows.add(again, [RenameRequest(row=row, order_id=f"o{row}", new_name=f"new {row}") for row in (2, 3, 4)])
    journal.lineage.expect_what_was_finished(again, "content")
    assert expected_names(journal, again) == {"o2": "new 2", "o3": None, "o4": None}


def test_a_run_taken_up_after_its_undo_is_not_called_undone(journal: Journal) -> None:
    """It has given names again; it is undone once more when they are taken back."""
    run = journal.runs.commit(planned(journal))
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=0, limit=1))
    undone(journal, run, rows=[2])
    assert journal.lineage.undone() == {run.number}
    journal.rows.mark_dispatched(run, journal.rows.changes(run, after_row=2, limit=1))
    assert journal.lineage.undone() == frozenset()
    undone(journal, run, rows=[2, 3])
    assert journal.lineage.undone() == {run.number}


@pytest.mark.parametrize(("account", "looks_again"), [("a", True), ("other", False)])
def test_another_run_in_between(journal: Journal, account: str, looks_again: bool) -> None:
    """What was read before another run of the account has renamed is read again; a stranger's run doesn't matter."""
    run = planned(journal)
    renamed_something(journal, account=account)
    journal.lineage.mark_stale(run)
    assert {change.read_at == 0 for change in journal.rows.changes(run, after_row=0, limit=10)} == {looks_again}


def test_what_was_right_is_read_again_after_another_run(journal: Journal) -> None:
    """It may have lost its name; what failed or drifted was not going to be sent."""
    run = planned(journal)
    for row, result in ((2, Result.UNCHANGED), (3, Result.DRIFTED)):
        journal.rows.record(run, [Outcome(row=row, result=result, old_name="new", final_name="new")])
    renamed_something(journal)
    journal.lineage.mark_stale(run)
    assert {change.row: change.old_name for change in journal.rows.changes(run, after_row=0, limit=10)}[2] == "new"
    assert journal.results.counts(run) == {Result.PLANNED: 2, Result.DRIFTED: 1}


def test_a_run_long_before_changes_nothing(journal: Journal) -> None:
    """What it renamed was seen when names were read."""
    other = journal.runs.commit(planned(journal))
    journal.runs.finish(other, stopped="")
    run = planned(journal)
    journal.lineage.mark_stale(run)
    assert 0 not in {change.read_at for change in journal.rows.changes(run, after_row=0, limit=10)}


def test_many_first_commands_at_once(tmp_path: Path) -> None:
    """However many processes make and open the same journal at the same moment, each gets its turn."""
    path = tmp_path / "journal.sqlite3"
    processes = [
        subprocess.Popen([sys.executable, "-c", OPENER, str(path)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    errors = [process.communicate()[1] for process in processes]
    assert errors == [b""] * 4
    with Journal.open(path) as journal:
        assert len(journal.runs.find()) == 80


def test_reading_while_another_writes(journal: Journal, tmp_path: Path) -> None:
    """Two readers see what was committed, in the middle of a third one's transaction."""
    run = planned(journal)
    with (
        Journal.open(tmp_path / "journal.sqlite3") as one,
        Journal.open(tmp_path / "journal.sqlite3") as two,
        journal.transaction() as connection,
    ):
        connection.execute("DELETE FROM rows")
        assert [reader.results.checked_counts(reader.runs.get(run.id)) for reader in (one, two)] == [
            {Result.PLANNED: 3}
        ] * 2
    assert sum(journal.results.counts(run).values()) == 0


def test_damage_is_set_aside_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    """The file that could not be read is there, unchanged; later calls fail as clearly."""
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as journal:
        for _ in range(40):
            planned(journal, rows=50)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(JournalError, match="It was set aside as"), Journal.open(path) as journal:
        journal.results.counts(journal.runs.find()[0])
    [aside] = tmp_path.glob("journal.sqlite3.damaged-*")
    assert (aside.read_bytes(), path.exists()) == (bytes(content), False)
    with Journal.open(path) as journal:
        assert journal.runs.find() == []
