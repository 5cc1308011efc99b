"""What counts as invisible, as blank and as the same order id."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.journal.schema import migrate
from batch_renamer.text import begins_like_a_formula, find_invisible, order_key, same_order, trimmed

UUID = "3f2504e0-4f89-41d3-9a0c-00000000000a"
HEART = "\u2764\ufe0f"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "blank",
    [
        "\u3164",
        "\u2800\u2800",
        "\uffa0",
        "\u115f\u1160",
        "\u034f",
        "\ufe0f",
        "\u3164\ufe0f\u200b",
        "\xad",
        "\u2065",
        "\U000e0041",
        " \xa0\ufeff\u3000",
    ],
    ids=ascii,
)
def test_text_that_shows_nothing_is_blank(blank: str) -> None:
    """Fillers, joiners, selectors and spaces, alone or together."""
    assert trimmed(blank) == ""


@pytest.mark.parametrize("text", [f"Casa {HEART}", f"London {ENGLAND}", "a\u3164b", "\u0600123"], ids=ascii)
def test_what_changes_the_look_of_a_character_stays(text: str) -> None:
    """An emoji keeps its selector, a flag its tags, and what shows something is kept even if it is a format sign."""
    assert trimmed(f"\u2800{text}\u3164 ") == text


@pytest.mark.parametrize(
    "text", ["a\u3164", "a\u200bb", "a\u115fb", "a\x1fb", "a\ud800", "a\u2003b", "a\U000e0041"], ids=ascii
)
def test_invisible_character_is_found_at_its_place(text: str) -> None:
    """A plain space is the one that may stand in an id."""
    assert find_invisible(text) == 1
    assert find_invisible("a b") is None


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212", "\ufe66"], ids=ascii
)
@pytest.mark.parametrize("before", ["", " ", "\n", "\r\n", "\t", "\u3000", "\u200b", "\u3164"], ids=ascii)
def test_formula_is_told_by_its_sign(sign: str, before: str) -> None:
    """In any width, and after whatever a spreadsheet program passes over."""
    assert begins_like_a_formula(f"{before}{sign}1+1")
    assert not begins_like_a_formula(f"1{before}{sign}1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (UUID.upper(), UUID, True),
        (UUID.title(), UUID.upper(), True),
        ("Order A", "order a", False),
        (UUID[:-1].upper(), UUID[:-1], False),
        (f"{{{UUID.upper()}}}", f"{{{UUID}}}", False),
    ],
)
def test_only_uuids_are_the_same_in_any_case(one: str, other: str, same: bool) -> None:
    """Ids that a customer has chosen are compared as they are."""
    assert same_order(one, other) is same


@pytest.fixture(scope="module")
def journal() -> Iterator[sqlite3.Connection]:
    """Open a journal in memory that has one run."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        connection.execute(
            "INSERT INTO runs (number, id, command, state, base_url, account, created_at)"
            " VALUES (1, 'k3', '', '', '', '', 0)"
        )
        yield connection


ANY_ID = st.one_of(st.text(max_size=40), st.uuids().map(str), st.from_regex(r"[0-9a-fA-Fg-]{35,37}", fullmatch=True))


@given(ANY_ID.filter(str.isprintable))
def test_journal_compares_ids_by_the_same_rule(journal: sqlite3.Connection, order_id: str) -> None:
    """The SQL expression of the schema and `order_key` say the same of any id."""
    for spelling in (order_id, order_id.upper(), order_id.title()):
        journal.execute("DELETE FROM rows")
        journal.execute(
            "INSERT INTO rows (run, row, order_id, new_name, skip, warning) VALUES (1, 2, ?, '', '', '')", (spelling,)
        )
        assert journal.execute("SELECT order_key FROM rows").fetchone() == (order_key(spelling),)
