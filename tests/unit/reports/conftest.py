"""What several tests of reports need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send everything that is written to a new file to the device that is always full."""
    really_open = Path.open

    def full(path: Path, mode: str = "r", **kwargs: Any) -> Any:
        if mode == "xb":
            really_open(path, mode).close()
            return really_open(Path("/dev/full"), "wb")
        return really_open(path, mode, **kwargs)

    monkeypatch.setattr(Path, "open", full)


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine be in the time zone of Berlin."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()
