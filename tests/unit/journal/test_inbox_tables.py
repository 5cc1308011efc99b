"""The journal's tables of the files of inboxes: looks and moves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.journal import Journal, Look, Move

NAMES = ("orders.csv", "a\nb.csv", os.fsdecode(b"\xff.csv"), "\u5c71.csv")
"""Plain, with a line end, no text at all, and not ASCII."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def a_look(**changed: object) -> Look:
    """Return a look at a file."""
    values = {"size": 3, "mtime_ns": 1, "digest": "c0", "unchanged_since": 10.0, "known_since": 5.0, **changed}
    return Look(**values)  # type: ignore[arg-type]  # the values above


def a_move(name: str = "orders.csv", **changed: object) -> Move:
    """Return a move that is about to begin."""
    move = Move(
        inbox=Path("/in"), name=name, snapshot=Path("/state/1") / name, digest="c0", mode=0o640, folder=Path("/done")
    )
    return replace(move, **changed)  # type: ignore[arg-type]  # its fields


def test_looks_are_kept_by_inbox_and_name(journal: Journal) -> None:
    """Names of any bytes come back as they were, and the looks at another inbox stay."""
    looks = {name: a_look(size=number) for number, name in enumerate(NAMES)}
    journal.looks.replace(Path("/in"), looks)
    journal.looks.replace(Path("/other"), {"x.csv": a_look()})
    assert journal.looks.of(Path("/in")) == looks
    journal.looks.replace(Path("/in"), {})
    assert journal.looks.of(Path("/in")) == {}
    assert list(journal.looks.of(Path("/other"))) == ["x.csv"]


@pytest.mark.parametrize(
    ("earlier", "unchanged_since", "known_since"),
    [
        (None, 10.0, 5.0),
        (a_look(unchanged_since=2.0, known_since=1.0), 2.0, 1.0),
        (a_look(digest="c1", unchanged_since=2.0, known_since=1.0), 10.0, 1.0),
        (a_look(mtime_ns=2, unchanged_since=2.0, known_since=1.0), 10.0, 1.0),
        (a_look(digest="", unchanged_since=2.0, known_since=1.0), 10.0, 1.0),
    ],
    ids=["none", "the same", "other content", "another time", "not read"],
)
def test_a_look_takes_the_times_of_an_earlier_one(
    earlier: Look | None, unchanged_since: float, known_since: float
) -> None:
    """Since when the file is as it is only if both show the same; since when it is known in any case."""
    look = a_look().after(earlier)
    assert (look.unchanged_since, look.known_since) == (unchanged_since, known_since)


@pytest.mark.parametrize("name", NAMES, ids=["plain", "line end", "no text", "not ASCII"])
def test_a_move_is_unfinished_until_its_end(journal: Journal, name: str) -> None:
    """It comes back with what was noted of it, and is then found by its folder."""
    move = journal.moves.begin(a_move(name, reports=(Path("/reports") / f"{name}.html",)))
    move = journal.moves.note_copied(journal.moves.note_target(move, name))
    assert journal.moves.unfinished(Path("/in")) == [move]
    assert journal.moves.unfinished(Path("/other")) == []
    assert journal.moves.into(Path("/done")) == {}
    journal.moves.end(move)
    assert journal.moves.unfinished(Path("/in")) == []
    assert journal.moves.into(Path("/done")) == {name: move}


def test_an_unfinished_move_of_the_same_content_is_gone_on_with(journal: Journal) -> None:
    """It goes to the folder that was meant first; other content is another move."""
    first = journal.moves.begin(a_move())
    assert journal.moves.begin(a_move(folder=Path("/problems"))) == first
    assert journal.moves.begin(a_move(digest="c1")).number != first.number
    journal.moves.end(first)
    assert journal.moves.begin(a_move()).number != first.number


def test_finished_moves_are_forgotten_and_unfinished_ones_are_not(journal: Journal) -> None:
    """What must still be moved is never forgotten."""
    done, open_one = journal.moves.begin(a_move("a.csv")), journal.moves.begin(a_move("b.csv"))
    journal.moves.end(done)
    journal.moves.forget([done, open_one])
    assert journal.moves.into(Path("/done")) == {}
    assert journal.moves.unfinished(Path("/in")) == [open_one]


def test_the_new_content_of_a_moved_spreadsheet_is_noted(journal: Journal) -> None:
    """For the one that was moved there, and no other."""
    moves = [journal.moves.begin(a_move(name)) for name in ("a.csv", "b.csv")]
    for move in moves:
        journal.moves.end(journal.moves.note_target(move, move.name))
    journal.moves.note_rewritten(Path("/done/a.csv"), "c9")
    assert {name: move.digest for name, move in journal.moves.into(Path("/done")).items()} == {
        "a.csv": "c9",
        "b.csv": "c0",
    }
