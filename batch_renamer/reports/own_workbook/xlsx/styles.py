"""The cell styles of a workbook: those for texts and for times are looked up, and added if they aren't there."""

from __future__ import annotations

import re
from collections.abc import Callable

from batch_renamer.reports.own_workbook.archive import Archive
from batch_renamer.reports.own_workbook.xlsx.areas import whole_number
from batch_renamer.reports.own_workbook.xlsx.tree import Element, Part, read_part
from batch_renamer.reports.own_workbook.xml_scan import (
    NewBytes,
    escaped_attribute,
    is_empty_tag,
    prefix_of,
    with_attribute,
)

__all__ = ["Styles"]

_TEXT = "49"
"""The number of the format ``@``: what a person types into such a cell stays text."""

_TIME_CODE = "yyyy\\-mm\\-dd\\ hh:mm:ss"
_BUILT_IN_TIMES = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
_FIRST_OWN_FORMAT = 164
_MOST_STYLES = 65_000
"""Spreadsheet programs allow 65,490."""

_OF_TIMES = re.compile("[ymdhs]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


class Styles:
    """Styles by the number that a cell has for them; new ones come at the end.

    Without a part for styles, or with as many as a workbook can have, there is no style for a time.
    """

    def __init__(self, archive: Archive, part: str | None) -> None:
        self._part: Part | None = None
        self._styles: Element | None = None
        if part is not None:
            self._part = read_part(archive, part)
            self._styles = self._part.root.first("cellXfs")
        self._added: list[bytes] = []
        self._format_added: str | None = None
        self._derived: dict[tuple[str, str | None], str | None] = {}
        self._codes: dict[str, str] = {}
        self._raw: list[tuple[bytes, Element]] = []
        self._known: dict[object, int] = {}
        if self._part is not None and self._styles is not None:
            self._codes = {
                each.attributes.get("numFmtId", ""): each.attributes.get("formatCode", "")
                for each in self._part.root.all("numFmts", "numFmt")
            }
            for number, element in enumerate(self._styles.all("xf")):
                self._known.setdefault(_identity(self._part, element, element.attributes), number)
                self._raw.append((self._part.content[element.start : element.end], element))

    def for_text(self, base: str | None) -> str | None:
        """Return a style for a text; it looks like ``base`` otherwise."""
        return self._cached("text", base, self._text_format)

    def for_time(self, base: str | None) -> str | None:
        """Return a style for a time, or None if there can't be one."""
        return self._cached("time", base, self._time_format)

    def changed(self) -> bytes | None:
        """Return the part with what was added, or None if nothing was."""
        if self._part is None or self._styles is None or not (self._added or self._format_added):
            return None
        tag = with_attribute(self._part.tag(self._styles), "count", str(len(self._raw) + len(self._added)))
        changes = [
            NewBytes(self._styles.start, self._styles.inner_start, tag),
            NewBytes(self._styles.inner_end, self._styles.inner_end, b"".join(self._added)),
        ]
        if self._format_added is not None:
            changes.append(self._format_change(self._part, self._format_added))
        return self._part.changed(changes)

    def _cached(self, kind: str, base: str | None, wanted: Callable[[str], str]) -> str | None:
        if (kind, base) not in self._derived:
            self._derived[kind, base] = self._derive(base, wanted)
        return self._derived[kind, base]

    def _derive(self, base: str | None, wanted: Callable[[str], str]) -> str | None:
        """Return the style that differs from another one in its number format alone."""
        number = whole_number(base or "0")
        if self._part is None or not 0 <= number < len(self._raw):
            return None
        raw, element = self._raw[number]
        number_format = element.attributes.get("numFmtId", "0")
        new_format = wanted(number_format)
        if new_format == number_format:
            return str(number)
        attributes = {**element.attributes, "numFmtId": new_format, "applyNumberFormat": "1"}
        identity = _identity(self._part, element, attributes)
        if identity not in self._known:
            position = len(self._raw) + len(self._added)
            if position >= _MOST_STYLES:
                return None
            self._known[identity] = position
            tag = self._part.tag(element)
            new_tag = with_attribute(with_attribute(tag, "numFmtId", new_format), "applyNumberFormat", "1")
            self._added.append(new_tag + raw[len(tag) :])
        return str(self._known[identity])

    def _text_format(self, _: str) -> str:
        return _TEXT

    def _time_format(self, present: str) -> str:
        if present in _BUILT_IN_TIMES or _OF_TIMES.search(_LITERAL.sub("", self._codes.get(present, ""))):
            return present
        for number, code in self._codes.items():
            if code == _TIME_CODE:
                return number
        self._format_added = str(max([_FIRST_OWN_FORMAT - 1, *map(whole_number, self._codes)]) + 1)
        self._codes[self._format_added] = _TIME_CODE
        return self._format_added

    def _format_change(self, part: Part, number: str) -> NewBytes:
        prefix = prefix_of(part.tag(part.root))
        code = escaped_attribute(_TIME_CODE).decode()
        added = f'<{prefix}numFmt numFmtId="{number}" formatCode="{code}"/>'.encode()
        group = part.root.first("numFmts")
        if group is None:
            place = part.root.inner_start
            start, end = f'<{prefix}numFmts count="1">', f"</{prefix}numFmts>"
            return NewBytes(place, place, start.encode() + added + end.encode())
        tag = with_attribute(part.tag(group), "count", str(len(self._codes)))
        if is_empty_tag(tag):
            tag, added = tag[:-2].rstrip() + b">", added + f"</{prefix}numFmts>".encode()
        return NewBytes(
            group.start, group.end, tag + part.inside(group) + added + part.content[group.inner_end : group.end]
        )


def _identity(part: Part, element: Element, attributes: dict[str, str]) -> object:
    return frozenset(attributes.items()), part.inside(element)
