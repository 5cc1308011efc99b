"""Judged rows enter as they are read; whether ids and names stand in each other's column leaves at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_renamer.text import is_uuid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_renamer.model import RenameRequest, RowProblem

__all__ = ["Columnwise"]


@dataclass(slots=True)
class Columnwise:
    """Counts rows whose two texts seem to stand in each other's column: UUIDs are ids, and texts with spaces names."""

    rows: int = 0
    swapped: int = 0
    perhaps_swapped: int = 0
    two_ids: int = 0

    def add(self, rows: Iterable[RenameRequest | RowProblem]) -> None:
        """Count these rows."""
        for row in rows:
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
        """Whether in most rows the name is a UUID and the id is none."""
        return 2 * self.swapped > self.rows

    @property
    def seem_swapped(self) -> bool:
        """Whether in most rows the id reads like a name, and the name like an id; customers may choose such ids."""
        return 2 * self.perhaps_swapped > self.rows

    @property
    def name_orders_by_ids(self) -> bool:
        """Whether most names are UUIDs, though the ids are ids."""
        return 2 * self.two_ids > self.rows
