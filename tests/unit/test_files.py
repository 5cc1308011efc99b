"""Files and folders opened with care: nothing is waited for, nothing foreign is written through a link."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.files import (
    FileIdentity,
    open_regular,
    private_folder,
    read_regular,
    same_place,
    tighten,
    write_private,
)
from batch_renamer.progress.logs import logging_to
from batch_renamer.settings import Settings, read_api_key, resolve_settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def _within(seconds: float, work: Callable[[], str]) -> str:
    """Return what the work returns, and fail if it waits for ever."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert said, "it waited"
    return said[0]


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def _as_config(path: Path) -> None:
    resolve_settings({"config": str(path)}, environ={})


def _as_key(path: Path) -> None:
    read_api_key(Settings(state_dir=path.parent, api_key_file=path), environ={})


def _as_log(path: Path) -> None:
    with logging_to(path, verbose=False, secrets=[]):
        pass


@posix
@pytest.mark.parametrize(
    ("use", "name"),
    [(_as_config, "pipe"), (_as_config, "/dev/zero"), (_as_key, "pipe"), (_as_key, "/dev/zero")],
)
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, use: Callable[[Path], None], name: str) -> None:
    """A pipe is not waited for and a device not read to its end: one sentence says what it is."""
    path = _pipe(tmp_path) if name == "pipe" else Path(name)

    def sentence() -> str:
        with pytest.raises(SettingsError) as refused:
            use(path)
        return str(refused.value)

    kind = "a named pipe" if path.name == "pipe" else "a device"
    assert f"it is {kind}, not a regular file" in _within(5, sentence)


@posix
def test_a_pipe_as_the_log_is_told_and_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that can't be written keeps no command from its work."""
    path = _pipe(tmp_path)

    def logged() -> str:
        _as_log(path)
        return "went on"

    assert _within(5, logged) == "went on"
    assert "it is a named pipe, not a regular file. This goes on without it." in capsys.readouterr().err


@posix
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_can_be_the_log(device: str) -> None:
    """Who only writes there never waits, and so a command can say that it wants no log."""
    _as_log(Path(device))


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    """One byte more tells that it is longer."""
    path = tmp_path / "file"
    path.write_bytes(b"abcdef")
    assert read_regular(path, limit_bytes=3)[0] == b"abcd"
    assert read_regular(path, limit_bytes=9)[0] == b"abcdef"


@posix
def test_a_link_is_followed_only_where_that_is_meant(tmp_path: Path) -> None:
    """What this program keeps for itself is never written through a link."""
    (tmp_path / "foreign").write_text("foreign")
    (tmp_path / "link").symlink_to(tmp_path / "foreign")
    os.close(open_regular(tmp_path / "link"))
    with pytest.raises(OSError, match="a link to another file"):
        open_regular(tmp_path / "link", os.O_WRONLY | os.O_TRUNC, follow_links=False)
    assert (tmp_path / "foreign").read_text() == "foreign"


@posix
def test_a_folder_of_ours_is_closed_to_others(tmp_path: Path) -> None:
    """One that is new, and one that was open until now; a link in its place is refused."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for name in ("new", "open"):
        private_folder(tmp_path / name)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(OSError, match="a link to another folder"):
        private_folder(tmp_path / "link")


@posix
def test_a_file_is_tightened_once(tmp_path: Path) -> None:
    """Whether others could use it until now is told; a link is left alone."""
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o666)
    assert (tighten(path), tighten(path), stat.S_IMODE(path.stat().st_mode)) == (True, False, 0o600)


def test_a_file_that_was_replaced_is_not_the_same(tmp_path: Path) -> None:
    """Neither one that was removed, nor another of the same name, nor one whose folder has gone."""
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.write_text("one")
    identity = FileIdentity(path)
    other = path.with_name("other")
    other.write_text("one")
    assert identity.is_in_place()
    other.replace(path)
    assert not identity.is_in_place()
    path.unlink()
    path.parent.rmdir()
    assert not identity.is_in_place()


@posix
def test_one_file_by_any_name(tmp_path: Path) -> None:
    """By a folder that isn't there, a link, a hard link, and in other letters where nothing is there yet."""
    path = tmp_path / "in.csv"
    path.touch()
    (tmp_path / "link.csv").symlink_to(path)
    os.link(path, tmp_path / "hard.csv")
    assert all(same_place(tmp_path / name, path) for name in ("link.csv", "hard.csv", "in.csv"))
    assert same_place(tmp_path / "nofolder" / ".." / "in.csv", path)
    assert same_place(tmp_path / "Out.csv", tmp_path / "out.CSV")
    assert not same_place(tmp_path / "out.csv", path)


def test_a_private_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """It is for this user alone, replaces nothing unless it may, and leaves nothing beside it."""
    path = tmp_path / "new" / "a.key"
    write_private(path, "one", replace=False)
    with pytest.raises(FileExistsError):
        write_private(path, "two", replace=False)
    assert path.read_text("utf-8") == "one"
    write_private(path, "three", replace=True)
    assert path.read_text("utf-8") == "three"
    assert [one.name for one in path.parent.iterdir()] == ["a.key"]
    if os.name == "posix":
        assert [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)] == [0o700, 0o600]


def test_a_private_file_replaces_what_a_link_leads_to(tmp_path: Path) -> None:
    """A configuration that is kept elsewhere and linked stays linked."""
    kept = tmp_path / "kept.toml"
    kept.write_text("old", encoding="utf-8")
    link = tmp_path / "config.toml"
    link.symlink_to(kept)
    write_private(link, "new", replace=True)
    assert link.is_symlink()
    assert kept.read_text("utf-8") == "new"
