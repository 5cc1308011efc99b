"""Writes the page: rows are read once, and then the template is filled from top to bottom, piece by piece."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, BinaryIO

from batch_renamer.model import ReportRow
from batch_renamer.reports.html.contents import Page
from batch_renamer.reports.html.figures import Figures
from batch_renamer.reports.html.groups import RowStore
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.text import storable
from batch_renamer.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["write_html"]

_AT_ONCE = 64 * 1024  # characters that are encoded and written together


def write_html(file: BinaryIO, rows: Iterable[ReportRow], options: WriteOptions) -> None:
    """Write the report as one HTML page, in UTF-8; the file stays open.

    The page has no script, loads nothing, and works as an attachment. Memory stays bounded: the rows wait in a
    temporary file until their group is written.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    with (options.scratch / "rows").open("w+b") as kept:
        store = RowStore(kept)
        figures = Figures()
        for row in rows:
            store.add(row)
            figures.add(row)
        style = _style()
        template = _environment().get_template("report.html.j2")
        page = Page(store=store, figures=figures, options=options)
        file.writelines(
            storable(text).encode()
            for text in _joined(template.generate(page=page, style=style, style_hash=_source_hash(style)))
        )


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Join the small pieces that a template yields."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _AT_ONCE:
            yield "".join(waiting)
            waiting, size = [], 0
    yield "".join(waiting)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only a page needs it

    environment = Environment(
        loader=PackageLoader("batch_renamer.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["number"] = "{:,}".format
    environment.filters["place"] = _place
    return environment


def _place(value: float) -> str:
    """Return a place in a drawing, in as few characters as it needs."""
    return f"{value:.1f}".removesuffix(".0")


def _style() -> str:
    return files("batch_renamer.reports.html").joinpath("templates", "report.css").read_text(encoding="utf-8")


def _source_hash(style: str) -> str:
    """Return the name by which the content security policy allows exactly this style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
