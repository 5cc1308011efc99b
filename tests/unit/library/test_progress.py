"""What the caller sees of a run: a function is told, or a bar, a line or nothing is shown."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from batch_renamer import RunProgress, SettingsError, rename_orders
from batch_renamer.library.progress import progress_for
from batch_renamer.progress import notebook_progress

FRAME = pd.DataFrame({"order_id": ["a1", "a2"], "new_name": ["12 Elm St", "14 Elm St"]})


def test_a_function_is_told_every_stage_to_its_end() -> None:
    """Stages come in their order, and each ends with all of its rows."""
    told: list[RunProgress] = []
    rename_orders(FRAME, sandbox=True, state_dir=None, progress=told.append)
    stages = list(dict.fromkeys(each.stage for each in told))
    assert stages == ["Reading the DataFrame", "Reading current names", "Renaming"]
    last = {each.stage: each for each in told}
    assert [(last[stage].done, last[stage].total) for stage in stages[1:]] == [(2, 2), (2, 2)]
    assert any(each.message.startswith("Using: ") for each in told)


def test_a_function_that_fails_is_not_called_again(caplog: pytest.LogCaptureFixture) -> None:
    """The run is worth more than its display; the log says what was wrong."""
    calls: list[RunProgress] = []

    def fail(now: RunProgress) -> None:
        calls.append(now)
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR, "batch_renamer"):
        done = rename_orders(FRAME, sandbox=True, state_dir=None, progress=fail)
    assert set(done.outcomes["result"]) == {"renamed"}
    assert len(calls) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the function given as progress= failed and is not called again"
    ]


def test_true_shows_lines_where_no_bar_can_be_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, a line for each stage; standard output stays the caller's."""
    rename_orders(FRAME, sandbox=True, state_dir=None, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Renaming: 2 of 2" in err


@pytest.mark.parametrize("wanted", ["yes", 1, None])
def test_anything_else_is_refused(wanted: Any) -> None:
    """It names the argument."""
    with pytest.raises(SettingsError, match=r"^progress must be True, False or a function"):
        progress_for(wanted)


class _Cell:
    """Stands in for a notebook's cell: what is shown in it now, and how often it changed."""

    def __init__(self) -> None:
        self.text, self.changes = "", 0

    def display(self, shown: dict[str, str], *, raw: bool, display_id: bool) -> _Cell:
        assert (raw, display_id) == (True, True)
        self.update(shown, raw=raw)
        return self

    def update(self, shown: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.text = shown["text/plain"]
        self.changes += 1


def _shell(monkeypatch: pytest.MonkeyPatch, cell: _Cell, **shell: object) -> None:
    ipython = SimpleNamespace(
        get_ipython=lambda: SimpleNamespace(**shell), display=SimpleNamespace(display=cell.display)
    )
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def test_in_a_notebook_one_text_is_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The live line eight times a second at most; a line about each stage stays, and nothing else."""
    now_s, cell = [0.0], _Cell()
    _shell(monkeypatch, cell, kernel=object())
    progress = notebook_progress(clock=lambda: now_s[0])
    assert progress is not None
    progress.note("Using: id")
    progress.stage("Renaming", 100)
    for done in range(1, 101):
        now_s[0] = done / 100
        progress.advance(done, note="limit 300/s")
    first, live = cell.text.splitlines()
    assert (first, live.startswith("Renaming"), live.endswith("limit 300/s")) == ("Using: id", True, True)
    assert cell.changes <= 9
    progress.close()
    assert cell.text.splitlines() == ["Using: id", "Renaming: 100 of 100 in 1.0 s (100/s)"]


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no kernel, and can draw a bar as any terminal."""
    _shell(monkeypatch, _Cell())
    assert notebook_progress() is None
