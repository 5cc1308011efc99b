"""The bytes of a workbook enter; its rows leave, as the loader judges them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, Sheet, open_sheet
from batch_renamer.model import RenameRequest, RowProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["load", "refusal", "started_processes", "told"]


def load(folder: Path, content: bytes, **options: Any) -> tuple[Sheet, list[RenameRequest | RowProblem]]:
    """Write a workbook and read it to its end."""
    path = folder / "orders.xlsx"
    path.write_bytes(content)
    with open_sheet(path, LoadOptions(**options)) as sheet:
        return sheet, [row for chunk in sheet.chunks() for row in chunk]


def refusal(folder: Path, content: bytes, **options: Any) -> str:
    """Return the one line with which a workbook is refused."""
    with pytest.raises(SheetError) as refused:
        load(folder, content, **options)
    assert str(refused.value).isprintable()
    return str(refused.value).removeprefix(str(folder / "orders.xlsx"))


def told(rows: list[RenameRequest | RowProblem]) -> list[tuple[int, str, str, str]]:
    """Reduce rows to number, id, name and the beginning of what is wrong."""
    return [
        (row.row, row.order_id, row.new_name, row.reason.partition(":")[0] if isinstance(row, RowProblem) else "")
        for row in rows
    ]


def started_processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Keep the processes that are started."""
    started: list[subprocess.Popen[bytes]] = []
    really = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        started.append(really(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return started
