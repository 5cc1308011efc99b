"""The open API of a job: its gateway, and the pacer that counts its requests. It exists once the job is connected."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import anyio.abc

from batch_renamer.client import Breaker, Gateway, OrdersApi, Pacer, Retrier, StopSignal, share_rate, watch_breaker
from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs.destinations import Destination
from batch_renamer.journal import Journal, shared_state_dir
from batch_renamer.settings import Settings

__all__ = ["ApiSession", "keep_learnt_limit", "open_session"]

log = logging.getLogger("batch_renamer")

DOCUMENTED_LIMIT_PER_S = 300.0
"""Requests per second and address, by the vendor's documentation ("Rate Limits", 2026-11); accounts may have less."""

_NEW_OBJECTS_PER_COLLECTION = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSession:
    """An API that is open.

    ``workers`` is how many requests at once the user allows (None: as many as are useful), ``connections`` how many the
    file descriptors suffice for.
    """

    api: OrdersApi
    gateway: Gateway
    pacer: Pacer
    breaker: Breaker
    workers: int | None
    connections: int

    def most_at_once(self) -> int:
        """Return how many rows may be worked on at once: no more than there are connections for."""
        return min(self.workers or self.connections, self.connections)

    def requests_per_s(self) -> float:
        """Return how many requests a second can be made at present."""
        return self.possible_per_s(self.pacer.pace_per_s)

    def possible_per_s(self, pace_per_s: float) -> float:
        """Return how many requests a second can be made at a pace, by as many workers as the user allows."""
        latency_s = self.pacer.latency_s
        if self.workers is None or not latency_s:
            return pace_per_s
        return min(pace_per_s, self.workers / latency_s)

    def pace_note(self) -> str:
        """Return the limit that holds at present, in words."""
        return f"limit {self.pacer.limit_per_s + self.pacer.elsewhere_per_s:,.0f}/s"


async def open_session(
    settings: Settings,
    journal: Journal,
    destination: Destination,
    *,
    orders: Iterable[tuple[str, str | None]],
    stop: StopSignal,
    notify: Callable[[str], None],
    background: anyio.abc.TaskGroup,
    opened: AsyncExitStack,
    own_process: bool,
) -> ApiSession:
    """Open the API with pacer, breaker and retrier; the breaker is watched in ``background``, ``opened`` closes it.

    ``orders`` are the pairs of id and name that the sandbox makes up. ``own_process``: the process does nothing else.
    """
    api = await opened.enter_async_context(destination.connect(orders))
    known_per_s = await journal.in_thread(journal.limits.known, destination.account)
    ceiling_per_s = settings.rate or DOCUMENTED_LIMIT_PER_S
    pacer = Pacer(rate_per_s=ceiling_per_s, known_per_s=known_per_s)
    breaker = Breaker(patience_s=settings.patience, stop=stop, notify=notify)
    gateway = Gateway(api, Retrier(attempts=settings.attempts, pacer=pacer, breaker=breaker, stop=stop))
    background.start_soon(watch_breaker, breaker, gateway.answers)
    if own_process:
        # Without this, a full garbage collection during the run scans all loaded modules and delays every request.
        gc.freeze()
        # A run makes next to no garbage in circles: looking for it seldom saves 2 % of the CPU time of a row.
        gc.set_threshold(_NEW_OBJECTS_PER_COLLECTION)
    await background.start(
        partial(
            share_rate,
            pacer,
            ceiling_per_s=ceiling_per_s,
            state_dir=shared_state_dir(settings.state_dir),
            base_url=destination.base_url,
        )
    )
    return ApiSession(
        api=api,
        gateway=gateway,
        pacer=pacer,
        breaker=breaker,
        workers=settings.workers,
        connections=destination.connections,
    )


async def keep_learnt_limit(journal: Journal, destination: Destination, api: ApiSession | None) -> None:
    """Note the limit that the API has shown, if it has; if the journal does not take it, the next command learns it."""
    if api is None or (per_s := api.pacer.learnt_per_s) is None:
        return
    try:
        await journal.in_thread(journal.limits.keep, destination.account, per_s)
    except BatchRenamerError as error:
        log.warning("the limit that was learnt could not be noted: %s", error)
