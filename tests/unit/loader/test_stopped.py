"""A stop is heeded while the process that reads a workbook is waited for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from batch_renamer.client.stopping import Stopping
from batch_renamer.loader import LoadOptions, open_sheet, workbook
from batch_renamer.loader.workbook import reading_workbook
from tests.support.loading import started_processes
from tests.support.workbooks import xlsx, xlsx_row

BOOK = xlsx({"A": xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "b")})


def test_stop_is_heeded_while_an_answer_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook may take a minute; the process that reads it is ended, and nothing of it is left."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(BOOK)
    monkeypatch.setattr(workbook, "_START", "import time; time.sleep(600)")
    processes = started_processes(monkeypatch)
    threads = threading.active_count()
    looks = iter([False, False, True])
    with pytest.raises(Stopping), reading_workbook(path, "orders.xlsx", LoadOptions(), stopped=lambda: next(looks)):
        pass
    assert [process.returncode is not None for process in processes] == [True]
    assert threading.active_count() == threads
    assert [file.name for file in tmp_path.iterdir()] == ["orders.xlsx"]


def test_stop_is_heeded_between_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the headings have been read already."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(BOOK)
    processes = started_processes(monkeypatch)
    is_stopped = False
    with open_sheet(path, stopped=lambda: is_stopped) as sheet:
        is_stopped = True
        with pytest.raises(Stopping):
            list(sheet.chunks())
    assert processes[0].returncode is not None


def test_interrupt_of_the_waiting_thread_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a program of somebody else's, Ctrl-C is an exception."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(BOOK)
    monkeypatch.setattr(workbook, "_START", "import time; time.sleep(600)")
    processes = started_processes(monkeypatch)

    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), reading_workbook(path, "orders.xlsx", LoadOptions(), stopped=interrupted):
        pass
    assert processes[0].returncode is not None
