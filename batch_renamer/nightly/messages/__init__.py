"""Messages of the night through Apprise: which, in which words, and their delivery.

::

    telling    tells people of a night                 ─> kinds     is it told, and as what: once for each change (pure)
      │                                                ─> texts     the message in words (pure)
      │                                                ─> attached  which reports go along
      │                                                ─> orders    the orders that need a person, if they may be named
    trial      the test message of `notify --test`
      │
    addresses  the private file of addresses
    delivery   one call for each address, with a limit ─> child     the process that calls Apprise
                                                       ─> answers   what a service answered, and what helps
"""

from __future__ import annotations

from batch_renamer.nightly.messages.addresses import read_addresses
from batch_renamer.nightly.messages.answers import INSTALL
from batch_renamer.nightly.messages.delivery import apprise_is_there
from batch_renamer.nightly.messages.telling import Telling, tell
from batch_renamer.nightly.messages.trial import Trial, send_test_message

__all__ = ["INSTALL", "Telling", "Trial", "apprise_is_there", "read_addresses", "send_test_message", "tell"]
