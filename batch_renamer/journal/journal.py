"""The journal of one state directory: one SQLite file, and the tables in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from batch_renamer.journal.again import Again
from batch_renamer.journal.database import Database
from batch_renamer.journal.limits import LimitTable
from batch_renamer.journal.lineage import Lineage
from batch_renamer.journal.looks import LookTable
from batch_renamer.journal.matching import MatchTable
from batch_renamer.journal.messages import MessageTable
from batch_renamer.journal.moves import MoveTable
from batch_renamer.journal.nights import NightTable
from batch_renamer.journal.results import Results
from batch_renamer.journal.row_search import RowSearch
from batch_renamer.journal.rows import RowTable
from batch_renamer.journal.run_search import RunSearch
from batch_renamer.journal.runs import RunTable
from batch_renamer.journal.same_names import SameNames
from batch_renamer.journal.timeline import TimelineTable
from batch_renamer.journal.unchecked import UncheckedTable

__all__ = ["Journal"]


class Journal(Database):
    """The file with its tables of ``runs``, ``rows`` and ``limits``, and the ``results`` that are read from them.

    ``timeline`` has the seconds of each run, ``nights`` the runs of `nightly`, ``messages`` what people were
    told of them. ``lineage`` is what the rows of a run
    take from other runs, ``again`` what a later night takes up. ``matches`` are rows whose orders are found by their
    names. ``looks`` and ``moves`` are about the files of inboxes. ``row_search`` finds rows of a run for a page that
    shows them, ``run_search`` finds runs, ``unchecked`` are the renames of kept plans that their reader does not want.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from batch_renamer.journal import NewRun
        >>> from batch_renamer.model import RenameRequest
        >>> with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "journal.sqlite3") as journal:
        ...     run = journal.runs.begin(NewRun(command="apply", base_url="http://127.0.0.1:1", account="docs"))
        ...     journal.rows.add(run, [RenameRequest(row=2, order_id="a1", new_name="12 Elm St")])
        ...     journal.results.counts(run)
        {<Result.PENDING: 'pending'>: 1}
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, only_read: bool = False) -> None:
        super().__init__(connection, path, only_read=only_read)
        self.runs = RunTable(self)
        self.rows = RowTable(self)
        self.matches = MatchTable(self)
        self.lineage = Lineage(self)
        self.again = Again(self, self.runs)
        self.limits = LimitTable(self)
        self.timeline = TimelineTable(self)
        self.nights = NightTable(self)
        self.messages = MessageTable(self)
        self.looks = LookTable(self)
        self.moves = MoveTable(self)
        self.same_names = SameNames(self)
        self.results = Results(self, self.runs, self.rows)
        self.unchecked = UncheckedTable(self)
        self.row_search = RowSearch(self, self.results, self.unchecked)
        self.run_search = RunSearch(self)

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
