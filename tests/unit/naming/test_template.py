"""A template with columns, a counter and the current name; what is wrong with one is a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.naming.template import Filled, Template
from batch_renamer.text import heading_key


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("{address} – {date}", "12 Elm – 1 May", id="columns"),
        pytest.param("{ address }", "12 Elm", id="spaces in the braces"),
        pytest.param("{n}. {address}", "7. 12 Elm", id="counter"),
        pytest.param("{n:03} {N:02}", "007 07", id="counter with digits"),
        pytest.param("{Order-ID} {address}", "a1 12 Elm", id="id"),
        pytest.param("{{{address}}}", "{12 Elm}", id="braces"),
        pytest.param("{address}{address}", "12 Elm12 Elm", id="a column twice"),
    ],
)
def test_fields_are_filled_in(text: str, made: str) -> None:
    """Each field has the text of its column; the rest stays as it is."""
    values = {"address": "12 Elm", "date": "1 May"}
    assert Template(text).filled(values, n=7, order_id="a1") == Filled(made)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("{a.b} {a[0]} {a!r}", ("a.b", "a[0]", "a!r"), id="no attribute, item or conversion"),
        pytest.param("{Date: shot}", ("Date: shot",), id="a colon in a heading"),
        pytest.param("{n} {order_id} {Current Name} {note}", ("note",), id="fields that are no columns"),
        pytest.param("{nn}", ("nn",), id="a heading that begins like the counter"),
    ],
)
def test_everything_else_in_braces_is_the_heading_of_a_column(text: str, columns: tuple[str, ...]) -> None:
    """So nothing of a template is ever evaluated."""
    assert Template(text).columns == columns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("{address", "has a lone { at place 1", id="never closed"),
        pytest.param("address}", "has a lone } at place 8", id="never opened"),
        pytest.param("{{address}", "has a lone } at place 10", id="escaped on one side"),
        pytest.param("{}", "has empty braces at place 1", id="empty"),
        pytest.param("{ _ }", "has empty braces at place 1", id="nothing that a heading is compared by"),
        pytest.param("Elm", "has no field", id="no field"),
        pytest.param("{n:3}", r"has the counter \{n:3\}: write \{n\}, or \{n:03\}", id="spaces in a counter"),
        pytest.param("{n:03x}", r"has the counter \{n:03x\}", id="another number system"),
        pytest.param("{n:}", r"has the counter \{n:\}", id="no digits"),
        pytest.param("{n:099}", "has a counter with 99 digits; the most are 20", id="very many digits"),
    ],
)
def test_text_that_is_no_template_is_refused(text: str, why: str) -> None:
    """The reason goes on after the name of the option."""
    with pytest.raises(ValueError, match=f"^{why}"):
        Template(text)


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_blank_value_leaves_no_text(blank: str) -> None:
    """A name with a hole in it would be sent as if it were meant."""
    assert Template("{address} {date}").filled({"address": "12 Elm", "date": blank}) == Filled(blank="date")


def test_current_name_is_left_for_later() -> None:
    """It is known when the order has been read; braces in other values stay what they are."""
    template = Template("{current_name} ({note}) {n}")
    assert template.needs_current_name
    filled = template.filled({"note": "{current_name}"}, n=3)
    assert Template(filled.text).with_current_name("{n} Elm") == "{n} Elm ({current_name}) 3"


@given(st.text(), st.text(), st.text())
def test_any_text_is_a_template_or_refused(text: str, value: str, name: str) -> None:
    """Whatever is typed, nothing but a sentence comes of it; and two steps make what one would make."""
    try:
        template = Template(text)
    except ValueError:
        return
    values = dict.fromkeys(template.columns, value)
    filled = template.filled(values, n=1, order_id="a1")
    if filled.blank is not None:
        assert not values[filled.blank].strip()
    elif template.needs_current_name:
        assert Template(filled.text).with_current_name(name).count(name) >= 1
    assert all(heading_key(column) for column in template.columns)
