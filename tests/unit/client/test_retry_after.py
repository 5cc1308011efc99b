"""``Retry-After``: a table of headers enters; the seconds to wait leave, whatever this machine's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_renamer.client.orders_api.retry_after import retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
YEAR_S = 365 * 24 * 3600


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("691200", 691_200.0),
        ("-1", 0.0),
        ("9" * 400, YEAR_S),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("Sat, 28 Feb 2026 12:00:00 GMT", 0.0),
        ("", None),
        ("   ", None),
        ("1e3", None),
        ("1_000", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("soon", None),
        ("Mon, 09 Mar 2026 12:00:00 GMT", 8 * 86_400.0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Sun, 01 Mar 2026 12:00:30 +99999999999999", None),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
    ids=repr,
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    """Seconds and dates are believed, however far ahead; what has passed is no wait, and nonsense no hint."""
    assert retry_after_s({"Retry-After": text}, now=NOW) == seconds


def test_no_retry_after_is_no_hint() -> None:
    """Without the header nothing is known."""
    assert retry_after_s({}) is None


def test_retry_after_date_is_measured_from_now() -> None:
    """A date long gone asks for no wait, whatever the time is."""
    assert retry_after_s({"Retry-After": "Thu, 01 Jan 1998 00:00:00 GMT"}) == 0.0


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]{1,9} [+-]?\w{1,16}"))
@example("Mon, 01 Jan 0000 00:00:00 GMT")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
def test_any_retry_after_is_a_wait_or_nothing(text: str) -> None:
    """No header makes the reading of it fail, and none asks for more than a year."""
    for date in ({}, {"Date": text}):
        seconds = retry_after_s({"Retry-After": text, **date}, now=NOW)
        assert seconds is None or 0 <= seconds <= YEAR_S


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)], ids=str)
@pytest.mark.parametrize("form", ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
def test_date_is_counted_from_the_answers_own_date(ahead: timedelta, form: str) -> None:
    """The two clocks may differ by an hour or a year, and be written in the older formats."""
    there = NOW + ahead
    headers = {"Date": there.strftime(form), "Retry-After": (there + timedelta(seconds=30)).strftime(form)}
    assert retry_after_s(headers, now=NOW) == 30.0


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Sun, 99 Mar 2026 12:00:00 GMT", "0", "Mon, 01 Jan 99999 00:00:00 GMT"]
)
def test_answer_with_a_date_that_is_none_is_counted_from_this_clock(date: str) -> None:
    """Junk in ``Date`` is as good as no ``Date``."""
    assert retry_after_s({"Date": date, "Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT"}, now=NOW) == 30.0


def test_seconds_need_no_clock() -> None:
    """A number is the same by any clock."""
    assert retry_after_s({"Date": "Thu, 01 Jan 1998 00:00:00 GMT", "Retry-After": "30"}, now=NOW) == 30.0
