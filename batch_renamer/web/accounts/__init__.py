"""The accounts that the page offers: one for each profile of the configuration, and the settings without a profile.

``account`` is the value that views show, ``accounts`` finds them. The key of an account is read when it is needed, and
never leaves the process.
"""

from batch_renamer.web.accounts.account import COLOURS, Account
from batch_renamer.web.accounts.accounts import Accounts

__all__ = ["COLOURS", "Account", "Accounts"]
