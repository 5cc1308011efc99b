"""The journal: runs, their rows and what became of them, in one SQLite file; and the locks of runs.

It knows no spreadsheet, no API and no screen.

::

    journal   the file with its tables
      │
    results   what a run has come to
      │
    rows      what was decided of each row     ─> lineage   runs made from runs: undo, resume, audit, a kept plan
      │                                        ─> later     what other runs of the account have renamed since
      │                                        ─> repeats   rows with the same order or the same name
      │                                        ─> codec     values and columns
    runs      what each run is given, and      ─> record    a run as a value
      │       how far it has come              ─> activity  in which order things happened
      │                                        ─> pruning   which runs can be forgotten
    limits    the limit of each account
      │
    database  one SQLite file, transactions    ─> schema    its tables, step by step
"""

from batch_renamer.journal.journal import Journal
from batch_renamer.journal.lock import LIBRARY_RUNS, prove_locks, shared_state_dir, writing_lock
from batch_renamer.journal.record import Closed, NewRun, RunRecord, RunState

__all__ = [
    "LIBRARY_RUNS",
    "Closed",
    "Journal",
    "NewRun",
    "RunRecord",
    "RunState",
    "prove_locks",
    "shared_state_dir",
    "writing_lock",
]
