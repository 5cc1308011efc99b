"""Fills templates: a whole page piece by piece, so that a long one never is in memory as a whole, or a part of one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from batch_renamer.text import storable
from batch_renamer.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["base_style", "filled", "page_pieces"]

_HERE = "batch_renamer.html_pages"
_AT_ONCE = 64 * 1024  # characters that are encoded and written together


def page_pieces(package: str, template: str, *, style: str, **values: object) -> Iterator[bytes]:
    """Yield a page in UTF-8: a template of the package, filled with the values.

    The page has the style that all pages share, and after it the package's own ``style``. What the template shows is
    escaped; the filter ``visible`` is for untrusted text.

    Example:
        >>> b"".join(page_pieces("batch_renamer.html_pages", "base.html.j2", style="base.css"))[:15]
        b'<!DOCTYPE html>'
    """
    css = base_style() + _read(package, style)
    pieces = _environment(package).get_template(template).generate(**values, style=css, style_hash=_source_hash(css))
    return (storable(text).encode() for text in _joined(pieces))


def filled(package: str, template: str, **values: object) -> str:
    """Return a part of a page: a template of the package, filled with the values, which are escaped.

    Example:
        >>> filled("batch_renamer.html_pages", "hatches.html.j2").splitlines()[-1]
        '</defs></svg>'
    """
    return storable(_environment(package).get_template(template).render(**values))


def base_style() -> str:
    """Return the style that all pages share.

    Example:
        >>> base_style().startswith(":root {")
        True
    """
    return _read(_HERE, "base.css")


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
def _environment(package: str) -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only a page needs it

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_HERE)]),
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


def _read(package: str, style: str) -> str:
    return files(package).joinpath("templates", style).read_text(encoding="utf-8")


def _source_hash(style: str) -> str:
    """Return the name by which the content security policy allows exactly this style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
