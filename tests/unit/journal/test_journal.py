"""The journal on real files: its transactions, its threads, and what no accident takes away."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import pytest

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, database, sqlite_errors
from batch_renamer.journal.schema import STEPS, migrate
from batch_renamer.model import Change, Result
from tests.support.connections import connections
from tests.unit.journal.sample_rows import begun, change, request, with_rows

POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="permissions and limits as POSIX knows them")


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
