"""The limit of an account, as earlier runs have learnt it."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.journal import Journal


def test_limit_of_an_account_is_kept_until_it_is_learnt_anew(path: Path) -> None:
    """The last one counts, each account has its own, and the next night knows it."""
    with Journal.open(path) as journal:
        assert journal.limits.known("acme") is None
        for per_s in (120.0, 97.5):
            journal.limits.keep("acme", per_s)
        journal.limits.keep("other", 300.0)
    with Journal.open(path) as journal:
        assert (journal.limits.known("acme"), journal.limits.known("other")) == (97.5, 300.0)
        assert journal.limits.known("unknown") is None
