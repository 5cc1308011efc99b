"""Answers enter; the first configuration loads, says what was answered, and explains what it leaves out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.settings import MaxFailures, StarterConfig, check_profile_name, resolve_settings


def written(folder: Path, text: str) -> Path:
    """Write the file and give its path."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_loads_with_the_limits_that_it_promises(tmp_path: Path) -> None:
    """Without an answer it names the key file and brakes; everything else is at its default."""
    config = written(tmp_path, StarterConfig(key_file="autoenhance.key").text())
    settings = resolve_settings({"config": config}, environ={})
    assert settings.api_key_file == tmp_path / "autoenhance.key"
    assert (settings.max_renames, settings.max_failures) == (1000, MaxFailures(percent=20))
    assert (settings.base_url, settings.report, settings.rate) == ("https://api.autoenhance.ai", (), None)


def test_with_a_name_the_account_is_a_profile(tmp_path: Path) -> None:
    """Its key file stands in its table, so that it is used for no other account."""
    config = written(tmp_path, StarterConfig(key_file="office.key", profile="office").text())
    settings = resolve_settings({"config": config, "profile": "office"}, environ={})
    assert (settings.profile_api_key_file, settings.api_key_file) == (tmp_path / "office.key", None)


@given(folder=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_any_path_is_written_as_it_is(folder: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Quotes, backslashes and control characters in a folder's name do not end the text."""
    report = f"/{folder}/a.xlsx"
    config = written(tmp_path_factory.mktemp("any"), StarterConfig(key_file="k", report=report).text())
    assert resolve_settings({"config": config}, environ={}).report == (str(Path(report)),)


@pytest.mark.parametrize("profile", [None, "office"], ids=["no profile", "a profile"])
def test_every_commented_option_can_be_set(tmp_path: Path, profile: str | None) -> None:
    """What stands behind ``#`` is right, too."""
    text = re.sub(r"^#(\w+ = |\[)", r"\1", StarterConfig(key_file="k", profile=profile).text(), flags=re.MULTILINE)
    settings = resolve_settings({"config": written(tmp_path, text), "profile": profile}, environ={})
    assert (settings.strict, settings.rate) == (True, 10.0)
    assert settings.report == (str(tmp_path / "reports" / "{date}-{id}.xlsx"),)
    assert settings.log_file == tmp_path / "batch-renamer.jsonl"
    assert settings.nightly.notify_file == tmp_path / "notify.txt"


@pytest.mark.parametrize("name", ["", "our office", "a.b", "büro", "x" * 41], ids=repr)
def test_a_name_that_needs_quotes_is_refused(name: str) -> None:
    """It is a table's heading, a file's name and a word of the command line."""
    with pytest.raises(ValueError, match="must be 1 to 40 letters"):
        check_profile_name(name)
