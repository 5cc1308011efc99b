"""Who has a spreadsheet open, by the lock file beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.nightly.inbox import locks
from batch_renamer.nightly.inbox.locks import open_in


def excel(name: str, *, codec: str = "cp1252") -> bytes:
    """Return what Excel writes into its lock file."""
    narrow, wide = name.encode(codec, "replace"), name.encode("utf-16-le")
    first = bytes([len(narrow)]) + narrow.ljust(54)
    return first + len(name).to_bytes(2, "little") + wide + b" \0" * (54 - len(name))


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A spreadsheet in an inbox."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(b"x")
    return path


@pytest.mark.parametrize(
    ("lock", "content", "said"),
    [
        ("~$orders.xlsx", excel("A Person"), "is open in Excel (A Person), locked since"),
        ("~$orders.xlsx", excel("Zoë Müller"), "is open in Excel (Zoë Müller), locked since"),
        ("~$orders.xlsx", excel("山田"), "is open in Excel (山田), locked since"),
        ("~$orders.xlsx", bytes([3]) + b"Ann", "is open in Excel (Ann), locked since"),
        ("~$orders.xlsx", b"", "is open in Excel, locked since"),
        ("~$orders.xlsx", b"\xff" * 165, "is open in Excel, locked since"),
        ("~$orders.xlsx", excel("a\x1b[31m"), r"is open in Excel (a\x1b[31m), locked since"),
        (
            ".~lock.orders.xlsx#",
            b"A Person,aperson,desk-7,26.11.2026 09:12,file:///home/a;",
            "is open in LibreOffice (A Person on desk-7), locked since",
        ),
        (
            ".~lock.orders.xlsx#",
            b",aperson,desk-7,26.11.2026 09:12,file:///home/a;",
            "is open in LibreOffice (aperson on desk-7), locked since",
        ),
        (
            ".~lock.orders.xlsx#",
            rb"Person\, A,aperson,desk-7,26.11.2026 09:12,file:///home/a;",
            "is open in LibreOffice (Person, A on desk-7), locked since",
        ),
        (".~lock.orders.xlsx#", b"", "is open in LibreOffice, locked since"),
        (".~lock.orders.xlsx#", b"\\", "is open in LibreOffice, locked since"),
    ],
)
def test_the_sentence_names_the_program_and_the_person(sheet: Path, lock: str, content: bytes, said: str) -> None:
    """It says since when the file is locked, and which file to delete if it is not open."""
    path = sheet.with_name(lock)
    path.write_bytes(content)
    os.utime(path, (1_795_600_000, 1_795_600_000))
    sentence = open_in(sheet)
    assert sentence.startswith(f'"orders.xlsx" {said} 2026-11-2')
    assert f'if it is not open, delete the lock file "{lock}"' in sentence


def test_the_shipped_example_is_read(sheet: Path) -> None:
    """A lock file of a real program."""
    content = b"\x08A Person" + b" " * 46 + b"\x08\0" + "A Person".encode("utf-16-le") + b" \0" * 46
    sheet.with_name("~$orders.xlsx").write_bytes(content)
    assert "(A Person)" in open_in(sheet)


@given(content=st.binary(max_size=300))
def test_any_content_gives_a_name_that_is_safe_to_print(content: bytes) -> None:
    """Nothing in a lock file steers a terminal or breaks a line."""
    for owner in (locks._owner_in_excel, locks._owner_in_libreoffice):
        assert isinstance(owner(content), str)


def test_a_lock_that_can_not_be_read_is_one_all_the_same(sheet: Path) -> None:
    """Excel on Windows keeps its lock file to itself."""
    sheet.with_name("~$orders.xlsx").mkdir()
    assert open_in(sheet).startswith('"orders.xlsx" is open in Excel, locked since')


def test_a_file_without_a_lock_is_not_open(sheet: Path) -> None:
    """Locks of other files don't matter."""
    sheet.with_name("~$other.xlsx").write_bytes(excel("A Person"))
    assert open_in(sheet) == ""


def test_a_name_that_is_too_long_for_a_lock_is_not_open(tmp_path: Path) -> None:
    """No program can make a lock file whose name is too long."""
    path = tmp_path / ("a" * 250 + ".xlsx")
    path.write_bytes(b"x")
    assert open_in(path) == ""
