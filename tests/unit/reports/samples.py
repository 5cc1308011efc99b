"""Rows with names that are hard to write, for the tests of every format."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from batch_renamer.model import ReportRow, Result, RunSummary

__all__ = ["NASTY_NAMES", "a_row", "any_text", "each_nasty_name", "summary"]

NASTY_NAMES = {
    "formula": "=1+1",
    "formula with a call": '=HYPERLINK("http://example.org","x")',
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full-width equals": "\uff1d1+1",
    "full-width plus": "\uff0b1",
    "full-width minus": "\uff0d1",
    "full-width at": "\uff20SUM(A1)",
    "line break": "\n=1+1",
    "line break and full-width": "\r\n\uff1d1+1",
    "space": " =1+1",
    "apostrophe": "'12 Elm",
    "two apostrophes": "''",
    "NA": "NA",
    "null": "null",
    "leading zeros": "007",
    "exponent": "1e5",
    "beyond Latin": "Straße 5 · 山",
    "emoji family": "👨‍👩‍👧‍👦",
    "long": "x" * 10_000,
    "quotes": "the \"old\" mill, 5; 'new' | one",
    "line breaks": "a\nb\r\nc\rd",
    "markup": "[/]",
    "script": "<script>alert(1)</script>",
    "link": "https://example.org/",
    "xml of the format": "<r><t>x</t></r>",
    "broken xml of the format": "<r>a & b</r>",
    "escape of the format": "_x0041_",
    "spaces at the ends": "  a  ",
    "controls": "a\x00b\x07c\x1bd",
}
each_nasty_name = pytest.mark.parametrize("name", list(NASTY_NAMES.values()), ids=list(NASTY_NAMES))
any_text = st.text(st.characters(exclude_categories=["Cs"]))


def a_row(name: str = "b", *, row: int = 2, result: Result = Result.RENAMED) -> ReportRow:
    """Return a row that bears the name in all three places."""
    return ReportRow(row=row, order_id="007", old_name=name, new_name=name, final_name=name, result=result)


def summary(**counts: int) -> RunSummary:
    """Return the summary of a finished run."""
    by_result = {Result(result): count for result, count in counts.items()}
    return RunSummary(run_id="k3f9", command="apply", counts=by_result, exit_code=1)
