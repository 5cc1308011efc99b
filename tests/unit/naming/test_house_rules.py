"""Names that break a house rule are told which one."""

from __future__ import annotations

import pytest

from batch_renamer.errors import InputError
from batch_renamer.naming.house_rules import HouseRules
from batch_renamer.settings import NameRules

LONGEST = NameRules(longest=6)
FORBIDDEN = NameRules(forbidden=("test", "do not use", "c++"))
PATTERN = NameRules(pattern=r"\d+ \w+")


@pytest.mark.parametrize(
    ("rules", "name", "why"),
    [
        pytest.param(LONGEST, "12 Elm", "", id="as long as allowed"),
        pytest.param(LONGEST, "12 Elms", "(longest = 6): shorten it. Here: 7 characters.", id="too long"),
        pytest.param(FORBIDDEN, "12 Testing Road", "", id="part of a word"),
        pytest.param(FORBIDDEN, "12 Elm TEST", 'forbid: leave it out. Here: "TEST".', id="a word in any case"),
        pytest.param(FORBIDDEN, "Do not use: 12", 'forbid: leave it out. Here: "Do not use".', id="several words"),
        pytest.param(FORBIDDEN, "12 C++", 'forbid: leave it out. Here: "C++".', id="signs"),
        pytest.param(PATTERN, "12 Elm", "", id="the form"),
        pytest.param(PATTERN, "12 Elm St", r"house rules want (pattern = \d+ \w+).", id="the form and more"),
        pytest.param(NameRules(), "x" * 1000, "", id="no rules"),
    ],
)
def test_broken_rule_is_named(rules: NameRules, name: str, why: str) -> None:
    """The reason says the rule, and what in the name breaks it."""
    assert HouseRules(rules).broken_by(name).endswith(why)
    assert bool(HouseRules(rules).broken_by(name)) == bool(why)


def test_pattern_that_explodes_ends_with_a_sentence() -> None:
    """A check can't hang on one name."""
    with pytest.raises(InputError, match=r"house rules, \(a\|aa\)\+, takes too long on a name of 5001 characters"):
        HouseRules(NameRules(pattern="(a|aa)+")).broken_by("a" * 5_000 + "!")
