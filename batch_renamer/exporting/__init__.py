"""The account's orders become a spreadsheet that is ready to be filled in."""

from __future__ import annotations

from batch_renamer.exporting.gathered import Gathered
from batch_renamer.exporting.target import TO_OUTPUT, resolve_target
from batch_renamer.exporting.template import write_template
from batch_renamer.exporting.wanted import NEWEST_FIRST, SORTS, Wanted, moment_of, parse_wanted
from batch_renamer.exporting.writing import write_export, write_to_output

__all__ = [
    "NEWEST_FIRST",
    "SORTS",
    "TO_OUTPUT",
    "Gathered",
    "Wanted",
    "moment_of",
    "parse_wanted",
    "resolve_target",
    "write_export",
    "write_template",
    "write_to_output",
]
