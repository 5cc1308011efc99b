"""Demand: what a pacer shows from look to look enters, and the share that its run wants leaves."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from batch_renamer.client.demand import Demand


def wants(looks: Sequence[tuple[int, int]], *, limit_per_s: float = 150, share: float = 0.5) -> list[float]:
    """Return what a run wants at looks 0.1 s apart: each tells how many requests have left since, and how many wait."""
    demand, requests, wanted = Demand(now=0.0), 0, []
    for number, (left, waiting) in enumerate(looks, start=1):
        requests += left
        wanted.append(
            demand.look(now=number / 10, requests=requests, waiting=waiting, limit_per_s=limit_per_s, share=share)
        )
    return wanted


@pytest.mark.parametrize(
    ("looks", "wanted"),
    [
        pytest.param([(15, 12)], 1.0, id="a queue: everything"),
        pytest.param([(15, 1)], 1.0, id="used up, and one waits: twice as much"),
        pytest.param([(6, 1)] * 4, 0.26, id="one waits for a moment: a little more than is used"),
        pytest.param([(6, 0)] * 4, 0.26, id="less than it may: a little more than is used"),
        pytest.param([(0, 0)], 0.02, id="nothing to send: next to nothing"),
        pytest.param([(15, 12), (15, 12), (1, 0)], 0.06, id="the end of some work: at once"),
        pytest.param([(3, 0), (3, 0), (0, 0)], 0.1, id="few requests by chance: as before"),
    ],
)
def test_what_a_run_wants_follows_from_what_it_does(looks: Sequence[tuple[int, int]], wanted: float) -> None:
    """A queue tells of a run that is held back; without one, it wants what it uses."""
    assert wants(looks)[-1] == wanted


def test_a_small_share_that_is_used_up_is_doubled() -> None:
    """So a run that has begun to send has its fair share after a few looks, and one that needs little keeps little."""
    assert wants([(1, 1)], limit_per_s=6, share=0.02) == [0.04]


def test_a_low_limit_leaves_a_request_a_second_to_an_idle_run() -> None:
    """Its first request must not wait for a minute."""
    assert wants([(0, 0)], limit_per_s=5, share=0.5) == [0.1]
