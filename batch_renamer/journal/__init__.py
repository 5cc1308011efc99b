"""The journal: the table that the rooms work at. Rows, plans and outcomes enter; reports and whole runs leave.

SQLite, one file in the state directory. ``schema`` says how it is laid out, ``store`` reads and writes it, ``repeats``
settles rows that speak of the same order or the same name.
"""

from batch_renamer.journal.store import Journal, RunRecord, RunState

__all__ = ["Journal", "RunRecord", "RunState"]
