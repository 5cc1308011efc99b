"""The name under which an uploaded spreadsheet is kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.web.uploads import safe_file_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("orders.xlsx", "orders.xlsx"),
        ("Bestellungen März (2).xlsx", "Bestellungen März (2).xlsx"),
        ("Cafe\u0301.csv", "Café.csv"),
        ("注文.csv", "注文.csv"),
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\orders.csv", "orders.csv"),
        ("/", "spreadsheet"),
        ("..", "spreadsheet"),
        ("", "spreadsheet"),
        (" \u200b ", "spreadsheet"),
        ("orders", "orders"),
        ("a\x00b\nc.csv", "a_b_c.csv"),
        ("gpj.\u202excod.csv", "gpj.xcod.csv"),
        ("half\ud800.csv", "half_.csv"),
        ('a<b>:"c"|?*.csv', "a_b___c____.csv"),
        ("orders.csv. . ", "orders.csv"),
        ("NUL", "_NUL"),
        ("con.csv", "_con.csv"),
        ("COM1.orders.xlsx", "_COM1.orders.xlsx"),
        ("console.csv", "console.csv"),
        ("About.JSON", "_About.JSON"),
        ("~$orders.xlsx", "~$orders.xlsx"),
        (".~lock.orders.ods#", ".~lock.orders.ods#"),
        ("orders.gsheet", "orders.gsheet"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_safe(given_name: str, kept: str) -> None:
    """People recognize their file, and nothing in its name leads elsewhere or steers a screen."""
    assert safe_file_name(given_name) == kept


@pytest.mark.parametrize("letter", ["x", "é", "注", "🏠"])
def test_a_long_name_is_cut_before_its_ending(letter: str) -> None:
    """File systems take 255 bytes, of which results and reports need some."""
    kept = safe_file_name(letter * 400 + ".xlsx")
    assert kept.endswith(f"{letter}.xlsx")
    assert 150 < len(kept.encode()) <= 165


@given(st.text(st.characters() | st.sampled_from("./\\\0:~$ \u202e\ud800"), max_size=300))
def test_any_name_is_safe_and_stays_as_it_is_kept(name: str) -> None:
    """It is one part of a path, every file system takes it, and keeping it again changes nothing."""
    kept = safe_file_name(name)
    assert Path(kept).name == kept == safe_file_name(kept)
    assert os.fsencode(kept).isascii() or len(os.fsencode(kept)) <= 255
    assert kept.isprintable() or not kept.isascii()
    assert kept.casefold() != "about.json"
