"""Writes a report as one HTML page for people: what happened, what needs a look, and every row."""

from __future__ import annotations

from batch_renamer.reports.html.page import write_html

__all__ = ["write_html"]
