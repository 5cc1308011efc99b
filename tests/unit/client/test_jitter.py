"""Jitter: latencies enter, and the margin below the limit leaves."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from batch_renamer.client.jitter import Jitter


def margin_after(latencies_s: Iterable[float]) -> float:
    """Return the margin once these answers have come."""
    jitter = Jitter()
    for latency_s in latencies_s:
        jitter.note(latency_s)
    return jitter.margin


@pytest.mark.parametrize("latency_s", [0.01, 2.0])
def test_latencies_that_are_alike_need_the_narrowest_margin(latency_s: float) -> None:
    """However long they are."""
    assert margin_after([latency_s] * 200) == 0.005


def test_the_margin_grows_with_the_spread() -> None:
    """Ten milliseconds of jitter need about 1 %, so that no second is overfull."""
    chance = random.Random(1)  # noqa: S311 - jitter
    assert margin_after(0.1 + chance.random() / 100 for _ in range(500)) == pytest.approx(0.01, abs=0.003)


def test_the_margin_has_a_bound() -> None:
    """An API whose answers take anything between nothing and seconds still gets most of the limit."""
    assert margin_after([0.1, 3.0] * 200) == 0.03


def test_one_late_answer_does_not_widen_the_margin_much() -> None:
    """It says nothing of the next ones."""
    assert margin_after([*[0.1] * 100, 9.0]) < 0.01
