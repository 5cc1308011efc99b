"""What the name of a file in the inbox says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.nightly.inbox.file_names import in_order_of_name, is_silent, unfinished_name, why_passed
from batch_renamer.nightly.own_names import own_name


def test_files_come_in_the_order_of_file_managers() -> None:
    """Numbers count as numbers, in any case; the order is stated in the documentation."""
    names = ["orders 10.csv", "b.csv", "Orders 2.csv", "A.csv", "orders.csv", "10.csv", "9.csv"]
    assert sorted(names, key=in_order_of_name) == [
        "9.csv",
        "10.csv",
        "A.csv",
        "b.csv",
        "orders.csv",
        "Orders 2.csv",
        "orders 10.csv",
    ]


@given(st.lists(st.text(st.characters(codec=None), min_size=1), unique=True))
def test_any_names_have_one_order(names: list[str]) -> None:
    """Whatever the names are, they can be compared, and their order does not depend on how they came."""
    backwards = names[::-1]
    assert sorted(names, key=in_order_of_name) == sorted(backwards, key=in_order_of_name)


@pytest.mark.parametrize(
    "name",
    [".hidden.xlsx", ".DS_Store", "~$orders.xlsx", ".~lock.orders.xlsx#", "Thumbs.db", "DESKTOP.INI", "@eaDir"],
)
def test_files_of_systems_and_programs_are_not_mentioned(name: str) -> None:
    """They are there without a person who put them there."""
    assert is_silent(name)


@pytest.mark.parametrize("name", ["orders.xlsx", "~orders.xlsx", "thumbs.db.csv", "$orders.csv", "orders.pdf"])
def test_other_files_are_mentioned(name: str) -> None:
    """A person may have put them there."""
    assert not is_silent(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("orders.xlsx.part", "ends with .part"),
        ("orders.xlsx.CRDOWNLOAD", "ends with .crdownload"),
        ("upload.tmp", "ends with .tmp"),
        ("orders.partial", "ends with .partial"),
        ("orders.report-k3f9ab.xlsx", "a report of this program (run k3f9ab)"),
        ("orders.report-k3f9ab-2.html", "a report of this program"),
        ("orders.report-k3f9ab (2).xlsx", "a report of this program"),
        ("orders.backup-k3f9ab.csv", "a backup that this program made"),
        ("orders.results-k3f9ab.csv", "into which this program wrote its results"),
        ("Report.Results-K3F9AB.XLSX", "into which this program wrote its results"),
    ],
)
def test_unfinished_downloads_and_files_of_the_program_are_passed_over(name: str, why: str) -> None:
    """The sentence says why, and what to do if it is a spreadsheet after all."""
    assert why in why_passed(name)
    assert "name" in why_passed(name)


@pytest.mark.parametrize(
    "name",
    ["orders.xlsx", "report-k3f9ab.xlsx", "orders.report-2026.xlsx", "part", "party.csv", "a.report-k3f9abc.csv"],
)
def test_names_that_only_look_alike_are_read(name: str) -> None:
    """A run's id has six signs, and an ending begins with a point."""
    assert why_passed(name) == ""
    assert own_name(name) is None


def test_the_placeholder_of_a_cloud_drive_stands_for_a_file() -> None:
    """A person who looks at the folder sees the file."""
    assert unfinished_name(".orders.xlsx.icloud") == "orders.xlsx"
    assert [unfinished_name(name) for name in ("orders.icloud", ".icloud", "..icloud")] == ["", "", ""]
