"""What can be asked for is what ``--help`` says."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from batch_renamer.settings import Settings
from tests.e2e.bench import PROGRAM, environment

NOT_FOR_A_FLAG = {"api_key_file", "profile_api_key_file", "sources"}
ONLY_WHERE_SOMETHING_IS_SENT = {
    *("api_version", "attempts", "base_url", "first", "max_failures", "max_renames", "patience", "rate"),
    *("sandbox", "sandbox_reset", "strict", "timeout", "workers"),
}


def offered(home: Path, command: str) -> set[str]:
    """Return the options of a command by the names of the settings."""
    words = [*PROGRAM, command, "--help"]
    ran = subprocess.run(words, env=environment(home), capture_output=True, text=True, check=True)
    flags = re.findall(r"^  (?:-\w, )?--([a-z-]+)", ran.stdout, re.MULTILINE)
    return {flag.replace("-", "_") for flag in flags} - {"help"}


@pytest.mark.parametrize(
    ("command", "more", "without"),
    [
        ("apply", {"dry_run", "plan"}, set[str]()),
        ("plan", set[str](), {"yes", "wait"}),
        ("check", set[str](), {"yes", "wait", *ONLY_WHERE_SOMETHING_IS_SENT}),
    ],
    ids=["apply", "plan", "check"],
)
def test_every_setting_has_its_option(home: Path, command: str, more: set[str], without: set[str]) -> None:
    """No setting can be reached by the configuration file alone, and no option is without a setting."""
    settings = {field.name for field in fields(Settings)} - NOT_FOR_A_FLAG
    assert offered(home, command) == settings - without | more


def test_help_costs_no_state(home: Path) -> None:
    """Looking leaves no folder behind."""
    subprocess.run([*PROGRAM, "--help"], env=environment(home), capture_output=True, check=True)
    assert list(home.iterdir()) == []
