"""Settings and environment enter; the right key leaves in its box, and no message ever shows it."""

from __future__ import annotations

import copy
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import BatchRenamerError, SettingsError
from batch_renamer.settings import ApiKey, Settings, account, fingerprint, lock_names, read_api_key
from batch_renamer.text import trimmed

SALT = bytes(range(32))
posix_only = pytest.mark.skipif(os.name != "posix", reason="permission bits mean this only on POSIX")


def key_file(folder: Path, text: str | bytes, *, mode: int = 0o600, name: str = "k.key") -> Path:
    """Write a key file with these permissions."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


# ---- The box


def test_key_shows_only_when_asked_to() -> None:
    """No way of printing an object prints the key."""
    key = ApiKey("hunter2")
    shown = (str(key), repr(key), format(key), f"{key!r}", str([key]), str({"k": key}))
    assert "hunter2" not in "".join(shown)
    assert key.reveal() == "hunter2"


def test_key_can_not_be_changed_pickled_copied_or_dumped() -> None:
    """No way of storing an object stores the key."""
    key = ApiKey("hunter2")
    with pytest.raises(AttributeError, match="can't be changed"):
        key._secret = "x"
    with pytest.raises(AttributeError, match="can't be changed"):
        del key._secret
    for store in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(key)
    assert not hasattr(key, "__dict__")


def test_keys_compare_by_value() -> None:
    """The same key from two places is the same key; nothing else is a key."""
    assert ApiKey("a") == ApiKey(" a\n")
    assert ApiKey("a") != ApiKey("b")
    assert ApiKey("a") != "a"


@given(secret=st.text(min_size=1, max_size=40))
def test_key_is_one_plain_word_or_refused_unseen(secret: str) -> None:
    """Whatever is accepted is safe in a header; whatever is refused isn't in the message."""
    try:
        revealed = ApiKey(secret).reveal()
    except ValueError as error:
        assert trimmed(secret) == "" or len(trimmed(secret)) < 4 or trimmed(secret) not in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert revealed == trimmed(secret)
        assert revealed.isascii()
        assert revealed.isprintable()
        assert " " not in revealed


@pytest.mark.parametrize("bad", ["hunter2\r\nHost: x", "hunter2\x00", "hünter2", "hunter 2", "hunter2\x7f", "x" * 2000])
def test_unusable_key_is_refused_without_showing_it(bad: str) -> None:
    """Control characters could smuggle headers; the refusal doesn't repeat the key."""
    with pytest.raises(SettingsError, match=r"^The key in AUTOENHANCE_API_KEY ") as caught:
        read_api_key(Settings(state_dir=Path("s")), environ={"AUTOENHANCE_API_KEY": bad})
    assert bad[:6] not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"hunter2"', "is in quotes; leave them out"),
        ("'hunter2'\n", "is in quotes; leave them out"),
        ("\u201chunter2\u201d", "is in quotes; leave them out"),
        ('hunter2"', "is in quotes; leave them out"),
        ("AUTOENHANCE_API_KEY=hunter2", "is written as NAME=KEY; leave only what follows the ="),
        ("KEY = hunter2", "is written as NAME=KEY"),
        ('api-token="hunter2"', "is in quotes"),
        ("export AUTOENHANCE_API_KEY=hunter2", "is a command that sets a variable; leave only the key itself"),
        ("set KEY=hunter2", "is a command that sets a variable"),
        ("$env:KEY = hunter2", "is a command that sets a variable"),
        ("x-api-key: hunter2", "is a header's line; leave only what follows the :"),
        ("Bearer hunter2", "begins with the word Bearer"),
        ('{"key": "hunter2"}', "is in a document of another kind (JSON, XML or the like)"),
    ],
)
@pytest.mark.parametrize("in_file", [False, True], ids=["variable", "file"])
def test_key_with_something_around_it_is_told_what_it_is(tmp_path: Path, text: str, says: str, in_file: bool) -> None:
    """In a variable and in a file alike; the key is not shown."""
    if in_file:
        settings, environ = Settings(state_dir=tmp_path, api_key_file=key_file(tmp_path, text)), {}
    else:
        settings, environ = Settings(state_dir=tmp_path), {"AUTOENHANCE_API_KEY": text}
    with pytest.raises(SettingsError) as caught:
        read_api_key(settings, environ=environ)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    ["c2VjcmV0a2V5=", "YXBpa2V5==", "sk-live_4Zq8", "key-0123456789", "a:b=c", "\ufeffkey123\u200b", "set-1"],
    ids=ascii,
)
def test_key_that_only_looks_like_more_is_taken(key: str) -> None:
    """The = of base64 belongs to a key; what shows nothing is cut."""
    assert ApiKey(key).reveal() == key.strip("\ufeff\u200b")


# ---- Where it is found


@pytest.mark.parametrize(
    ("profile", "variable", "top", "expected"),
    [
        (True, True, True, "profile"),
        (True, False, True, "profile"),
        (False, True, True, "variable"),
        (False, True, False, "variable"),
        (False, False, True, "top"),
    ],
)
def test_key_is_taken_in_order(tmp_path: Path, profile: bool, variable: bool, top: bool, expected: str) -> None:
    """The named profile's file, else the variable, else the file at the top."""
    settings = Settings(
        state_dir=tmp_path,
        profile_api_key_file=key_file(tmp_path, "profile\n", name="p.key") if profile else None,
        api_key_file=key_file(tmp_path, "top\n", name="t.key") if top else None,
        sources=(("api_key_file", "x.toml"), ("profile_api_key_file", "x.toml [profiles.p]")),
    )
    found = read_api_key(settings, environ={"AUTOENHANCE_API_KEY": "variable"} if variable else {})
    assert found.key.reveal() == expected
    assert (
        found.source == {"profile": "x.toml [profiles.p]", "variable": "AUTOENHANCE_API_KEY", "top": "x.toml"}[expected]
    )
    assert found.warning == ""


@pytest.mark.parametrize(
    ("given_settings", "looked_at"),
    [
        ({}, "AUTOENHANCE_API_KEY is not set, and no configuration file is in use."),
        ({"config": "/x.toml"}, "AUTOENHANCE_API_KEY is not set, and /x.toml names no api_key_file."),
        (
            {"config": "/x.toml", "profile": "office"},
            "AUTOENHANCE_API_KEY is not set, and /x.toml and its profile 'office' name no api_key_file.",
        ),
    ],
    ids=["variable", "file", "profile"],
)
def test_missing_key_says_where_it_was_looked_for(given_settings: dict[str, Any], looked_at: str) -> None:
    """Every place is named, and the sandbox, which needs none."""
    with pytest.raises(SettingsError) as caught:
        read_api_key(Settings(state_dir=Path("s"), **given_settings), environ={})
    assert str(caught.value).startswith(f"There is no API key: {looked_at} Set AUTOENHANCE_API_KEY")
    assert str(caught.value).endswith("To practise without a key, give --sandbox.")


def test_missing_key_names_the_three_ways() -> None:
    """Who has no key learns where one could be."""
    with pytest.raises(SettingsError, match=r"AUTOENHANCE_API_KEY.*api_key_file.*--config.*--profile"):
        read_api_key(Settings(state_dir=Path("s")), environ={})


@pytest.mark.parametrize("value", ["", " \n"], ids=["empty", "blank"])
def test_empty_variable_is_refused_instead_of_passed_over(tmp_path: Path, value: str) -> None:
    """A secret that failed to arrive must not lead to another account's key."""
    settings = Settings(state_dir=tmp_path, api_key_file=key_file(tmp_path, "other"))
    with pytest.raises(SettingsError, match=r"^The key in AUTOENHANCE_API_KEY is empty\.$"):
        read_api_key(settings, environ={"AUTOENHANCE_API_KEY": value})


def test_sandbox_never_reads_the_real_key(tmp_path: Path) -> None:
    """Asking for it in the sandbox is a fault in the program."""
    settings = Settings(state_dir=tmp_path, sandbox=True, api_key_file=key_file(tmp_path, "real"))
    with pytest.raises(BatchRenamerError) as caught:
        read_api_key(settings, environ={"AUTOENHANCE_API_KEY": "real"})
    assert caught.value.exit_code == 70


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("one\ntwo\n", "holds spaces, line breaks"),
        ("x" * 5000, "is too long to hold only a key"),
        ("hunter2".encode("utf-16"), "is UTF-16 text, as Windows PowerShell writes it; save it as UTF-8"),
        ("hunter2\r\n".encode("utf-16-be"), "is UTF-16 text"),
        ("h\0u\0n\0", "is UTF-16 text"),
        (b"\xff\xfe\xfa\x80", "is UTF-16 text"),
        (b"hunter2 \xe4", "is not plain text"),
        ("{\\rtf1 hunter2}", "is in a Rich Text document"),
    ],
    ids=["empty", "two-lines", "long", "utf-16", "utf-16 without a mark", "half utf-16", "odd", "latin-1", "rtf"],
)
def test_key_file_that_holds_no_key_is_refused(tmp_path: Path, content: str | bytes, says: str) -> None:
    """The message names the setting that led there, and shows nothing of the file."""
    settings = Settings(
        state_dir=tmp_path, api_key_file=key_file(tmp_path, content), sources=(("api_key_file", "x.toml"),)
    )
    with pytest.raises(SettingsError, match=says) as caught:
        read_api_key(settings, environ={})
    assert "the file that api_key_file names (x.toml)" in str(caught.value).replace("The file", "the file")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_key_file_that_can_not_be_read_is_not_named(tmp_path: Path, kind: str) -> None:
    """Somebody may have written the key where its file belongs."""
    path = tmp_path / "hunter2"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(SettingsError, match="can't be read: ") as caught:
        read_api_key(Settings(state_dir=tmp_path, profile_api_key_file=path), environ={})
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith(f"The folder that was tried: {tmp_path}")


@pytest.mark.parametrize("name", ["office.key", "my key.txt", "autoenhance-key.env"])
def test_missing_key_file_is_named_with_the_path_that_was_tried(tmp_path: Path, name: str) -> None:
    """A relative path starts at the folder of the configuration, which is easily overlooked."""
    path = tmp_path / "keys" / name
    with pytest.raises(SettingsError, match="No such file") as caught:
        read_api_key(Settings(state_dir=tmp_path, api_key_file=path), environ={})
    assert str(caught.value).endswith(f"The path that was tried: {path}")


@pytest.mark.parametrize("key", ["sk_live.eyJhbGciOi", "a" * 40, "aGVsbG8.d29ybGQ.Zm9vYmFy", "x" * 30 + ".key"])
def test_key_written_where_its_file_belongs_is_not_shown(tmp_path: Path, key: str) -> None:
    """What doesn't look like the name of a file may be the key."""
    with pytest.raises(SettingsError, match="can't be read") as caught:
        read_api_key(Settings(state_dir=tmp_path, api_key_file=tmp_path / key), environ={})
    assert key not in str(caught.value)


def test_byte_order_mark_of_a_windows_editor_is_cut(tmp_path: Path) -> None:
    """Notepad writes one in front of the key."""
    settings = Settings(state_dir=tmp_path, api_key_file=key_file(tmp_path, b"\xef\xbb\xbfsecret\r\n"))
    assert read_api_key(settings, environ={}).key.reveal() == "secret"


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620], ids=oct)
def test_key_file_open_to_others_is_a_warning(tmp_path: Path, mode: int) -> None:
    """The key is used, and the user told how to close the file."""
    path = key_file(tmp_path, "secret", mode=mode)
    found = read_api_key(Settings(state_dir=tmp_path, api_key_file=path), environ={})
    assert found.key == ApiKey("secret")
    assert f"(mode {mode:04o}); run: chmod 600 {path}" in found.warning


@posix_only
@pytest.mark.parametrize(("folder", "warned"), [("", False), ("elsewhere", True)], ids=["inside", "outside"])
def test_credential_that_systemd_hands_over_is_no_warning(tmp_path: Path, folder: str, warned: bool) -> None:
    """The file is guarded by an ACL, which looks like an open group."""
    settings = Settings(state_dir=tmp_path, api_key_file=key_file(tmp_path, "secret", mode=0o440))
    found = read_api_key(settings, environ={"CREDENTIALS_DIRECTORY": str(tmp_path / folder)})
    assert bool(found.warning) is warned


# ---- The account


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
