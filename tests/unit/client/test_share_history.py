"""Share history: changes of a run's share enter; how much of the last second's window is its own leaves."""

from __future__ import annotations

import pytest

from batch_renamer.client.share_history import ShareHistory


@pytest.mark.parametrize(
    ("changes", "now", "scale"),
    [
        pytest.param([], 10.0, 1.0, id="always the same"),
        pytest.param([(10.0, 150)], 10.25, 1.75, id="half as much for a quarter of a second"),
        pytest.param([(10.0, 150)], 11.5, 1.0, id="long ago"),
        pytest.param([(5.0, 100), (10.0, 300)], 10.5, 1.0, id="more: what it has now"),
        pytest.param([(10.0, 150), (10.5, 75)], 10.75, (0.25 * 300 + 0.5 * 150 + 0.25 * 75) / 75, id="twice less"),
        pytest.param([(10.0, 150), (10.2, 300)], 10.4, 1.0, id="less for a moment"),
    ],
)
def test_a_share_that_shrank_counts_as_what_it_was_on_average(
    changes: list[tuple[float, float]], now: float, scale: float
) -> None:
    """The window of a second holds what left before; a run that has more now is bounded by its pace."""
    history = ShareHistory(300)
    for at, share in changes:
        history.change(at, share)
    assert history.scale(now) == pytest.approx(scale)


def test_a_change_counts_for_a_second() -> None:
    """After it the present share is all that counts; a change to the same share is none."""
    history = ShareHistory(300)
    history.change(10.0, 300)
    assert history.steady_from < 10
    history.change(20.0, 100)
    assert history.steady_from == 21
