"""The journal: the table that the rooms work at. Rows, plans and outcomes enter; reports and whole runs leave.

::

    results   what a run has come to, and the whole journal
      │
    rows      what was decided of each row     ─> lineage   runs born of runs: undo, resume, audit
      │                                        ─> later     what other runs of the account have renamed since
      │                                        ─> repeats   rows that speak of the same order or name
      │                                        ─> codec     values and columns
    runs      what each run is bound to, and   ─> record    a run as a value
      │       how far it has come              ─> activity  in which order things happened
      │                                        ─> pruning   which runs can be forgotten
    database  one SQLite file, transactions    ─> schema    its tables, step by step
"""

from batch_renamer.journal.lock import LIBRARY_RUNS, prove_locks, shared_state_dir, writing_lock
from batch_renamer.journal.record import DRY, Closed, RunRecord, RunState
from batch_renamer.journal.results import Journal

__all__ = [
    "DRY",
    "LIBRARY_RUNS",
    "Closed",
    "Journal",
    "RunRecord",
    "RunState",
    "prove_locks",
    "shared_state_dir",
    "writing_lock",
]
