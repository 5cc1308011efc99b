"""Signs that a file is half-written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from batch_renamer.nightly.inbox.wholeness import what_is_missing


def workbook() -> bytes:
    """Return a small workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet().write_row(0, 0, ["order_id", "new_name"])
    return buffer.getvalue()


CUT = "its last line is cut"


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        (b"order_id,new_name\na1,12 Elm St\n", ""),
        (b"order_id,new_name\na1,12 Elm St", ""),
        (b"order_id,new_name\r\na1,12 Elm St\r\n\x1a", ""),
        (b"order_id,new_name\ra1,12 Elm St", ""),
        (b"order_id,new_name\na1,12 Elm St\na", CUT),
        (b"order_id;new_name\r\na1;12 Elm St\r\na2", CUT),
        (b'order_id,new_name\na1,"12 El', CUT),
        (b"order_id,new_name", ""),
        (b"", ""),
        (b"order_id\na1", ""),
        ("order_id\tnew_name\na1\t12 Elm St".encode("utf-16"), ""),
        ("order_id\tnew_name\na1".encode("utf-16"), CUT),
        (
            b"order_id,new_name\na1,12 Elm St\n" + bytes(4096),
            "it ends with zeros, as space that is reserved for a copy",
        ),
    ],
    ids=[
        "whole",
        "no last line end",
        "end of file of DOS",
        "line ends of old Macs",
        "cut id",
        "semicolons",
        "open quotation mark",
        "heading alone",
        "empty",
        "one column",
        "UTF-16",
        "cut in UTF-16",
        "reserved space",
    ],
)
def test_texts(tmp_path: Path, content: bytes, missing: str) -> None:
    """A text that stops in the middle of a record looks half-written; one without its last line end does not."""
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert what_is_missing(path) == missing


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_without_its_end_is_half_written(tmp_path: Path, share: float) -> None:
    """Wherever it is cut, and also where space is reserved for the rest."""
    whole, path = workbook(), tmp_path / "orders.xlsx"
    path.write_bytes(whole)
    assert what_is_missing(path) == ""
    for rest in (b"", bytes(200_000)):
        path.write_bytes(whole[: int(len(whole) * share)] + rest)
        assert what_is_missing(path) == "the end of the workbook is missing"
