"""The child process that reads a workbook is ended when it takes too long, dies, or the run stops."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from batch_renamer.client.stopping import Stopping
from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, open_sheet, reading_process
from batch_renamer.loader.workbook import reading_workbook
from tests.support.loading import refusal, started_processes
from tests.support.workbooks import xlsx, xlsx_row

HEADINGS = xlsx_row(1, "order_id", "new_name", "current_name", "skip")
TOO_MUCH = " could not be read within 1 GB of memory and 60 seconds: save it as CSV."
FAR_CELL = "<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c></row>"
BOOK = xlsx({"A": xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "b")})


def test_stop_is_heeded_while_an_answer_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook may take a minute; the process that reads it is ended, and nothing of it is left."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(BOOK)
    monkeypatch.setattr(reading_process, "_START", "import time; time.sleep(600)")
    processes = started_processes(monkeypatch)
    before = set(threading.enumerate())
    looks = iter([False, False, True])
    with pytest.raises(Stopping), reading_workbook(path, "orders.xlsx", LoadOptions(), stopped=lambda: next(looks)):
        pass
    assert [process.returncode is not None for process in processes] == [True]
    assert set(threading.enumerate()) <= before  # one of another test may have ended meanwhile
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
    """In another program that uses the library, Ctrl-C is an exception."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(BOOK)
    monkeypatch.setattr(reading_process, "_START", "import time; time.sleep(600)")
    processes = started_processes(monkeypatch)

    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), reading_workbook(path, "orders.xlsx", LoadOptions(), stopped=interrupted):
        pass
    assert processes[0].returncode is not None


def test_reader_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that it keeps us waiting is limited; the process is gone afterwards."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx({"A": HEADINGS}))
    monkeypatch.setattr(reading_process, "_START", "import time; time.sleep(600)")
    started = started_processes(monkeypatch)
    with (
        pytest.raises(SheetError, match="save it as CSV"),
        reading_workbook(path, "orders.xlsx", LoadOptions(), limit_s=0.2),
    ):
        pass
    assert started[0].returncode is not None


def test_waiting_is_limited_in_sum(tmp_path: Path) -> None:
    """Not each answer has the whole time, but all of them together."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx({"A": HEADINGS + xlsx_row(2, "a1", "b")}))
    is_open = False
    times = itertools.count(step=31.0)
    with reading_workbook(path, "orders.xlsx", LoadOptions(), clock=lambda: next(times) if is_open else 0.0) as sheet:
        is_open = True  # from here on each answer takes 31 seconds
        with pytest.raises(SheetError, match="save it as CSV"):
            list(sheet.chunks())


@pytest.mark.parametrize("start", ["raise SystemExit(134)", "import os; os.abort()", "print('{', end='')"])
def test_reader_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """However it ends, one line says what to do."""
    monkeypatch.setattr(reading_process, "_START", start)
    assert refusal(tmp_path, xlsx({"A": HEADINGS})) == TOO_MUCH


def test_reader_that_dies_in_the_middle_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that came before are not taken for the whole sheet."""
    path = tmp_path / "orders.xlsx"
    body = HEADINGS + "".join(xlsx_row(n, f"a{n}", "x" * 3000) for n in range(2, 5000))
    path.write_bytes(xlsx({"A": body}))
    started = started_processes(monkeypatch)
    with open_sheet(path) as sheet:
        chunks = sheet.chunks(10)
        next(chunks)
        started[0].kill()
        with pytest.raises(SheetError, match="save it as CSV"):
            list(chunks)


def test_python_that_cannot_be_started_again_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen programs may have no interpreter to start."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert "save it as CSV" in refusal(tmp_path, xlsx({"A": HEADINGS}))


def test_reader_ends_with_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when its rows are not read, or only some of them."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx({"A": HEADINGS + "".join(xlsx_row(n, f"a{n}", "x" * 3000) for n in range(2, 5000))}))
    started = started_processes(monkeypatch)
    with open_sheet(path) as sheet:
        next(sheet.chunks(10))
    assert started[0].returncode is not None


def test_rows_of_a_closed_workbook_are_refused(tmp_path: Path) -> None:
    """Its process is gone."""
    path = tmp_path / "orders.xlsx"
    path.write_bytes(xlsx({"A": HEADINGS}))
    with open_sheet(path) as sheet:
        pass
    with pytest.raises(SheetError, match="is closed already"):
        list(sheet.chunks())


def test_reader_gets_no_secrets_and_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key stays in this process, and no PYTHONPATH gets into that one."""
    monkeypatch.setenv("AUTOENHANCE_API_KEY", "made-up-key")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:made-up@127.0.0.1:1")
    told_by_child = tmp_path / "told"
    monkeypatch.setattr(
        reading_process,
        "_START",
        f"import os, sys; open({str(told_by_child)!r}, 'w').write(repr(dict(os.environ)) + str(sys.flags.isolated))",
    )
    refusal(tmp_path, xlsx({"A": HEADINGS}))
    seen = told_by_child.read_text(encoding="utf-8")
    assert "made-up" not in seen
    assert seen.endswith("1")


def test_reader_imports_little() -> None:
    """No pandas, and nothing of the rest of the package."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(reading_process.__file__).parent)!r})\n"
        "import isolated.child\n"
        "sys.exit(' '.join(name for name in sys.modules if name.startswith(('pandas', 'numpy', 'batch_renamer'))))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=False, capture_output=True, text=True)
    assert done.stderr.strip() == ""
