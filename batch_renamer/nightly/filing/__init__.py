"""Where a spreadsheet goes when it is done, and what lies beside it; what is old goes.

::

    moving         a spreadsheet goes into its folder, with its reports; a kill at any instant loses nothing
      │                                               ─> move_steps  each may be done again
      │                                               ─> copying     copies that are whole, names that are free
    writing_back   its results go into the spreadsheet that was moved
    earlier_entry  what earlier nights have noted of a spreadsheet whose run comes again, and the reports beside it
    retention      reports, spreadsheets and runs that are older than the user wants to keep are removed
"""

from __future__ import annotations

from batch_renamer.nightly.filing.earlier_entry import earlier_entry_of
from batch_renamer.nightly.filing.moving import Filed, NotFiled, file_away, recover
from batch_renamer.nightly.filing.retention import remove_leftovers, remove_old
from batch_renamer.nightly.filing.writing_back import write_into_moved

__all__ = [
    "Filed",
    "NotFiled",
    "earlier_entry_of",
    "file_away",
    "recover",
    "remove_leftovers",
    "remove_old",
    "write_into_moved",
]
