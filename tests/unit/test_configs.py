"""The files of configs/ enter; each one loads, says what exists, and starts the same nightly run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from batch_renamer.nightly.messages.addresses import AddressBook, read_addresses
from batch_renamer.settings import MaxFailures, NameRules, NightlySettings, Settings, resolve_settings

CONFIGS = Path(__file__).parents[2] / "configs"
NIGHTLY = CONFIGS / "nightly.toml"
UNIT = "batch-renamer-nightly"
OPTIONS = {one.name for one in fields(Settings)}
DESCRIBED_ELSEWHERE = {"config", "profile", "sandbox", "sandbox_reset", "yes"} | {
    "except_rows",
    "first",
    "only",
    "replace",
    "replace_regex",
}
TABLES = {
    "names": {field.name for field in fields(NameRules)},
    "nightly": {field.name for field in fields(NightlySettings)},
}
INTERNAL = {"profile_api_key_file", "sources"}
TOMLS = sorted(path.name for path in CONFIGS.glob("*.toml"))
PROFILES = [
    (path.name, profile)
    for path in sorted(CONFIGS.glob("*.toml"))
    for profile in re.findall(r"^\[profiles\.(\w+)\]", path.read_text(encoding="utf-8"), re.MULTILINE)
]


def unit_lines(name: str) -> dict[str, list[str]]:
    """Read a systemd unit as the values of each setting; lines ending in a backslash go on."""
    text = (CONFIGS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.strip() and line[0] not in "#;[":
            setting, _, value = line.partition("=")
            found.setdefault(setting, []).append(value.strip())
    return found


def cron_command() -> str:
    """Find the one line of the crontab that starts something, and leave its five times away."""
    lines = (CONFIGS / "nightly.crontab").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if re.match(r"[0-9*]", line)]
    return line.split(maxsplit=5)[5]


def words_of(command: str) -> list[str]:
    """Split the command among a line's words as a shell does, from its program up to where its output goes."""
    words = shlex.split(command)
    [begin] = [place for place, word in enumerate(words) if word.endswith("/bin/batch-renamer")]
    return words[begin : words.index(">>")] if ">>" in words else words[begin:]


def options_of(words: list[str]) -> dict[str, object]:
    """Read the options of a command line that has no other switches than ``--yes``."""
    flags: dict[str, object] = {}
    for word, following in zip(words, [*words[1:], "--"], strict=True):
        if word.startswith("--"):
            flags[word.removeprefix("--").replace("-", "_")] = True if following.startswith("--") else following
    return flags


COMMANDS = {"cron": words_of(cron_command()), "systemd": words_of(unit_lines(f"{UNIT}.service")["ExecStart"][0])}
each_command = pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())


@pytest.mark.parametrize("name", TOMLS)
def test_configuration_loads(name: str) -> None:
    """A user who copies the file starts with one that works."""
    assert resolve_settings({"config": CONFIGS / name}, environ={}).config == CONFIGS / name


@pytest.mark.parametrize(("name", "profile"), PROFILES)
def test_profile_loads_with_a_key_file_of_its_own(name: str, profile: str) -> None:
    """Each account has its own key."""
    settings = resolve_settings({"config": CONFIGS / name, "profile": profile}, environ={})
    assert settings.profile_api_key_file is not None


@pytest.mark.parametrize("name", TOMLS)
def test_configuration_loads_with_every_commented_option_set(name: str, tmp_path: Path) -> None:
    """What stands behind ``#`` is right too; only quiet and verbose can't both be set."""
    text = re.sub(r"^#(\w+ = )", r"\1", (CONFIGS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    copied = tmp_path / name
    copied.write_text(text, encoding="utf-8")
    assert resolve_settings({"config": copied}, environ={}).config == copied


def test_production_explains_every_option_there_is() -> None:
    """An option that is added later must be explained there, and one that is gone must leave."""
    text = (CONFIGS / "production.toml").read_text(encoding="utf-8")
    in_tables = set().union(*TABLES.values())
    assert set(re.findall(r"^#?(\w+) = ", text, re.MULTILINE)) == (
        OPTIONS - DESCRIBED_ELSEWHERE - INTERNAL - TABLES.keys() | in_tables
    )
    assert set(re.findall(r"^\[(\w+)\]", text, re.MULTILINE)) == TABLES.keys()


@pytest.mark.parametrize("name", TOMLS)
def test_no_option_stands_without_a_comment_above(name: str) -> None:
    """A block of options begins with the sentence that explains it."""
    blocks = re.split(r"\n\s*\n", (CONFIGS / name).read_text(encoding="utf-8"))
    with_options = [block for block in blocks if re.search(r"^#?\w+ = ", block, re.MULTILINE)]
    unexplained = [block for block in with_options if not re.match(r"# |\[profiles\.\w+\]", block)]
    assert with_options
    assert unexplained == []


def test_first_run_is_careful() -> None:
    """Slow enough to watch, room for a sheet of 300 rows, and stopping after a few failures."""
    settings = resolve_settings({"config": CONFIGS / "first-run.toml"}, environ={})
    assert (settings.max_failures, settings.strict) == (MaxFailures(count=3), True)
    assert settings.rate == 10
    assert settings.max_renames == 500


@each_command
def test_nightly_command_uses_options_that_exist(words: list[str]) -> None:
    """Every ``--word`` is a field of the settings, and all of them together are accepted."""
    flags = options_of(words)
    assert flags.keys() <= OPTIONS
    settings = resolve_settings({**flags, "config": NIGHTLY}, environ={})
    assert settings.yes  # no person is there to answer
    assert settings.profile == "office"
    assert settings.max_failures == MaxFailures(percent=5)
    assert settings.no_progress
    assert settings.quiet  # a mail of progress is not read


@each_command
def test_nightly_command_is_absolute_and_applies_a_sheet(words: list[str]) -> None:
    """Neither cron nor systemd has the user's PATH or folder."""
    command, verb, sheet = words[:3]
    assert command.endswith("/bin/batch-renamer")
    assert verb == "apply"
    assert all(path.startswith("/") for path in (command, sheet, str(options_of(words)["config"])))


def test_cron_and_systemd_start_the_same_command() -> None:
    """What is tried out with one holds for the other."""
    assert COMMANDS["cron"] == COMMANDS["systemd"]


def test_no_percent_sign_is_eaten() -> None:
    """In cron a bare ``%`` ends the line, in systemd it begins a specifier."""
    assert not re.search(r"(?<!\\)%", cron_command())
    assert "%" not in unit_lines(f"{UNIT}.service")["ExecStart"][0]


def test_unit_lets_the_run_write_where_its_configuration_says() -> None:
    """With ProtectSystem=strict everything else is read-only."""
    unit = unit_lines(f"{UNIT}.service")
    settings = resolve_settings({"config": NIGHTLY}, environ={})
    assert unit["ProtectSystem"] == ["strict"]
    assert settings.state_dir.is_relative_to(Path("/var/lib", unit["StateDirectory"][0]))
    assert settings.log_file is not None
    assert settings.log_file.is_relative_to(Path("/var/log", unit["LogsDirectory"][0]))
    assert all(Path(report).is_relative_to(unit["ReadWritePaths"][0]) for report in settings.report)


def test_unit_counts_every_unhappy_exit_code_as_a_failure() -> None:
    """A night with failed rows reaches ``OnFailure=``, and no machine tries a stopped run again."""
    unit = unit_lines(f"{UNIT}.service")
    assert unit["Type"] == ["oneshot"]
    assert not {"SuccessExitStatus", "Restart", "RestartForceExitStatus"} & unit.keys()


def test_nightly_reports_have_names_of_their_own_every_night() -> None:
    """No report overwrites the one before."""
    reports = resolve_settings({"config": NIGHTLY}, environ={}).report
    assert reports
    assert all("{date}" in report and "{id}" in report for report in reports)


def test_timer_belongs_to_the_service() -> None:
    """A timer starts the service of its own name, and makes up for a night without power."""
    timer = unit_lines(f"{UNIT}.timer")
    assert (CONFIGS / f"{UNIT}.service").is_file()
    assert timer["Persistent"] == ["true"]
    assert timer["WantedBy"] == ["timers.target"]


def test_readme_names_every_file() -> None:
    """A file that is mentioned nowhere is not found."""
    text = (CONFIGS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in CONFIGS.iterdir() if path.name != "README.md" and f"`{path.name}`" not in text] == []


def test_each_example_of_an_address_is_one(tmp_path: Path) -> None:
    """A user who removes the # of a line has an address that Apprise takes; the file alone has none."""
    text = (CONFIGS / "notify.example").read_text("utf-8")
    (place := tmp_path / "notify.txt").touch(mode=0o600)
    place.write_text(text, "utf-8")
    assert read_addresses(place, environ={}) == AddressBook()
    place.write_text(re.sub(r"^#(?=\S+://|text-only )", "", text, flags=re.MULTILINE), "utf-8")
    book = read_addresses(place, environ={})
    assert (len(book.addresses), book.mistakes) == (8, ())
    # In a process of its own, because its plugins warn when they are imported.
    program = "import apprise, sys; print([apprise.Apprise.instantiate(url) is not None for url in sys.argv[1:]])"
    words = [sys.executable, "-I", "-c", program, *(one.url for one in book.addresses)]
    known = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert known.strip() == str([True] * 8)
