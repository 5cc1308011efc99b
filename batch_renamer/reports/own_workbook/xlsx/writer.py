"""Writes results into a workbook: finds the parts, chooses the columns, makes the changed parts, copies the rest."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import BinaryIO

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.columns import RowBack
from batch_renamer.reports.own_workbook.xlsx.archive import BROKEN_ARCHIVE, Archive, Packed, damaged
from batch_renamer.reports.own_workbook.xlsx.package import open_package
from batch_renamer.reports.own_workbook.xlsx.patch import patched_sheet
from batch_renamer.reports.own_workbook.xlsx.placement import place_columns
from batch_renamer.reports.own_workbook.xlsx.rendering import Renderer, new_rows
from batch_renamer.reports.own_workbook.xlsx.styles import Styles
from batch_renamer.reports.own_workbook.xlsx.survey import survey_sheet
from batch_renamer.reports.own_workbook.xlsx.xml_scan import BROKEN_XML

__all__ = ["write_back_xlsx"]

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def write_back_xlsx(
    source: BinaryIO, target: BinaryIO, *, sheet: str, heading_row: int, rows: Iterable[RowBack]
) -> None:
    """Write the workbook with the rows' results in four columns of one sheet; both files stay open.

    The columns are those of an earlier write-back, or the first free ones on the right of the headings. Rows that are
    not given keep what they have there. ``source`` can be read at any place. If this raises, ``target`` is of no use.

    Raises:
        WriteBackError: The workbook can't be written into; the text says why.
        ValueError: A row is given twice, or is not below the headings.
        OSError: The disk is full, or the file can't be read or written for another reason.
    """
    source.seek(0)
    if source.read(len(_COMPOUND)) == _COMPOUND:
        raise WriteBackError(
            "The workbook is protected with a password, or an .xls: save it as .xlsx without password."
        )
    try:
        with ExitStack() as stack:
            archive = Archive(source)
            archive.copy_to(target, _changed_parts(archive, stack, sheet=sheet, heading_row=heading_row, rows=rows))
    except (*BROKEN_ARCHIVE, BROKEN_XML) as error:
        raise damaged() from error


def _changed_parts(
    archive: Archive, stack: ExitStack, *, sheet: str, heading_row: int, rows: Iterable[RowBack]
) -> dict[str, Packed]:
    """Return the parts that change; their files close with the stack."""
    package = open_package(archive, sheet)
    survey = survey_sheet(archive, package.sheet_part, heading_row=heading_row, shared_texts=package.shared_texts)
    placement = place_columns(survey, heading_row=heading_row)
    styles = Styles(archive, package.styles)
    renderer = Renderer(placement, styles, dates_from_1904=package.dates_from_1904)
    changed = {}

    def change(part: str, pieces: Iterable[bytes]) -> None:
        changed[part] = archive.pack(part, pieces)
        stack.enter_context(changed[part].file)

    with archive.open(package.sheet_part) as stream:
        change(package.sheet_part, patched_sheet(stream, survey, new_rows(rows, placement, heading_row), renderer))
    new_styles = styles.changed()
    if package.styles is not None and new_styles is not None:
        change(package.styles, [new_styles])
    return changed
