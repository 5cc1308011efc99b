"""Decides what is to be renamed: rows and the orders' current names become changes or outcomes."""

from __future__ import annotations

from batch_renamer.planning.lookup import read_both_ways, read_singly
from batch_renamer.planning.planner import GUARDED_BY_SHEET, NO_SUCH_ORDER, decide

__all__ = ["GUARDED_BY_SHEET", "NO_SUCH_ORDER", "decide", "read_both_ways", "read_singly"]
