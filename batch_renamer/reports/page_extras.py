"""What an HTML report shows besides the rows and the figures, and no other format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from batch_renamer.model import Pictures, Second

__all__ = ["PageExtras"]

_NO_PICTURES = Pictures()


def _none() -> Sequence[Second]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExtras:
    """What only the page shows.

    ``seconds`` returns the seconds of the run in order; it is called if a page is written. ``order_pages`` is the
    beginning of the addresses of orders in the vendor's web app ("": no links). ``pictures`` are those of orders.
    """

    seconds: Callable[[], Sequence[Second]] = _none
    order_pages: str = ""
    pictures: Pictures = _NO_PICTURES
