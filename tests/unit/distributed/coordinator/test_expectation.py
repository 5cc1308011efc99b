"""What several machines would change: renames, pace and options enter, and a sentence of the plan leaves."""

from __future__ import annotations

import pytest

from batch_renamer.distributed.coordinator.expectation import in_plan
from batch_renamer.settings import resolve_settings

CLUSTER = {"scheduler": "tls://renames.example.com:8786"}
SHARED = "All workers share this limit, so that one machine is as fast."


@pytest.mark.parametrize(
    ("options", "renames", "said"),
    [
        (
            {**CLUSTER, "limit_per": "address"},
            1_000_000,
            "28 min from two addresses, 14 min from four. From one address, one machine is as fast.",
        ),
        (
            CLUSTER,
            1_000_000,
            f"{SHARED} With --limit-per address: 28 min from two addresses, 14 min from four.",
        ),
        (
            {},
            1_000_000,
            "The workers are started here and share this machine's address: it is as fast without --engine dask.",
        ),
        (CLUSTER, 9_999, "One machine is faster for fewer than 10,000 renames: leave out --engine dask."),
    ],
    ids=["a limit for each address", "one limit", "workers of this machine", "few renames"],
)
def test_a_plan_says_what_several_machines_would_change(options: dict[str, str], renames: int, said: str) -> None:
    """With figures where they help, and plainly where they don't."""
    settings = resolve_settings({"engine": "dask", **options}, environ={})
    assert in_plan(settings, renames, 300) == said
