"""Sends a test message to every address, so that a person knows before the first bad night that messages arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.model import Delivery
from batch_renamer.nightly.messages.addresses import read_addresses
from batch_renamer.nightly.messages.answers import INSTALL
from batch_renamer.nightly.messages.delivery import LIMIT_S, Message, apprise_is_there, deliver

__all__ = ["Trial", "send_test_message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a test message at each address, the lines of the file that are wrong, and a warning or ""."""

    deliveries: tuple[Delivery, ...]
    mistakes: tuple[str, ...] = ()
    warning: str = ""

    @property
    def all_well(self) -> bool:
        """Whether it was delivered to every address, and no line is wrong."""
        return not self.mistakes and all(one.delivered for one in self.deliveries)


async def send_test_message(
    notify_file: Path | None, *, environ: Mapping[str, str], sender: str, limit_s: float = LIMIT_S
) -> Trial:
    """Send a test message to every address of the file.

    Args:
        notify_file: The file of addresses.
        environ: The environment.
        sender: The name of this computer, for the message.
        limit_s: Seconds that an address may take.

    Raises:
        SettingsError: there is no file, it has no address, or Apprise is missing; nothing was sent.
    """
    if notify_file is None:
        raise SettingsError(
            "No addresses are configured: name a private file (chmod 600) with one address of Apprise in each line, as "
            'notify_file = "notify.txt" in the table [nightly] of the configuration.'
        )
    book = read_addresses(notify_file, environ=environ)
    if not book.addresses:
        raise SettingsError(" ".join(book.mistakes) or f"There is no address in {notify_file}: write one in each line.")
    if not apprise_is_there():
        raise SettingsError(f"Messages need Apprise, which is not installed here: {INSTALL}")
    message = Message(
        title="batch-renamer: test message",
        body=f"This is a test. Messages about the night come here.\n\nbatch-renamer on {sender}",
    )
    deliveries = await deliver(message, book.addresses, limit_s=limit_s)
    return Trial(deliveries=deliveries, mistakes=book.mistakes, warning=book.warning)
