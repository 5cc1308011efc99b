"""The small pictures of orders that pages have shown, in memory; those that were not shown for longest go first."""

from __future__ import annotations

from collections import OrderedDict

from batch_renamer.model import Picture
from batch_renamer.web.order_pictures.fetcher import OpenGateway, PictureFetcher

__all__ = ["PictureCache"]

_MOST_BYTES = 24_000_000
"""About 4,000 pictures of usual size."""

_IDLE_S = 1.0
_IDLE_ALONE_S = 0.2
"""Where only one process can have the orders open, it is closed soon, so that a run does not wait for it."""


class PictureCache:
    """The pictures of all accounts. ``most_bytes`` is how much memory they take at most.

    Example:
        >>> PictureCache(most_bytes=0).known("office", "i1") is None
        True
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], Picture] = OrderedDict()
        self._fetchers: dict[str, PictureFetcher] = {}

    def known(self, account: str, image_id: str) -> Picture | None:
        """Return a picture that is in memory."""
        if (picture := self._kept.get((account, image_id))) is not None:
            self._kept.move_to_end((account, image_id))
        return picture

    async def fetched(
        self, account: str, image_id: str, open_gateway: OpenGateway, *, alone: bool = False
    ) -> Picture | None:
        """Return a picture, asked for if it is not in memory; None where there is none at present.

        ``open_gateway`` opens the API of the account; ``alone``: no run can begin while it is open.
        """
        if (picture := self.known(account, image_id)) is not None:
            return picture
        if account not in self._fetchers:
            self._fetchers[account] = PictureFetcher(open_gateway, idle_s=_IDLE_ALONE_S if alone else _IDLE_S)
        picture = await self._fetchers[account].picture(image_id)
        if picture is not None:
            self._keep((account, image_id), picture)
        return picture

    async def close(self) -> None:
        """Close the APIs that are open."""
        for fetcher in self._fetchers.values():
            await fetcher.close()

    def _keep(self, key: tuple[str, str], picture: Picture) -> None:
        if key in self._kept:
            return
        self._kept[key] = picture
        self._bytes += len(picture.data)
        while self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.data)
