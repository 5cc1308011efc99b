"""The files of configs/ enter; each one loads, says what exists, and starts the same night."""

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
from tests.support.schedules import CONFIGS, OFFICE, shipped

NIGHTLY = CONFIGS / "nightly.toml"
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
SHIPPED = shipped()
INTERNAL = {"profile_api_key_file", "sources"}
TOMLS = sorted(path.name for path in CONFIGS.glob("*.toml"))
PROFILES = [
    (path.name, profile)
    for path in sorted(CONFIGS.glob("*.toml"))
    for profile in re.findall(r"^\[profiles\.(\w+)\]", path.read_text(encoding="utf-8"), re.MULTILINE)
]


def unit_settings(name: str) -> dict[str, str]:
    """Read the settings of a systemd unit that are given once."""
    lines = (CONFIGS / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and line[0] not in "#[")


def cron_command() -> str:
    """Find the one line of the crontab that starts something, and leave its five times away."""
    lines = (CONFIGS / "nightly.crontab").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line and not line.startswith("#")]
    return line.split(maxsplit=5)[5]


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


@pytest.mark.parametrize(("name", "content"), SHIPPED.items(), ids=SHIPPED.keys())
def test_the_file_is_what_schedule_prints(name: str, content: str) -> None:
    """For the installation of README.md; `python -m tests.support.schedules` writes it again."""
    assert (CONFIGS / name).read_text(encoding="utf-8") == content


def test_cron_and_systemd_start_the_same_command() -> None:
    """What is tried out with one holds for the other."""
    assert unit_settings(f"{OFFICE.name}.service")["ExecStart"] == cron_command() == shlex.join(OFFICE.words)


def test_the_night_is_configured_for_a_machine_without_a_person() -> None:
    """It asks nothing, waits long, and stops at a wrong sheet."""
    settings = resolve_settings({"config": NIGHTLY, "profile": "office"}, environ={})
    assert settings.max_failures == MaxFailures(percent=5)
    assert settings.max_renames is not None
    assert (settings.patience, settings.wait) == (3600, 1800)


def test_unit_lets_the_night_write_where_its_configuration_says() -> None:
    """With ProtectSystem=strict everything else is read-only."""
    writable = unit_settings(f"{OFFICE.name}.service")["ReadWritePaths"].split()
    settings = resolve_settings({"config": NIGHTLY, "profile": "office"}, environ={})
    night = settings.nightly
    assert night.inbox is not None
    assert settings.log_file is not None
    folders = [night.inbox, settings.state_dir, settings.log_file.parent]
    folders += [night.folder(name) for name in ("done", "problems", "reports")]
    assert [folder for folder in folders if not any(folder.is_relative_to(one) for one in writable)] == []


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
