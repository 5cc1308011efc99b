"""The table of runs: what a run is bound to and how far it has come enters, `RunRecord`s leave."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from pathlib import Path

from batch_renamer.errors import BatchRenamerError, InputError
from batch_renamer.journal import activity, later
from batch_renamer.journal.database import Database
from batch_renamer.journal.pruning import forget
from batch_renamer.journal.record import COLUMNS, Closed, RunRecord, RunState, record_of
from batch_renamer.liveness import Registration, registered

__all__ = ["RunTable"]

# Letters and digits that can't be taken for one another when read aloud or typed.
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_LENGTH = 6

_READ = ".read"  # on the label of those who merely read a run

log = logging.getLogger("batch_renamer")


class RunTable(Database):
    """The runs of a journal."""

    def begin(
        self,
        *,
        command: str,
        base_url: str,
        account: str,
        profile: str | None = None,
        key_print: str | None = None,
        sheet: str | None = None,
        digest: str | None = None,
        delimiter: str | None = None,
        parent: RunRecord | None = None,
        first: int | None = None,
        max_renames: int | None = None,
        strict: bool = False,
        reports: Sequence[str] = (),
    ) -> RunRecord:
        """Begin a run under a new short id.

        Raises:
            InputError: its ``parent`` was forgotten meanwhile.
        """
        at_work = self.at_work()
        with self.transaction() as connection:
            if parent is not None:
                self.run(parent.id)
            while True:
                run_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
                if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone():
                    break
            begun = connection.execute(
                "INSERT INTO runs (id, command, state, base_url, profile, account, key_print, parent, sheet, digest,"
                " delimiter, created_at, first, max_renames, strict, reports)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run_id,
                    command,
                    RunState.LOADING,
                    base_url,
                    profile,
                    account,
                    key_print,
                    parent.number if parent is not None else None,
                    None if sheet is None else _escaped(sheet),
                    digest,
                    delimiter,
                    time.time(),
                    first,
                    max_renames,
                    strict,
                    _as_list(reports),
                ),
            )
            activity.begun(connection, int(str(begun.lastrowid)), at_work=at_work)
        return self.run(run_id)

    def run(self, run_id: str) -> RunRecord:
        """Return the run of this very id.

        Raises:
            InputError: it was forgotten meanwhile.
        """
        if not (found := self._runs("WHERE id = ?", (run_id,))):
            msg = f"Run {run_id} is not in the journal any more: it was forgotten by `runs --prune`. Nothing was sent."
            raise InputError(msg)
        return found[0]

    def parent(self, run: RunRecord) -> RunRecord | None:
        """Return the run whose rows this one took over."""
        found = self._runs("WHERE number = ?", (run.parent,))
        return found[0] if found else None

    def at_work(self) -> frozenset[str]:
        """Return the ids of the runs that some process is at work on; those who merely read don't count."""
        return frozenset(label for label in registered(self._in_use) if not label.endswith(_READ))

    def hold(self, run: RunRecord, *, to_read: bool = False) -> AbstractContextManager[object]:
        """Keep a run from being forgotten until the end of the block; whoever takes it up is sure that it is there.

        Who only means ``to_read`` doesn't wait for those who write, and may come too late.

        Raises:
            InputError: it was forgotten already.
        """
        held: AbstractContextManager[object]
        try:
            held = Registration(self._in_use, label=run.id + _READ if to_read else run.id)
        except OSError as error:
            # A full disk, perhaps. Runs that are under way are known by other signs, too, only not all of them.
            log.warning("that run %s is in use could not be noted: %s", run.id, error.strerror or error)
            held = nullcontext()
        try:
            # In a transaction: whoever forgets runs this very moment is done first.
            with nullcontext() if to_read else self.transaction():
                self.run(run.id)
        except BatchRenamerError:
            with held:
                raise
        return held

    @property
    def _in_use(self) -> Path:
        return self.path.parent / "in-use"

    def runs(self, *, base_url: str | None = None, profile: str | None = None, prefix: str = "") -> list[RunRecord]:
        """Return the runs whose id begins with ``prefix``; those of one base URL and profile if given.

        The newest comes first, by what a run did last: one that was taken up is newer than those before that.
        """
        where, values = "WHERE substr(id, 1, ?) = ?", [len(prefix), prefix]
        if base_url is not None:
            where += " AND base_url = ? AND profile IS ?"
            values += [base_url, profile]
        return self._runs(f"{where} ORDER BY active DESC, number DESC", values)

    @staticmethod
    def knows(path: Path, prefix: str) -> bool:
        """Tell whether the journal at ``path``, if there is one, has a run whose id begins so; it is only looked at."""
        if not path.is_file():
            return False
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as other,
        ):
            query = "SELECT 1 FROM runs WHERE substr(id, 1, ?) = ?"
            return other.execute(query, (len(prefix), prefix)).fetchone() is not None
        return False

    def last_of_sheet(self, *, digest: str, account: str, base_url: str) -> RunRecord | None:
        """Return the newest run that renamed from the same spreadsheet in the same account."""
        found = self._runs(
            "WHERE digest = ? AND account = ? AND base_url = ? AND command = 'apply' AND committed_at IS NOT NULL"
            " ORDER BY active DESC LIMIT 1",
            (digest, account, base_url),
        )
        return found[0] if found else None

    def begun_from(self, run: RunRecord, *, command: str) -> RunRecord | None:
        """Return the newest run that took over the rows of this one, and came as far as renaming."""
        found = self._runs(
            "WHERE parent = ? AND command = ? AND committed_at IS NOT NULL ORDER BY active DESC LIMIT 1",
            (run.number, command),
        )
        return found[0] if found else None

    def _runs(self, where: str, values: Sequence[object]) -> list[RunRecord]:
        return [record_of(row) for row in self.select(f"SELECT {COLUMNS} FROM runs {where}", values)]  # noqa: S608 - constants

    def enter(self, run: RunRecord, state: RunState) -> None:
        """Note that the run has come to ``state``; a plan is on disk, power cut or not, when this returns."""
        with self.transaction(durable=state is RunState.PLANNED) as connection:
            connection.execute("UPDATE runs SET state = ? WHERE number = ?", (state, run.number))

    def commit(self, run: RunRecord) -> RunRecord:
        """Note that renaming begins, or is taken up again; on disk, power cut or not, when this returns."""
        with self.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET state = ?, committed_at = COALESCE(committed_at, ?), finished_at = NULL,"
                " reported_at = NULL, stopped = '', closed = '', closed_by = NULL, exit_code = NULL, counts = NULL"
                " WHERE number = ?",
                (RunState.RENAMING, time.time(), run.number),
            )
            activity.noted(connection, run.number)
            if run.command == "apply":
                later.supersede(connection, run.number)
        return self.run(run.id)

    def finish(
        self, run: RunRecord, *, stopped: str, state: RunState = RunState.FINISHED, closed: Closed = Closed.NOT
    ) -> None:
        """Note that the run has ended, and why before its last row ("" when it was not stopped).

        ``closed`` tells that it is not to be taken up, whatever rows it left.
        """
        with self.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET state = ?, stopped = ?, finished_at = ?, closed = ? WHERE number = ?",
                (state, _escaped(stopped), time.time(), closed, run.number),
            )
            activity.noted(connection, run.number)

    def rebind(self, run: RunRecord, *, account: str, profile: str | None) -> None:
        """Bind a run, and with it all runs of its account, to the account that it is known as now."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE runs SET account = ?, profile = ? WHERE account = ? AND base_url = ? AND profile IS ?",
                (account, profile, run.account, run.base_url, run.profile),
            )

    def undone(self) -> frozenset[int]:
        """Return the numbers of the runs whose names were put back by an undo that was not undone itself."""
        undos: dict[int, list[int]] = {}
        for parent, number in self.select(
            "SELECT parent, number FROM runs WHERE command = 'undo' AND sent IS NOT NULL AND parent IS NOT NULL"
            " ORDER BY number DESC",
            (),
        ):
            undos.setdefault(int(str(parent)), []).append(int(str(number)))
        found: set[int] = set()
        for parent in sorted(undos, reverse=True):  # an undo comes after what it undoes
            if any(undo not in found for undo in undos[parent]):
                found.add(parent)
        return frozenset(found)

    def dismiss(self, run: RunRecord) -> None:
        """Note that an interrupted run will not be finished."""
        with self.transaction() as connection:
            connection.execute("UPDATE runs SET closed = ? WHERE number = ?", (Closed.DISMISSED, run.number))

    def note_ended(
        self,
        run: RunRecord,
        *,
        reported: bool = True,
        exit_code: int | None = None,
        seconds: float | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Note how an ended run ended; ``reported``: its reports are written, and nothing is left to be done."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE runs SET reported_at = ?, exit_code = ?, seconds = ?, counts = ? WHERE number = ?",
                (
                    time.time() if reported else None,
                    exit_code,
                    seconds,
                    None if counts is None else json.dumps(dict(counts)),
                    run.number,
                ),
            )

    def note_reports(self, run: RunRecord, reports: Sequence[str]) -> None:
        """Note where the run's reports go."""
        with self.transaction() as connection:
            connection.execute("UPDATE runs SET reports = ? WHERE number = ?", (_as_list(reports), run.number))

    def keep_limit(self, account: str, per_s: float) -> None:
        """Keep the limit that an account was found to have, in requests per second."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO limits VALUES (?, ?, ?)", (account, per_s, time.time()))

    def known_limit(self, account: str) -> float | None:
        """Return the limit that the account was last found to have, in requests per second."""
        found = self.select("SELECT per_s FROM limits WHERE account = ?", (account,))
        return float(str(found[0][0])) if found else None

    def prune(self, *, older_than_s: float | None = None, keep: int | None = None) -> int:
        """Forget runs older than that many seconds, or all but the newest ``keep``; return how many.

        A run that has renamed and may still be taken up again is kept, and so is one that is under way or in use. With
        a run stay those that it was born of, and those that keep it from being taken up again.
        """
        with self.transaction() as connection:
            # Within the transaction: whoever comes too late to be seen here will not find the run.
            in_use = [label.removesuffix(_READ) for label in registered(self._in_use)]
            gone = forget(connection, in_use=in_use, older_than_s=older_than_s, keep=keep)
        if gone:
            self.compact()
        return gone


def _escaped(text: str) -> str:
    """The text with what no database can hold escaped: paths may hold it, for on POSIX they are bytes."""
    return text.encode(errors="backslashreplace").decode()


def _as_list(reports: Sequence[str]) -> str:
    return json.dumps(list(reports))  # in ASCII: a path may hold what is no text
