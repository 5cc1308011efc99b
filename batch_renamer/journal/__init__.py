"""The journal: the table that the rooms work at. Rows, plans and outcomes enter; reports and whole runs leave.

::

    store     the rows, and the whole journal ─> lineage   runs born of runs: undo, resume, audit
      │                                       ─> repeats   rows that speak of the same order or name
      │                                       ─> codec     values and columns
    runs      what each run is bound to, and how far it has come
    database  one SQLite file, transactions   ─> schema    its tables, step by step
"""

from batch_renamer.journal.runs import DRY, RunRecord, RunState
from batch_renamer.journal.store import Journal

__all__ = ["DRY", "Journal", "RunRecord", "RunState"]
