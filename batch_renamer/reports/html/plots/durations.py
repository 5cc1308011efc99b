"""How long renames took: how many of them fall between some round durations."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from batch_renamer.html_pages import WIDTH, Label, Plot, Scale
from batch_renamer.text import counted, duration

__all__ = ["durations_plot"]

_IN_A_DECADE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_EDGES_S = (0.0, *(round(tens * step, 4) for tens in (0.01, 0.1, 1, 10, 100) for step in _IN_A_DECADE), math.inf)
"""They grow, because a retry takes a hundred times as long as a rename at the first try."""

_MOST_LABELS = 8


def durations_plot(durations_s: Sequence[float]) -> Plot | None:
    """Return the plot of the durations, in seconds; None if there are none."""
    if not durations_s:
        return None
    in_order = sorted(durations_s)
    found = Counter(max(bisect_left(_EDGES_S, seconds) - 1, 0) for seconds in in_order)
    bins = list(pairwise(_EDGES_S))[min(found) : max(found) + 1]
    counts = [found[number] for number in range(min(found), max(found) + 1)]
    scale, unit = Scale(max(counts)), WIDTH / len(counts)
    half, most = in_order[(len(in_order) - 1) // 2], in_order[math.ceil(len(in_order) * 0.95) - 1]
    return Plot(
        key="durations",
        title="Time per rename",
        text=f"Half of {counted(len(in_order), 'rename')} took at most {_brief(half)}, 95 % at most {_brief(most)}, "
        f"the slowest {_brief(in_order[-1])}; waits and repeated tries are included.",
        bars=tuple(scale.bar("done", place * unit, unit, count) for place, count in enumerate(counts) if count),
        x_labels=tuple(
            Label(place * unit, f"{low:g} s")
            for place, (low, _) in enumerate(bins)
            if place % math.ceil(len(bins) / _MOST_LABELS) == 0
        ),
        y_labels=scale.labels,
        legend=(("done", "renames"),),
        headings=("Time", "Renames"),
        table=tuple((_range(low, high), f"{count:,}") for (low, high), count in zip(bins, counts, strict=True)),
    )


def _range(low: float, high: float) -> str:
    return f"over {low:g} s" if math.isinf(high) else f"{low:g} to {high:g} s"


def _brief(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 1 else duration(seconds)
