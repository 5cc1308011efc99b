"""A run belongs to an account, and the account's name does not give the key away."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.settings import ApiKey, Settings, account, fingerprint, lock_names

SALT = bytes(range(32))


def test_fingerprint_is_stable_short_and_salted() -> None:
    """The same key and salt give the same 16 digits; another of either gives others."""
    first = fingerprint(ApiKey("secret"), salt=SALT)
    assert first == fingerprint(ApiKey("secret"), salt=SALT)
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert len({first, fingerprint(ApiKey("other"), salt=SALT), fingerprint(ApiKey("secret"), salt=bytes(32))}) == 3


@pytest.mark.parametrize("length", [0, 15, 65])
def test_fingerprint_needs_a_real_salt(length: int) -> None:
    """An empty salt would make fingerprints comparable between machines."""
    with pytest.raises(ValueError, match="salt must be 16 to 64 bytes"):
        fingerprint(ApiKey("secret"), salt=bytes(length))


def test_account_is_the_profile_where_there_is_one(tmp_path: Path) -> None:
    """A replaced key is still the same account, and no salt is needed."""
    settings = Settings(state_dir=tmp_path / "state", profile="office")
    assert (
        account(settings, key=ApiKey("a")) == account(settings, key=None) == "https://api.autoenhance.ai profile office"
    )
    assert not settings.state_dir.exists()


def test_account_without_a_profile_is_the_keys_fingerprint(tmp_path: Path) -> None:
    """Two keys are two accounts, the same key the same one, and neither can be read off it."""
    settings = Settings(state_dir=tmp_path / "state")
    first = account(settings, key=ApiKey("hunter2"), salt=SALT)
    assert first == account(settings, key=ApiKey("hunter2"), salt=SALT)
    assert first != account(settings, key=ApiKey("other"), salt=SALT)
    assert "hunter2" not in first


def test_account_depends_on_the_base_url(tmp_path: Path) -> None:
    """The same key at another address is another account."""
    at = [Settings(state_dir=tmp_path, base_url=f"https://{host}.example") for host in "ab"]
    assert account(at[0], key=ApiKey("k"), salt=SALT) != account(at[1], key=ApiKey("k"), salt=SALT)


def test_sandbox_is_an_account_of_its_own(tmp_path: Path) -> None:
    """Practice never mixes with real runs, whatever profile is practised."""
    assert account(Settings(state_dir=tmp_path, sandbox=True, profile="office"), key=None) == "sandbox"


def test_account_without_profile_and_key_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    """There is nothing to tell the account by."""
    with pytest.raises(ValueError, match="there is none"):
        account(Settings(state_dir=tmp_path), key=None)


def test_one_account_has_one_lock_however_it_is_reached(tmp_path: Path) -> None:
    """By two profiles or none, by any name of this machine: what they have in common is the key."""
    key = ApiKey("hunter2")
    reached = [
        Settings(state_dir=tmp_path, profile=profile, base_url=base_url)
        for profile in (None, "office", "night")
        for base_url in ("http://127.0.0.1:8080/", "http://LOCALHOST:8080", "http://[::1]:8080")
    ]
    assert set.intersection(*(set(lock_names(settings, key)) for settings in reached))
    assert not set(lock_names(reached[0], key)) & set(lock_names(reached[0], ApiKey("other")))


def test_a_profile_whose_key_was_replaced_is_still_one_account(tmp_path: Path) -> None:
    """A run with the old key may be at work; the profile tells, under any name of this machine."""
    here = Settings(state_dir=tmp_path, profile="office", base_url="http://127.0.0.2:8080/v")
    there = Settings(state_dir=tmp_path, profile="office", base_url="http://localhost:8080/v")
    elsewhere = Settings(state_dir=tmp_path, profile="office", base_url="https://localhost.example:8080/v")
    assert set(lock_names(here, ApiKey("old"))) & set(lock_names(there, ApiKey("new")))
    assert not set(lock_names(here, ApiKey("old"))) & set(lock_names(elsewhere, ApiKey("new")))


def test_the_name_of_a_lock_does_not_give_the_key_away(tmp_path: Path) -> None:
    """Neither in clear nor as the fingerprint that a journal holds."""
    names = " ".join(lock_names(Settings(state_dir=tmp_path), ApiKey("hunter2")))
    assert "hunter2" not in names
    assert fingerprint(ApiKey("hunter2"), salt=b"s" * 32) not in names
