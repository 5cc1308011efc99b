"""What coordinator and workers tell each other. All of it is small, and pickled: a cluster trusts its members."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Never

from batch_renamer.client import TryNote
from batch_renamer.errors import BatchRenamerError
from batch_renamer.model import Change, Outcome

__all__ = ["LEASE_S", "Claim", "Hello", "Lease", "Pad", "Report", "Secret", "Setup", "Shard", "ShardEnd"]

LEASE_S = 0.5
"""How long a lease holds, from when the worker asked for it. A worker that is cut off sends nothing after this."""

Claim = tuple[int, int]
"""A shard and the attempt at it: no shard is begun twice under the same attempt."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Changes that one worker is to send."""

    number: int
    attempt: int
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def claim(self) -> Claim:
        """What the worker asks for before it sends anything of it."""
        return self.number, self.attempt

    def unsent(self, end: ShardEnd) -> tuple[Change, ...]:
        """Return the changes of it that were not sent when it had ended."""
        if not end.begun:
            return self.changes
        rows = frozenset(end.unsent)
        return tuple(change for change in self.changes if change.row in rows)


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """How a shard ended: whether it was begun, and the rows of it that were not sent."""

    begun: bool
    unsent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker needs to open the API, besides the key; ``run`` is the name of the exchange."""

    run: str
    version: str
    base_url: str
    user_agent: str
    key_place: str
    timeout_s: float
    api_version: str | None
    images: bool
    attempts: int
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """How a worker answers when an agent is started in it.

    ``version`` is that of batch-renamer there, ``outgoing`` names the address from which its requests leave.
    """

    version: str
    outgoing: str


class Secret:
    """The API key, which no log or traceback shows, and which can't be pickled: it travels masked.

    Dask's log at the level debug has every message that a process gets. So the worker makes a pad, which is an answer
    and in no log, and gets the key combined with it.

    Example:
        >>> pad = Pad.for_length(Secret("key").length)
        >>> Secret.unmasked(Secret("key").masked(pad), pad).reveal()
        'key'
    """

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def length(self) -> int:
        """The bytes that a pad for it has."""
        return len(self._key.encode())

    def reveal(self) -> str:
        """Return the key."""
        return self._key

    def masked(self, pad: Pad) -> bytes:
        """Return what is nothing without the pad; a pad is used once."""
        return pad.combined(self._key.encode())

    @classmethod
    def unmasked(cls, masked: bytes, pad: Pad) -> Secret:
        """Return the key that was masked with this pad."""
        return cls(pad.combined(masked).decode())

    def __repr__(self) -> str:
        return "Secret('********')"

    def __reduce__(self) -> Never:
        raise TypeError("A key travels masked.")


@dataclass(frozen=True, slots=True)
class Pad:
    """Random bytes, as many as the key has, by which it is masked once."""

    _bytes: bytes = field(repr=False)

    @classmethod
    def for_length(cls, length: int) -> Pad:
        """Make a pad of so many bytes."""
        return cls(secrets.token_bytes(length))

    def combined(self, other: bytes) -> bytes:
        """Return bytes that are masked, or no longer, by this pad."""
        return bytes(one ^ two for one, two in zip(self._bytes, other, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a worker has seen and done since its last report; it asks for the next lease.

    ``worker`` is the name of its agent, ``asked_at`` its event loop's time, ``holds`` the number of the lease that it
    has now. ``wants_more``: tries wait for their turn, or none has left lately. ``used_per_s`` is how many left in the
    last second. ``ended``: it sends nothing any more, and ``cause`` says why.
    """

    worker: str
    number: int
    asked_at: float
    holds: int
    wants_more: bool = False
    used_per_s: float = 0.0
    tries: tuple[TryNote, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    claims: tuple[Claim, ...] = ()
    wants_elsewhere: int = 0
    said: tuple[str, ...] = ()
    ended: bool = False
    cause: BatchRenamerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The answer to a report: ``per_s`` requests per second until `LEASE_S` after the report was sent.

    ``recorded`` is how many outcomes of this worker the journal has. ``elsewhere`` are changes from later in the sheet
    that were asked for. ``most_at_once`` bounds the rows in hand. ``stop_within_s``: stop, with so many seconds for the
    requests under way.
    """

    number: int
    asked_at: float
    per_s: int = 0
    again_in_s: float = 0.1
    most_at_once: int = 1_000
    recorded: int = 0
    granted: tuple[Claim, ...] = ()
    refused: tuple[Claim, ...] = ()
    elsewhere: tuple[Change | None, ...] = ()
    stop_within_s: float | None = None
