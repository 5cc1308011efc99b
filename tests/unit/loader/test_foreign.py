"""What stands beside a spreadsheet or instead of it is refused by what it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import open_sheet

CASES = Path(__file__).parents[2] / "data" / "cases"
LOCK = "the lock file of a workbook that is open: give the workbook itself"
LINK = "a link to a web document: download it as .xlsx"
SHORTCUT = "a shortcut to another file: give the file itself"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("~$orders.xlsx", (CASES / "lock-file.bin").read_bytes(), LOCK),
        ("copy.bin", (CASES / "lock-file.bin").read_bytes(), LOCK),
        (".~lock.orders.ods#", b",A Person,host,25.11.2026 21:00,file:///home/a;", LOCK),
        ("orders.gsheet", (CASES / "orders.gsheet").read_bytes(), LINK),
        ("orders.csv", b'{"url": "https://example.com/d/1", "doc_id": "1"}', LINK),
        ("orders.url", b"[InternetShortcut]\r\nURL=https://example.com/\r\n", LINK),
        ("orders", b"[InternetShortcut]\r\nURL=https://example.com/\r\n", LINK),
        ("orders", b'<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key></dict></plist>', LINK),
        ("orders.desktop", b"[Desktop Entry]\nType=Link\n", SHORTCUT),
        ("orders.csv.lnk", b"L\0\0\0\x01\x14\x02\0\0\0\0\0", SHORTCUT),
        ("._orders.csv", b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "what macOS keeps beside a file: give the file itself"),
        (
            ".orders.csv.icloud",
            b"bplist00",
            "a place-holder for a file that is not on this machine yet: download it first",
        ),
    ],
)
def test_what_is_no_spreadsheet_is_called_what_it_is(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    """The person learns which file to give instead."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SheetError) as refused, open_sheet(path):
        pass
    assert str(refused.value) == f"{path} is not a spreadsheet but {what}."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """It may never be written to."""
    os.mkfifo(tmp_path / "orders.csv")
    with pytest.raises(SheetError, match="is not a regular file"), open_sheet(tmp_path / "orders.csv"):
        pass


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no endless device here")  # noqa: PTH110 - a device
def test_device_without_an_end_is_not_read() -> None:
    """It would never be read to its end."""
    with pytest.raises(SheetError, match="is not a regular file"), open_sheet("/dev/zero"):
        pass
