"""What the rows of tonight's spreadsheets say, held against each other and against what earlier runs have done.

::

    survey         every spreadsheet is read once, before any is done; which rows contradict each other
      │
    stayed_files   the files that an earlier night has left in the inbox although their runs had begun
      │
    file_plan      what is to be done with one spreadsheet: new rows, the same as before, or only to be moved
    earlier_runs   runs of earlier nights that are gone on with: interrupted ones, and rows that failed
"""

from __future__ import annotations

from batch_renamer.nightly.contents.earlier_runs import ComesAgain, Tries, tries_of, what_comes_again
from batch_renamer.nightly.contents.file_plan import FilePlan, Standing, note_settled_rows, plan_file
from batch_renamer.nightly.contents.stayed_files import Stayed, stayed_files
from batch_renamer.nightly.contents.survey import Survey, Surveyed

__all__ = [
    "ComesAgain",
    "FilePlan",
    "Standing",
    "Stayed",
    "Survey",
    "Surveyed",
    "Tries",
    "note_settled_rows",
    "plan_file",
    "stayed_files",
    "tries_of",
    "what_comes_again",
]
