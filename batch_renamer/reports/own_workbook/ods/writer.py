"""Writes results into an .ods workbook: finds the columns, makes the changed content, copies all other parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from batch_renamer.reports.own_workbook.archive import BROKEN_ARCHIVE, Archive, damaged
from batch_renamer.reports.own_workbook.columns import RowBack
from batch_renamer.reports.own_workbook.ods.patch import patched_content
from batch_renamer.reports.own_workbook.ods.survey import survey_table
from batch_renamer.reports.own_workbook.xml_scan import BROKEN_XML

__all__ = ["write_back_ods"]

_CONTENT = "content.xml"


def write_back_ods(
    source: BinaryIO, target: BinaryIO, *, sheet: str, heading_row: int, rows: Iterable[RowBack]
) -> None:
    """Write the workbook with the rows' results in four columns of one sheet; both files stay open.

    The columns are those of an earlier write-back, or the first free ones on the right of the headings. ``rows`` come
    in the order of the sheet; rows that are not given keep what they have there.

    Raises:
        WriteBackError: The workbook can't be written into; the text says why.
        OSError: The disk is full, or the file can't be read or written for another reason.
    """
    try:
        archive = Archive(source)
        with archive.open(_CONTENT) as stream:
            survey = survey_table(stream, sheet, heading_row=heading_row)
        with archive.open(_CONTENT) as stream:
            pieces = patched_content(stream, survey, rows, sheet=sheet, heading_row=heading_row)
            content = archive.pack(_CONTENT, pieces)
        with content.file:
            archive.copy_to(target, {_CONTENT: content})
    except (*BROKEN_ARCHIVE, BROKEN_XML) as error:
        raise damaged() from error
