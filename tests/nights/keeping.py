"""A night that is over enters; its folder and mailbox are left for a person to read, and its truth beside them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.nights.house import House, body_of
from tests.nights.story import Entry

__all__ = ["keep"]


def keep(house: House, place: Path) -> Callable[[Entry], None]:
    """Return what keeps a night below a folder: ``NN/share/orders``, ``NN/mailbox``, and ``NN.truth.txt``."""
    numbers = count(1)

    def kept(entry: Entry) -> None:
        folder = place / f"{next(numbers):02}"
        shutil.copytree(house.inbox, folder / "share" / "orders", dirs_exist_ok=True)
        (folder / "mailbox").mkdir()
        for number, mail in enumerate(house.mail.mails, 1):
            (folder / "mailbox" / f"{number:02}.txt").write_text(
                f"From: {mail['From']}\nTo: {mail['To']}\nSubject: {mail['Subject']}\n\n{body_of(mail)}",
                encoding="utf-8",
            )
        folder.with_suffix(".truth.txt").write_text(_truth(entry), encoding="utf-8")

    return kept


def _truth(entry: Entry) -> str:
    seen, told = entry.seen, entry.told
    lines = [
        f"{seen.began:%A %Y-%m-%d %H:%M}  {entry.title}: {entry.about}",
        f"exit code {seen.ended.code}",
        f"moved to done: {', '.join(told.done) or 'nothing'}",
        f"moved to problems: {', '.join(told.problems) or 'nothing'}",
        f"in the inbox: {', '.join(told.stays) or 'nothing'}",
        f"renamed in this night: {len(told.renamed)} orders",
        *(f"  {order} -> {name}" for order, name in told.renamed.items()),
        f"messages in this night: {0 if told.message is None else 1}",
        f"heartbeat: {' '.join(seen.beats)}",
    ]
    return "\n".join(lines) + "\n"
