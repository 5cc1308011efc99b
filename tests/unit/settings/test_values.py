"""Values as people write them enter; what the program works with leaves, or a sentence of refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.settings import MaxFailures
from batch_renamer.settings.values import (
    check_column,
    check_current_name_column,
    check_delimiter,
    check_encoding,
)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("20", MaxFailures(count=20)),
        (0, MaxFailures(count=0)),
        ("5%", MaxFailures(percent=5)),
        (" 2.5 % ", MaxFailures(percent=2.5)),
        (MaxFailures(count=3), MaxFailures(count=3)),
    ],
    ids=str,
)
def test_max_failures_reads_counts_and_shares(given_text: object, expected: MaxFailures) -> None:
    """A number is rows, a number with % is a share."""
    assert MaxFailures.parse(given_text) == expected


@pytest.mark.parametrize(
    "text", ["", "%", "-1", "101%", "5 rows", "\u0665", "1e3", "nan%", True, 2.5, None, "9" * 10], ids=repr
)
def test_max_failures_refuses_everything_else(text: object) -> None:
    """What is no brake must not pass as one."""
    with pytest.raises(ValueError, match=r"^must be "):
        MaxFailures.parse(text)


@pytest.mark.parametrize("both", [{}, {"count": 1, "percent": 1.0}], ids=["neither", "both"])
def test_max_failures_is_one_of_the_two(both: dict[str, int]) -> None:
    """A count and a share at once would be two brakes."""
    with pytest.raises(ValueError, match="either"):
        MaxFailures(**both)


@given(st.one_of(st.integers(0, 10**9 - 1), st.integers(0, 100).map("{}%".format)))
def test_max_failures_reads_what_it_writes(text: object) -> None:
    """The value in a log or a printed command means the same when typed."""
    limit = MaxFailures.parse(text)
    assert MaxFailures.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("limit", "failed", "rows", "stops"),
    [
        ("0", 0, 1, False),
        ("0", 1, 1, True),
        ("3", 3, 3, False),
        ("3", 4, 1000, True),
        ("50%", 19, 19, False),
        ("50%", 10, 20, False),
        ("50%", 11, 20, True),
        ("0%", 0, 20, False),
        ("0%", 1, 20, True),
        ("100%", 50, 50, False),
    ],
)
def test_max_failures_stops_beyond_the_limit(limit: str, failed: int, rows: int, stops: bool) -> None:
    """As many as allowed are allowed; a share counts from 20 rows on."""
    assert MaxFailures.parse(limit).exceeded(failed=failed, rows=rows) is stops


@pytest.mark.parametrize(
    ("given_text", "sign"),
    [
        ("tab", "\t"),
        ("TAB", "\t"),
        ("\\t", "\t"),
        ("\t", "\t"),
        ("comma", ","),
        ("semicolon", ";"),
        ("pipe", "|"),
        ("^", "^"),
    ],
    ids=repr,
)
def test_delimiter_is_a_word_or_a_sign(given_text: str, sign: str) -> None:
    """A tab is hard to type and a pipe hard to quote, so words will do."""
    assert check_delimiter(given_text) == sign


@pytest.mark.parametrize("text", ["", "a", "7", " ", "\n", '"', "'", ",,", "\x00", "\u200b", "colon"], ids=repr)
def test_delimiter_that_occurs_in_cells_is_refused(text: str) -> None:
    """Letters, digits, spaces and quotes belong to the cells."""
    with pytest.raises(ValueError, match="must be tab, comma"):
        check_delimiter(text)


@pytest.mark.parametrize("name", ["utf-8", "UTF-16", "cp1252", "mac_roman"])
def test_encoding_that_python_knows_is_kept(name: str) -> None:
    """The reader gets the name as typed."""
    assert check_encoding(name) == name


@pytest.mark.parametrize("name", ["utf-9", "rot13", "base64", "", "a\0b", "undefined"], ids=repr)
def test_encoding_that_gives_no_text_is_refused(name: str) -> None:
    """Codecs that turn bytes into bytes are no encodings."""
    with pytest.raises(ValueError, match="not a known text encoding"):
        check_encoding(name)


@pytest.mark.parametrize(
    ("heading", "expected"), [(2024, "2024"), ("Name", "Name"), (True, True), (1.5, 1.5)], ids=repr
)
def test_heading_may_be_a_number_in_toml(heading: object, expected: object) -> None:
    """``sheet = 2`` is what people write; other types are left for refusal."""
    assert check_column(heading) == expected


@pytest.mark.parametrize(("heading", "expected"), [("NONE", "none"), (" None ", "none"), ("Old name", "Old name")])
def test_no_guard_is_written_in_one_way(heading: str, expected: str) -> None:
    """The code that reads the setting compares with one word."""
    assert check_current_name_column(heading) == expected
