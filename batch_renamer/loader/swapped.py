"""Checks, while rows are read, whether order ids and names are in each other's column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batch_renamer.model import RenameRequest, RowProblem
from batch_renamer.text import is_uuid

__all__ = ["SwapCheck"]


@dataclass(slots=True)
class SwapCheck:
    """Counts the named rows whose id and name look swapped: UUIDs are ids, and texts with spaces are names."""

    rows: int = 0
    swapped: int = 0
    perhaps_swapped: int = 0
    two_ids: int = 0

    def add(self, rows: Iterable[RenameRequest | RowProblem]) -> None:
        """Count the rows of a chunk."""
        for row in rows:
            if not row.new_name:
                continue
            self.rows += 1
            if len(row.new_name) == 36 and is_uuid(row.new_name):
                if is_uuid(row.order_id):
                    self.two_ids += 1
                else:
                    self.swapped += 1
            elif " " in row.order_id and " " not in row.new_name:
                self.perhaps_swapped += 1

    @property
    def are_swapped(self) -> bool:
        """Whether, in most rows, the name is a UUID and the id is not."""
        return 2 * self.swapped > self.rows

    @property
    def seem_swapped(self) -> bool:
        """Whether, in most rows, the id looks like a name and the name like an id; a customer may use such ids."""
        return 2 * self.perhaps_swapped > self.rows

    @property
    def name_orders_by_ids(self) -> bool:
        """Whether most names are UUIDs although the ids are UUIDs too."""
        return 2 * self.two_ids > self.rows
