"""What can't be a spreadsheet is refused in one clear line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_renamer import loader
from batch_renamer.errors import SheetError
from batch_renamer.loader import open_sheet
from tests.support.workbooks import ods, xls, xlsx, xlsx_row, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "b")


def refusal(path: Path | str) -> str:
    """Return the line with which a path is refused."""
    with pytest.raises(SheetError) as refused, open_sheet(path) as sheet:
        list(sheet.chunks())
    line = str(refused.value)
    assert line.isprintable()
    assert line.endswith(".")
    return line


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """The path is repeated, for it is often mistyped."""
    assert refusal(tmp_path / "none.csv") == f"There is no file {tmp_path}/none.csv."


def test_directory_is_refused(tmp_path: Path) -> None:
    """With the hint that a file in it may be meant."""
    assert refusal(tmp_path) == f"{tmp_path} is a directory: name the spreadsheet in it."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A file is read twice, which no pipe can bear; opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert "is not a regular file" in refusal(tmp_path / "pipe")


def test_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own words say why."""
    path = tmp_path / "orders.csv"
    path.touch()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert refusal(path) == f"{path} can't be opened: Permission denied."


def test_impossible_name_is_refused() -> None:
    """A zero byte can be in no file name."""
    assert "\\x00" in refusal("a\0b.csv")


def test_control_characters_of_a_file_name_are_escaped(tmp_path: Path) -> None:
    """A file name is untrusted, too."""
    assert "\\x1b[31m" in refusal(tmp_path / "\x1b[31m.csv")


def test_empty_file_is_refused(tmp_path: Path) -> None:
    """Zero bytes."""
    (tmp_path / "orders.xlsx").touch()
    assert refusal(tmp_path / "orders.xlsx") == f"{tmp_path}/orders.xlsx is empty."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"{\\rtf1 x}", "an RTF document"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "a packed file (gzip)"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><table>", "a web page"),
        (b"<html><table><tr><td>order_id", "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML file"),
        (b"PK\x05\x06" + bytes(18), "an empty archive"),
    ],
    ids=["pdf", "rtf", "gzip", "html doctype", "html", "xml", "empty zip"],
)
def test_other_kinds_of_file_are_named(tmp_path: Path, content: bytes, what: str) -> None:
    """Web pages that call themselves .xls are the common case."""
    path = tmp_path / "orders.xls"
    path.write_bytes(content)
    assert f"is not a spreadsheet but {what}" in refusal(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (lambda: xlsx({"A": GOOD})[:-200], "is damaged or cut off"),
        (lambda: xls({(0, 0): "order_id"})[:1500], "is damaged or cut off"),
        (lambda: b"PK\x03\x04" + bytes(500), "is damaged or cut off"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is damaged or cut off"),
        (lambda: xlsx({"A": GOOD}, extra={"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"}), "is damaged"),
        (lambda: zipped({"word/document.xml": "<x/>"}), "is not a spreadsheet"),
        (lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "is not a spread"),
        (lambda: xls({}).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")), "is not a spread"),
        (lambda: xls({}, before=[(0x2F, bytes(54))]), "is protected with a password"),
        (
            lambda: xls({}).replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")),
            "is protected with a password",
        ),
        (
            lambda: ods("", extra={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
            "is protected with a password",
        ),
    ],
    ids=[
        "xlsx cut",
        "xls cut",
        "zip junk",
        "ole junk",
        "broken xml",
        "docx",
        "odt",
        "doc",
        "xls password",
        "xlsx password",
        "ods password",
    ],
)
def test_unusable_workbooks_are_refused(tmp_path: Path, content: Callable[[], bytes], what: str) -> None:
    """Each with its cause and what to do."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(content())
    assert refusal(path).removeprefix(f"{path} ").startswith(what)


@pytest.mark.parametrize(("name", "content"), [("orders.xlsx", b"order_id,new_name\na1,b\n"), ("orders.csv", None)])
def test_content_decides_and_not_the_ending(tmp_path: Path, name: str, content: bytes | None) -> None:
    """A text file called .xlsx and a workbook called .csv are both read."""
    path = tmp_path / name
    path.write_bytes(content or xlsx({"A": GOOD}))
    with open_sheet(str(path)) as sheet:
        assert [row.order_id for row in next(sheet.chunks())] == ["a1"]


def test_importing_the_loader_imports_nothing_heavy() -> None:
    """``--help`` must stay quick."""
    code = (
        "import sys, batch_renamer.loader\n"
        "sys.exit(not sys.modules.keys().isdisjoint({'pandas', 'numpy', 'python_calamine'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_face_is_complete() -> None:
    """What is not in it may change; its order is the linter's business."""
    assert all(hasattr(loader, name) for name in loader.__all__)
