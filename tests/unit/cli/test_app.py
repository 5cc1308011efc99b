"""Words that can be read enter; the call of one command leaves, and its exit code."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.commands.runs import Chosen
from batch_renamer.version import __version__
from tests.support.answering import Ask

CODE = 6
"""No command ends with it here, so it can only be the one that the called function returned."""


SHEET = Path("houses.csv")


@pytest.mark.parametrize(
    ("words", "place", "positional", "named"),
    [
        ("check houses.csv", "check.check", [SHEET], {}),
        ("plan houses.csv", "apply.plan", [SHEET], {"tells_changes": False}),
        ("plan houses.csv --exit-code", "apply.plan", [SHEET], {"tells_changes": True}),
        ("apply houses.csv", "apply.apply", [SHEET], {}),
        ("apply houses.csv --dry-run", "apply.plan", [SHEET], {}),
        ("apply --plan latest", "apply.apply_plan", ["latest"], {}),
        ("resume", "resume.resume", [None], {"failed": False, "same_account": False}),
        ("resume a1 --failed --same-account", "resume.resume", ["a1"], {"failed": True, "same_account": True}),
        ("undo a1", "undo.undo", ["a1"], {"dry_run": False, "same_account": False}),
        ("undo a1 --dry-run --same-account", "undo.undo", ["a1"], {"dry_run": True, "same_account": True}),
        ("audit", "audit.audit", [None], {"same_account": False}),
        ("show a1", "show.show_one", ["a1"], {}),
        ("report a1", "report.report_again", ["a1"], {}),
        ("init", "init.init", [], {}),
        ("doctor", "doctor.doctor", [], {}),
        (
            "sandbox --port 8080 --orders 3 --images 1 --faults 5% --limit 300/sliding --latency 100ms",
            "sandbox.run_sandbox",
            [],
            {
                "port": 8080,
                "orders": 3,
                "images": 1,
                "faults": "5%",
                "limit": "300/sliding",
                "latency": "100ms",
                "orders_file": None,
                "log_file": None,
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_the_words_reach_the_command(
    *,
    answer: Ask,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    place: str,
    positional: list[object],
    named: dict[str, object],
) -> None:
    """Its arguments and switches as they were typed; what it returns is the exit code."""
    module, _, function = place.partition(".")
    called: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def command(*args: object, **kwargs: object) -> int:
        called.append((args, kwargs))
        return CODE

    monkeypatch.setattr(importlib.import_module(f"batch_renamer.cli.commands.{module}"), function, command)
    assert answer(*words.split()).code == CODE
    [(args, kwargs)] = called
    assert [one for one in args if not isinstance(one, dict)] == positional
    assert kwargs == named


def test_the_options_of_a_command_are_given_by_the_names_of_the_settings(
    answer: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As text: the settings check them, all at once."""
    called: list[dict[str, object]] = []

    def command(_: Path, given: dict[str, object]) -> int:
        called.append({name: value for name, value in given.items() if value})
        return 0

    monkeypatch.setattr("batch_renamer.cli.commands.apply.apply", command)
    words = ["--rate", "fast", "--report", "a.csv", "--report", "b.json", "--base-url", "http://127.0.0.1:9", "--yes"]
    assert answer("apply", "houses.csv", *words).code == 0
    assert called == [
        {"rate": "fast", "report": ["a.csv", "b.json"], "base_url": "http://127.0.0.1:9", "yes": True},
    ]


def test_what_runs_lists_is_chosen_by_its_options(answer: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are text here too."""
    called: list[dict[str, Any]] = []

    def list_runs(_: object, **how: Any) -> int:
        called.append(how)
        return CODE

    monkeypatch.setattr("batch_renamer.cli.commands.runs.list_runs", list_runs)
    words = "--limit 3 --order a1 --file houses --prune 90d --dismiss a2 --yes"
    assert answer("runs", *words.split()).code == CODE
    chosen = Chosen(limit="3", order="a1", file="houses")
    assert called == [{"prune": "90d", "dismiss": "a2", "chosen": chosen, "yes": True}]


@pytest.mark.parametrize(
    ("words", "beginning"),
    [
        (["--version"], f"batch-renamer {__version__}\n"),
        (["-V"], f"batch-renamer {__version__}\n"),
        (["man"], ".TH "),
        (["completion", "bash"], "# "),
    ],
    ids=["version", "V", "manual page", "completion"],
)
def test_what_is_only_printed(answer: Ask, words: list[str], beginning: str) -> None:
    """0, all on standard output."""
    ran = answer(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(beginning)
