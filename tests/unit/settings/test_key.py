"""The key is found in one of three places, and no message shows it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.errors import BatchRenamerError, SettingsError
from batch_renamer.settings import ApiKey, Settings, read_api_key
from tests.support.key_files import key_file, posix_only

SALT = bytes(range(32))


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
            "AUTOENHANCE_API_KEY is not set, and /x.toml and its profile office name no api_key_file.",
        ),
    ],
    ids=["variable", "file", "profile"],
)
def test_missing_key_says_where_it_was_looked_for(given_settings: dict[str, Any], looked_at: str) -> None:
    """Every place is named, and the sandbox, which needs none."""
    with pytest.raises(SettingsError) as caught:
        read_api_key(Settings(state_dir=Path("s"), **given_settings), environ={})
    assert str(caught.value).startswith(f"There is no API key: {looked_at} `batch-renamer init` asks for the key")
    assert str(caught.value).endswith("To practise without a key, add --sandbox to the command.")


def test_a_missing_key_with_accounts_to_choose_from_names_them(tmp_path: Path) -> None:
    """The key is there, and only --profile was forgotten; another key is not what helps."""
    config = tmp_path / "night.toml"
    config.write_text("[profiles.trial]\n[profiles.office]\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_api_key(Settings(state_dir=Path("s"), config=config), environ={})
    assert str(caught.value).endswith(
        "names no api_key_file. Choose the account with --profile: office, trial. "
        "To practise without a key, add --sandbox to the command."
    )
    with pytest.raises(SettingsError, match="init"):
        read_api_key(Settings(state_dir=Path("s"), config=config, profile="office"), environ={})


def test_missing_key_names_the_three_ways() -> None:
    """Who has no key learns where one could be."""
    with pytest.raises(SettingsError, match=r"init.*AUTOENHANCE_API_KEY.*api_key_file"):
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
    """A person may have written the key where its file belongs."""
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


@posix_only
@pytest.mark.parametrize(
    ("mode", "owner_and_user", "warned"),
    [(0o440, (0, 10_001), False), (0o444, (0, 10_001), True), (0o440, (0, 0), True), (0o440, (10_001, 10_001), True)],
    ids=["a secret of Kubernetes", "open to all", "of root for root", "of the user"],
)
def test_secret_that_root_gives_to_a_group_is_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, owner_and_user: tuple[int, int], warned: bool
) -> None:
    """This user can't change its mode, and without the group could not read it."""
    path, (owner, user) = key_file(tmp_path, "secret", mode=mode), owner_and_user
    values = list(path.stat())
    values[stat.ST_MODE], values[stat.ST_UID] = stat.S_IFREG | mode, owner
    monkeypatch.setattr("batch_renamer.settings.key.read_regular", lambda *_, **__: (b"secret", os.stat_result(values)))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    found = read_api_key(Settings(state_dir=tmp_path, api_key_file=path), environ={})
    assert bool(found.warning) is warned
