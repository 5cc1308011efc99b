"""What tests of the command line share: the program in this process, which answers words."""

from __future__ import annotations

import pytest

from tests.support.answering import Ask, asking


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Give a function that says words to the program and returns its answer."""
    return asking(monkeypatch, capsys)
