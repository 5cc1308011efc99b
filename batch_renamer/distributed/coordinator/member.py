"""What the coordinator knows of one worker: its clock, its tries, its rows and its shards."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from batch_renamer.client import Pacer, Send, TryNote
from batch_renamer.distributed.messages import Claim, Lease, Shard
from batch_renamer.distributed.queues import MessageQueue
from batch_renamer.model import Change

__all__ = ["Member"]

_TRIES_KEPT = 20_000
_DELAYS_KEPT = 50


@dataclass(slots=True, kw_only=True)
class Member:
    """One worker, from one start of its agent to its end: ``name`` is that of the agent, and unique in a run.

    ``outgoing`` names the address from which its requests leave, ``leases`` is the queue of its leases. ``rows`` are
    the changes that it has and has no outcome of, ``shards`` those at work. ``granted`` and ``refused`` are the claims
    that its next lease answers, ``asking`` is how many changes from elsewhere are looked for at present. ``recorded``
    is how many of its outcomes are in the journal, ``heard_at`` when it reported last.
    """

    name: str
    address: str
    outgoing: str
    leases: MessageQueue[Lease]
    heard_at: float
    rows: dict[int, Change] = field(default_factory=dict)
    shards: dict[int, Shard] = field(default_factory=dict)
    granted: list[Claim] = field(default_factory=list)
    refused: list[Claim] = field(default_factory=list)
    asking: int = 0
    recorded: int = 0
    lost: bool = False
    ended: bool = False
    _tries: OrderedDict[int, Send] = field(default_factory=OrderedDict)
    _delays: deque[float] = field(default_factory=lambda: deque(maxlen=_DELAYS_KEPT))

    @property
    def is_usable(self) -> bool:
        """Whether it can be given changes."""
        return not (self.lost or self.ended)

    @property
    def has_work(self) -> bool:
        """Whether it has changes without an outcome, or is to get one, or has a task that has not ended."""
        return bool(self.rows or self.shards or self.asking)

    def heard(self, *, asked_at: float, now: float) -> None:
        """Note a report that was sent at a moment of the worker's clock; the quickest show how the clocks differ."""
        self.heard_at = now
        self._delays.append(now - asked_at)

    def note_tries(self, notes: tuple[TryNote, ...], pacer: Pacer) -> None:
        """Tell the pacer of the coordinator what the tries of this worker have shown."""
        ahead_s = min(self._delays, default=0.0)
        for note in notes:
            at = note.at + ahead_s
            if note.refused is None:
                self._tries[note.number] = pacer.sent_elsewhere(at)
                if len(self._tries) > _TRIES_KEPT:
                    self._tries.popitem(last=False)
                continue
            send = self._tries.get(note.number)
            if send is None:
                continue
            if not note.refused:
                del self._tries[note.number]
                pacer.accepted(send, at=at)
            elif note.alone and (first := self._tries.get(note.first or 0)) is not None:
                pacer.set_aside(first, send)
            else:
                pacer.throttle(note.hint_s, send, at=at)

    def silent_s(self, now: float) -> float:
        """Return for how long it has not been heard, in seconds."""
        return now - self.heard_at

    def take_answers(self) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
        """Return the claims that were granted and those that were refused since the last time, and forget them."""
        granted, self.granted = self.granted, []
        refused, self.refused = self.refused, []
        return tuple(granted), tuple(refused)
