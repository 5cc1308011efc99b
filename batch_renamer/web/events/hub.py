"""Who listens, and what each has not been told yet. It does no I/O, and a publisher never waits for a listener."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Event", "Hub", "Listener"]

_INTERVAL_S = 0.11
"""A little more than a tenth of a second, so that no second has more than ten updates where timers are not exact."""

_MOST_PENDING = 256


@dataclass(frozen=True, slots=True)
class Event:
    """Something that pages are told: its name, and its values as JSON has them."""

    name: str
    data: Mapping[str, object]


@dataclass(slots=True, eq=False)
class Listener:
    """One open page: what it has not been told yet.

    Of the events with the same name and the same ``run`` only the newest is kept, so that a page that reads slowly, or
    not at all, needs no more memory than one that reads.
    """

    interval_s: float
    _pending: dict[tuple[str, str], Event] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: bool = False

    @property
    def waiting(self) -> Sequence[Event]:
        """What the page has not been told yet."""
        return list(self._pending.values())

    def put(self, event: Event) -> None:
        """Keep an event until the page can take it."""
        run = str(event.data.get("run", ""))
        self._pending.pop((event.name, run), None)  # so that the order is that of the newest
        self._pending[event.name, run] = event
        if len(self._pending) > _MOST_PENDING:  # only a page that has stalled: it fetches everything again
            self._pending = {("changed", ""): Event("changed", {"run": ""})}
        self._news.set()

    def end(self) -> None:
        """End the stream of events."""
        self._ended = True
        self._news.set()

    async def updates(self) -> AsyncIterator[list[Event]]:
        """Yield what is new, at most once in ``interval_s`` seconds, until the stream is ended."""
        while True:
            await self._news.wait()
            if self._ended:
                return
            self._news.clear()
            events, self._pending = list(self._pending.values()), {}
            yield events
            await asyncio.sleep(self.interval_s)


class Hub:
    """The open pages, and the events that they are told. It is used in the event loop only.

    ``interval_s``: each page is told at most once in so many seconds.

    Example:
        >>> hub = Hub()
        >>> with hub.listen():
        ...     hub.publish("changed", {"run": "k3f9ab"})
        ...     hub.listeners
        1
    """

    def __init__(self, *, interval_s: float = _INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._listeners: set[Listener] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    def publish(self, name: str, data: Mapping[str, object]) -> None:
        """Tell every open page; of events with the same name and ``run`` a page may get the newest alone."""
        event = Event(name, data)
        for listener in self._listeners:
            listener.put(event)

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """Give a listener, which counts as an open page while the block lasts."""
        listener = Listener(self._interval_s)
        if self._closed:
            listener.end()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream, and each that begins later."""
        self._closed = True
        self.end_streams()

    def end_streams(self) -> None:
        """End every stream; pages that may still listen begin another."""
        for listener in self._listeners:
            listener.end()
