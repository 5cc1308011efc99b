"""Claims: a scheduler that runs a task again enters, and a refusal leaves."""

from __future__ import annotations

import pytest

from batch_renamer.distributed.coordinator.claims import Claims


def test_a_shard_is_begun_once() -> None:
    """The scheduler runs a task again, unasked, where it has lost the worker for a moment."""
    claims = Claims()
    claims.offer((7, 1), to="a")
    assert [claims.claim((7, 1), by="a") for _ in range(2)] == [True, False]


@pytest.mark.parametrize("withdrawn", [False, True], ids=["given to another one", "withdrawn"])
def test_only_the_worker_that_it_was_given_to_may_begin_a_shard(*, withdrawn: bool) -> None:
    """Its rows are read back by the coordinator when that one is lost."""
    claims = Claims()
    claims.offer((7, 1), to="a")
    if withdrawn:
        claims.withdraw((7, 1))
    assert not claims.claim((7, 1), by="a" if withdrawn else "b")
