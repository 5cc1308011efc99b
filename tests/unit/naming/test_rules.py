"""The rules of a run as a value, and as the text that the journal keeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.naming.rules import NamingRules
from batch_renamer.settings import NameRules, Replacement

PAIRS = st.lists(st.builds(Replacement, st.text(min_size=1), st.text())).map(tuple)
RULES = st.builds(
    NamingRules,
    template=st.none() | st.text(),
    replace=PAIRS,
    replace_regex=PAIRS,
    same_name=st.sampled_from(["warn", "refuse", "number"]),
    house=st.builds(
        NameRules,
        longest=st.none() | st.integers(min_value=1),
        forbidden=st.lists(st.text()).map(tuple),
        pattern=st.none() | st.text(),
    ),
)


@given(RULES)
def test_kept_rules_are_the_same_rules(rules: NamingRules) -> None:
    """A run that is resumed goes on with the rules that it was begun with."""
    text = rules.as_text()
    assert NamingRules.from_text(text) == rules
    assert text is None or text.isascii()
