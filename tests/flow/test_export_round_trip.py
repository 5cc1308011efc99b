"""Orders with any names enter an export; the loader gives back exactly these ids and names, and renames none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_renamer.exporting import write_export
from batch_renamer.loader import LoadOptions, open_sheet
from batch_renamer.model import Found, Order, RenameRequest, RowProblem
from batch_renamer.planning import decide

HARD = [
    *("=1+1", "'tis", "'123", "''x", "-5", "+49", "@a", '="007"', "a, b", 'a"b', '"q"', '","', ' "', "a;b", "\t"),
    *(" lead", "trail ", "a\nb", "a\r\nb", "<r>x</r>", "_x0041_", "NA", "#N/A", "#REF!", "1e5", "007", "2026-11-01"),
    *("\uff1d1", "\u200bx", "a\x07b", "TRUE", "no", "'quoted'", "\ufffd", "e\u0301", "\U0001f600"),
]
NAMES = (
    st.none()
    | st.lists(st.sampled_from(HARD), max_size=3).map("".join)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
)
IDS = st.from_regex(r"[A-Za-z0-9_=+'@-]{1,12}", fullmatch=True)


def loaded(path: Path) -> list[RenameRequest | RowProblem]:
    """Read the file as `plan` does."""
    with open_sheet(path, LoadOptions()) as sheet:
        assert sheet.columns.is_export
        return [row for chunk in sheet.chunks() for row in chunk]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(IDS, NAMES, min_size=1, max_size=6))
def test_what_is_exported_is_what_is_read(ending: str, tmp_path: Path, names: dict[str, str | None]) -> None:
    """Each row is left as it is; once a name is filled in, the guard lets it pass."""
    orders = [
        Order(order_id=order_id, name=name, created_at="2026-11-01T00:00:00Z") for order_id, name in names.items()
    ]
    (target := tmp_path / f"orders{ending}").unlink(missing_ok=True)
    rows = loaded(write_export(target, orders))
    for row, order in zip(rows, orders, strict=True):
        assert isinstance(row, RenameRequest)
        assert (row.order_id, row.left_out != "") == (order.order_id, True)
        filled_in = RenameRequest(row=2, order_id=row.order_id, new_name="\u00a7", current_name=row.current_name)
        assert "Change" in type(decide(filled_in, Found(order=order, read_at=0.0))).__name__


@pytest.mark.parametrize(
    ("typed", "skip", "expected"),
    [
        pytest.param("'t Hof 3", "", ("'t Hof 3", ""), id="a letter, no guard"),
        pytest.param("12 Elm", "no", ("12 Elm", ""), id="no is no mark"),
        pytest.param("12 Elm", "x", ("12 Elm", "x"), id="a mark"),
    ],
)
def test_what_a_person_fills_in_is_read_like_any_spreadsheet(
    tmp_path: Path, typed: str, skip: str, expected: tuple[str, str]
) -> None:
    """Further columns may follow; only the columns of the export must stay."""
    path = write_export(tmp_path / "orders.csv", [Order(order_id="a1", name="=1+1")])
    heading, row = path.read_text("utf-8-sig").splitlines()
    path.write_text(f"{heading},Agent\n{row.replace(',,,', f',{typed},{skip},', 1)},Ann\n", "utf-8")
    [read] = loaded(path)
    assert isinstance(read, RenameRequest)
    assert (read.new_name, read.skip, read.current_name) == (*expected, "=1+1")


def test_the_order_of_a_damaged_id_is_still_asked_for(tmp_path: Path) -> None:
    """A spreadsheet program may have rewritten an id when it saved the .csv, so those are looked at as ever."""
    path = write_export(tmp_path / "orders.csv", [Order(order_id="1-2", name="b")])
    path.write_text(path.read_text("utf-8-sig").replace("1-2", "02-Jan"), "utf-8")
    [read] = loaded(path)
    assert isinstance(read, RowProblem)
