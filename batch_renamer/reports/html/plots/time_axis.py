"""The time axis of a plot: the seconds of a run in a limited number of buckets, without its long pauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from batch_renamer.html_pages import WIDTH, Label

__all__ = ["Bucket", "TimeAxis"]

_MOST_BUCKETS = 120
_SIZES_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400)
_LEAST_PAUSE_S = 60
_MOST_PARTS = 20
_PAUSE_WIDTH = 3  # buckets
_LABELS = 4


@dataclass(frozen=True, slots=True)
class Bucket:
    """Neighbouring seconds: when the first of them began (since the epoch), how many, and its place on the axis."""

    start: int
    seconds: int
    place: float


class TimeAxis:
    """Puts seconds into at most about 120 buckets of the same length; a pause of a minute or more is left out.

    Example:
        >>> axis = TimeAxis(range(1_000, 1_600))
        >>> len(axis.buckets), axis.buckets[1].start, axis.index(1_007)
        (120, 1005, 1)
    """

    def __init__(self, seconds: Iterable[int]) -> None:
        parts = _parts(sorted(set(seconds)))
        self.size_s = next(
            (size for size in _SIZES_S if sum(-(-(end - start) // size) for start, end in parts) <= _MOST_BUCKETS),
            _SIZES_S[-1],
        )
        self.buckets: list[Bucket] = []
        place = 0.0
        for start, end in parts:
            for at in range(start, end, self.size_s):
                self.buckets.append(Bucket(at, min(self.size_s, end - at), place))
                place += 1
            place += _PAUSE_WIDTH
        self._length = place - _PAUSE_WIDTH
        self._starts = [bucket.start for bucket in self.buckets]

    @property
    def unit(self) -> float:
        """The width of one bucket in the drawing."""
        return WIDTH / self._length

    @property
    def labels(self) -> tuple[Label, ...]:
        """Times at a few places, evenly spread."""
        last = len(self.buckets) - 1
        places = sorted({last * number // (_LABELS - 1) for number in range(_LABELS)})
        return tuple(Label(self.x(self.buckets[place]), self.moment(self.buckets[place])) for place in places)

    def index(self, second: int) -> int:
        """Return which bucket a second is in."""
        return bisect_right(self._starts, second) - 1

    def x(self, bucket: Bucket) -> float:
        """Return where a bucket begins in the drawing."""
        return bucket.place * self.unit

    def moment(self, bucket: Bucket) -> str:
        """Return when a bucket begins, by this machine's clock; with the day if the axis has more than one."""
        first, last = _local(self._starts[0]), _local(self._starts[-1])
        return _local(bucket.start).strftime("%H:%M:%S" if first.date() == last.date() else "%m-%d %H:%M:%S")


def _parts(seconds: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches between pauses, each as its first second and the one after its last."""
    span = seconds[-1] - seconds[0]
    pause = max(_LEAST_PAUSE_S, span // _MOST_PARTS)
    edges = [place for place, (one, other) in enumerate(pairwise(seconds), start=1) if other - one > pause]
    return [(seconds[start], seconds[end - 1] + 1) for start, end in pairwise([0, *edges, len(seconds)])]


def _local(second: int) -> datetime:
    return datetime.fromtimestamp(second).astimezone()
