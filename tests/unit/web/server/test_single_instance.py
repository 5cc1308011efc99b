"""Servers that are at work, or were killed, enter; the one that a second command finds leaves."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from batch_renamer.errors import NeverBeganError
from batch_renamer.web.server import single_instance
from batch_renamer.web.server.single_instance import only_one_starts, registered_as_running, running_server

ORIGIN = "http://127.0.0.1:8765"


def test_a_server_is_found_while_it_is_at_work(tmp_path: Path) -> None:
    """With its address, its token and its process; before and after that there is none."""
    assert running_server(tmp_path) is None
    with registered_as_running(tmp_path, origin=ORIGIN, token="t0ken"):
        found = running_server(tmp_path)
        assert found is not None
        assert (found.origin, found.token) == (ORIGIN, "t0ken")
        assert "t0ken" not in repr(found)
    assert running_server(tmp_path) is None
    assert list((tmp_path / "servers").iterdir()) == []


def test_what_it_registers_is_for_this_user_alone(tmp_path: Path) -> None:
    """The file has the token."""
    with registered_as_running(tmp_path, origin=ORIGIN, token="t0ken"):
        [place] = (tmp_path / "servers").glob("*.json")
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_server_ends_where_its_files_can_not_be_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that became read-only meanwhile, its end is no fault; no program believes what is left."""

    def refused(place: Path, **_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(place))

    with registered_as_running(tmp_path, origin=ORIGIN, token="t0ken"):
        monkeypatch.setattr(Path, "unlink", refused)
    monkeypatch.undo()
    assert len(list((tmp_path / "servers").glob("*.json"))) == 1
    assert running_server(tmp_path) is None


def test_a_server_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    """Its address may be another program's by now; its file is removed."""
    program = (
        "import os, sys; from pathlib import Path\n"
        "from batch_renamer.web.server.single_instance import registered_as_running\n"
        f"with registered_as_running(Path(sys.argv[1]), origin={ORIGIN!r}, token='t0ken'): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert len(list((tmp_path / "servers").glob("*.json"))) == 1
    assert running_server(tmp_path) is None
    assert list((tmp_path / "servers").glob("*.json")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"origin": "http://127.0.0.1:1"}', '{"more": 1}', "x" * 100_000])
def test_what_can_not_be_understood_is_not_believed(tmp_path: Path, text: str) -> None:
    """A file of another version, or one that is damaged, names no server."""
    with registered_as_running(tmp_path, origin=ORIGIN, token="t0ken"):
        [place] = (tmp_path / "servers").glob("*.json")
        place.write_text(text, encoding="utf-8")
        assert running_server(tmp_path) is None


def test_a_file_without_a_server_is_not_believed(tmp_path: Path) -> None:
    """Only the lock of a living process proves that there is one."""
    (tmp_path / "servers").mkdir()
    told = {"origin": ORIGIN, "token": "t0ken", "process": 1}
    (tmp_path / "servers" / "0123456789abcdef.json").write_text(json.dumps(told), encoding="utf-8")
    assert running_server(tmp_path) is None


async def test_two_servers_never_start_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, so that it finds the first; if that never comes to an end, it says so."""
    monkeypatch.setattr(single_instance, "_PATIENCE_S", 0.01)
    async with only_one_starts(tmp_path):
        with pytest.raises(NeverBeganError, match="has begun to start"):
            await only_one_starts(tmp_path).__aenter__()
    async with only_one_starts(tmp_path):
        assert running_server(tmp_path) is None


async def test_a_folder_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "web").write_text("", encoding="utf-8")
    with pytest.raises(NeverBeganError, match="web can't be used"):
        await only_one_starts(tmp_path / "web").__aenter__()
    with pytest.raises(NeverBeganError, match="web can't be used"):
        registered_as_running(tmp_path / "web", origin="", token="").__enter__()
