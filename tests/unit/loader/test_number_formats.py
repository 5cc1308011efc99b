"""What a cell shows of a number or a text, by the code of its format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.loader.isolated.number_formats import BUILT_IN, NumberFormat


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("General", 1234, "1234"),
        ("General", -3, "-3"),
        ("0", 12, "12"),
        ("@", 12, "12"),
        ('"Plot "0', 12, "Plot 12"),
        ('"Plot "0', -12, "-Plot 12"),
        ("000000", 123, "000123"),
        ("000000", 1234567, "1234567"),
        ('0" Elm"', 12, "12 Elm"),
        ('"Flat "0" rear"', 3, "Flat 3 rear"),
        ("\\P0", 7, "P7"),
        ('General" Elm"', 7, "7 Elm"),
        ("000\\-00\\-0000", 123456789, "123-45-6789"),
        ("00-00", 1, "00-01"),
        ("#0", 12, "12"),
        ("0#", 5, "05"),
        ("#", 12, "12"),
        ("0;(0)", -3, "(3)"),
        ("0;-0;;@", 5, "5"),
        ('0;-0;"none"', 0, "none"),
        ("[Red]0", 3, "3"),
        ("[$-409]0", 3, "3"),
        ("[$№-419]0", 3, "№3"),
        ('"0"#', 0, "0"),
        ("0;@", -5, "-5"),
        ("0;@", 0, "0"),
        ('"A"0;"B"@', -5, "-A5"),
        ('"P "0;"N "0;"T "@', 0, "P 0"),
        ('"P "0;"N "0;"T "@', -5, "N 5"),
        ('"P "0;"N "0;"Z "0;"T "@', 0, "Z 0"),
    ],
)
def test_simple_formats_are_shown_exactly(code: str, number: int, shown: str) -> None:
    """Literals, leading zeros, signs and sections are the same for every reader."""
    assert NumberFormat(code).of_number(number) == shown


@pytest.mark.parametrize(
    "code",
    [
        *("0.00", "#,##0", "0%", "0.00E+00", "# ?/?", "???", "0.", "0,", "0:00"),
        *("yyyy", "Elm 0", "[>5]0;0", "0*x", "[$-2000401]0", "[DBNum1]0", ";;;", '""', "0;0;0;0;0"),
        *(None, '"Plot 0', "0 General", '"No "@', "@;0"),
    ],
)
def test_formats_that_depend_on_more_are_not_known(code: str | None) -> None:
    """Separators, dates, conditions, other numerals, or nothing to be seen: none of these is guessed."""
    assert NumberFormat(code).of_number(1234) is None


@pytest.mark.parametrize(("code", "number"), [("#", 0), ("0;-0;;@", 0), ("0;;", -1)])
def test_number_that_is_not_to_be_seen_is_not_known(code: str, number: int) -> None:
    """A person sees a blank cell where the file has a number."""
    assert NumberFormat(code).of_number(number) is None


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("@", "12 Elm"),
        ("General", "12 Elm"),
        ("0.00", "12 Elm"),
        ("0;-0;;@", "12 Elm"),
        ("#,##0;@", "12 Elm"),
        ('"Plot "@', "Plot 12 Elm"),
        ('0;0;0;@" rear"', "12 Elm rear"),
        (";;;", None),
        ('0;0;0;"text"', None),
        ("@*x", None),
    ],
)
def test_texts_have_formats_too(code: str, shown: str | None) -> None:
    """A text is shown as it is unless the format has a place for it."""
    assert NumberFormat(code).of_text("12 Elm") == shown


def test_only_general_zero_and_at_are_plain() -> None:
    """Of the formats that a file needn't spell out, no other shows a number as its digits."""
    assert {number for number, code in BUILT_IN.items() if NumberFormat(code).is_plain} == {0, 1, 49}


@given(st.text('0#?;@"\\_[]$-<>=*.,%/: Eadgn', max_size=12), st.integers(-(10**15), 10**15))
def test_any_code_ends_in_a_text_or_in_none(code: str, number: int) -> None:
    """Codes are untrusted text; whole numbers are never shown with other digits than their own."""
    shown = NumberFormat(code).of_number(number)
    assert shown is None or shown.strip()
    NumberFormat(code).of_text("x")
