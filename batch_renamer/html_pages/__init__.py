"""HTML pages that are one file: no script, nothing loaded, and a policy that allows their own style alone; and plots.

It knows no run and no spreadsheet. A package that writes pages has its templates in a folder ``templates``; they
extend ``base.html.j2``.
"""

from __future__ import annotations

from batch_renamer.html_pages.filling import base_style, filled, page_pieces
from batch_renamer.html_pages.shapes import HEIGHT, WIDTH, Bar, Label, Plot, Point, Scale

__all__ = ["HEIGHT", "WIDTH", "Bar", "Label", "Plot", "Point", "Scale", "base_style", "filled", "page_pieces"]
