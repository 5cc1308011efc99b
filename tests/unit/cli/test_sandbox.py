"""Options and an environment enter; how the stand-in is served leaves, or why it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.commands.sandbox import run_sandbox
from batch_renamer.errors import SettingsError


def options(**but: Any) -> dict[str, Any]:
    """Return all options as the command line gives them, without the ones that were not typed."""
    usual: dict[str, Any] = {"port": 0, "orders": 25, "images": 3, "faults": "none", "limit": "none", "latency": "none"}
    return {**usual, "orders_file": None, "log_file": None, **but}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Note how it would be served, and serve nothing."""
    calls: list[dict[str, Any]] = []

    def serve_forever(**how: Any) -> int:
        calls.append(how)
        return 130

    monkeypatch.setattr("batch_renamer.sandbox.serve_forever", serve_forever)
    return calls


@pytest.mark.parametrize(
    ("value", "key", "source"),
    [
        (None, None, ""),
        (" ", None, ""),
        ("sk-live-4Zq8TtR2vXw9", "sk-live-4Zq8TtR2vXw9", "AUTOENHANCE_API_KEY"),
    ],
    ids=["not set", "blank", "a key"],
)
def test_the_key_of_the_environment_opens_it(
    *,
    served: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    value: str | None,
    key: str | None,
    source: str,
) -> None:
    """Without one the sandbox makes up its own; all else is handed on as it was typed."""
    if value is not None:
        monkeypatch.setenv("AUTOENHANCE_API_KEY", value)
    typed = options(port=8080, faults="5%", log_file=tmp_path / "log.jsonl")
    assert run_sandbox(**typed) == 130
    [how] = served
    assert how.pop("api_key") == key
    assert source in how.pop("key_source")
    assert how == typed


def test_a_key_that_can_be_none_is_refused_before_anything_is_served(
    served: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """2, without the key in the sentence."""
    monkeypatch.setenv("AUTOENHANCE_API_KEY", "'sk-live-4Zq8TtR2vXw9'")
    assert run_sandbox(**options()) == 2
    said = capsys.readouterr().err
    assert "is in quotes" in said
    assert "sk-live" not in said
    assert served == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"faults": "5"}, "Error: --faults 5"), ({"port": 70_000}, "Error: --port 70000")],
    ids=["faults", "port"],
)
def test_an_option_that_can_not_be_used_is_refused(
    capsys: pytest.CaptureFixture[str], wrong: dict[str, Any], said: str
) -> None:
    """2, with what was typed."""
    assert run_sandbox(**options(**wrong)) == SettingsError.exit_code
    assert said in capsys.readouterr().err
