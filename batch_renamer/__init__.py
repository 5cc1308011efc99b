"""Rename Autoenhance orders in bulk: a spreadsheet enters, a report with one truthful line per row leaves."""

from __future__ import annotations

__version__ = "0.1.0"
