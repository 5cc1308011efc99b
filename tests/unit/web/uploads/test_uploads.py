"""Spreadsheets from the browser become private files, or leave nothing."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batch_renamer.errors import InputError
from batch_renamer.web.uploads import UNUSED_S, ReadingOptions, UploadError, Uploads, receiving

if TYPE_CHECKING:
    from batch_renamer.web.uploads import Upload

NOW_S = 1_000_000_000.0
ROWS = b"order_id,new_name\na1,12 Elm Street\n"


def uploads(folder: Path, *, largest_bytes: int = 1_000, wall_clock: Callable[[], float] = lambda: NOW_S) -> Uploads:
    """Return the uploads of a test's folder, with a small limit."""
    return Uploads(folder / "web" / "spreadsheets", largest_bytes=largest_bytes, wall_clock=wall_clock)


async def sent(*pieces: bytes, fault: BaseException | None = None) -> AsyncIterator[bytes]:
    """Yield what a browser sends; ``fault`` breaks the connection after it."""
    for piece in pieces:
        yield piece
    if fault is not None:
        raise fault


def received(folder: Path, *pieces: bytes, name: str = "orders.csv") -> Upload:
    """Return an upload that has come."""
    return asyncio.run(uploads(folder).receive(sent(*pieces or (ROWS,)), name=name, account="office"))


def left(folder: Path) -> list[Path]:
    """Return all files and folders of uploads."""
    return list((folder / "web" / "spreadsheets").rglob("*"))


def test_an_upload_is_kept_as_it_was_sent(tmp_path: Path) -> None:
    """Its bytes and name are those of the user's file, in whichever pieces they come."""
    upload = received(tmp_path, ROWS[:7], b"", ROWS[7:], name="March orders.csv")
    assert upload.path.read_bytes() == ROWS
    assert uploads(tmp_path).get(upload.id) == upload
    assert (upload.name, upload.account, upload.uploaded_at) == ("March orders.csv", "office", NOW_S)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")
def test_an_upload_is_for_its_user_alone(tmp_path: Path) -> None:
    """Files have mode 0600 and folders 0700, whatever the umask."""
    before = os.umask(0)
    try:
        upload = received(tmp_path)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (upload.path, *left(tmp_path), upload.folder)}
    assert modes == {"orders.csv": 0o600, "about.json": 0o600, upload.id: 0o700}
    assert stat.S_IMODE(upload.folder.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("pieces", "length", "said"),
    [
        pytest.param([], 1_001, "is larger than 0.001 MB", id="announced too large, nothing is read"),
        pytest.param([b"x" * 600, b"x" * 600], None, "is larger than 0.001 MB", id="too large"),
        pytest.param([b"x" * 600, b"x" * 600], 600, "is larger than 0.001 MB", id="larger than announced"),
        pytest.param([b"x" * 600], 601, "did not arrive as a whole", id="shorter than announced"),
    ],
)
def test_an_upload_that_is_refused_leaves_nothing(
    tmp_path: Path, pieces: list[bytes], length: int | None, said: str
) -> None:
    """The sentence says what helps."""
    with pytest.raises(UploadError, match=said):
        asyncio.run(uploads(tmp_path).receive(sent(*pieces), name="o.csv", account="", length=length))
    assert left(tmp_path) == []


def test_an_upload_of_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    """The limit is the most that is taken."""
    assert received(tmp_path, b"x" * 1_000).path.stat().st_size == 1_000


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ConnectionResetError("Connection lost"), "did not arrive as a whole. Choose it again."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "the disk is full"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "can't be stored: "),
    ],
    ids=["connection", "disk full", "disk"],
)
def test_a_broken_upload_leaves_nothing(tmp_path: Path, fault: OSError, said: str) -> None:
    """What went wrong is said in one sentence."""
    with pytest.raises(UploadError, match=said):
        asyncio.run(uploads(tmp_path).receive(sent(ROWS, fault=fault), name="orders.csv", account=""))
    assert left(tmp_path) == []


def test_a_cancelled_upload_leaves_nothing(tmp_path: Path) -> None:
    """The server ends while the browser sends."""

    async def cancelled() -> None:
        begun = asyncio.Event()

        async def never_ending() -> AsyncIterator[bytes]:
            yield ROWS
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(uploads(tmp_path).receive(never_ending(), name="orders.csv", account=""))
        await begun.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert left(tmp_path) == []


def test_a_full_disk_at_the_last_byte_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on its way to the disk counts as well as what was sent."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(receiving, "_finish", full)
    with pytest.raises(UploadError, match="the disk is full"):
        received(tmp_path)
    assert left(tmp_path) == []


def test_corrections_are_kept(tmp_path: Path) -> None:
    """A server that is started again reads the spreadsheet as it was corrected, and for the account that was chosen."""
    upload = received(tmp_path)
    reading = ReadingOptions(sheet="Orders", replace=("St.=Street",))
    asyncio.run(uploads(tmp_path).with_reading(upload.id, reading, account="harbour"))
    again = uploads(tmp_path).get(upload.id)
    assert (again.reading, again.account) == (reading, "harbour")


@pytest.mark.parametrize(
    ("name", "account", "age_s", "is_as_before"),
    [
        ("orders.csv", "office", 60, True),
        ("orders.csv", "office", 90_000, False),
        ("other.csv", "office", 60, False),
        ("orders.csv", "harbour", 60, False),
    ],
)
def test_a_repaired_spreadsheet_is_read_as_before(
    tmp_path: Path, *, name: str, account: str, age_s: float, is_as_before: bool
) -> None:
    """A person corrects the columns, repairs the rows, and gives the file again; another file is another matter."""
    before = uploads(tmp_path, wall_clock=lambda: NOW_S - age_s)
    first = asyncio.run(before.receive(sent(ROWS), name="orders.csv", account="office"))
    asyncio.run(before.with_reading(first.id, ReadingOptions(sheet="Orders")))
    again = asyncio.run(uploads(tmp_path).receive(sent(ROWS), name=name, account=account))
    assert (again.is_as_before, again.reading.sheet) == (is_as_before, "Orders" if is_as_before else None)
    corrected = asyncio.run(uploads(tmp_path).with_reading(again.id, ReadingOptions(sheet="Others")))
    assert corrected.is_as_before is False


@pytest.mark.parametrize("upload_id", ["", "..", "abcdefghjk", "../orders", "a/b", "abcdefghjk\n", "x" * 5_000])
def test_an_id_that_is_none_leads_nowhere(tmp_path: Path, upload_id: str) -> None:
    """An address may have any text in the place of an id."""
    received(tmp_path)
    with pytest.raises(InputError, match=r"not kept any more. Choose it again\."):
        uploads(tmp_path).get(upload_id)


@pytest.mark.parametrize(
    "about",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        json.dumps({"name": "../x", "account": "", "uploaded_at": 1, "reading": {}, "is_as_before": False}).encode(),
        json.dumps(
            {"name": "gone.csv", "account": "", "uploaded_at": 1, "reading": {}, "is_as_before": False}
        ).encode(),
        json.dumps(
            {"name": "orders.csv", "account": "", "uploaded_at": "x", "reading": {}, "is_as_before": False}
        ).encode(),
        json.dumps({"name": "orders.csv", "account": "", "uploaded_at": 1, "reading": []}).encode(),
    ],
)
def test_an_upload_of_which_nothing_is_known_is_no_upload(tmp_path: Path, about: bytes) -> None:
    """A damaged file is no fault of the program, and the user can choose the spreadsheet again."""
    upload = received(tmp_path)
    (upload.folder / "about.json").write_bytes(about)
    with pytest.raises(InputError, match="Choose it again"):
        uploads(tmp_path).get(upload.id)


class TestRemoval:
    """Old spreadsheets that nothing needs are removed."""

    def age(self, upload: Upload, age_s: float) -> None:
        """Let an upload be as old as this."""
        for path in (*upload.folder.iterdir(), upload.folder):
            os.utime(path, (NOW_S - age_s, NOW_S - age_s))

    def test_an_old_one_goes(self, tmp_path: Path) -> None:
        """No run needs it, and it was not planned for a week."""
        old, new = received(tmp_path), received(tmp_path)
        self.age(old, UNUSED_S + 1)
        self.age(new, UNUSED_S - 1)
        assert uploads(tmp_path).remove_old() == 1
        assert (old.folder.exists(), new.folder.exists()) == (False, True)

    def test_that_of_a_run_stays(self, tmp_path: Path) -> None:
        """Its results may still be wanted in the spreadsheet, also where the path leads through a link."""
        upload = received(tmp_path)
        self.age(upload, 10 * UNUSED_S)
        assert uploads(tmp_path).remove_old(in_use=[Path("/elsewhere") / upload.id / upload.name]) == 0
        assert upload.path.exists()

    def test_what_a_killed_server_left_goes(self, tmp_path: Path) -> None:
        """An upload that never was whole has no file that says what it is."""
        upload = received(tmp_path)
        (upload.folder / "about.json").unlink()
        self.age(upload, UNUSED_S + 1)
        assert uploads(tmp_path).remove_old() == 1

    def test_what_is_no_upload_stays(self, tmp_path: Path) -> None:
        """Nothing but folders of uploads is removed; a link is not followed."""
        upload = received(tmp_path)
        (upload.folder.parent / "mine").mkdir()
        (tmp_path / "elsewhere").mkdir()
        (upload.folder.parent / "abcdefghjk").symlink_to(tmp_path / "elsewhere")
        os.utime(upload.folder.parent / "mine", (0, 0))
        os.utime(tmp_path / "elsewhere", (0, 0))
        assert uploads(tmp_path, wall_clock=lambda: NOW_S).remove_old() == 0

    def test_without_uploads_nothing_is_removed(self, tmp_path: Path) -> None:
        """There is no folder before the first spreadsheet."""
        assert uploads(tmp_path).remove_old() == 0
