"""What can be asked for is what ``--help`` says."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from batch_renamer.commands import setting_of
from batch_renamer.settings import Settings
from tests.support.command import COLD, environment, start

NOT_FOR_A_FLAG = {"api_key_file", "names", "nightly", "profile_api_key_file", "sources"}
SETTINGS = {field.name for field in fields(Settings)} - NOT_FOR_A_FLAG
FOR_A_SHEET = {
    "sheet",
    "encoding",
    "delimiter",
    "id_column",
    "name_column",
    "current_name_column",
    "hidden_rows",
    "blank_new_name",
    "match_by",
    "where",
}
FOR_NAMES = {"name_template", "replace", "replace_regex", "same_name"}
FOR_THE_API = {"base_url", "api_version", "rate", "workers", "attempts", "timeout", "patience"}
LIMITS = {"first", "max_renames", "strict"}
PRACTICE = {"sandbox", "sandbox_reset"}
MACHINES = {"engine", "scheduler", "limit_per"}
FOR_WRITING = {"yes", "wait", "write_back", *MACHINES}
ONLY_WHERE_SOMETHING_IS_SENT = FOR_THE_API | LIMITS | PRACTICE | {"max_failures", "again", "pictures"}
CHOOSING = {"only", "except_rows"}
ABOUT_PAST_RUNS = SETTINGS - FOR_A_SHEET - FOR_NAMES - CHOOSING - FOR_WRITING - ONLY_WHERE_SOMETHING_IS_SENT | {
    "base_url",
    "sandbox",
}

OFFERED = {
    "apply": SETTINGS | {"dry_run", "plan"},
    "plan": SETTINGS - FOR_WRITING | MACHINES | {"exit_code"},
    "check": SETTINGS - FOR_WRITING - ONLY_WHERE_SOMETHING_IS_SENT - {"no_pager"},
    # The bounds of a run are those that it was begun with.
    "resume": SETTINGS - FOR_A_SHEET - FOR_NAMES - LIMITS - {"again", "sandbox_reset"} | {"failed", "same_account"},
    "undo": SETTINGS - FOR_A_SHEET - FOR_NAMES - {"again", "sandbox_reset", "write_back"} | {"dry_run", "same_account"},
    "audit": SETTINGS
    - FOR_A_SHEET
    - FOR_NAMES
    - FOR_WRITING
    - LIMITS
    - {"max_failures", "again", "sandbox_reset", "no_pager"}
    | {"same_account"},
    "runs": ABOUT_PAST_RUNS - {"order_links", "report"} - {"no_pager"}
    | {"limit", "order", "file", "prune", "yes", "dismiss"},
    "show": ABOUT_PAST_RUNS - {"order_links", "report"},
    "report": ABOUT_PAST_RUNS - {"no_pager"} | {"write_back"},
    "export": FOR_THE_API - {"workers"}
    | PRACTICE
    | {"delimiter", "wait", "json", "log_file", "quiet", "verbose", "no_progress", "config", "profile", "state_dir"}
    | {"name_contains", "since", "status", "sort", "limit", "template"},
    "nightly": SETTINGS - MACHINES - {"yes", "only", "except_rows", "first", "report", "no_pager"}
    | {"inbox", "done", "problems", "reports", "check"},
    "web": FOR_A_SHEET - {"where"}
    | FOR_NAMES
    | FOR_THE_API
    | PRACTICE
    | {"max_renames", "max_failures", "log_file", "quiet", "verbose", "config", "profile", "state_dir"}
    | {"port", "no_open", "idle"},
    "init": {"yes", "base_url", "report", "config", "profile"},
    "doctor": FOR_THE_API - {"rate", "attempts", "patience"}
    | {"sandbox", "report", "log_file", "json", "quiet", "config", "profile", "state_dir"},
    "status": {"max_age", "inbox", "sandbox", "json", "config", "profile", "state_dir"},
    "schedule": FOR_THE_API
    | {"wait", "sandbox", "log_file", "config", "profile", "state_dir"}
    | {"inbox", "done", "problems", "reports", "at", "image", "anyway"},
    "notify": {"test", "json", "quiet", "config", "profile", "state_dir"},
    "sandbox": {"port", "orders", "images", "faults", "limit", "latency", "orders_file", "log_file"},
    "completion": set(),
    "man": set(),
}


README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
# `apply` takes a spreadsheet or a kept plan, so its usage shows neither as needed.
ARGUMENTS = [
    found
    for found in re.findall(r"^\| `batch-renamer ([a-z]+) (\[ID\]|FILE)` \|", README, re.MULTILINE)
    if found[0] != "apply"
]


async def help_of(home: Path, command: str) -> str:
    """Return what a command's ``--help`` prints."""
    async with start(command, "--help", cwd=home, env=environment(home)) as started:
        ended = await started.ended()
    assert ended.code == 0, ended.err
    return ended.out


async def offered(home: Path, command: str) -> set[str]:
    """Return the options of a command by the names of the settings."""
    flags = re.findall(r"^  (?:-\w, )?--([a-z-]+)", await help_of(home, command), re.MULTILINE)
    return set(map(setting_of, flags)) - {"help"}


@pytest.mark.parametrize("command", OFFERED)
async def test_every_command_offers_what_it_can_use(home: Path, command: str) -> None:
    """No setting can be reached by the configuration file alone, and no option is without a meaning."""
    assert await offered(home, command) == OFFERED[command]


def test_every_command_is_known_here(home: Path) -> None:
    """A command that is added gets its line above, and the README's table tells what ``--help`` tells."""
    ran = subprocess.run([*COLD, "--help"], env=environment(home), capture_output=True, text=True, check=True)
    listed = re.findall(r"^  ([a-z]+)  ", ran.stdout, re.MULTILINE)
    table = re.findall(r"^\| `batch-renamer ([a-z]+)(?: [^`]*)?` \|", README, re.MULTILINE)
    assert set(listed) == set(OFFERED) == set(table)


@pytest.mark.parametrize(("command", "id_"), ARGUMENTS, ids=[f"{command} {id_}" for command, id_ in ARGUMENTS])
async def test_the_arguments_are_those_of_the_readme(home: Path, command: str, id_: str) -> None:
    """What stands in square brackets may be left away, and the help says what is meant then."""
    shown = await help_of(home, command)
    assert re.search(rf"^Usage: .* {command} \[OPTIONS\] {re.escape(id_)}$", shown, re.MULTILINE)
    [arguments] = re.findall(r"^Arguments:\n(.*?)\n\n", shown, re.MULTILINE | re.DOTALL)
    assert ("Without it:" in arguments) is (id_ == "[ID]")


def test_help_costs_no_state(home: Path) -> None:
    """Looking leaves no folder behind."""
    subprocess.run([*COLD, "--help"], env=environment(home), capture_output=True, check=True)
    assert list(home.iterdir()) == []


def _in_help(value: object) -> str:
    """Return a default as the help shows it: a whole number without a point."""
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("command", ["apply", "resume"])
async def test_defaults_in_the_help_are_those_of_the_settings(tmp_path: Path, command: str) -> None:
    """The help is written without the settings, which are slow to import; it must not tell other values."""
    text = " ".join((await help_of(tmp_path, command)).split())
    shown = dict(re.findall(r"--([a-z-]+) (?:(?!--).)*?\[default: ([^\]]+)\]", text))
    defaults = {field.name.replace("_", "-"): field.default for field in fields(Settings)}
    assert {"attempts", "timeout", "patience", "max-failures", "wait"} <= shown.keys()
    assert shown == {name: _in_help(defaults[name]) for name in shown}


def test_the_manual_and_the_completion_are_printed(home: Path) -> None:
    """Both go to standard output, to be piped on; without a name the completion is that of the user's shell."""
    for words, begin in ((["man"], ".TH BATCH"), (["completion"], "# Completion of batch-renamer in zsh")):
        env = environment(home, SHELL="/usr/bin/zsh")
        ran = subprocess.run([*COLD, *words], env=env, capture_output=True, text=True, check=True)
        assert (ran.stdout.removeprefix("#compdef batch-renamer\n")[: len(begin)], ran.stderr) == (begin, "")
    assert list(home.iterdir()) == []


def test_a_shell_without_completion_is_named(home: Path) -> None:
    """The message says which there are."""
    ran = subprocess.run(
        [*COLD, "completion", "tcsh"], env=environment(home), capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Error: There is completion for bash, zsh, fish.")
