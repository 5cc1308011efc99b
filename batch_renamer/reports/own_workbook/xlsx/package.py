"""Finds the parts of a workbook: the sheet of a name, its tables, the styles, the shared texts."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.archive import Archive, damaged
from batch_renamer.reports.own_workbook.xlsx.areas import is_true
from batch_renamer.reports.own_workbook.xlsx.tree import Element, Part, read_part

__all__ = ["Package", "open_package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Where things are. ``position`` is that of the sheet among all sheets, from 0 on."""

    book: Part
    book_part: str
    sheet_part: str
    position: int
    tables: tuple[str, ...]
    drawings: tuple[str, ...]
    styles: str | None
    shared_texts: str | None
    dates_from_1904: bool


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    target: str


def open_package(archive: Archive, sheet: str) -> Package:
    """Find the parts that a write-back needs.

    Raises:
        WriteBackError: The workbook is signed or of another format, or has no such worksheet.
    """
    if any(name.startswith("_xmlsignatures/") for name in archive):
        raise WriteBackError("It is signed, and a change would break its signature.")
    if "xl/workbook.bin" in archive:
        raise WriteBackError("It is an .xlsb workbook: save it as .xlsx.")
    book_part = next(
        (relation.target for relation in _relations(archive, "").values() if relation.kind == "officeDocument"),
        "xl/workbook.xml",
    )
    if book_part not in archive:
        raise WriteBackError("It is no .xlsx workbook.")
    book = read_part(archive, book_part)
    relations = _relations(archive, book_part)
    position, element = _sheet(book.root, sheet)
    relation = relations.get(element.attributes.get("id", ""))
    if relation is None:
        raise damaged()
    if relation.kind != "worksheet":
        raise WriteBackError(f'Its sheet "{sheet}" is no worksheet: a chart or macro sheet has no rows.')
    beside = _relations(archive, relation.target).values()
    properties = book.root.first("workbookPr")
    return Package(
        book=book,
        book_part=book_part,
        sheet_part=relation.target,
        position=position,
        tables=tuple(other.target for other in beside if other.kind == "table"),
        drawings=tuple(other.target for other in beside if other.kind == "drawing"),
        styles=_only(relations, "styles", archive),
        shared_texts=_only(relations, "sharedStrings", archive),
        dates_from_1904=properties is not None and is_true(properties.attributes.get("date1904")),
    )


def _sheet(book: Element, name: str) -> tuple[int, Element]:
    for position, element in enumerate(book.all("sheets", "sheet")):
        if element.attributes.get("name") == name:
            return position, element
    raise WriteBackError(f'It has no sheet "{name}" any more.')


def _only(relations: dict[str, _Relation], kind: str, archive: Archive) -> str | None:
    return next((each.target for each in relations.values() if each.kind == kind and each.target in archive), None)


def _relations(archive: Archive, part: str) -> dict[str, _Relation]:
    """Return what a part refers to, by the ids of the relations; links to outside are left out."""
    folder, _, name = part.replace("\\", "/").rpartition("/")
    where = posixpath.join(folder, "_rels", f"{name}.rels")
    if where not in archive:
        return {}
    return {
        each.attributes.get("Id", ""): _Relation(
            each.attributes.get("Type", "").rpartition("/")[2], _target(folder, each.attributes.get("Target", ""))
        )
        for each in read_part(archive, where).root.all("Relationship")
        if each.attributes.get("TargetMode", "Internal") != "External"
    }


def _target(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/" + folder, target.replace("\\", "/"))).lstrip("/")
