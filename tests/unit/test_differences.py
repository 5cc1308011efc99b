"""Which words of two names differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.differences import changed_words

names = st.text(st.sampled_from("ab 1,-_é山"), max_size=40)


def marked(old: str, new: str) -> tuple[str, str]:
    """Return both names with their changed parts in brackets."""
    was, is_now = (
        "".join(f"[{part.text}]" if part.changed else part.text for part in parts) for parts in changed_words(old, new)
    )
    return was, is_now


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("12 Elm St", "14 Elm Street", ("[12] Elm [St]", "[14] Elm [Street]"), id="two words"),
        pytest.param("12 Elm", "12 Elm, front", ("12 Elm", "12 Elm[, front]"), id="added at the end"),
        pytest.param("Elm", "12 Elm", ("Elm", "[12 ]Elm"), id="added at the start"),
        pytest.param("a b, c d", "a x, y d", ("a [b, c] d", "a [x, y] d"), id="a comma between changed words"),
        pytest.param("12  Elm", "12 Elm", ("12[  ]Elm", "12[ ]Elm"), id="white space"),
        pytest.param("IMG_2041", "12 Elm Street", ("IMG_2041", "12 Elm Street"), id="nothing in common"),
        pytest.param("a, b", "c, d", ("a, b", "c, d"), id="only a comma in common"),
        pytest.param("", "12 Elm", ("", "12 Elm"), id="no old name"),
        pytest.param("12 Elm", "12 Elm", ("12 Elm", "12 Elm"), id="the same"),
    ],
)
def test_changed_words_are_found(old: str, new: str, expected: tuple[str, str]) -> None:
    """Only words that the other name lacks are marked, and what stands between two of them."""
    assert marked(old, new) == expected


@given(names, names)
def test_the_parts_are_the_names(old: str, new: str) -> None:
    """No character is lost, and what is not marked is the same in both names."""
    was, is_now = changed_words(old, new)
    assert ("".join(part.text for part in was), "".join(part.text for part in is_now)) == (old, new)
    assert all(part.text for part in (*was, *is_now))


def test_very_long_names_take_no_time() -> None:
    """Where thousands of words differ, they are one changed part."""
    old, new = " ".join(map(str, range(0, 9_000, 3))), " ".join(map(str, range(0, 9_000, 2)))
    was, is_now = changed_words(old, new)
    assert len(was) == len(is_now) == 2
