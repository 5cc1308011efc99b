"""Current names become new ones by texts and patterns that are replaced."""

from __future__ import annotations

import pytest

from batch_renamer.errors import InputError
from batch_renamer.naming.replacing import Replacing
from batch_renamer.settings import Replacement


@pytest.mark.parametrize(
    ("texts", "patterns", "made"),
    [
        pytest.param([("Elm", "Oak")], [], "12 Oak St, Oaktown", id="every place"),
        pytest.param([("elm", "Oak")], [], "12 Elm St, Elmtown", id="case counts"),
        pytest.param([("(.*)", "x")], [], "12 Elm St, Elmtown", id="a text is no pattern"),
        pytest.param([(" St", "")], [], "12 Elm, Elmtown", id="by nothing"),
        pytest.param([("Elm", "Oak"), ("Oak", "Ash")], [], "12 Ash St, Ashtown", id="one after another"),
        pytest.param([], [(r"\bElm\b", "Oak")], "12 Oak St, Elmtown", id="a pattern"),
        pytest.param([], [(r"^(\d+) (\w+)", r"\2 \1")], "Elm 12 St, Elmtown", id="groups"),
        pytest.param([("Elm", "Oak")], [("Oak$|Oaktown", "x")], "12 Oak St, x", id="texts before patterns"),
    ],
)
def test_parts_are_replaced(texts: list[tuple[str, str]], patterns: list[tuple[str, str]], made: str) -> None:
    """Texts come first, then patterns, each in the order in which they were given."""
    replacing = Replacing([Replacement(*one) for one in texts], [Replacement(*one) for one in patterns])
    assert replacing.of("12 Elm St, Elmtown") == made


def test_pattern_that_explodes_ends_with_a_sentence() -> None:
    """A run can't hang on one name."""
    replacing = Replacing([], [Replacement("(a+)+$", "x")])
    with pytest.raises(InputError, match=r"--replace-regex, \(a\+\)\+\$, takes too long on a name of 5001 characters"):
        replacing.of("a" * 5_000 + "!")
