"""A message about a night: what it was about, and what became of it at each address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Delivery", "NoticeKind", "Told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One address that was sent a message, or that one was to be sent to.

    ``address`` is what may be seen of it, ``said`` what its service answered, as a part of a sentence, and ``repair``
    what helps ("" where it was delivered). None of them has a secret in it.
    """

    address: str
    delivered: bool
    said: str
    repair: str = ""


class NoticeKind(StrEnum):
    """What a message is about.

    ``waiting``: a spreadsheet can't be read for several nights, because it is still written or open. ``nothing came``:
    for several nights there was no spreadsheet. ``recovered``: the first good night after trouble that was told.
    """

    GOOD = "good"
    PARTLY = "partly"
    FAILED = "failed"
    NOT_BEGUN = "not begun"
    CUT_OFF = "cut off"
    WAITING = "waiting"
    NOTHING_CAME = "nothing came"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The last message: when, what it was about, the causes that it named, and what became of it at each address."""

    date: str
    told_at: float
    kind: NoticeKind
    causes: frozenset[str] = frozenset()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def arrived(self) -> bool:
        """Whether it was delivered to an address at least; else it counts as not told."""
        return any(one.delivered for one in self.deliveries)
