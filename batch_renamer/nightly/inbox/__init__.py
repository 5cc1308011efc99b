"""The inbox: which of its files are spreadsheets that can be done now, and private copies of them.

::

    folder     the inbox as a night sees it, at its start and at its end
      │
    scanning   what lies in the folder       ─> file_names  what a name alone says
      │                                      ─> locks       in which program a file is open, and who has it open
    settling   two looks at each file        ─> wholeness   what a half-written file lacks
      │
    snapshots  private copies of settled files
    values     what is found of a file

    folder_lock   keeps nights with other state directories out
"""

from batch_renamer.nightly.inbox.folder import Inbox
from batch_renamer.nightly.inbox.folder_lock import locked_folder
from batch_renamer.nightly.inbox.snapshots import Snapshots
from batch_renamer.nightly.inbox.values import PassedFile, Scan, SettledFile, Snapshot, WaitingFile

__all__ = ["Inbox", "PassedFile", "Scan", "SettledFile", "Snapshot", "Snapshots", "WaitingFile", "locked_folder"]
