"""Patterns of users: a wrong one says where, and none takes for ever."""

from __future__ import annotations

import pytest

from batch_renamer.patterns import Pattern


@pytest.mark.parametrize(
    ("text", "new", "why"),
    [
        pytest.param("(St", "", "is no valid pattern: missing ) at position 3", id="pattern"),
        pytest.param("(St)", r"\2", "is replaced by a text that can't be used: invalid group reference", id="group"),
        pytest.param("St", r"\g<x>", "is replaced by a text that can't be used: unknown group", id="name of a group"),
        pytest.param("St", "\\", "is replaced by a text that can't be used: bad escape", id="escape"),
        pytest.param("(?x)St # comment", r"\1", "is replaced by a text that can't be used", id="verbose pattern"),
    ],
)
def test_wrong_pattern_or_replacement_is_refused_at_once(text: str, new: str, why: str) -> None:
    """Also where the pattern would match no name, so that nothing is found out in the middle of a run."""
    with pytest.raises(ValueError, match=f"^{why.replace(')', '[)]')}"):
        Pattern(text, new=new)


def test_slow_pattern_is_stopped() -> None:
    """On one text it may take a second; usual patterns take microseconds."""
    with pytest.raises(TimeoutError):
        Pattern("(a+)+$").replaced("a" * 5_000 + "!")


def test_pattern_that_is_slow_on_many_texts_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """All texts of a run together have a limit, too."""
    monkeypatch.setattr("batch_renamer.patterns._IN_ALL_S", 0.05)
    pattern = Pattern("(a+)+$")
    assert pattern.replaced("12 Elm") == "12 Elm"
    with pytest.raises(TimeoutError):
        pattern.replaced("a" * 5_000 + "!")
