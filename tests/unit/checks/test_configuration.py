"""What a command was told enters; each check says whether it can be used, and who else can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.checks import Verdict
from batch_renamer.checks.configuration import (
    check_address,
    check_configuration,
    check_key,
    check_log,
    check_report,
    refused_settings,
)
from batch_renamer.errors import SettingsError
from batch_renamer.settings import Settings, resolve_settings

posix_only = pytest.mark.skipif(os.name != "posix", reason="permission bits mean this only on POSIX")
KEY = "sk-live-4Zq8TtR2vXw9"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Write a private configuration that names a private key file."""
    path = tmp_path / "config.toml"
    path.write_text('api_key_file = "a.key"\n[profiles.office]\n', encoding="utf-8")
    path.chmod(0o600)
    (tmp_path / "a.key").write_text(KEY, encoding="utf-8")
    (tmp_path / "a.key").chmod(0o600)
    return path


def settings_of(**flags: object) -> Settings:
    """Return settings of these flags alone."""
    return resolve_settings({"config": "none", **flags}, environ={})


def test_no_configuration_is_no_problem(tmp_path: Path) -> None:
    """A run needs none; `init` is named, and where it would write one."""
    finding = check_configuration(settings_of(), environ={"XDG_CONFIG_HOME": str(tmp_path)})
    assert finding.verdict is Verdict.OK
    assert "init" in finding.said
    assert str(tmp_path / "batch-renamer" / "config.toml") in finding.said


def test_a_configuration_is_named_with_its_profile(config: Path) -> None:
    """What was read is what is said."""
    finding = check_configuration(settings_of(config=config, profile="office"), environ={})
    assert (finding.verdict, finding.said) == (Verdict.OK, f"{config}, profile office")


def test_a_configuration_that_was_found_is_said_to_be(tmp_path: Path) -> None:
    """It was not asked for on the command line."""
    found = tmp_path / "batch-renamer" / "config.toml"
    found.parent.mkdir(mode=0o700)
    found.touch(mode=0o600)
    settings = resolve_settings({}, environ={"XDG_CONFIG_HOME": str(tmp_path)})
    assert check_configuration(settings, environ={}).said == f"{found} (found at its usual place)"


@posix_only
@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_configuration_that_others_can_change_is_warned_about(config: Path, which: str) -> None:
    """Another user could send the key elsewhere by it."""
    place = config if which == "file" else config.parent
    place.chmod(0o777)
    finding = check_configuration(settings_of(config=config), environ={})
    assert (finding.verdict, finding.repair) == (Verdict.WARNING, f"Run: chmod go-w {place}")


def test_mistakes_in_the_settings_are_a_problem() -> None:
    """All of them, as a run would name them."""
    finding = refused_settings(SettingsError("rate: 'x' (from --rate) must be a number.\nworkers: 0 is too few."))
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert "rate" in finding.said
    assert "workers" in finding.said


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({}, "https://api.autoenhance.ai"),
        ({"base_url": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080, not the vendor's own (from --base-url)"),
        ({"sandbox": True}, "the sandbox on this machine (--sandbox)"),
    ],
    ids=["the vendor's", "another", "sandbox"],
)
def test_the_address(flags: dict[str, object], said: str) -> None:
    """Another address than the vendor's is said to be one, and who named it."""
    finding = check_address(settings_of(**flags))
    assert (finding.verdict, finding.said) == (Verdict.OK, said)


def test_a_key_is_named_by_its_place_alone(config: Path) -> None:
    """The variable or file is said, never the key."""
    by_variable, found = check_key(settings_of(), environ={"AUTOENHANCE_API_KEY": KEY})
    assert (by_variable.verdict, by_variable.said) == (Verdict.OK, "from AUTOENHANCE_API_KEY")
    assert found is not None
    by_file, found = check_key(settings_of(config=config), environ={})
    assert (by_file.verdict, by_file.said) == (Verdict.OK, f"from {config.with_name('a.key')}")
    assert found is not None
    assert found.key.reveal() == KEY


def test_no_key_is_a_problem_that_init_repairs() -> None:
    """Both ways on are named: to set one up, and to practise without."""
    finding, found = check_key(settings_of(), environ={})
    assert (finding.verdict, finding.exit_code, found) == (Verdict.PROBLEM, 2, None)
    assert "init" in finding.repair
    assert "--sandbox" in finding.repair


def test_a_key_in_quotes_is_a_problem_that_says_so() -> None:
    """What is wrong with it is said without showing it."""
    finding, _ = check_key(settings_of(), environ={"AUTOENHANCE_API_KEY": f'"{KEY}"'})
    assert finding.verdict is Verdict.PROBLEM
    assert "is in quotes" in finding.said
    assert KEY not in f"{finding}"
    assert finding.repair


def test_practice_needs_no_key() -> None:
    """The real one is not even read."""
    finding, found = check_key(settings_of(sandbox=True), environ={"AUTOENHANCE_API_KEY": KEY})
    assert (finding.verdict, found) == (Verdict.OK, None)


@posix_only
def test_a_key_file_that_others_can_read_is_warned_about(config: Path) -> None:
    """With the command that closes it."""
    key_file = config.with_name("a.key")
    key_file.chmod(0o644)
    finding, found = check_key(settings_of(config=config), environ={})
    assert (finding.verdict, finding.repair) == (Verdict.WARNING, f"Run: chmod 600 {key_file}")
    assert found is not None


def test_reports_beside_the_spreadsheet_need_nothing() -> None:
    """That is where they go without a word."""
    assert check_report(settings_of()).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("report", "said", "repair"),
    [
        ("out.doc", "out.doc", "Choose another"),
        ("gone/out.csv", "there is no folder", "make it"),
        ("notes.csv", "is no report of batch-renamer", "Choose another name"),
    ],
    ids=["an unknown format", "no such folder", "a foreign file"],
)
def test_a_report_that_could_never_be_written_is_a_problem(tmp_path: Path, report: str, said: str, repair: str) -> None:
    """As a run finds out before its first request."""
    (tmp_path / "notes.csv").write_text("mine", encoding="utf-8")
    finding = check_report(settings_of(report=[str(tmp_path / report)]))
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert said in finding.said
    assert repair.lower() in finding.repair.lower()


def test_a_log_that_is_a_spreadsheet_is_warned_about_and_untouched(tmp_path: Path) -> None:
    """Nothing is added to it to find out."""
    sheet = tmp_path / "orders.csv"
    sheet.write_text("order_id,new_name\n", encoding="utf-8")
    assert check_log(settings_of(log_file=sheet)).verdict is Verdict.WARNING
    assert sheet.read_text("utf-8") == "order_id,new_name\n"


def test_a_log_to_be_made_is_not_made(tmp_path: Path) -> None:
    """A check leaves nothing behind."""
    assert check_log(settings_of(log_file=tmp_path / "run.jsonl")).verdict is Verdict.OK
    assert check_log(settings_of(log_file=tmp_path / "gone" / "run.jsonl")).verdict is Verdict.WARNING
    assert check_log(settings_of()).said == "none"
    assert list(tmp_path.iterdir()) == []
