"""The environment enters; the user's own configuration file is read where none is named, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.settings import describe, is_found_config, resolve_settings


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Write a configuration at its usual place and give its path; the folder is the one in XDG_CONFIG_HOME."""
    path = tmp_path / "batch-renamer" / "config.toml"
    path.parent.mkdir()
    path.write_text("rate = 7\n[profiles.office]\nrate = 8\n", encoding="utf-8")
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment that says where configurations are."""
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_the_users_own_file_is_read_where_none_is_named(own: Path, environ: dict[str, str]) -> None:
    """`init` writes it once, and every later command finds it."""
    settings = resolve_settings({}, environ=environ)
    assert (settings.rate, settings.config, is_found_config(settings)) == (7.0, own, True)


def test_what_was_found_is_described_as_found(own: Path, environ: dict[str, str]) -> None:
    """With --verbose the file is named, and that it was not asked for."""
    described = {name: (value, source) for name, value, source in describe(resolve_settings({}, environ=environ))}
    assert described["config"] == (str(own), "its usual place")
    assert described["rate"] == ("7", str(own))


def test_a_profile_of_the_users_own_file_can_be_chosen(own: Path, environ: dict[str, str]) -> None:
    """A profile needs no --config where there is such a file."""
    settings = resolve_settings({"profile": "office"}, environ=environ)
    assert (settings.rate, settings.config) == (8.0, own)


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_file_that_is_named_is_read_instead(own: Path, environ: dict[str, str], tmp_path: Path, by: str) -> None:
    """Two files are never mixed: a nightly job depends on its own alone."""
    named = tmp_path / "night.toml"
    named.write_text("workers = 3\n", encoding="utf-8")
    flags: dict[str, object] = {"config": named} if by == "flag" else {}
    more = {} if by == "flag" else {"BATCH_RENAMER_CONFIG": str(named)}
    settings = resolve_settings(flags, environ=environ | more)
    assert (settings.rate, settings.workers, settings.config) == (None, 3, named)
    assert not is_found_config(settings)
    assert own.exists()


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_the_word_none_leaves_it_out(own: Path, environ: dict[str, str], by: str) -> None:
    """A command can be tried without any configuration."""
    flags: dict[str, object] = {"config": "none"} if by == "flag" else {}
    more = {} if by == "flag" else {"BATCH_RENAMER_CONFIG": "None"}
    settings = resolve_settings(flags, environ=environ | more)
    assert (settings.rate, settings.config) == (None, None)
    assert own.exists()


def test_a_flag_that_names_a_file_beats_a_variable_that_says_none(own: Path, environ: dict[str, str]) -> None:
    """The flag goes first, here as everywhere."""
    settings = resolve_settings({"config": own}, environ=environ | {"BATCH_RENAMER_CONFIG": "none"})
    assert settings.rate == 7.0


def test_flags_and_variables_go_before_it(own: Path, environ: dict[str, str]) -> None:
    """It has the authority of any configuration file."""
    assert resolve_settings({"rate": 5}, environ=environ).rate == 5.0
    assert resolve_settings({}, environ=environ | {"BATCH_RENAMER_RATE": "6"}).rate == 6.0
    assert own.exists()


def test_the_library_never_reads_it(own: Path, environ: dict[str, str]) -> None:
    """A notebook does what its cells say, on every machine alike."""
    settings = resolve_settings({}, environ=environ, as_arguments=True)
    assert (settings.rate, settings.config) == (None, None)
    assert own.exists()


def test_a_mistake_in_it_names_the_file(own: Path, environ: dict[str, str]) -> None:
    """It was not named on the command line, so the message has to."""
    own.write_text("rat = 7\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=str(own)):
        resolve_settings({}, environ=environ)


def test_a_link_that_leads_nowhere_is_no_missing_file(own: Path, environ: dict[str, str]) -> None:
    """A configuration that can't be read is not silently left out: it may hold limits."""
    own.unlink()
    own.symlink_to(own.with_name("gone.toml"))
    with pytest.raises(SettingsError, match=r"there is no such configuration file"):
        resolve_settings({}, environ=environ)
