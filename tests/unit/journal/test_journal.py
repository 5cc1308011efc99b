"""The journal on real files: what is kept of a run, what readers are shown, and what no accident takes away."""

from __future__ import annotations

import asyncio
import math
import os
import re
import secrets
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import AccountingError, JournalError
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState, database, sqlite_errors
from batch_renamer.journal.schema import STEPS, migrate
from batch_renamer.model import HERE, Change, Order, Outcome, RenameRequest, ReportRow, Result, RowProblem
from tests.support.connections import connections

POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="permissions and limits as POSIX knows them")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal that isn't there yet will be."""
    return tmp_path / "state" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Open a new journal."""
    with Journal.open(path) as opened:
        yield opened


def begun(journal: Journal, command: str = "apply") -> RunRecord:
    """Begin a run."""
    return journal.runs.begin(NewRun(command=command, base_url="https://api.example.com", account="tests"))


def request(row: int, **given: str | None) -> RenameRequest:
    """Return a row of the spreadsheet."""
    return RenameRequest(**{"row": row, "order_id": f"id{row}", "new_name": f"name {row}", **given})  # type: ignore[arg-type]  # tests give texts


def change(row: int, old_name: str | None = "old") -> Change:
    """Return the planned rename of such a row."""
    return Change(row=row, new_name=f"name {row}", order=Order(order_id=f"id{row}", name=old_name), read_at=1.5)


def with_rows(journal: Journal, rows: int, command: str = "apply") -> RunRecord:
    """Begin a run of so many rows, the first in row 2, as spreadsheets have it."""
    run = begun(journal, command)
    journal.rows.add(run, [request(row) for row in range(2, rows + 2)])
    return run


# The file


@POSIX_ONLY
def test_journal_is_private(path: Path) -> None:
    """Only the user can read its folder and its files, whatever the umask allows."""
    umask = os.umask(0)
    try:
        with Journal.open(path) as journal:
            begun(journal)
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(umask)
    assert modes == {"journal.sqlite3": 0o600, "journal.sqlite3-wal": 0o600, "journal.sqlite3-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    """A run outlives its process."""
    with Journal.open(path) as journal:
        run = with_rows(journal, 3)
    with Journal.open(path) as journal:
        assert journal.runs.get(run.id) == journal.runs.get(run.id)
        assert journal.results.counts(run) == {Result.PENDING: 3}


def test_path_that_can_not_be_a_journal_is_told(tmp_path: Path) -> None:
    """The sentence names the path and the option that helps."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "journal.sqlite3"):
        with pytest.raises(
            JournalError, match=r"can't be opened: .+\. Choose another place with --state-dir\.$"
        ) as caught:
            Journal.open(path)
        assert str(path) in str(caught.value)


def test_journal_of_a_newer_program_is_refused(path: Path) -> None:
    """It is left as it is, and both formats are named."""
    Journal.open(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(
        JournalError, match=rf"newer version .*format is {len(STEPS) + 1}, this program knows {len(STEPS)}"
    ):
        Journal.open(path)
    assert path.read_bytes() == before


def test_two_processes_may_make_the_journal_at_once(path: Path) -> None:
    """The program that comes second finds the schema made, and goes on."""
    together = threading.Barrier(4)

    def open_and_begin(_: int) -> str:
        together.wait()
        with Journal.open(path) as journal:
            return begun(journal).id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(open_and_begin, range(4)))) == 4


def test_step_made_by_another_process_meanwhile_is_not_made_twice(path: Path) -> None:
    """The version is looked at again once the file is locked."""
    Journal.open(path).close()

    class Late(sqlite3.Connection):
        """Believes at first that the journal is still empty."""

        looked = False

        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "PRAGMA user_version" and not self.looked:
                self.looked = True
                return super().execute("SELECT 0")
            return super().execute(sql, *parameters)

    with closing(sqlite3.connect(path, isolation_level=None, factory=Late)) as late:
        migrate(late)
        assert late.execute("PRAGMA user_version").fetchone() == (len(STEPS),)


def test_file_that_is_no_journal_is_set_aside(path: Path) -> None:
    """It is called damaged, and kept for the user to look at; the next command begins a new journal."""
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    before = path.read_bytes()
    with pytest.raises(
        JournalError, match=r"is damaged \(.+\)\. It was set aside as .+\.damaged-\S+; the next command"
    ):
        Journal.open(path)
    [aside] = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == before
    with Journal.open(path) as journal:
        assert journal.runs.find() == []


def test_journal_with_overwritten_pages_is_set_aside(path: Path) -> None:
    """Damage is found at the latest when the rows are read."""
    with Journal.open(path) as journal:
        run = with_rows(journal, 2_000)
    damaged = bytearray(path.read_bytes())
    damaged[4096 * 24 :] = b"\xa5" * (len(damaged) - 4096 * 24)  # the pages before hold the schema
    path.write_bytes(damaged)
    with Journal.open(path) as journal, pytest.raises(JournalError, match="is damaged"):
        list(journal.results.report_rows(run))
    [aside] = (found for found in path.parent.glob("*.damaged-*") if not found.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == damaged


def test_journal_without_its_tables_is_told(path: Path) -> None:
    """Another program's database is not taken for an empty journal."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {len(STEPS)}")
    with Journal.open(path) as journal, pytest.raises(JournalError, match="can't be used: no such table"):
        begun(journal)


def test_closed_journal_says_so(path: Path) -> None:
    """Closing twice is no error, writing afterwards is."""
    journal = Journal.open(path)
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        begun(journal)


def test_journal_that_is_held_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that isn't given back ends the run with a sentence."""
    for module in (database, sqlite_errors):  # the one waits so long, the other says so
        monkeypatch.setattr(module, "BUSY_S", 0.01)
    with Journal.open(path) as journal, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match=r"held by another program for more than 0\.01 s"):
            begun(journal)


def test_full_disk_is_told_and_can_be_got_over(path: Path) -> None:
    """What does not fit leaves no trace; after room was made the journal goes on."""
    with connections() as made, Journal.open(path) as journal:
        run = with_rows(journal, 10)
        # SQLite's own way to reach SQLITE_FULL without filling a disk.
        limit = made[0].execute("PRAGMA max_page_count").fetchone()[0]
        pages = made[0].execute("PRAGMA page_count").fetchone()[0]
        made[0].execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(JournalError, match=r"^The disk is full: .*Make room, then go on\.$"):
            journal.rows.add(run, [request(row) for row in range(12, 2_000)])
        assert journal.results.counts(run) == {Result.PENDING: 10}
        made[0].execute(f"PRAGMA max_page_count = {limit}")
        journal.rows.add(run, [request(12)])
        assert journal.runs.get(run.id).sheet_rows == 11


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size`` bytes."""
    import resource  # noqa: PLC0415 - POSIX only

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@POSIX_ONLY
def test_write_that_the_system_refuses_is_told_and_can_be_got_over(path: Path) -> None:
    """A quota or a limit on files ends the run like a full disk."""
    with Journal.open(path) as journal:
        run = with_rows(journal, 10)
        with largest_file(100_000), pytest.raises(JournalError, match=r"can't be read or written .*is the disk full"):
            journal.rows.add(run, [request(row) for row in range(12, 5_000)])
        assert journal.results.counts(run) == {Result.PENDING: 10}
        journal.rows.add(run, [request(12)])
        assert journal.runs.get(run.id).sheet_rows == 11


def test_one_reads_while_another_writes(path: Path) -> None:
    """A reader does not wait, and sees whole transactions only."""
    with Journal.open(path) as writing, Journal.open(path) as reading:
        run = with_rows(writing, 2)
        with writing.transaction() as transaction:
            transaction.execute("UPDATE rows SET result = 'renamed'")
            assert reading.results.counts(run) == {Result.PENDING: 2}
        assert reading.results.counts(run) == {Result.RENAMED: 2}


def test_failed_transaction_leaves_nothing(journal: Journal) -> None:
    """A chunk is added as a whole or not at all."""
    run = with_rows(journal, 3)
    with pytest.raises(JournalError, match="UNIQUE constraint failed"):
        journal.rows.add(run, [request(9), request(10), request(2)])
    assert journal.runs.get(run.id).sheet_rows == 3
    assert [row.row for row in journal.results.report_rows(run)] == [2, 3, 4]


def test_error_of_the_caller_is_rolled_back_and_goes_through(journal: Journal) -> None:
    """What is no error of the database is not called one, and the journal goes on."""
    run = with_rows(journal, 1)
    with pytest.raises(AttributeError):
        journal.rows.record(run, [change(2), Change(row=3, new_name="x", order=None, read_at=0)])  # type: ignore[arg-type]  # on purpose
    assert journal.rows.count_undecided(run) == 1
    journal.rows.record(run, [change(2)])
    assert journal.rows.count_undecided(run) == 0


KILLED_WHILE_WRITING = """
import itertools, sys
from pathlib import Path
from batch_renamer.journal import Journal, NewRun
from batch_renamer.model import RenameRequest
with Journal.open(Path(sys.argv[1])) as journal:
    run = journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
    print(run.id, flush=True)
    for chunk in itertools.count():
        rows = range(chunk * 50 + 2, chunk * 50 + 52)
        journal.rows.add(run, [RenameRequest(row=row, order_id=str(row), new_name="n" * 200) for row in rows])
        print(chunk + 1, flush=True)
"""


@POSIX_ONLY
@pytest.mark.parametrize("chunks", [1, 10, 40], ids="killed after {}".format)
def test_killed_process_leaves_whole_transactions(path: Path, chunks: int) -> None:
    """Whatever was said to be written is there, chunk by chunk, and the file is sound."""
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        run_id = child.stdout.readline().strip()
        for _ in range(chunks):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        said = [chunks, *map(int, child.stdout.read().split())]
    assert child.returncode == -signal.SIGKILL
    with Journal.open(path) as journal:
        run = journal.runs.get(run_id)
        assert run.sheet_rows >= 50 * max(said)
        assert run.sheet_rows % 50 == 0
        assert journal.results.counts(run) == {Result.PENDING: run.sheet_rows}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


# Runs


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


# Rows


def test_bad_and_skipped_rows_are_settled_when_they_are_added(journal: Journal) -> None:
    """What the sheet itself decides needs no API."""
    run = begun(journal)
    journal.rows.add(run, [
        request(2, current_name="guard", warning="odd"),
        RowProblem(row=3, order_id="", new_name="n", reason="The order id is blank.", skip="x", warning="w"),
        request(5, skip="x"),
    ])  # fmt: skip
    assert list(journal.results.report_rows(run)) == [
        ReportRow(row=2, order_id="id2", old_name="guard", new_name="name 2", result=Result.PENDING, warning="odd"),
        ReportRow(row=3, order_id="", new_name="n", skip="x", result=Result.INVALID, reason="The order id is blank.",
                  warning="w"),
        ReportRow(row=5, order_id="id5", new_name="name 5", skip="x", result=Result.SKIPPED,
                  reason="Left out: the spreadsheet marks this row to be skipped."),
    ]  # fmt: skip
    assert journal.rows.undecided(run, after_row=0, limit=9) == [request(2, current_name="guard")]
    assert (journal.rows.count_undecided(run), journal.runs.get(run.id).sheet_rows) == (1, 3)


@contextmanager
def in_memory() -> Iterator[Journal]:
    """Open a journal that is gone at the end: for the many of a property."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection)
    with Journal(connection, Path("in-memory")) as journal:
        yield journal


@given(st.lists(st.integers(1, 40), unique=True), st.integers(1, 7), st.booleans())
def test_pages_hold_every_undecided_row_once_in_order(rows: list[int], limit: int, backwards: bool) -> None:
    """However the rows arrive, however large a page is, and from whichever end they are read."""
    with in_memory() as journal:
        run = begun(journal)
        for row in rows:
            journal.rows.add(run, [request(row)])
        seen: list[int] = []
        start = math.inf if backwards else 0
        while page := journal.rows.undecided(
            run, after_row=seen[-1] if seen else start, limit=limit, backwards=backwards
        ):
            assert len(page) <= limit
            seen += [request.row for request in page]
    assert seen == sorted(rows, reverse=backwards)


def test_who_reads_does_not_wait_for_who_writes(journal: Journal) -> None:
    """A run is shown while another command holds a transaction, however long."""
    run = with_rows(journal, 1)
    with closing(sqlite3.connect(journal.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with journal.runs.pin(run, to_read=True):
            assert [row.row for row in journal.results.report_rows(run)] == [2]
        writer.execute("ROLLBACK")


def test_the_middle_is_that_of_what_is_left(journal: Journal) -> None:
    """Rows that were decided don't count."""
    run = with_rows(journal, 7)
    middle = journal.rows.middle_row(run)
    for half in journal.rows.undecided(run, after_row=0, limit=3):
        journal.rows.record(run, [Outcome(row=half.row, result=Result.UNCHANGED)])
    assert journal.rows.middle_row(run) == middle + 1.5


def test_pages_go_on_while_their_rows_are_settled(journal: Journal) -> None:
    """What was decided doesn't move the page that comes next."""
    run = with_rows(journal, 7)
    seen: list[int] = []
    while page := journal.rows.undecided(run, after_row=seen[-1] if seen else 0, limit=2):
        seen += [request.row for request in page]
        journal.rows.record(run, [change(request.row) for request in page])
    assert seen == list(range(2, 9))
    assert journal.rows.changes(run, after_row=3, limit=2) == [change(4), change(5)]
    assert journal.rows.changes(run, after_row=8, limit=2) == []


@pytest.mark.parametrize("name", ["old", "", None], ids=repr)
def test_planned_rename_comes_back_as_it_was_planned(journal: Journal, name: str | None) -> None:
    """Its order's state stays in the journal, for the report."""
    run = with_rows(journal, 1)
    state = Order(
        order_id="id2",
        name=name,
        status="odd",
        is_processing=True,
        is_merging=False,
        is_deleted=None,
        total_images=2.5,
        last_updated_at="2026-01-01T00:00:00Z",
    )
    planned = Change(row=2, new_name="name 2", order=state, read_at=1_234.5)
    journal.rows.record(run, [planned])
    assert journal.rows.changes(run, after_row=0, limit=9) == [replace(planned, order=Order(order_id="id2", name=name))]
    [row] = journal.results.report_rows(run)
    assert (row.status, row.is_processing, row.is_merging, row.is_deleted) == ("odd", True, False, None)
    assert (row.total_images, row.last_updated_at) == (2.5, "2026-01-01T00:00:00Z")


def test_a_row_that_was_lost_is_missed(journal: Journal) -> None:
    """What is decided of it doesn't bring it back."""
    run = with_rows(journal, 3)
    with journal.transaction() as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
    journal.rows.record(run, [Outcome(row=row, result=Result.RENAMED, final_name="new") for row in (2, 3, 4)])
    with pytest.raises(AccountingError, match="3 rows were read, 2 have a result"):
        journal.results.checked_counts(run)


def test_runs_do_not_mix(journal: Journal) -> None:
    """Rows of the same number in two runs are two rows."""
    first, second = with_rows(journal, 2), with_rows(journal, 3)
    journal.rows.record(first, [change(2), Outcome(row=3, result=Result.FAILED, reason="no")])
    assert journal.results.counts(second) == {Result.PENDING: 3}
    assert journal.rows.changes(second, after_row=0, limit=9) == []
    assert journal.results.reasons(second, [Result.FAILED]) == []


def test_row_is_reported_as_it_ended(journal: Journal) -> None:
    """Plan and outcome together are the line of the report."""
    run = with_rows(journal, 1)
    order = Order(order_id="id2", name="old", status="waiting", is_deleted=False, total_images=4)
    journal.rows.record(run, [Change(row=2, new_name="name 2", order=order, read_at=1.0)])
    after = Order(order_id="id2", name="name 2", status="processed", is_processing=True, last_updated_at="now")
    journal.rows.record(run, [
        Outcome(row=2, result=Result.RENAMED, reason="", old_name="old", final_name="name 2", order=after, attempts=2,
                http_status=200, started_at=1_767_225_600.1239, seconds=0.25)
    ])  # fmt: skip
    assert list(journal.results.report_rows(run)) == [
        ReportRow(row=2, order_id="id2", old_name="old", new_name="name 2", final_name="name 2", result=Result.RENAMED,
                  status="processed", is_processing=True, is_deleted=False, total_images=4, last_updated_at="now",
                  attempts=2, http_status=200, started_at="2026-01-01T00:00:00.123Z", seconds=0.25)
    ]  # fmt: skip


def test_outcome_that_knows_less_does_not_take_away_what_was_known(journal: Journal) -> None:
    """The old name and the state that were read stay; attempts add up."""
    run = with_rows(journal, 1)
    order = Order(order_id="id2", name="old", status="waiting", is_deleted=False)
    journal.rows.record(run, [Change(row=2, new_name="name 2", order=order, read_at=1.0)])
    for _ in range(2):
        journal.rows.record(run, [Outcome(row=2, result=Result.UNKNOWN, reason="lost", attempts=3)])
    [row] = journal.results.report_rows(run)
    assert (row.old_name, row.final_name, row.status, row.is_deleted) == ("old", None, "waiting", False)
    assert (row.result, row.reason, row.attempts) == (Result.UNKNOWN, "lost", 6)


def test_warning_of_an_outcome_is_added_to_that_of_the_row(journal: Journal) -> None:
    """What the sheet was warned about stays, and the same warning is not repeated when the row is tried again."""
    run = begun(journal)
    journal.rows.add(run, [request(2, warning="Odd."), request(3)])
    journal.rows.record(run, [change(2), change(3)])
    for _ in range(2):
        journal.rows.record(run, [Outcome(row=row, result=Result.RENAMED, warning="Kept so.") for row in (2, 3)])
    assert [row.warning for row in journal.results.report_rows(run)] == ["Odd. Kept so.", "Kept so."]


def test_failed_rows_with_a_third_name_are_counted(journal: Journal) -> None:
    """Only those that this run has sent and that ended with a name that is neither unknown nor the old one."""
    run = with_rows(journal, 5)
    journal.rows.record(run, [change(row) for row in range(2, 7)])
    failed = Outcome(row=2, result=Result.FAILED, old_name="old", final_name="NAME 2", attempts=1)
    others = [
        replace(failed, row=3, final_name="old"),
        replace(failed, row=4, final_name=None),
        replace(failed, row=5, attempts=0),
        replace(failed, row=6, result=Result.UNKNOWN),
    ]
    journal.rows.record(run, [failed, *others])
    assert journal.results.changed_otherwise(run) == 1


def test_change_of_a_row_with_a_guard_says_so(journal: Journal) -> None:
    """The pool reads such an order again before it sends anything."""
    run = begun(journal)
    journal.rows.add(run, [request(2, current_name="old"), request(3), request(4, current_name="")])
    journal.rows.record(run, [change(2), change(3), change(4)])
    assert [one.guarded for one in journal.rows.changes(run, after_row=0, limit=9)] == [True, False, True]


def test_drifted_row_shows_the_name_expected_and_the_one_found(journal: Journal) -> None:
    """Both names are there for a person to judge."""
    run = begun(journal)
    journal.rows.add(run, [request(2, current_name="expected")])
    found = Order(order_id="id2", name="found")
    journal.rows.record(
        run, [Outcome(row=2, result=Result.DRIFTED, reason="no", old_name="expected", final_name="found", order=found)]
    )
    [row] = journal.results.report_rows(run)
    assert (row.old_name, row.final_name) == ("expected", "found")


def test_guard_of_a_row_that_was_never_read_stays_in_the_report(journal: Journal) -> None:
    """A report that is fed back in is as careful as the sheet was; a name that was read goes before the guard."""
    run = begun(journal)
    journal.rows.add(run, [request(row, current_name=" as typed") for row in (2, 3, 4)])
    journal.rows.record(run, [change(3, old_name="as typed"), Outcome(row=4, result=Result.FAILED, reason="gone")])
    assert [row.old_name for row in journal.results.report_rows(run)] == [" as typed", "as typed", " as typed"]


def test_report_is_in_sheet_order_however_long(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read page by page, and no row is missed or shown twice where pages meet."""
    monkeypatch.setattr("batch_renamer.journal.rows._PAGE", 3)
    run = begun(journal)
    for row in (9, 2, 30, 4, 12, 7):
        journal.rows.add(run, [request(row, current_name=f"guard {row}" if row > 5 else None)])
    assert [row.row for row in journal.results.report_rows(run)] == [2, 4, 7, 9, 12, 30]
    guards = {2: None, 4: None, 7: "guard 7", 9: "guard 9", 12: "guard 12", 30: "guard 30"}
    assert list(journal.rows.order_names(run)) == [(f"id{row}", guard) for row, guard in guards.items()]


def test_orders_of_bad_rows_are_not_named(journal: Journal) -> None:
    """What can't be sent needs no order to practise on; what is skipped has one."""
    run = begun(journal)
    journal.rows.add(
        run, [request(2), RowProblem(row=3, order_id="..", new_name="", reason="no"), request(4, skip="x")]
    )
    assert list(journal.rows.order_names(run)) == [("id2", None), ("id4", None)]


def test_first_planned_rows_are_shown(journal: Journal) -> None:
    """As many as asked for, in sheet order, nothing that isn't a rename."""
    run = with_rows(journal, 5)
    journal.rows.record(run, [change(6), Outcome(row=2, result=Result.UNCHANGED), change(4), change(3)])
    assert [(row.row, row.old_name, row.result) for row in journal.results.planned_rows(run, limit=2)] == [
        (3, "old", Result.PLANNED),
        (4, "old", Result.PLANNED),
    ]


@pytest.mark.parametrize(
    ("first", "kept", "skipped"),
    [(0, [], [2, 3, 4, 5, 7]), (1, [3], [2, 4, 5, 7]), (2, [3, 5], [2, 4, 7]), (9, [3, 5, 7], [2, 4])],
    ids=str,
)
def test_trial_leaves_out_all_but_the_first_renames(
    journal: Journal, first: int, kept: list[int], skipped: list[int]
) -> None:
    """Rows that nothing was decided of are left out too; what is settled stays."""
    run = with_rows(journal, 6)
    journal.rows.record(run, [change(7), change(3), change(5), Outcome(row=6, result=Result.FAILED, reason="no")])
    journal.rows.skip_after_first(run, first)
    rows = {row.row: row for row in journal.results.report_rows(run)}
    assert [row for row in rows if rows[row].result is Result.PLANNED] == kept
    assert [row for row in rows if rows[row].result is Result.SKIPPED] == skipped
    assert {rows[row].reason for row in skipped} == {f"Left out: --first {first} was asked for."}
    assert rows[6].result is Result.FAILED


# What a run has come to


@pytest.mark.parametrize(
    ("command", "state", "undecided", "planned"),
    [
        ("check", RunState.LOADING, Result.PLANNED, Result.PLANNED),
        ("check", RunState.FINISHED, Result.PLANNED, Result.PENDING),
        ("plan", RunState.READING, Result.PENDING, Result.PLANNED),
        ("plan", RunState.PLANNED, Result.PENDING, Result.PLANNED),
        ("plan", RunState.FINISHED, Result.PENDING, Result.PLANNED),
        ("apply", RunState.LOADING, Result.PENDING, Result.PLANNED),
        ("apply", RunState.READING, Result.PENDING, Result.PLANNED),
        ("apply", RunState.PLANNED, Result.PENDING, Result.PLANNED),
        ("apply", RunState.FINISHED, Result.PENDING, Result.PENDING),
    ],
    ids=str,
)
def test_unfinished_rows_are_shown_as_what_they_mean(
    journal: Journal, command: str, state: RunState, undecided: Result, planned: Result
) -> None:
    """A row that was planned and not reached is ``pending`` once renaming could have begun."""
    run = with_rows(journal, 3, command)
    journal.rows.record(run, [change(2), Outcome(row=4, result=Result.UNCHANGED)])
    run = journal.runs.commit(run) if state is RunState.RENAMING else run
    journal.runs.set_state(run, state)
    assert [row.result for row in journal.results.report_rows(run)] == [planned, undecided, Result.UNCHANGED]
    counts = journal.results.counts(run)
    assert counts == {Result.UNCHANGED: 1, planned: 1 + (planned is undecided), undecided: 1 + (planned is undecided)}
    assert list(counts) == [result for result in Result if result in counts]
    assert journal.rows.count_undecided(run) == 1


def test_warnings_are_grouped_by_what_stands_before_their_colon(journal: Journal) -> None:
    """What a warning says after it is about one row; a row may have several, and reports show them in one line."""
    run = begun(journal)
    journal.rows.add(
        run,
        [
            request(2, warning="A date: 12-Oct."),
            request(3),
            request(4, warning="A date: Mar-26.\nA line break became a space."),
            request(5, warning="A date: May-26."),
        ],
    )
    journal.rows.record(run, [Outcome(row=4, result=Result.RENAMED, warning="The server keeps less: Mar.")])
    groups = journal.results.warning_groups(run, rows_each=1, most_numbers=2)
    assert [(group.kind, group.count, group.numbers) for group in groups] == [
        ("A date", 3, (2, 4)),
        ("A line break became a space.", 1, (4,)),
        ("The server keeps less", 1, (4,)),
    ]
    assert [row.row for group in groups for row in group.rows] == [2, 4, 4]
    assert groups[2].rows[0].warning == "A date: Mar-26. A line break became a space. The server keeps less: Mar."


def test_invalid_rows_are_grouped_by_what_is_wrong_with_their_kind(journal: Journal) -> None:
    """What a reason says of its one row is no reason of its own; the words of the API are taken as they are."""
    run = begun(journal)
    reasons = {2: f"Too many cells.{HERE}Smith, J.", 3: f"Too many cells.{HERE}Oak, 5.", 4: "The order id is blank."}
    journal.rows.add(run, [RowProblem(row=row, order_id="", new_name="", reason=reasons[row]) for row in reasons])
    journal.rows.add(run, [request(5), request(6)])
    failed = [Outcome(row=row, result=Result.FAILED, reason=f"302 Found.{HERE}{row}") for row in (5, 6)]
    journal.rows.record(run, failed)
    groups = journal.results.reasons(run, [Result.INVALID, Result.FAILED])
    assert [(group.reason, [row.row for row in group.rows]) for group in groups] == [
        ("Too many cells.", [2, 3]),
        ("The order id is blank.", [4]),
        (f"302 Found.{HERE}5", [5]),
        (f"302 Found.{HERE}6", [6]),
    ]


def test_bad_rows_are_grouped_by_reason(journal: Journal) -> None:
    """The largest group comes first, equals in sheet order, each with its first rows."""
    run = with_rows(journal, 8)
    failed = {2: "a", 3: "b", 4: "b", 5: "c", 6: "b", 7: "c"}
    journal.rows.record(run, [Outcome(row=row, result=Result.FAILED, reason=reason) for row, reason in failed.items()])
    journal.rows.record(run, [Outcome(row=8, result=Result.UNKNOWN, reason="a"), change(9)])
    groups = journal.results.reasons(run, [Result.FAILED, Result.UNKNOWN], rows_each=2)
    assert [(group.result, group.reason, group.count, [row.row for row in group.rows]) for group in groups] == [
        (Result.FAILED, "b", 3, [3, 4]),
        (Result.FAILED, "c", 2, [5, 7]),
        (Result.FAILED, "a", 1, [2]),
        (Result.UNKNOWN, "a", 1, [8]),
    ]
    assert journal.results.reasons(run, [Result.INVALID]) == []


def test_rows_are_shown_of_the_largest_groups_only(journal: Journal) -> None:
    """A sheet may have as many reasons as rows; all are counted, twenty come with rows."""
    run = with_rows(journal, 30)
    journal.rows.record(run, [Outcome(row=row, result=Result.FAILED, reason=f"why {row}") for row in range(2, 32)])
    groups = journal.results.reasons(run, [Result.FAILED])
    assert [group.count for group in groups] == [1] * 30
    assert [len(group.rows) for group in groups] == [1] * 20 + [0] * 10


# The event loop


async def test_journal_is_never_at_work_in_the_event_loop(journal: Journal) -> None:
    """Calls go to threads, one at a time, with their arguments and results."""
    threads, at_once = set(), []

    def call(value: int, *, add: int) -> int:
        at_once.append(value)
        threads.add(threading.get_ident())
        try:
            assert len(at_once) == 1
            return value + add
        finally:
            at_once.remove(value)

    assert sorted(await asyncio.gather(*(journal.in_thread(call, n, add=1) for n in range(50)))) == list(range(1, 51))
    assert threading.get_ident() not in threads


async def test_error_of_a_call_comes_back_to_its_caller(journal: Journal) -> None:
    """As if it had been made in place."""
    journal.close()
    with pytest.raises(JournalError):
        await journal.in_thread(begun, journal)


async def test_cancelled_call_is_finished(journal: Journal) -> None:
    """What has begun to be written is written; the cancellation comes after it."""
    entered, may_go_on = anyio.Event(), threading.Event()
    run = with_rows(journal, 1)

    def slowly() -> None:
        anyio.from_thread.run_sync(entered.set)
        assert may_go_on.wait(10)
        journal.rows.record(run, [change(2)])

    async with anyio.create_task_group() as group:
        group.start_soon(journal.in_thread, slowly)
        await entered.wait()
        group.cancel_scope.cancel()
        may_go_on.set()
    assert journal.results.counts(run) == {Result.PLANNED: 1}


# What is learnt of an account, and the rows of some orders


def test_limit_of_an_account_is_kept_until_it_is_learnt_anew(path: Path) -> None:
    """The last one counts, each account has its own, and the next night knows it."""
    with Journal.open(path) as journal:
        assert journal.limits.known("acme") is None
        for per_s in (120.0, 97.5):
            journal.limits.keep("acme", per_s)
        journal.limits.keep("other", 300.0)
    with Journal.open(path) as journal:
        assert (journal.limits.known("acme"), journal.limits.known("other")) == (97.5, 300.0)
        assert journal.limits.known("unknown") is None


def test_rows_of_some_orders_are_those_that_nothing_was_decided_of(journal: Journal) -> None:
    """A page of the list brings orders that are not wanted, and some that are decided already."""
    run, other = with_rows(journal, 4), with_rows(journal, 4)
    journal.rows.record(run, [change(2)])
    asked = [request(row).order_id for row in (2, 3, 5)] + ["unknown"]
    assert journal.rows.undecided_for(run, asked) == [request(3), request(5)]
    assert len(journal.rows.undecided_for(other, asked)) == 3
    assert journal.rows.undecided_for(run, []) == []


def test_order_ids_of_rows_are_found(journal: Journal) -> None:
    """Those that were asked for, of this run alone."""
    runs = [begun(journal), begun(journal)]
    for run in runs:
        journal.rows.add(run, [request(row, order_id=f"{run.number}-{row}") for row in (2, 3, 5)])
    assert journal.rows.order_ids(runs[1], [2, 5, 9]) == {2: f"{runs[1].number}-2", 5: f"{runs[1].number}-5"}
