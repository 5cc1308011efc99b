"""Decides when the next request may leave: every try of the run waits here for its turn.

Slots lie on an absolute schedule, so that a late timer does not push the schedule back. At most `_CATCH_UP` missed
slots are made good, and only those that a try waited for. So there is no burst at the start, after a pause or after a
lull. A guard on the real send times keeps every sliding second within the limit, even after the host has stalled. The
guard delays the tries a second after a stall; they leave late, but the schedule stays where it is.
`adaptive_limit` learns the limit from the 429s; `jitter` says which margin is kept below it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import anyio

from batch_renamer.client.adaptive_limit import LimitLearner
from batch_renamer.client.jitter import Jitter
from batch_renamer.client.pause import Pause
from batch_renamer.client.sends import Send
from batch_renamer.client.share_history import ShareHistory
from batch_renamer.client.timeline import Timeline
from batch_renamer.loop_clock import loop_time

__all__ = ["Pacer"]

_CATCH_UP = 6
"""How many missed slots may be made good."""

_CATCH_UP_AFTER_GUARD = _CATCH_UP + 2
"""The same where the guard was late: it also holds the tries that had their turn just before the stall."""

_STALL_S = 0.002
"""A timer that is later than this tells of a stall: the host, or this process, did nothing else meanwhile."""

_TIMER_S = 0.001
"""How exact timers are. A try may leave so much ahead of its slot where several slots lie within that time."""

_TO_SOCKET_S = 0.005
"""How long it may take from the turn of a try to the socket, with a new connection."""

_WAITING = 2 * _CATCH_UP
"""How many tries wait for their turn as long as rows are left: twice the slots that may be made good at once."""

_LOOK_AGAIN_S = 0.05
"""A longer wait is looked at again: an answer may have shown that the limit is higher, or the run's share has grown."""

_LEAST_OWN_PER_S = 0.5
"""What is left for this process of a limit that others were given: a question now and then."""


def _always() -> bool:
    return True


class Pacer:
    """Spaces the tries of a run; ``rate_per_s`` is in requests per second.

    Time is the running event loop's. ``timeline`` counts the tries of each second. ``elsewhere_per_s`` is how much more
    than this limit the run may send in all, because processes of it have other limits.

    Example:
        >>> import anyio
        >>> async def main() -> float:
        ...     pacer = Pacer(rate_per_s=100)
        ...     begin = anyio.current_time()
        ...     for _ in range(3):
        ...         await pacer.acquire()
        ...     return round(anyio.current_time() - begin, 2)
        >>> anyio.run(main) >= 0.02
        True
    """

    _makes_guard_good = True
    """Whether slots for which the guard made tries wait are made good."""

    def __init__(self, *, rate_per_s: float, known_per_s: float | None = None) -> None:
        if not 0 < rate_per_s < math.inf:
            raise ValueError(f"rate_per_s must be a number greater than 0, not {rate_per_s}")
        self.requests = 0
        self.throttled = 0
        self.jitter = Jitter()
        self.timeline = Timeline()
        self.elsewhere_per_s = 0.0
        self._rate_per_s = rate_per_s
        self._known_per_s = known_per_s
        self._learner = LimitLearner(ceiling_per_s=rate_per_s, known_per_s=known_per_s)
        self._shares = ShareHistory(rate_per_s)
        self._sends: deque[float] = deque(maxlen=math.ceil(rate_per_s))
        self._waiting = 0
        self._turn_taken = anyio.Event()
        self._line = anyio.Lock(fast_acquire=True)
        self._turn = anyio.Lock(fast_acquire=True)
        self._next_slot = -math.inf
        self._paced_for_per_s = self._learner.limit_per_s
        self._pause = Pause()
        self._reserved_per_s = 0.0

    @property
    def rate_per_s(self) -> float:
        """The most requests per second that all runs together may send, known limit or not."""
        return self._rate_per_s

    @property
    def limit_per_s(self) -> float:
        """The limit kept to at present, in requests per second."""
        return self._learner.limit_per_s

    @property
    def learnt_per_s(self) -> float | None:
        """The limit of the API, if it has shown one; it is the limit of all runs together that share it.

        A run that was told to go slower than the known limit has learnt nothing new.
        """
        limit_per_s, ceiling_per_s = self._learner.limit_per_s, self._learner.ceiling_per_s
        if limit_per_s < ceiling_per_s:
            return limit_per_s * self._rate_per_s / ceiling_per_s
        return max(self._rate_per_s, self._known_per_s) if self._known_per_s is not None else None

    @property
    def pace_per_s(self) -> float:
        """The requests per second that leave when enough of them wait: the limit less the margin."""
        return self._learner.limit_per_s * (1 - self.jitter.margin)

    @property
    def latency_s(self) -> float | None:
        """How long answers take on average, in seconds; None before the first one."""
        return self.jitter.latency_s

    def begin_with(self, known_per_s: float) -> None:
        """Begin with the limit that another run has learnt; nothing has left yet."""
        self._known_per_s = known_per_s
        self._learner = LimitLearner(ceiling_per_s=self._rate_per_s, known_per_s=known_per_s)

    def note_others(self, *, at_work: bool) -> None:
        """Note whether other runs, too, have sent requests for a second at least."""
        self._learner.window_is_shared = at_work

    def share(self, rate_per_s: float) -> None:
        """Set another ceiling, in requests per second, because other runs want more or less of the limit."""
        self._learner.share(rate_per_s)
        self._shares.change(loop_time(), rate_per_s)
        self._bring_next_slot_forward()

    @property
    def waiting(self) -> int:
        """How many tries wait for their turn."""
        return self._waiting

    @property
    def reserved_per_s(self) -> float:
        """The requests per second of the limit that are left to other processes."""
        return self._reserved_per_s

    @property
    def paused_until(self) -> float:
        """When the last pause that a 429 asked for ends, in the event loop's time; it may be over."""
        return self._pause.until

    def reserve(self, per_s: float) -> None:
        """Leave so many requests per second of the limit to other processes, which were given them."""
        freed, self._reserved_per_s = per_s < self._reserved_per_s, per_s
        if freed:
            self._bring_next_slot_forward()

    def _bring_next_slot_forward(self) -> None:
        """After a share has grown, let the next try wait no longer than the new pace asks for."""
        interval_s = 1 / self._own_share(self.pace_per_s)
        self._next_slot = max(min(self._next_slot, loop_time() + interval_s), self._pause.until)

    def _own_share(self, per_s: float) -> float:
        return max(per_s - self._reserved_per_s, min(_LEAST_OWN_PER_S, per_s))

    async def acquire(self, wanted: Callable[[], bool] = _always, *, ahead: bool = False) -> Send | None:
        """Wait for the turn of one try. Tries leave in the order in which they asked; ``ahead`` passes all that wait.

        None: the try was no longer ``wanted`` when its turn came, and the next one takes the turn.
        """
        asked_at = loop_time()
        if ahead:
            return await self._take_turn(wanted, asked_at)
        self._waiting += 1
        try:
            async with self._line:
                return await self._take_turn(wanted, asked_at)
        finally:
            self._waiting -= 1
            self._turn_taken.set()

    def acquire_nowait(self) -> Send | None:
        """Take the turn of one try if it is due and no other try waits for one; None where it has to be waited for."""
        if self._waiting or self._turn.locked() or (due_at := self._ready_at()) > (now := loop_time()):
            return None
        return self._leave(due_at, asked_at=now)

    async def wait_for_capacity(self) -> None:
        """Return when so few tries wait for their turn that a slot might go unused."""
        while not self.has_capacity():
            if self._turn_taken.is_set():
                self._turn_taken = anyio.Event()
            await self._turn_taken.wait()

    def has_capacity(self) -> bool:
        """Tell whether so few tries wait for their turn that a slot might go unused."""
        return self._waiting < _WAITING

    async def _take_turn(self, wanted: Callable[[], bool], asked_at: float) -> Send | None:
        async with self._turn:
            while (due_at := self._ready_at()) > loop_time():
                await self._sleep_until(due_at)  # Once more if it is not due yet, or a pause has begun meanwhile.
            return self._leave(due_at, asked_at) if wanted() else None

    def _leave(self, due_at: float, asked_at: float) -> Send:
        now = loop_time()
        interval_s = 1 / self._own_share(self.pace_per_s)
        # A few slots that the host or the guard was late for are made good. A slot that no try waited for is gone, and
        # so are those for which the guard waits because the limit is another one.
        limit_per_s = self._own_share(self._learner.limit_per_s)
        same_limit = limit_per_s == self._paced_for_per_s
        slot_at = self._next_slot if same_limit and self._makes_guard_good else due_at
        self._paced_for_per_s = limit_per_s
        late_s = now - max(slot_at, asked_at)
        made_good = _CATCH_UP if due_at <= slot_at else _CATCH_UP_AFTER_GUARD
        self._next_slot = now - min(late_s, made_good * interval_s) + interval_s
        self._note_stall(now, max(due_at, asked_at))
        self._sends.append(now)
        self.requests += 1
        self.timeline.sent(now, limit_per_s=self._learner.limit_per_s)
        return self._learner.sent(now)

    def _note_stall(self, now: float, expected_at: float) -> None:
        """After a stall of the host, count the tries that had their turn right before it as leaving now.

        They may have been held up on their way to the socket, and the API counts them when they arrive.
        """
        if now - expected_at < _STALL_S:
            return
        for last in range(1, min(2 * _CATCH_UP, len(self._sends)) + 1):
            if self._sends[-last] < expected_at - _TO_SOCKET_S:
                return
            self._sends[-last] = now

    async def _sleep_until(self, due_at: float) -> None:
        await anyio.sleep_until(min(due_at, loop_time() + _LOOK_AGAIN_S))

    def _ready_at(self) -> float:
        limit = self._own_share(self._learner.limit_per_s)
        if loop_time() < self._shares.steady_from:
            limit *= self._shares.scale(loop_time())
        window = math.ceil(limit)
        guard = -math.inf
        if len(self._sends) >= window:
            guard = self._sends[-window] + window / limit * (1 + self.jitter.margin)
        # Closer slots can't be told apart by timers: a wait for each would only cost CPU time, and be too long.
        early_s = _TIMER_S if limit * _TIMER_S > 1 else 0.0
        return max(self._next_slot - early_s, self._pause.until, guard)

    def sent_elsewhere(self, left_at: float) -> Send:
        """Note a try that left another process at that moment, in the event loop's time of this one."""
        self.requests += 1
        self.timeline.sent(left_at, limit_per_s=self._learner.limit_per_s)
        return self._learner.sent(left_at)

    def accepted(self, send: Send, *, at: float | None = None) -> None:
        """Note a real answer that was no 429. A try without an answer says nothing about limit or latency.

        ``at`` is when it came, in the event loop's time; None: now.
        """
        now = loop_time() if at is None else at
        self._pause.let_in()
        self.jitter.note(now - send.left_at)
        self._learner.let_in(send, now)

    def throttle(self, retry_after_s: float | None, send: Send, *, at: float | None = None) -> None:
        """Note a 429: the limit is learnt from it, and every try waits for ``retry_after_s`` seconds.

        ``at`` is when it came, in the event loop's time; None: now. A hint of 0 s counts as none. If nothing at all was
        let in for a while, every try pauses, too (see `pause`).
        """
        self.throttled += 1
        self.timeline.throttled(send.left_at)
        now = loop_time() if at is None else at
        self._learner.refused(send, now)
        if self._pause.refused(now=now, left_at=send.left_at, retry_after_s=retry_after_s):
            self._next_slot = max(self._next_slot, self._pause.until)

    def set_aside(self, first: Send, again: Send) -> None:
        """Note a 429 to a row that is throttled again while others pass: its first 429 said nothing about the limit."""
        self.throttled += 1
        self.timeline.throttled(again.left_at)
        self._learner.take_back(first, again)
