"""How the four columns look: styles for their widths and for times, and a filter on the headings that reaches them."""

from __future__ import annotations

import re

from batch_renamer.column_letters import column_of, letters_of
from batch_renamer.model import COLUMNS_BACK
from batch_renamer.reports.own_workbook.ods.survey import Survey
from batch_renamer.reports.own_workbook.ods.walk import with_times
from batch_renamer.reports.own_workbook.xml_scan import with_attribute

__all__ = ["TIME_STYLE", "column_tags", "new_styles", "wider_range"]

TIME_STYLE = "batch-renamer-time"
_WIDTHS_MM = {"result": 26, "reason": 90, "final_name": 70, "renamed_at": 42}
_TIME = ("year", "-", "month", "-", "day", " ", "hours", ":", "minutes", ":", "seconds")
_RANGE = re.compile(
    r"""(?P<begin>\$?(?P<sheet>'(?:[^']|'')*'|[^.']+)\.\$?[A-Z]+\$?(?P<row>\d+):(?:\$?(?:'(?:[^']|'')*'|[^.']+))?\.\$?)"""
    r"(?P<column>[A-Z]+)(?P<end>\$?\d+)"
)


def new_styles(survey: Survey) -> bytes:
    """Return the styles that the workbook does not have yet; none if it lacks the namespaces for them."""
    if not survey.has_prefixes("style", "datastyle"):
        return b""
    style, number = survey.prefix("style"), survey.prefix("datastyle")
    made = {f"batch-renamer-{name}": _column_style(style, name, width) for name, width in _WIDTHS_MM.items()}
    parts = "".join(
        f'<{number}:{part} {number}:style="long"/>' if part.isalpha() else f"<{number}:text>{part}</{number}:text>"
        for part in _TIME
    )
    made[TIME_STYLE] = (
        f'<{number}:date-style {style}:name="{TIME_STYLE}-format">{parts}</{number}:date-style>'
        f'<{style}:style {style}:name="{TIME_STYLE}" {style}:family="table-cell" {style}:parent-style-name="Default" '
        f'{style}:data-style-name="{TIME_STYLE}-format"/>'
    )
    return "".join(xml for name, xml in made.items() if name not in survey.styles).encode()


def _column_style(style: str, name: str, width_mm: int) -> str:
    return (
        f'<{style}:style {style}:name="batch-renamer-{name}" {style}:family="table-column">'
        f'<{style}:table-column-properties {style}:column-width="{width_mm}mm"/></{style}:style>'
    )


def column_tags(tag: bytes, column: int, times: int, *, first: int, table: str) -> bytes:
    """Return the description of some columns, in which the four from ``first`` on have their own widths.

    Example:
        >>> column_tags(b'<t:table-column t:number-columns-repeated="2"/>', 1, 2, first=2, table="t")
        b'<t:table-column/><t:table-column t:style-name="batch-renamer-result"/>'
    """
    behind, ours = column + times, range(first, first + len(COLUMNS_BACK))
    if behind <= first or column > ours[-1]:
        return tag
    before, after = min(behind, first) - column, behind - max(column, ours[-1] + 1)
    styled = (
        with_attribute(with_times(tag, 1, "columns", table=table), f"{table}:style-name", f"batch-renamer-{name}")
        for place, name in zip(ours, COLUMNS_BACK, strict=True)
        if column <= place < behind
    )
    return b"".join(
        [
            with_times(tag, before, "columns", table=table) if before > 0 else b"",
            *styled,
            with_times(tag, after, "columns", table=table) if after > 0 else b"",
        ]
    )


def wider_range(address: str, *, sheet: str, heading_row: int, first: int) -> str | None:
    """Return the address of a filter that also reaches the four columns; None if it does not end beside them.

    Example:
        >>> wider_range("Orders.A2:Orders.D12", sheet="Orders", heading_row=2, first=5)
        'Orders.A2:Orders.H12'
    """
    found = _RANGE.fullmatch(address)
    if found is None or int(found["row"]) != heading_row or column_of(found["column"]) != first - 1:
        return None
    name = found["sheet"]
    if (name[1:-1].replace("''", "'") if name.startswith("'") else name) != sheet:
        return None
    return f"{found['begin']}{letters_of(first - 1 + len(COLUMNS_BACK))}{found['end']}"
