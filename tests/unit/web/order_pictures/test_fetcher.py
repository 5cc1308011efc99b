"""The pictures of one account: each asked for once, the API open only meanwhile, and nothing that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from batch_renamer.client import Gateway, RefusedError
from batch_renamer.errors import BatchRenamerError, KeyRefusedError, LockedError
from batch_renamer.model import Picture
from batch_renamer.web.order_pictures.cache import PictureCache
from batch_renamer.web.order_pictures.fetcher import PictureFetcher
from tests.support.gate import DEADLINE_S

PICTURE = Picture(media_type="image/png", data=b"\x89PNG")


@dataclass(slots=True)
class Api:
    """An API whose pictures are as the test wants them; it notes what it was asked for, and how often opened."""

    failure: Exception | None = None
    cannot_open: BatchRenamerError | None = None
    asked: list[str] = field(default_factory=list)
    opened: int = 0
    held: asyncio.Event | None = None
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    was_closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, use: Callable[[Gateway], Awaitable[None]]) -> None:
        """Open it for ``use``."""
        self.opened += 1
        if self.cannot_open is not None:
            raise self.cannot_open
        self.was_closed.clear()
        try:
            await use(self)  # type: ignore[arg-type]  # the one method that is used
        finally:
            self.was_closed.set()

    async def picture(self, image_id: str) -> Picture:
        """Answer with a picture, or fail."""
        self.asked.append(image_id)
        self.was_asked.set()
        if self.held is not None:
            await self.held.wait()
        if self.failure is not None:
            raise self.failure
        return PICTURE


def _fetcher(api: Api, *, clock: Callable[[], float] = lambda: 0.0) -> PictureFetcher:
    return PictureFetcher(api.open, idle_s=0.0, clock=clock)


async def test_a_picture_that_is_asked_for_twice_is_fetched_once() -> None:
    """Two tabs show the same page."""
    fetcher = _fetcher(api := Api())
    assert set(await asyncio.gather(*map(fetcher.picture, ("i1", "i1", "i2")))) == {PICTURE}
    assert sorted(api.asked) == ["i1", "i2"]


async def test_the_api_is_closed_when_nothing_is_asked_for() -> None:
    """And opened again for the next picture."""
    fetcher = _fetcher(api := Api())
    for number in range(2):
        assert await fetcher.picture(f"i{number}") == PICTURE
        async with asyncio.timeout(DEADLINE_S):
            await api.was_closed.wait()
    assert api.opened == 2


@pytest.mark.parametrize(
    "failure", [RefusedError("404 Not Found", status=404), KeyRefusedError("The key is refused.")], ids=["404", "401"]
)
async def test_an_order_without_a_picture_has_none(failure: Exception) -> None:
    """That is no error of the page."""
    assert await _fetcher(Api(failure=failure)).picture("i1") is None


async def test_after_many_failures_nothing_is_asked_for_a_while() -> None:
    """An API without pictures is not asked for each of a hundred rows; a minute later it is."""
    now = [0.0]
    fetcher = _fetcher(api := Api(failure=RefusedError("404 Not Found", status=404)), clock=lambda: now[0])
    for number in range(12):
        assert await fetcher.picture(f"i{number}") is None
    assert len(api.asked) == 8
    now[0], api.failure = 61.0, None
    assert await fetcher.picture("i0") == PICTURE


async def test_a_run_that_holds_the_orders_is_not_waited_for() -> None:
    """Pictures come again soon after it has ended."""
    now = [0.0]
    fetcher = _fetcher(api := Api(cannot_open=LockedError("Run k3f9ab")), clock=lambda: now[0])
    assert [await fetcher.picture(image) for image in ("i1", "i2")] == [None, None]
    now[0], api.cannot_open = 3.0, None
    assert await fetcher.picture("i1") == PICTURE


async def test_a_desk_that_is_closed_answers_all() -> None:
    """The server ends although a picture is on its way: no request of the page hangs."""
    fetcher = _fetcher(api := Api(held=asyncio.Event()))
    asked = [asyncio.create_task(fetcher.picture(f"i{number}")) for number in range(6)]
    async with asyncio.timeout(DEADLINE_S):
        await api.was_asked.wait()
        await fetcher.close()
        assert await asyncio.gather(*asked) == [None] * 6
    assert api.was_closed.is_set()


async def test_memory_stays_bounded() -> None:
    """The picture that was not shown for the longest time is asked for again."""
    api, pictures = Api(), PictureCache(most_bytes=2 * len(PICTURE.data))
    for image in ("i1", "i2", "i1", "i3", "i1"):
        assert await pictures.fetched("office", image, api.open, alone=True) == PICTURE
    assert api.asked == ["i1", "i2", "i3"]
    assert pictures.known("office", "i2") is None
    assert pictures.known("another account", "i1") is None
    await pictures.close()
