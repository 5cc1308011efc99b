"""Replacements and house rules as users write them."""

from __future__ import annotations

import pytest

from batch_renamer.settings.naming import Replacement, parse_name_rules, parse_regex_replacements, parse_replacements


@pytest.mark.parametrize(
    ("given", "old", "new"),
    [
        pytest.param("St=Street", "St", "Street", id="plain"),
        pytest.param("St=", "St", "", id="by nothing"),
        pytest.param(" St = Street", " St ", " Street", id="spaces count"),
        pytest.param("a=b=c", "a", "b=c", id="the first sign separates"),
        pytest.param(r"a\=b=c\=d", "a=b", r"c\=d", id="an escaped sign"),
        pytest.param(r"a\\=b", r"a\\", "b", id="two backslashes are no escape"),
    ],
)
def test_replacement_is_read(given: str, old: str, new: str) -> None:
    """What is before the first sign that is not escaped is replaced by what is after it."""
    assert parse_replacements([given]) == (Replacement(old, new),)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param("St", "must be OLD=NEW", id="no sign"),
        pytest.param(r"St\=", "must be OLD=NEW", id="an escaped sign alone"),
        pytest.param("=St", "must have a text before the sign =", id="nothing to replace"),
        pytest.param(5, "must be text such as OLD=NEW", id="a number"),
    ],
)
def test_what_is_no_replacement_is_refused(given: object, why: str) -> None:
    """The reason goes on after the option."""
    with pytest.raises(ValueError, match=why):
        parse_replacements(given)


def test_wrong_pattern_among_several_is_named() -> None:
    """The message shows only the first few characters of a list."""
    with pytest.raises(ValueError, match=r"^has \(x, which is no valid pattern: missing \) at position 2"):
        parse_regex_replacements(["a=b", "(x=y"])


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param([], "must be a table", id="no table"),
        pytest.param({"shortest": 3}, "has no rule 'shortest'; there are longest, forbidden and pattern", id="unknown"),
        pytest.param({"longest": 0}, "longest must be a whole number of at least 1", id="no length"),
        pytest.param({"longest": True}, "longest must be a whole number", id="true"),
        pytest.param({"forbidden": [3]}, "forbidden must be a list of words", id="a number"),
        pytest.param({"forbidden": [" "]}, "forbidden must be a list of words", id="a blank word"),
        pytest.param({"pattern": ["x"]}, "pattern must be text", id="a list"),
        pytest.param({"pattern": "[0-9"}, "pattern is no valid pattern: unterminated character set", id="no pattern"),
    ],
)
def test_wrong_house_rule_is_refused(given: object, why: str) -> None:
    """The reason names the rule."""
    with pytest.raises(ValueError, match=f"^{why}"):
        parse_name_rules(given)


def test_house_rules_are_read() -> None:
    """One forbidden word may stand without a list."""
    rules = parse_name_rules({"longest": 80, "forbidden": "test", "pattern": ".*"})
    assert (rules.longest, rules.forbidden, rules.pattern) == (80, ("test",), ".*")
