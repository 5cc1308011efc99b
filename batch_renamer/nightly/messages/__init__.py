"""Messages of the night through Apprise: which, in which words, and their delivery."""

from __future__ import annotations

from batch_renamer.nightly.messages.addresses import Address, AddressBook, read_addresses
from batch_renamer.nightly.messages.delivery import Message, apprise_is_there, deliver

__all__ = ["Address", "AddressBook", "Message", "apprise_is_there", "deliver", "read_addresses"]
