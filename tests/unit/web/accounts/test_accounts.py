"""The accounts of the page: every profile, the settings without one, and in the sandbox the practice account alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.errors import InputError, SettingsError
from batch_renamer.jobs import open_journal
from batch_renamer.journal import NewRun, RunRecord
from batch_renamer.settings import read_api_key
from batch_renamer.web.accounts import COLOURS, Accounts

KEY = "sk-live-4Zq8TtR2vXw9"
NO_KEY: Mapping[str, str] = {}


def office(folder: Path, text: str = "", **more: object) -> dict[str, object]:
    """Write a configuration and two private key files; return the options that name it."""
    for name in ("one", "two"):
        key = folder / f"{name}.key"
        key.write_text(f"{KEY}-{name}\n", "utf-8")
        key.chmod(0o600)
    (folder / "config.toml").write_text(
        f'{text}\n[profiles.harbour]\napi_key_file = "one.key"\nbase_url = "http://127.0.0.1:8001"\n'
        '[profiles.attic]\napi_key_file = "two.key"\nrate = 20\n',
        "utf-8",
    )
    return {"config": str(folder / "config.toml"), "state_dir": str(folder / "state"), **more}


def test_every_profile_is_an_account_with_its_own_settings(tmp_path: Path) -> None:
    """Each has its address and its rate; a key that belongs to no profile is an account, too."""
    accounts = Accounts(office(tmp_path), environ={"AUTOENHANCE_API_KEY": KEY})
    found = accounts.all()
    assert [account.name for account in found] == ["", "attic", "harbour"]
    assert [account.title for account in found] == ["Main account", "attic", "harbour"]
    assert [account.trouble for account in found] == ["", "", ""]
    assert (found[1].settings.rate, found[2].base_url) == (20.0, "http://127.0.0.1:8001")
    assert [account.colour for account in found] == [0, 1, 2]


def test_settings_without_a_key_and_a_profile_are_no_account(tmp_path: Path) -> None:
    """Where every key belongs to a profile, there is nothing to choose besides; the colours of the others stay."""
    found = Accounts(office(tmp_path), environ=NO_KEY).all()
    assert [(account.name, account.colour) for account in found] == [("attic", 1), ("harbour", 2)]


def test_without_profiles_there_is_one_account(tmp_path: Path) -> None:
    """It is there even where its key is missing: the page says what to do about that."""
    [only] = Accounts({"config": "none", "state_dir": str(tmp_path)}, environ=NO_KEY).all()
    assert only.trouble.startswith("There is no API key: AUTOENHANCE_API_KEY is not set")
    with pytest.raises(SettingsError, match="There is no API key"):
        only.usable()


def test_in_the_sandbox_there_is_the_practice_account_alone(tmp_path: Path) -> None:
    """No real key is looked at, and no address but that of the sandbox is shown."""
    accounts = Accounts(office(tmp_path, sandbox=True), environ={"AUTOENHANCE_API_KEY": KEY})
    [practice] = accounts.all()
    assert (practice.name, practice.title, practice.base_url) == ("sandbox", "Practice (sandbox)", "the sandbox")
    assert practice.usable() == accounts.default == accounts.get("sandbox")
    destination, _ = accounts.destination(practice.settings)
    assert destination.key_print is None


@pytest.mark.parametrize(
    ("flags", "environ", "wanted"),
    [
        ({"profile": "harbour"}, {}, "harbour"),
        ({}, {"BATCH_RENAMER_PROFILE": "harbour"}, "harbour"),
        ({"profile": "attic"}, {"BATCH_RENAMER_PROFILE": "harbour"}, "attic"),
        ({}, {}, "attic"),
        ({}, {"AUTOENHANCE_API_KEY": KEY}, ""),
    ],
)
def test_the_account_that_was_asked_for_comes_first(
    tmp_path: Path, flags: Mapping[str, object], environ: Mapping[str, str], wanted: str
) -> None:
    """By the option, else by the environment, else the first that can be used; the others can be chosen, too."""
    accounts = Accounts({**office(tmp_path), **flags}, environ=environ)
    assert accounts.default.name == wanted
    assert {"attic", "harbour"} <= {account.name for account in accounts.all()}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_a_key_that_others_can_read_is_a_trouble(tmp_path: Path) -> None:
    """It is said which file, and how to close it; once that is done, the account can be used without a restart."""
    accounts = Accounts(office(tmp_path), environ=NO_KEY)
    (tmp_path / "one.key").chmod(0o644)
    assert accounts.get("harbour").trouble.endswith(f"run: chmod 600 {tmp_path / 'one.key'}")
    assert accounts.get("attic").trouble == ""
    (tmp_path / "one.key").chmod(0o600)
    assert accounts.get("harbour").trouble == ""


def test_a_missing_key_file_is_the_trouble_of_one_account(tmp_path: Path) -> None:
    """The others can be used."""
    accounts = Accounts(office(tmp_path), environ=NO_KEY)
    (tmp_path / "two.key").unlink()
    assert "can't be read: No such file" in accounts.get("attic").trouble
    assert accounts.default.name == "harbour"


def test_a_mistake_in_one_profile_is_its_trouble(tmp_path: Path) -> None:
    """The sentence names the setting and where it stands."""
    flags = office(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text("utf-8").replace("rate = 20", 'rate = "fast"'), "utf-8")
    found = Accounts(flags, environ=NO_KEY).get("attic")
    assert "rate" in found.trouble
    assert "[profiles.attic]" in found.trouble


def test_an_account_whose_runs_are_elsewhere_is_not_used_beside_the_others(tmp_path: Path) -> None:
    """The page shows one journal; the sentence says how to start it for the other."""
    flags = office(tmp_path)
    del flags["state_dir"]
    config = tmp_path / "config.toml"
    config.write_text(config.read_text("utf-8").replace("rate = 20", 'state_dir = "far"'), "utf-8")
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    assert "batch-renamer web --profile attic" in Accounts(flags, environ=environ).get("attic").trouble
    assert Accounts({**flags, "profile": "attic"}, environ=environ).get("attic").trouble == ""


def test_a_profile_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    """A page that was open while the configuration was changed asks for an account that isn't there."""
    with pytest.raises(InputError, match='no account "old" any more'):
        Accounts(office(tmp_path), environ=NO_KEY).get("old")


def test_the_account_of_a_run_is_found_by_address_and_profile(tmp_path: Path) -> None:
    """A run of an account that the configuration doesn't have is refused, with the account in words."""
    accounts = Accounts(office(tmp_path), environ=NO_KEY)

    def run_at(base_url: str, profile: str | None) -> RunRecord:
        with open_journal(accounts.default.settings) as journal:
            return journal.runs.begin(NewRun(command="plan", base_url=base_url, account="a", profile=profile))

    assert accounts.of_run(run_at("http://127.0.0.1:8001", "harbour")).name == "harbour"
    with pytest.raises(InputError, match=r"belongs to http://127\.0\.0\.1:9 \(profile harbour\), which is no account"):
        accounts.of_run(run_at("http://127.0.0.1:9", "harbour"))


def test_the_options_of_a_spreadsheet_are_checked_like_those_of_the_command(tmp_path: Path) -> None:
    """They are added to the account's own settings."""
    accounts = Accounts(office(tmp_path), environ=NO_KEY)
    settings = accounts.settings(accounts.get("attic"), {"id_column": "Order", "hidden_rows": "skip"})
    assert (settings.id_column, settings.hidden_rows, settings.rate) == ("Order", "skip", 20.0)
    with pytest.raises(SettingsError, match="--delimiter"):
        accounts.settings(accounts.get("attic"), {"delimiter": "far too long"})


def test_a_key_is_read_when_it_is_needed_and_kept_out_of_the_log(tmp_path: Path) -> None:
    """A key that was replaced meanwhile is the one that is used; no account shows it."""
    secrets: list[str] = []
    accounts = Accounts(office(tmp_path), environ=NO_KEY, secrets=secrets)
    account = accounts.get("harbour")
    assert secrets == []
    (tmp_path / "one.key").write_text("sk-live-replaced-1\n", "utf-8")
    accounts.destination(account.settings)
    destination, _ = accounts.destination(account.settings)
    assert secrets == ["sk-live-replaced-1"] == [read_api_key(account.settings, environ=NO_KEY).key.reveal()]
    assert (destination.base_url, destination.profile) == ("http://127.0.0.1:8001", "harbour")
    assert "sk-live" not in repr(account) + repr(destination)


def test_there_are_more_accounts_than_colours(tmp_path: Path) -> None:
    """Colours come again; the words beside them tell the accounts apart."""
    tables = "".join(f'[profiles.p{number}]\napi_key_file = "one.key"\n' for number in range(8))
    flags = office(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text("utf-8") + tables, "utf-8")
    colours = [account.colour for account in Accounts(flags, environ=NO_KEY).all()]
    assert len(colours) == 10
    assert set(colours) == set(range(COLOURS))


def test_the_command_line_gets_to_the_same_account_by_the_options_given(tmp_path: Path) -> None:
    """Its profile is among them, and what was only for the start of the page is not."""
    accounts = Accounts({**office(tmp_path), "sandbox_reset": False, "rate": "5"}, environ=NO_KEY)
    given = accounts.given(accounts.get("harbour"))
    assert given == {**office(tmp_path), "rate": "5", "profile": "harbour"}
    assert accounts.given(replace(accounts.get("harbour"), name="")) == {**office(tmp_path), "rate": "5"}
