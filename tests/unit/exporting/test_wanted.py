"""The words of the options enter; which orders are wanted leaves."""

from __future__ import annotations

import datetime

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.exporting import parse_wanted
from batch_renamer.model import Order

NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)
ORDER = Order(order_id="a1", name="12 Elm St Cafe\u0301", status="Processed", created_at="2026-11-20T08:00:00Z")


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        pytest.param({}, True, id="anything"),
        pytest.param({"name_contains": "ELM"}, True, id="in any case"),
        pytest.param({"name_contains": "Caf\u00e9"}, True, id="in any Unicode form"),
        pytest.param({"name_contains": "Oak"}, False, id="another name"),
        pytest.param({"status": "processed"}, True, id="status"),
        pytest.param({"status": "process"}, False, id="half a status"),
        pytest.param({"since": "2026-11-20T08:00:00Z"}, True, id="from that moment on"),
        pytest.param({"since": "2026-11-20T08:00:01+00:00"}, False, id="a second too old"),
        pytest.param({"since": "7d"}, True, id="days"),
        pytest.param({"since": "143h"}, False, id="hours"),
        pytest.param({"since": "1w"}, True, id="weeks"),
        pytest.param({"since": "2026-11-01", "name_contains": "elm", "status": "error"}, False, id="all must fit"),
    ],
)
def test_an_order_fits_what_is_wanted(options: dict[str, str], fits: bool) -> None:
    """Name and status are compared without regard to case, moments exactly."""
    assert parse_wanted(**options, now=NOW).fits(ORDER) is fits


@pytest.mark.parametrize("created_at", [None, "soon", ""])
def test_an_order_without_a_date_is_taken(created_at: str | None) -> None:
    """It may be new, and a person sees that it has none."""
    assert parse_wanted(since="1h", now=NOW).fits(Order(order_id="a1", name="b", created_at=created_at))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"since": "soon"}, "--since soon: must be a date"),
        ({"since": "2026-13-01"}, "--since 2026-13-01: must be a date"),
        ({"since": "999999w"}, "--since 999999w: must be a date"),
        ({"sort": "size"}, "--sort size: must be one of name, -name, date, -date"),
        ({"limit": "0"}, "--limit 0: must be a number of orders"),
        ({"limit": "ten"}, "--limit ten: must be a number of orders"),
        ({"name_contains": " "}, '--name-contains " ": must not be blank'),
        ({"status": ""}, '--status "": must not be blank'),
    ],
    ids=str,
)
def test_what_can_not_be_understood_is_refused(options: dict[str, str], said: str) -> None:
    """The sentence names the option, and what it takes."""
    with pytest.raises(SettingsError) as refused:
        parse_wanted(**options, now=NOW)
    assert str(refused.value).startswith(said)
