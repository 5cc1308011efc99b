"""Names: two forms of one name, and what a server may have made of a name, are told from another name."""

from __future__ import annotations

import pytest

from batch_renamer.names import made_from, same_in_other_form


@pytest.mark.parametrize(
    "kept",
    ["12 Café St", "12 Cafe\u0301 St", " 12 Café St ", "12\xa0Café  St", "12 Café St\u200b"],
    ids=["equal", "decomposed", "spaces at the ends", "spaces inside", "zero width"],
)
def test_a_name_in_another_form_is_the_same_name(kept: str) -> None:
    """Unicode's form and white space make no other name for a person who reads it."""
    assert same_in_other_form(kept, "12 Café St")


@pytest.mark.parametrize("kept", [None, "", "12 café st", "12 Cafe St", "12 Café S", "12 Caf&eacute; St"])
def test_another_name_is_no_other_form(kept: str | None) -> None:
    """Case, accents, cuts and escapes are seen by a person."""
    assert not same_in_other_form(kept, "12 Café St")


@pytest.mark.parametrize(
    "kept",
    [
        "12 café & bar street",
        "12 Café &amp; Bar Street",
        "12 Cafe & Bar Street",
        "12%20Caf%C3%A9%20%26%20Bar%20Street",
        "12 Café & Ba",
        "12 Café & Bar S…",
        "12 Café & Bar...",
        "12 CAFÉ &amp; BA",
        "12 Café \\& Bar Street",
    ],
)
def test_what_a_server_may_have_made_of_a_name_is_recognised(kept: str) -> None:
    """Cut, in another case, escaped, without accents, or several of these."""
    assert made_from(kept, "12 Café & Bar Street")


@pytest.mark.parametrize(
    "kept", [None, "", "12 Caf", "12 Café &", "12 Café & Bar", "Villa Rosa", "12 Café & Bar Street, flat 3", "…"]
)
def test_a_name_by_another_hand_is_not_taken_for_the_servers(kept: str | None) -> None:
    """A few equal letters at the start prove nothing, and no server adds words."""
    assert not made_from(kept, "12 Café & Bar Street")
