"""Words of a command line enter; what the program answers leaves. It runs in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from batch_renamer.cli import main

__all__ = ["Answer", "Ask", "asking"]


class Answer(NamedTuple):
    """What the program says, and its exit code."""

    code: int
    out: str
    err: str


Ask = Callable[..., Answer]


def asking(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return a function that says words to the program, on a screen that breaks no line, and returns its answer."""
    monkeypatch.setenv("COLUMNS", "1000")

    def ask(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["batch-renamer", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Answer(ended.value.code, *capsys.readouterr())

    return ask
