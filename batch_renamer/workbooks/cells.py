"""Renders the cells of a workbook as XML, and says which texts fit into one.

A cell is rendered without its place in the sheet, because many cells are alike: `LongSheet` puts the place in front.
``style`` is the number of the cell's format. Control characters become the escapes of the format (``_x0007_``), which
spreadsheet programs and the loader convert back.
"""

from __future__ import annotations

import re

from batch_renamer.text import storable

__all__ = [
    "MOST_IN_CELL",
    "SURELY_FITS",
    "blank_cell",
    "boolean_cell",
    "cell_units",
    "cut",
    "escaped_text",
    "has_all_digits",
    "number_cell",
    "text_cell",
]

MOST_IN_CELL = 32_767
"""UTF-16 code units; Excel "repairs" a workbook with longer cells."""

SURELY_FITS = MOST_IN_CELL // 6
"""A text of so many characters fits: one takes at most six units, as an escaped surrogate."""

_EXACT_BELOW = 10**15  # spreadsheet programs keep 15 digits of a number
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("[&<>_\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def text_cell(text: str, style: int) -> str:
    """Render a cell that holds a text, whatever the text looks like; one that is too long is cut.

    Example:
        >>> text_cell("=1+1", 3)
        '" s="3" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>'
    """
    return f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escaped_text(text)}</t></is></c>'


def blank_cell(style: int) -> str:
    """Render a cell that holds nothing, but has a format.

    Example:
        >>> blank_cell(3)
        '" s="3"/>'
    """
    return f'" s="{style}"/>'


def number_cell(number: float, style: int) -> str:
    """Render a cell that holds a number which `has_all_digits` there.

    Example:
        >>> number_cell(0.25, 3)
        '" s="3"><v>0.25</v></c>'
    """
    return f'" s="{style}"><v>{number!r}</v></c>'


def has_all_digits(number: float) -> bool:
    """Tell whether a cell shows a number as it is: others are written as texts.

    Example:
        >>> has_all_digits(0.5), has_all_digits(10**15), has_all_digits(float("nan"))
        (True, False, False)
    """
    return abs(number) < _EXACT_BELOW


def boolean_cell(value: bool, style: int) -> str:
    """Render a cell that holds a boolean.

    Example:
        >>> boolean_cell(True, 3)
        '" s="3" t="b"><v>1</v></c>'
    """
    return f'" s="{style}" t="b"><v>{value:d}</v></c>'


def escaped_text(text: str) -> str:
    r"""Return a text as it stands between the tags of a cell; what XML can't hold becomes an escape of the format.

    Example:
        >>> escaped_text("a\x07 & b_x0041_")
        'a_x0007_ &amp; b_x005F_x0041_'
    """
    if len(text) <= SURELY_FITS and not _NEEDS_CARE.search(text):
        return text  # true for nearly every text
    text = cut(storable(text))
    text = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str) -> str:
    """Return a text that fits into a cell; one that is cut ends with a mark that says so.

    Example:
        >>> cut("x" * 40_000)[-33:]
        'x… [cut: 40000 characters in all]'
    """
    if len(text) <= SURELY_FITS or cell_units(text) <= MOST_IN_CELL:
        return text
    mark = f"… [cut: {len(text)} characters in all]"
    room = (MOST_IN_CELL - len(mark)) * 2
    return text.encode("utf-16-le", "backslashreplace")[:room].decode("utf-16-le", "ignore") + mark


def cell_units(text: str) -> int:
    """Return the length of a text as a cell counts it, in UTF-16 code units.

    Example:
        >>> cell_units("a"), cell_units("😀")
        (1, 2)
    """
    return len(text.encode("utf-16-le", "backslashreplace")) // 2
