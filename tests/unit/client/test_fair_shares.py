"""Fair shares: what runs want enters, and what each may hold leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.client.fair_shares import Claim, fair_shares, next_share

wants = st.lists(st.integers(min_value=1, max_value=50).map(lambda steps: steps / 50), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("wanted", "shares"),
    [
        pytest.param([1.0], [1.0], id="alone"),
        pytest.param([0.02], [1.0], id="alone and idle"),
        pytest.param([1.0, 1.0], [0.5, 0.5], id="both want all"),
        pytest.param([1.0, 0.1], [0.9, 0.1], id="one wants little"),
        pytest.param([1.0, 0.1, 1.0, 0.3], [0.3, 0.1, 0.3, 0.3], id="little, an equal part, more"),
        pytest.param([0.3, 0.1], [0.75, 0.25], id="together less than all"),
    ],
)
def test_the_limit_is_divided_by_what_runs_want(wanted: list[float], shares: list[float]) -> None:
    """Who wants less than an equal part gets that; the rest is divided evenly."""
    assert fair_shares(wanted) == pytest.approx(shares)


@given(wants)
def test_nothing_of_the_limit_is_left_over(wanted: list[float]) -> None:
    """All shares together are the limit, and no run that wants more than another has less."""
    shares = fair_shares(wanted)
    assert sum(shares) == pytest.approx(1)
    assert [share for _, share in sorted(zip(wanted, shares, strict=True))] == pytest.approx(sorted(shares))


@given(wants, st.data())
def test_runs_that_move_one_after_the_other_reach_their_fair_shares(wanted: list[float], data: st.DataObject) -> None:
    """From whatever they held, in whatever order: never more than the limit together, and fair after two rounds."""
    first = data.draw(st.lists(st.floats(min_value=0, max_value=1), min_size=len(wanted), max_size=len(wanted)))
    held = [one / max(sum(first), 1.0) for one in first]
    orders = [data.draw(st.permutations(range(len(wanted)))) for _ in range(2)]
    for run in (run for order in orders for run in order):
        claims = [Claim(wanted=one, held=had) for one, had in zip(wanted, held, strict=True)]
        held[run] = next_share(claims[run], [*claims[:run], *claims[run + 1 :]])
        assert sum(held) <= 1 + 1e-9
    assert held == pytest.approx(fair_shares(wanted), abs=0.02)


def test_a_share_of_nearly_nothing_is_not_taken() -> None:
    """A rounding error is no share: a request would wait for minutes."""
    joining = Claim(wanted=0.1, held=0.0)
    assert next_share(joining, [Claim(wanted=1.0, held=1.0 - 1e-16)]) == 0
