"""Makes the sheet's filter wider, and the hidden name that the workbook has for its area."""

from __future__ import annotations

from dataclasses import replace

from batch_renamer.column_letters import letters_of
from batch_renamer.reports.own_workbook.xlsx.areas import Area, area_of
from batch_renamer.reports.own_workbook.xlsx.package import Package
from batch_renamer.reports.own_workbook.xlsx.placement import Placement
from batch_renamer.reports.own_workbook.xml_scan import NewBytes

__all__ = ["widened_filter", "with_filter_name"]

_FILTER_NAME = "_xlnm._FilterDatabase"


def widened_filter(filtered: Area | None, placement: Placement, heading_row: int) -> Area | None:
    """Return the new area of the filter on the headings, or None if it does not change."""
    if filtered is None or not placement.is_new:
        return None
    if filtered.first_row != heading_row or filtered.last_column + 1 != placement.first:
        return None
    return replace(filtered, last_column=placement.last)


def with_filter_name(package: Package, old: Area, new: Area) -> bytes | None:
    """Return the list of sheets with the new area in the filter's name; None if the name isn't there."""
    changes = []
    for name in package.book.root.all("definedNames", "definedName"):
        if name.attributes.get("name") != _FILTER_NAME or name.attributes.get("localSheetId") != str(package.position):
            continue
        sheet, sign, area = package.book.inside(name).rpartition(b"!")
        if sign and area_of(area.decode("utf-8", "replace").strip()) == old:
            changes.append(NewBytes(name.inner_start, name.inner_end, sheet + sign + _absolute(new)))
    return package.book.changed(changes) if changes else None


def _absolute(area: Area) -> bytes:
    first = f"${letters_of(area.first_column)}${area.first_row}"
    return f"{first}:${letters_of(area.last_column)}${area.last_row}".encode()
