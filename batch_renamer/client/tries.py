"""What a caller allows for one request, and the record of how its tries ended. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from batch_renamer.client.orders_api import RequestError
from batch_renamer.client.sends import Send

__all__ = ["TooLate", "Tries", "TryPolicy"]


class TooLate(Exception):  # noqa: N818 - a signal between packages, not an error that anyone reports
    """The turn of a request comes later than `TryPolicy.send_by`; nothing of it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPolicy:
    """What the caller of one request allows.

    ``send_by`` is the event loop's time, in seconds, after which no try leaves. The request is given up after
    ``most_failures`` failures (None: as many as the run allows) or ``most_throttled`` 429s. An ``optional`` request can
    be replaced by others: its failures are no sign of an outage. It waits for the end of one, and is given up where it
    fails alone.
    """

    send_by: float = inf
    most_failures: int | None = None
    most_throttled: float = inf
    optional: bool = False


@dataclass(slots=True, kw_only=True)
class Tries:
    """How the tries of one row have ended so far; times are the event loop's, in seconds.

    ``sent`` counts the requests that left, 429s included; ``reached_api`` tells whether the API may have seen any of
    them. ``lost`` tells whether any of them may have been applied without a good answer, ``timed_out`` whether the API
    may still apply any of them; ``in_flight`` whether one is under way right now.

    The others decide whether it is tried again. ``failures`` is the number that counts against it, ``throttled`` the
    429s, and ``own_429s`` those of them that came again while other rows passed. ``failing_since`` is when it failed
    first, ``short_since`` when this machine was short of something first. ``outages_before`` is how many outages there
    had been when its last try left.
    """

    sent: int = 0
    first_sent_at: float = inf
    in_flight: bool = False
    reached_api: bool = False
    lost: bool = False
    timed_out: bool = False
    status: int | None = None
    last: RequestError | None = None
    foreign_name: str | None = None
    about_another: bool = False

    failures: int = 0
    failing_since: float = inf
    throttled: int = 0
    own_429s: int = 0
    first_429: Send | None = None
    first_429_at: float = inf
    short_since: float = inf
    outages_before: int = 0
    given_up: bool = False

    def note(self, error: RequestError) -> None:
        """Note how a try has ended."""
        self.in_flight = False
        self.status = error.status
        self.last = error
        self.reached_api = self.reached_api or error.may_be_applied or error.status is not None
        self.lost = self.lost or error.may_be_applied
        self.timed_out = self.timed_out or error.timed_out
