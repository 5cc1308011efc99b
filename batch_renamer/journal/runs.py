"""The table of runs: what each run was given, how far it has come, and how it ended."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict

from batch_renamer.errors import BatchRenamerError, InputError
from batch_renamer.journal import activity, later
from batch_renamer.journal.database import Database
from batch_renamer.journal.in_use import RunsInUse
from batch_renamer.journal.pruning import Prunable, examine, forget
from batch_renamer.journal.record import (
    COLUMNS,
    Closed,
    EndNote,
    NewRun,
    RunRecord,
    RunState,
    columns_of,
    paths_text,
    record_of,
)
from batch_renamer.model import WrittenBack
from batch_renamer.text import storable

__all__ = ["RunTable"]

# Letters and digits that can't be taken for one another when read aloud or typed.
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_LENGTH = 6

log = logging.getLogger("batch_renamer")


class RunTable:
    """The runs of a journal: what each one is given, how far it has come, and how it ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use = RunsInUse(database.path.parent / "in-use")

    def begin(self, new: NewRun) -> RunRecord:
        """Begin a run under a new short id.

        Raises:
            InputError: its parent was forgotten meanwhile.
        """
        at_work = self.at_work()
        with self._database.transaction() as connection:
            if new.parent is not None:
                self.get(new.parent.id)
            while True:
                run_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
                if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone():
                    break
            values = {"id": run_id, "state": RunState.LOADING, "created_at": time.time(), **columns_of(new)}
            begun = connection.execute(
                f"INSERT INTO runs ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})",  # noqa: S608 - names of columns
                values,
            )
            activity.begun(connection, int(str(begun.lastrowid)), at_work=at_work)
        return self.get(run_id)

    def get(self, run_id: str) -> RunRecord:
        """Return the run of this very id.

        Raises:
            InputError: it was forgotten meanwhile.
        """
        if not (found := self._runs("WHERE id = ?", (run_id,))):
            raise InputError(
                f"Run {run_id} is not in the journal any more: runs --prune or a reset of the sandbox has removed it. "
                "Nothing was sent."
            )
        return found[0]

    def parent(self, run: RunRecord) -> RunRecord | None:
        """Return the run whose rows this one took over."""
        found = self._runs("WHERE number = ?", (run.parent,))
        return found[0] if found else None

    def at_work(self) -> frozenset[str]:
        """Return the ids of the runs that some process is at work on; those who merely read don't count."""
        return self._in_use.at_work()

    def is_over(self, run_id: str) -> bool:
        """Tell whether a run is one of this journal that no process works on or reads."""
        known = bool(self._database.select("SELECT 1 FROM runs WHERE id = ?", (run_id,)))
        return known and run_id not in self._in_use.all()

    def pin(self, run: RunRecord, *, to_read: bool = False) -> AbstractContextManager[object]:
        """Keep a run from being forgotten until the end of the block.

        ``to_read``: the run is only read. This does not wait for a process that writes, so the run may be forgotten
        at this very moment.

        Raises:
            InputError: it was forgotten already.
        """
        held = self._in_use.register(run.id, to_read=to_read)
        try:
            # In a transaction: a process that forgets runs at this very moment has ended before it.
            with nullcontext() if to_read else self._database.transaction():
                self.get(run.id)
        except BatchRenamerError:
            with held:
                raise
        return held

    def find(self, *, base_url: str | None = None, profile: str | None = None, prefix: str = "") -> list[RunRecord]:
        """Return the runs whose id begins with ``prefix``; those of one base URL and profile if given.

        The newest comes first, by what a run did last: a resumed run is newer than runs that ended before that.
        """
        where, values = "WHERE substr(id, 1, ?) = ?", [len(prefix), prefix]
        if base_url is not None:
            where += " AND base_url = ? AND profile IS ?"
            values += [base_url, profile]
        return self._runs(f"{where} ORDER BY active DESC, number DESC", values)

    def sheets(self) -> frozenset[str]:
        """Return the paths of the spreadsheets that the runs came from."""
        return frozenset(
            str(path)
            for (path,) in self._database.select("SELECT DISTINCT sheet FROM runs WHERE sheet IS NOT NULL", ())
        )

    def last_of_sheet(self, *, digest: str, account: str, base_url: str) -> RunRecord | None:
        """Return the newest run that renamed from the same spreadsheet in the same account."""
        found = self._runs(
            "WHERE digest = ? AND account = ? AND base_url = ? AND command = 'apply' AND committed_at IS NOT NULL"
            " ORDER BY active DESC LIMIT 1",
            (digest, account, base_url),
        )
        return found[0] if found else None

    def maybe_interrupted(self) -> list[RunRecord]:
        """Return the runs that have renamed, are not closed, and did not come to a good end; the newest first."""
        return self._runs(
            "WHERE committed_at IS NOT NULL AND closed = '' AND (reported_at IS NULL OR stopped <> '')"
            " ORDER BY active DESC",
            (),
        )

    def begun_from(self, run: RunRecord, *, command: str) -> RunRecord | None:
        """Return the newest run that took over the rows of this one, and came as far as renaming."""
        found = self._runs(
            "WHERE parent = ? AND command = ? AND committed_at IS NOT NULL ORDER BY active DESC LIMIT 1",
            (run.number, command),
        )
        return found[0] if found else None

    def _runs(self, where: str, values: Sequence[object]) -> list[RunRecord]:
        return [record_of(row) for row in self._database.select(f"SELECT {COLUMNS} FROM runs {where}", values)]  # noqa: S608 - constants

    def set_state(self, run: RunRecord, state: RunState) -> RunRecord:
        """Note that the run has come to ``state``; return it as it is then. A plan is safe from a power cut by then."""
        with self._database.transaction(durable=state is RunState.PLANNED) as connection:
            connection.execute("UPDATE runs SET state = ? WHERE number = ?", (state, run.number))
        return self.get(run.id)

    def commit(self, run: RunRecord) -> RunRecord:
        """Note that renaming begins, or goes on after `resume`; safe from a power cut when this returns."""
        with self._database.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET state = ?, committed_at = COALESCE(committed_at, ?), finished_at = NULL,"
                " reported_at = NULL, stopped = '', closed = '', closed_by = NULL, exit_code = NULL, seconds = NULL,"
                " counts = NULL, told = NULL WHERE number = ?",
                (RunState.RENAMING, time.time(), run.number),
            )
            activity.noted(connection, run.number)
            if run.spec.from_sheet:
                later.supersede(connection, run.number)
        return self.get(run.id)

    def finish(
        self, run: RunRecord, *, stopped: str, state: RunState = RunState.FINISHED, closed: Closed = Closed.NOT
    ) -> None:
        """Note that the run has ended, and why before its last row ("" when it was not stopped).

        ``closed`` tells that it is not to be resumed, whatever rows it left.
        """
        with self._database.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET state = ?, stopped = ?, finished_at = ?, closed = ? WHERE number = ?",
                (state, storable(stopped), time.time(), closed, run.number),
            )
            activity.noted(connection, run.number)

    def rebind(self, run: RunRecord, *, account: str, profile: str | None) -> None:
        """Bind a run, and all other runs of its account, to the name by which the account is known now."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE runs SET account = ?, profile = ? WHERE account = ? AND base_url = ? AND profile IS ?",
                (account, profile, run.account, run.base_url, run.profile),
            )

    def dismiss(self, run: RunRecord) -> None:
        """Note that an interrupted run will not be finished."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET closed = ? WHERE number = ?", (Closed.DISMISSED, run.number))

    def note_ended(
        self,
        run: RunRecord,
        *,
        reported: bool = True,
        exit_code: int | None = None,
        seconds: float | None = None,
        counts: Mapping[str, int] | None = None,
        end_note: EndNote | None = None,
    ) -> None:
        """Note how a run ended; ``reported``: its reports are written, and nothing is left to be done."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE runs SET reported_at = ?, exit_code = ?, seconds = ?, counts = ?, told = ? WHERE number = ?",
                (
                    time.time() if reported else None,
                    exit_code,
                    seconds,
                    None if counts is None else json.dumps(dict(counts)),
                    None if end_note is None else json.dumps(asdict(end_note)),
                    run.number,
                ),
            )

    def note_reports(self, run: RunRecord, reports: Sequence[str]) -> None:
        """Note where the run's reports go."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET reports = ? WHERE number = ?", (paths_text(reports), run.number))

    def note_write_back(self, run: RunRecord) -> None:
        """Note that the run's results are to be written into the user's spreadsheet."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET write_back = 1 WHERE number = ?", (run.number,))

    def note_digest(self, run: RunRecord, digest: str) -> None:
        """Note what tells whether a spreadsheet is that of the run, after results were written into it."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET digest = ? WHERE number = ?", (digest, run.number))

    def note_written_back(self, run: RunRecord, written: WrittenBack) -> None:
        """Note what the user's spreadsheet is about to be replaced by; safe from a power cut when this returns."""
        with self._database.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET written_back = ? WHERE number = ?", (json.dumps(asdict(written)), run.number)
            )

    def discard(self, run: RunRecord) -> None:
        """Forget a run whose spreadsheet turned out to be unusable while it was read: it never began."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM runs WHERE number = ?", (run.number,))

    def note_content(self, run: RunRecord, content: str) -> None:
        """Note the fingerprint of the run's rows."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE runs SET content = ? WHERE number = ?", (content, run.number))

    def has_sent_since(self, run: RunRecord, begun: RunRecord) -> bool:
        """Tell whether a run has sent anything since another one began."""
        return (self.get(run.id).sent or 0) > begun.began

    def prunable(self, *, older_than_s: float | None = None, keep: int | None = None) -> Prunable:
        """Return what `prune` would forget now, and why it would keep other runs that are as old."""
        with self._database.transaction() as connection:
            return examine(connection, in_use=self._in_use.all(), older_than_s=older_than_s, keep=keep)

    def prune(
        self, *, older_than_s: float | None = None, keep: int | None = None, only: Collection[str] | None = None
    ) -> int:
        """Forget runs older than that many seconds, or all but the newest ``keep``; return how many.

        A run that has renamed and may still be resumed is kept, and so is one that is at work or in use. With a run
        stay the runs that it was made from, and the runs because of which it can't be resumed. With ``only``, no other
        runs are forgotten than those that are named there.
        """
        with self._database.transaction() as connection:
            # Within the transaction: a process that registers too late for this list does not find the run.
            gone = forget(connection, in_use=self._in_use.all(), older_than_s=older_than_s, keep=keep, only=only)
        if gone:
            self._database.compact()
        return gone
