"""Reads the orders' current names and decides for each row: a change to send, or an outcome without one."""

from __future__ import annotations

from batch_renamer.planning.lookup import read_both_ways
from batch_renamer.planning.matching import NameMatcher
from batch_renamer.planning.planner import GUARDED_BY_SHEET, NO_SUCH_ORDER, ORDER_DELETED, decide
from batch_renamer.planning.singles import read_singly

__all__ = [
    "GUARDED_BY_SHEET",
    "NO_SUCH_ORDER",
    "ORDER_DELETED",
    "NameMatcher",
    "decide",
    "read_both_ways",
    "read_singly",
]
