"""All texts that a user may read keep to one vocabulary and one form."""

from __future__ import annotations

import re

import pytest

from tests.support.messages import messages

AVOIDED = {
    "words that a plain sentence does without": r"\b(whoever|somebody|nobody|shall|whilst|thereof|needs? a look)\b",
    "another form for an option than --rate 5": r"\(from --",
    "curly quotation marks": "[“”]",
    "two spaces after a full stop": r"\.  [A-Z]",
    "a space before a full stop": r"\w \.(\s|$)",
    "an apology or a cheer": r"\b(sorry|please|oops|success(fully)?)\b(?! answer y or n)",
}


@pytest.mark.parametrize("what", AVOIDED)
def test_no_text_has(what: str) -> None:
    """The few exceptions would be as hard to explain as the words themselves."""
    found = [f"{place}: {text}" for place, text in messages() if re.search(AVOIDED[what], text, re.IGNORECASE)]
    # These two modules look for what others have typed or damaged.
    assert [one for one in found if "loader/damage.py" not in one and "progress/row_lines.py" not in one] == []


def test_the_collection_is_whole() -> None:
    """A text of each kind is found: a sentence, one with a value in it, a help text."""
    texts = {text for _, text in messages()}
    assert "Stopped by Ctrl-C." in texts
    assert any("more than {limit} allows" in text for text in texts)
    assert "Ask no question." in texts
