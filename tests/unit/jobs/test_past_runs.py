"""Which run is meant, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.commands import APPLY, UNDO
from batch_renamer.errors import InputError
from batch_renamer.jobs.past_runs import bound_to, find
from batch_renamer.journal import Journal
from tests.unit.jobs.begun_runs import OFFICE, URL, begun


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_url": "https://other.example.com"}, "belongs to https://other.example.com (profile office)"),
        ({"profile": None, "account": "by key"}, f"belongs to {URL}, and this is {URL} (profile office)"),
        ({"account": "another"}, "made with another key"),
    ],
    ids=["base url", "profile", "key"],
)
def test_another_account_is_refused(journal: Journal, change: dict[str, str | None], words: str) -> None:
    """A run is bound to its base URL and its profile, or to its key where there is no profile."""
    with pytest.raises(InputError, match="Nothing was sent") as refused:
        bound_to(replace(begun(journal), **change), OFFICE)  # type: ignore[arg-type]  # fields of the parametrization
    assert words in str(refused.value)


def test_a_new_key_of_the_same_profile_is_a_warning(journal: Journal) -> None:
    """The profile says that it is the same account."""
    run = begun(journal)
    assert bound_to(run, OFFICE) == []
    assert bound_to(run, replace(OFFICE, key_print="k2")) == [
        f"The key of profile office has changed since run {run.id}; its orders should be the same ones."
    ]


def test_a_unique_beginning_will_do(journal: Journal) -> None:
    """A beginning that several runs share is refused, and so is a run of the wrong kind."""
    run = begun(journal)
    others = [begun(journal) for _ in range(40)]
    find_it = {"base_url": URL, "profile": "office", "commands": (APPLY,)}
    assert find(journal, run.id.upper(), **find_it).id == run.id  # type: ignore[arg-type]  # as above
    assert find(journal, None, **find_it) == others[-1]  # type: ignore[arg-type]  # as above
    with pytest.raises(InputError, match="type one more letter"):
        find(journal, "", **find_it)  # type: ignore[arg-type]  # as above
    with pytest.raises(InputError, match=rf"Run {run.id} is an apply; what is needed here is an undo\."):
        find(journal, run.id, base_url=URL, profile="office", commands=(UNDO,))
