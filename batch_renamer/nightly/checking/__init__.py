"""Whether a night could begin now, as the user that this process runs as.

::

    examination    the checks in their order  ─> folder_trials  a small file is made in each folder and removed again
    user           the user that this process runs as, whom a scheduler must start the night as, too
"""

from __future__ import annotations

from batch_renamer.nightly.checking.examination import examine_night
from batch_renamer.nightly.checking.user import UserAccount, user_account

__all__ = ["UserAccount", "examine_night", "user_account"]
