"""The journal: runs, their rows and what became of them, in one SQLite file; and the locks of runs.

It knows no spreadsheet, no API and no screen.

::

    journal   the file with its tables
      │
    results   what a run has come to
      │
    rows      what was decided of each row     ─> repeats     rows with the same order or the same name
      │                                        ─> codec       values and columns
      │                                        ─> settling    many rows in few statements
      │                                        ─> unrecorded  outcomes that the file does not take
    same_names  orders that would have the same name
    row_search  rows of a run by result and    ─> matching_text  what of a row is searched and sorted by
                text, sorted, page by page     ─> searched_texts  the same, made ready before the search
                                               ─> unchecked   the renames of a kept plan that are not wanted
      │
    again     what comes again: the last run of the same rows, and what earlier nights left open
      │
    lineage   what rows take from other runs:  ─> later       what other runs of the account have renamed since
      │       undo, audit, resume, a kept plan ─> changed     which rows have changed their orders
      │
    run_search  past runs by order, spreadsheet and account
      │
    runs      what each run is given, and      ─> record      a run as a value
      │       how far it has come              ─> activity    in which order things happened
      │                                        ─> in_use      which runs some process works on
      │                                        ─> standing    which runs are interrupted, or over
      │                                        ─> pruning     which runs can be forgotten
    limits    the limit of each account
    nights    the runs of `nightly`, and what became of each spreadsheet
    messages  what people were last told of the nights
    looks     how each file of an inbox was when it was last looked at
    moves     the spreadsheets that are moved out of an inbox
      │
    database  one SQLite file, transactions    ─> schema      its tables, step by step
                                               ─> sqlite_errors  what went wrong, in words
"""

from batch_renamer.journal.again import OpenRow
from batch_renamer.journal.database import OLDEST_SQLITE
from batch_renamer.journal.examination import count_runs_if_whole
from batch_renamer.journal.journal import Journal
from batch_renamer.journal.lock import (
    LIBRARY_RUNS,
    held_by,
    inbox_lock,
    prove_locks,
    shared_state_dir,
    writing_lock,
)
from batch_renamer.journal.looks import Look, LookTable
from batch_renamer.journal.matching import DoneBefore
from batch_renamer.journal.moves import Move, MoveTable
from batch_renamer.journal.pruning import Prunable, Stays
from batch_renamer.journal.record import Closed, EndNote, NewRun, RunRecord, RunState
from batch_renamer.journal.row_search import FoundRows, RowFilter, RowOrder, SortKey
from batch_renamer.journal.rows import MadeName
from batch_renamer.journal.run_search import FoundRuns, RunFilter, is_sheet_named
from batch_renamer.journal.standing import (
    begun,
    committed,
    interrupted,
    is_left_in_the_middle,
    left_in_the_middle,
    merely_planned,
    not_undone_if_interrupted,
)
from batch_renamer.journal.unchecked import Chosen

__all__ = [
    "LIBRARY_RUNS",
    "OLDEST_SQLITE",
    "Chosen",
    "Closed",
    "DoneBefore",
    "EndNote",
    "FoundRows",
    "FoundRuns",
    "Journal",
    "Look",
    "LookTable",
    "MadeName",
    "Move",
    "MoveTable",
    "NewRun",
    "OpenRow",
    "Prunable",
    "RowFilter",
    "RowOrder",
    "RunFilter",
    "RunRecord",
    "RunState",
    "SortKey",
    "Stays",
    "begun",
    "committed",
    "count_runs_if_whole",
    "held_by",
    "inbox_lock",
    "interrupted",
    "is_left_in_the_middle",
    "is_sheet_named",
    "left_in_the_middle",
    "merely_planned",
    "not_undone_if_interrupted",
    "prove_locks",
    "shared_state_dir",
    "writing_lock",
]
