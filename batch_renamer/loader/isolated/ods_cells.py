"""Builds the text, number or flaw that one OpenDocument cell shows from its XML elements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .rows import EXACT_BELOW

__all__ = ["CALCEXT", "OFFICE", "TABLE", "TEXT", "CellElements"]

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE, TABLE, TEXT = f"{_ODF}:office:1.0 ", f"{_ODF}:table:1.0 ", f"{_ODF}:text:1.0 "
CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "

_NUMBERS = frozenset({"float", "percentage", "currency"})
_SPACES = re.compile(r"[ \t\r\n]+")
_SHORTENED = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+|#+")
"""A number as a narrow column shows it: ``###``, or in scientific notation such as 1.2E+05."""

_NOT_SHOWN = frozenset({f"{TEXT}note", f"{TEXT}ruby-text"})

_PARAGRAPH = f"{TEXT}p"
_HEADING = f"{TEXT}h"
_SPACES_ELEMENT = f"{TEXT}s"
_SPACES_COUNT = f"{TEXT}c"
_TAB = f"{TEXT}tab"
_LINE_BREAK = f"{TEXT}line-break"
_VALUE_TYPE = f"{OFFICE}value-type"
_EXTENDED_TYPE = f"{CALCEXT}value-type"
_FORMULA = f"{TABLE}formula"
_BOOLEAN_VALUE = f"{OFFICE}boolean-value"
_VALUE = f"{OFFICE}value"
_STRING_VALUE = f"{OFFICE}string-value"


class CellElements:
    """Collects the text of one cell after another.

    Paragraphs become lines. White space is collapsed as the format demands; visible white space is written as elements:
    ``s`` for spaces, ``tab``, ``line-break``.
    """

    def __init__(self) -> None:
        self._attributes: dict[str, str] = {}
        self._most = 0
        self._depth = self._ignored_from = 0
        self._in_paragraph = False
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []
        self._fixed: set[int] = set()  # pieces whose white space is kept
        self._length = 0

    @property
    def is_at_its_end(self) -> bool:
        """Whether all elements inside the cell are closed."""
        return not self._depth

    def begin(self, attributes: dict[str, str], most: int) -> None:
        """Start a cell; at most ``most`` characters of its text are wanted."""
        self._attributes, self._most = attributes, most
        self._depth = self._ignored_from = self._length = 0
        self._in_paragraph = False
        self._paragraphs = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element inside the cell."""
        self._depth += 1
        if self._ignored_from:
            return
        if not self._in_paragraph:
            if name in {_PARAGRAPH, _HEADING}:
                self._in_paragraph, self._pieces, self._fixed = True, [], set()
            else:
                self._ignored_from = (
                    self._depth
                )  # comments and drawings have their own paragraphs, which the cell does not show
        elif name == _SPACES_ELEMENT:
            self._keep(" " * _count(attributes.get(_SPACES_COUNT), self._most + 1))
        elif name == _TAB:
            self._keep("\t")
        elif name == _LINE_BREAK:
            self._keep("\n")
        elif not name.startswith(TEXT) or name in _NOT_SHOWN:
            self._ignored_from = self._depth

    def _keep(self, text: str) -> None:
        self._fixed.add(len(self._pieces))
        self._add(text)

    def _add(self, text: str) -> None:
        if self._length <= self._most:
            self._pieces.append(text)
        self._length += len(text)

    def text(self, text: str) -> None:
        """Handle text."""
        if self._in_paragraph and not self._ignored_from:
            self._add(text)

    def end(self, name: str) -> None:
        """Handle the end of an element inside the cell."""
        if self._ignored_from == self._depth:
            self._ignored_from = 0
        elif self._in_paragraph and not self._ignored_from and self._depth == 1:
            self._paragraphs.append(_collapsed(self._pieces, self._fixed))
            self._in_paragraph = False
        self._depth -= 1

    def value(self, is_styled: Callable[[], bool]) -> Any:
        """Return what the cell shows: a text, number, boolean, or a pair of flaw and text; "" if it is blank.

        ``is_styled`` tells whether the cell may have a number format, in which case its digits may not be what it
        shows.
        """
        attributes = self._attributes
        kind = attributes.get(_VALUE_TYPE, "")
        if "error" in {kind, attributes.get(_EXTENDED_TYPE)}:
            return ["error", ""]
        if not kind and _FORMULA in attributes:
            return ["formula", ""]
        text = "\n".join(self._paragraphs)
        if self._length > self._most:
            return ["long text", f"{self._length} characters"]
        if kind == "boolean":
            return attributes.get(_BOOLEAN_VALUE, "").lower() == "true"
        if kind in {"date", "time"}:
            return ["date", attributes.get(f"{OFFICE}{kind}-value", text)]
        if kind in _NUMBERS:
            return _number(attributes.get(_VALUE, ""), text, is_styled)
        return text or attributes.get(_STRING_VALUE, "")


def _number(value: str, text: str, is_styled: Callable[[], bool]) -> Any:
    """Return the text that the cell shows if the number is whole and the text is not shortened."""
    try:
        number = float(value)
    except ValueError:
        return ["error", ""]
    if not number.is_integer() or abs(number) >= EXACT_BELOW:
        return number
    digits, shown = str(int(number)), text.strip()
    if shown == digits or not (shown or is_styled()):
        return number
    return ["format", digits] if not shown or _SHORTENED.fullmatch(shown) else shown


def _count(number: str | None, most: int) -> int:
    return min(int(number), most) if number is not None and number.isdecimal() else 1


def _collapsed(pieces: list[str], fixed: set[int]) -> str:
    """Collapse the white space of a paragraph, except in the ``fixed`` pieces."""
    text = "".join(pieces)
    if not fixed:
        is_single_spaced = "  " not in text and text.isprintable()
        return (text if is_single_spaced else _SPACES.sub(" ", text)).strip(" ")
    parts: list[str] = []
    ends_in_space = True
    for place, piece in enumerate(pieces):
        part = piece if place in fixed else _SPACES.sub(" ", piece)
        if place not in fixed and ends_in_space:
            part = part.removeprefix(" ")
        if part:
            ends_in_space = place not in fixed and part.endswith(" ")
            parts.append(part)
    return "".join(parts).rstrip(" ") if len(pieces) - 1 not in fixed else "".join(parts)
