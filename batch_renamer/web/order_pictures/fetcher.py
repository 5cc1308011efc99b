"""Fetches the pictures of one account; the API is open only while pictures are asked for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

import anyio

from batch_renamer.client import Gateway, RequestError, Stopping
from batch_renamer.errors import BatchRenamerError, LockedError
from batch_renamer.model import Picture

__all__ = ["OpenGateway", "PictureFetcher"]

log = logging.getLogger("batch_renamer")

OpenGateway = Callable[[Callable[[Gateway], Awaitable[None]]], Awaitable[None]]
"""Calls a function with the open API of an account."""

_AT_ONCE = 4
_FAILURES_IN_A_ROW = 8
"""After so many failures without a picture in between, the API has none at present."""

_PAUSE_S = 60.0
"""So long nothing is asked for after that, or when the API could not be opened."""

_LOCKED_S = 2.0
"""So long nothing is asked for while a run holds the account."""


class PictureFetcher:
    """Fetches pictures of one account, each once at a time; ``idle_s`` is how long the API stays open for the next one.

    ``clock`` gives seconds.
    """

    def __init__(
        self, open_gateway: OpenGateway, *, idle_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_gateway = open_gateway
        self._idle_s = idle_s
        self._clock = clock
        self._asked: dict[str, asyncio.Future[Picture | None]] = {}
        self._waiting: deque[str] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._not_before = float("-inf")

    async def picture(self, image_id: str) -> Picture | None:
        """Return the small picture of an image; None where there is none at present."""
        if self._clock() < self._not_before:
            return None
        if image_id not in self._asked:
            self._asked[image_id] = asyncio.get_running_loop().create_future()
            self._waiting.append(image_id)
            self._news.set()
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        return await asyncio.shield(self._asked[image_id])

    async def close(self) -> None:
        """Close the API at once; what was asked for and not fetched yet is not."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        """Fetch what is asked for, until nothing has been for a while."""
        try:
            while self._waiting:
                await self._open_gateway(self._work)
        except LockedError:
            self._pause(_LOCKED_S)
        except BatchRenamerError as error:
            log.info("pictures can't be read: %s", error)
            self._pause()
        finally:
            self._task = None
            self._waiting.clear()
            self._answer(list(self._asked))

    async def _work(self, gateway: Gateway) -> None:
        async with anyio.create_task_group() as workers:
            for _ in range(_AT_ONCE):
                workers.start_soon(self._fetch_all, gateway)

    async def _fetch_all(self, gateway: Gateway) -> None:
        while (image_id := await self._next()) is not None:
            try:
                picture: Picture | None = await gateway.picture(image_id)
                self._failures = 0
            except RequestError as error:
                log.debug("a picture can't be read: %s", error)
                picture = None
                self._failures += 1
            except (BatchRenamerError, Stopping) as error:  # the key is refused, a certificate can't be verified, ...
                log.info("pictures can't be read: %s", error)
                picture = None
                self._failures = _FAILURES_IN_A_ROW
            self._answer([image_id], picture)
            if self._failures >= _FAILURES_IN_A_ROW:
                self._pause()

    async def _next(self) -> str | None:
        """Return the image that is fetched next; None when nothing was asked for in a while."""
        with anyio.move_on_after(self._idle_s):
            while not self._waiting:
                self._news.clear()
                await self._news.wait()
        return self._waiting.popleft() if self._waiting else None

    def _pause(self, seconds: float = _PAUSE_S) -> None:
        self._failures = 0
        self._not_before = self._clock() + seconds
        waiting = list(self._waiting)
        self._waiting.clear()
        self._answer(waiting)

    def _answer(self, image_ids: list[str], picture: Picture | None = None) -> None:
        """Answer who asked for these images; without a picture there is none at present."""
        for image_id in image_ids:
            if not (asked := self._asked.pop(image_id)).done():
                asked.set_result(picture)
