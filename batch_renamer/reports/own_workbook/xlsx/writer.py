"""Writes results into a workbook: finds the parts, chooses the columns, makes the changed parts, copies the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.archive import BROKEN_ARCHIVE, Archive, Packed, damaged
from batch_renamer.reports.own_workbook.columns import RowBack
from batch_renamer.reports.own_workbook.xlsx.areas import Area
from batch_renamer.reports.own_workbook.xlsx.drawings import columns_below_drawings
from batch_renamer.reports.own_workbook.xlsx.filters import widened_filter, with_filter_name
from batch_renamer.reports.own_workbook.xlsx.package import Package, open_package
from batch_renamer.reports.own_workbook.xlsx.patch import patched_sheet
from batch_renamer.reports.own_workbook.xlsx.placement import Placement, place_columns
from batch_renamer.reports.own_workbook.xlsx.rendering import Renderer, new_rows
from batch_renamer.reports.own_workbook.xlsx.styles import Styles
from batch_renamer.reports.own_workbook.xlsx.survey import Survey, survey_sheet
from batch_renamer.reports.own_workbook.xlsx.tables import read_tables
from batch_renamer.reports.own_workbook.xml_scan import BROKEN_XML

__all__ = ["write_results"]

_PIECE_BYTES = 1 << 20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def write_results(source: BinaryIO, target: BinaryIO, *, sheet: str, heading_row: int, rows: Iterable[RowBack]) -> None:
    """Write the workbook as `write_back_xlsx` says."""
    _refuse_compound(source)
    try:
        with ExitStack() as stack:
            archive = Archive(source)
            archive.copy_to(target, _changed_parts(archive, stack, sheet=sheet, heading_row=heading_row, rows=rows))
    except (*BROKEN_ARCHIVE, BROKEN_XML) as error:
        raise damaged() from error


def _refuse_compound(source: BinaryIO) -> None:
    """Refuse an encrypted workbook and an .xls, which are small file systems and no archives."""
    source.seek(0)
    piece = source.read(_PIECE_BYTES)
    if not piece.startswith(_COMPOUND):
        return
    before = b""
    while piece:
        if _ENCRYPTED in before + piece:
            raise WriteBackError("It is protected with a password: save it without one.")
        before, piece = piece[-len(_ENCRYPTED) :], source.read(_PIECE_BYTES)
    raise WriteBackError("It is an .xls workbook: save it as .xlsx.")


def _changed_parts(
    archive: Archive, stack: ExitStack, *, sheet: str, heading_row: int, rows: Iterable[RowBack]
) -> dict[str, Packed]:
    """Return the parts that change; their files close with the stack."""
    package = open_package(archive, sheet)
    survey = survey_sheet(archive, package.sheet_part, heading_row=heading_row, shared_texts=package.shared_texts)
    placement = place_columns(
        survey,
        heading_row=heading_row,
        tables=read_tables(archive, package.tables),
        below_drawings=columns_below_drawings(archive, package.drawings, heading_row),
    )
    filtered = widened_filter(survey.filtered, placement, heading_row)
    styles = Styles(archive, package.styles)
    renderer = Renderer(placement, styles, dates_from_1904=package.dates_from_1904)
    written = new_rows(rows, placement, heading_row)
    packed: dict[str, Packed] = {}
    with archive.open(package.sheet_part) as stream:
        pieces = patched_sheet(stream, survey, written, renderer, filtered=filtered)
        packed[package.sheet_part] = stack.enter_context(archive.pack(package.sheet_part, pieces))
    for part, content in _changed_beside(package, survey, placement, filtered, styles):
        packed[part] = stack.enter_context(archive.pack(part, [content]))
    return packed


def _changed_beside(
    package: Package, survey: Survey, placement: Placement, filtered: Area | None, styles: Styles
) -> Iterator[tuple[str, bytes]]:
    """Yield the other parts that change, with their new content."""
    new_styles = styles.changed()
    if package.styles is not None and new_styles is not None:
        yield package.styles, new_styles
    if placement.widened is not None:
        yield placement.widened.part, placement.widened.widened(placement.headings)
    if survey.filtered is not None and filtered is not None:
        book = with_filter_name(package, survey.filtered, filtered)
        if book is not None:
            yield package.book_part, book
