"""What was told enters the journal; the last message about an inbox leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.journal import Journal
from batch_renamer.model import Delivery, NoticeKind, Told


def told(date: str, kind: NoticeKind = NoticeKind.FAILED) -> Told:
    """Return a message of a date, which one of two addresses got."""
    deliveries = (
        Delivery(address="json://...", delivered=True, said="delivered"),
        Delivery(address="tgram://...", delivered=False, said="it is slow", repair="Wait."),
    )
    return Told(
        date=date,
        told_at=5.5,
        kind=kind,
        causes=frozenset({"stopped 3", "problems \ud800.xlsx"}),
        deliveries=deliveries,
    )


@pytest.mark.parametrize(
    ("inbox", "date"),
    [
        pytest.param("/north", "2026-11-03", id="its own"),
        pytest.param("/south", "2026-11-02", id="the one about no known inbox is newer than its own"),
        pytest.param("/new", "2026-11-02", id="a new inbox"),
        pytest.param("", "2026-11-03", id="it is not known which inbox"),
    ],
)
def test_the_last_message_about_an_inbox(tmp_path: Path, inbox: str, date: str) -> None:
    """A night that could not read its settings does not know its inbox."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        for place, day in (("/south", "2026-11-01"), ("", "2026-11-02"), ("/north", "2026-11-03")):
            journal.messages.add(told(day), inbox=place)
        found = journal.messages.last(inbox=inbox)
    assert found is not None
    assert found.date == date
    assert found.arrived


def test_what_was_told_comes_back_as_it_was(tmp_path: Path) -> None:
    """Names of files that are no text are stored escaped."""
    kept = told("2026-11-01")
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        assert journal.messages.last(inbox="/in") is None
        journal.messages.add(kept, inbox="/in")
        found = journal.messages.last(inbox="/in")
    assert found is not None
    assert found.causes == {"stopped 3", "problems \\ud800.xlsx"}
    assert (found.date, found.told_at, found.kind, found.deliveries) == (
        kept.date,
        kept.told_at,
        kept.kind,
        kept.deliveries,
    )
