"""Moves of spreadsheets out of the inbox: nothing is lost or replaced, whatever happens in the middle."""

from __future__ import annotations

import datetime
import errno
import os
import shutil
import sqlite3
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import batch_renamer.files
import batch_renamer.temporary
from batch_renamer.errors import JournalError
from batch_renamer.files import digest_of
from batch_renamer.journal import Journal, moves
from batch_renamer.nightly.filing import copying, move_steps, moving
from batch_renamer.nightly.filing.moving import Filed, NotFiled, file_away, recover
from batch_renamer.nightly.inbox import Snapshot
from tests.support.mid_call import at_line, dies_at_line

TODAY = datetime.date(2026, 11, 26)
WHERE = (moving, move_steps, copying, moves, batch_renamer.temporary, batch_renamer.files, shutil)
"""The code whose lines are instants: between any two of them the process may be killed."""

READ = b"order_id,new_name\na1,12 Elm St\n"
NEWER = b"order_id,new_name\na1,14 Elm St\n"
OTHER = b"another file of this name\n"
REPORT = b"the report\n"
LINES = 440
"""More than a move takes."""

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - many small files need no disk
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")


class Place:
    """An inbox with a spreadsheet that was read, and the folders around it."""

    def __init__(self, base: Path, *, name: str = "orders.csv") -> None:
        self.inbox, self.done, self.state = base / "in", base / "done", base / "state"
        self.report = base / "reports" / "orders.report-k3f9ab.xlsx"
        self.source = self.inbox / name
        for folder in (self.inbox, self.done, self.report.parent):
            folder.mkdir()
        self.report.write_bytes(REPORT)
        self.source.write_bytes(READ)
        self.source.chmod(0o640)
        os.utime(self.source, (1_700_000_000, 1_700_000_000))
        Journal.open(self.journal).close()
        self.snapshot = self.taken()

    @property
    def journal(self) -> Path:
        """The path of the journal."""
        return self.state / "journal.sqlite3"

    @property
    def dated(self) -> Path:
        """The folder of today."""
        return self.done / "2026-11-26"

    def taken(self) -> Snapshot:
        """Return a snapshot of the spreadsheet, as `Snapshots.take` makes it."""
        folder = Path(tempfile.mkdtemp(dir=self.state))
        copy = folder / self.source.name
        shutil.copy2(self.source, copy)
        mode = stat.S_IMODE(self.source.stat().st_mode)
        return Snapshot(path=copy, inbox_path=self.source, digest=digest_of(copy), mode=mode)

    def file_away(self) -> Filed | NotFiled:
        """Move the spreadsheet, as one night does it."""
        with Journal.open(self.journal) as journal:
            return file_away(self.snapshot, self.done, date=TODAY, reports=[self.report], moves=journal.moves)

    def recover(self) -> tuple[Filed | NotFiled, ...]:
        """Finish what was begun, as the next night does it."""
        with Journal.open(self.journal) as journal:
            return recover(journal.moves, self.inbox)

    def next_nights(self) -> None:
        """Finish what was begun; where nothing was, file the spreadsheet away if it is still what was read."""
        self.recover()
        if self.source.is_file() and self.source.read_bytes() == READ and not self.filed():
            self.file_away()

    def filed(self) -> list[str]:
        """Return the names in the folder of today that have what was read."""
        return [path.name for path in self.dated.glob("*") if path.read_bytes() == READ]

    def contents(self) -> Counter[bytes]:
        """Count the contents of all files in the inbox and in the folders, hidden ones too."""
        return Counter(
            path.read_bytes() for folder in (self.inbox, self.done) for path in folder.rglob("*") if path.is_file()
        )

    def unfinished(self) -> int:
        """Return how many moves are not finished."""
        with Journal.open(self.journal) as journal:
            return len(journal.moves.unfinished(self.inbox))

    def hidden(self) -> list[str]:
        """Return the hidden files that were left."""
        return [path.name for folder in (self.inbox, self.done) for path in folder.rglob(".*")]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An inbox with a spreadsheet that was read."""
    return Place(tmp_path)


@contextmanager
def disks(*, separate: bool, links: bool) -> Iterator[None]:
    """Make each folder a disk of its own, or disks unable to link files."""
    rename, link = Path.rename, Path.hardlink_to

    def renamed(self: Path, target: Path) -> Path:
        if separate and self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    def linked(self: Path, target: Path) -> None:
        if not links:
            raise OSError(errno.EPERM, "Operation not permitted")
        link(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "rename", renamed)
        patch.setattr(Path, "hardlink_to", linked)
        yield


@pytest.mark.parametrize("separate", [False, True], ids=["one disk", "two disks"])
def test_a_spreadsheet_lies_in_its_folder_with_its_report(place: Place, *, separate: bool) -> None:
    """It has its times and permissions, the inbox is empty, and nothing else is left."""
    with disks(separate=separate, links=True):
        filed = place.file_away()
    moved = place.dated / "orders.csv"
    report = place.dated / place.report.name
    assert filed == Filed(name="orders.csv", moved_to=moved, reports=(report,))
    assert (moved.read_bytes(), report.read_bytes(), place.report.read_bytes()) == (READ, REPORT, REPORT)
    assert (moved.stat().st_mtime, stat.S_IMODE(moved.stat().st_mode)) == (1_700_000_000, 0o640)
    assert not list(place.inbox.iterdir())
    assert (place.unfinished(), place.hidden(), place.snapshot.path.exists()) == (0, [], False)


def test_a_report_follows_the_umask(place: Place) -> None:
    """The copy of a private report is as readable as other new files."""
    place.report.chmod(0o600)
    before = os.umask(0o027)
    try:
        filed = place.file_away()
    finally:
        os.umask(before)
    assert isinstance(filed, Filed)
    assert stat.S_IMODE(filed.reports[0].stat().st_mode) == 0o640


@pytest.mark.skipif(MEMORY is None, reason="no second file system")
def test_a_real_second_file_system(tmp_path: Path) -> None:
    """The spreadsheet is copied with its times, and removed from the inbox."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as other:
        if tmp_path.stat().st_dev == Path(other).stat().st_dev:
            pytest.skip("one file system")
        place = Place(tmp_path)
        place.done = Path(other)
        filed = place.file_away()
        assert isinstance(filed, Filed)
        assert filed.moved_to.read_bytes() == READ
        assert filed.moved_to.stat().st_mtime == 1_700_000_000
        assert not list(place.inbox.iterdir())


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("orders.csv", "orders (2).csv"),
        ("no ending", "no ending (2)"),
        ("a\nb\x1b[31m.csv", "a\nb\x1b[31m (2).csv"),
        (os.fsdecode(b"\xff.csv"), os.fsdecode(b"\xff (2).csv")),
        ("山" * 83 + ".csv", "山" * 82 + " (2).csv"),
    ],
    ids=["plain", "no ending", "control characters", "not UTF-8", "255 bytes"],
)
def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, name: str, second: str, *, links: bool) -> None:
    """The other file stays as it is; the number comes before the ending, and the name fits."""
    try:
        place = Place(tmp_path, name=name)
    except OSError:
        pytest.skip("this file system can't have such a name")
    place.dated.mkdir()
    (place.dated / name).write_bytes(OTHER)
    with disks(separate=False, links=links):
        filed = place.file_away()
    assert isinstance(filed, Filed)
    assert filed.moved_to == place.dated / second
    assert place.contents() == Counter([READ, OTHER, REPORT])


def test_the_same_report_is_not_copied_twice_and_another_one_is_kept(place: Place) -> None:
    """A report that is there already is taken as it is; a file of its name with other content gets company."""
    place.dated.mkdir()
    (place.dated / place.report.name).write_bytes(OTHER)
    (place.dated / "orders.report-k3f9ab (2).xlsx").write_bytes(REPORT)
    filed = place.file_away()
    assert isinstance(filed, Filed)
    assert [report.name for report in filed.reports] == ["orders.report-k3f9ab (2).xlsx"]
    assert place.contents() == Counter([READ, OTHER, REPORT])


def test_a_report_that_is_missing_is_said(place: Place) -> None:
    """The spreadsheet is moved all the same."""
    place.report.unlink()
    filed = place.file_away()
    assert isinstance(filed, Filed)
    assert filed.sentence == (f"The report {place.report} can't be copied to {place.dated}: No such file or directory.")
    assert place.filed() == ["orders.csv"]


@pytest.mark.parametrize("separate", [False, True], ids=["one disk", "two disks"])
def test_a_newer_file_stays_in_the_inbox(place: Place, *, separate: bool) -> None:
    """What was read goes into the folder, with its times and permissions."""
    (place.inbox / "saved.tmp").write_bytes(NEWER)
    (place.inbox / "saved.tmp").replace(place.source)
    with disks(separate=separate, links=True):
        filed = place.file_away()
    assert isinstance(filed, Filed)
    assert 'A newer file "orders.csv" has come' in filed.sentence
    assert filed.moved_to.read_bytes() == READ
    assert (filed.moved_to.stat().st_mtime, stat.S_IMODE(filed.moved_to.stat().st_mode)) == (1_700_000_000, 0o640)
    assert place.source.read_bytes() == NEWER


def test_a_file_that_was_removed_is_in_its_folder(place: Place) -> None:
    """What was read is never lost."""
    place.source.unlink()
    assert isinstance(place.file_away(), Filed)
    assert place.filed() == ["orders.csv"]


def test_a_file_that_is_gone_with_its_snapshot_is_said_once(place: Place) -> None:
    """The move ends, because nothing can be moved."""
    place.source.unlink()
    shutil.rmtree(place.snapshot.path.parent)
    assert place.file_away() == NotFiled(
        name="orders.csv",
        path=None,
        sentence=f'"orders.csv" was removed from the inbox before it could be moved to {place.dated}.',
    )
    assert place.unfinished() == 0


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


_MKDIR = Path.mkdir


def _no_folder(self: Path, mode: int = 0o777, *, parents: bool = False, exist_ok: bool = False) -> None:
    if self.name == TODAY.isoformat():
        _read_only()
    _MKDIR(self, mode, parents=parents, exist_ok=exist_ok)


def _read_only(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize("separate", [False, True], ids=["one disk", "two disks"])
@pytest.mark.parametrize(
    ("broken", "method", "failing"),
    [(Path, "mkdir", _no_folder), (move_steps, "take_name", _full), (shutil, "copyfileobj", _full)],
    ids=["no folder", "no name", "no copy"],
)
def test_a_folder_that_can_not_be_written_is_said_and_tried_again(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    broken: object,
    method: str,
    failing: Callable[..., None],
    *,
    separate: bool,
) -> None:
    """Nothing is lost; the next night moves it into the folder that was meant, even if it is asked for another."""
    with disks(separate=separate, links=True):
        with monkeypatch.context() as patch:
            patch.setattr(broken, method, failing)
            first = place.file_away()
        if isinstance(first, NotFiled):
            assert "can't be moved to" in first.sentence
            assert "the next night moves it" in first.sentence
            [second] = place.recover()
            assert isinstance(second, Filed)
    assert place.contents()[READ] == 1
    assert place.filed() == ["orders.csv"]
    assert (place.unfinished(), place.hidden()) == (0, [])


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_an_inbox_that_can_only_be_read(place: Place) -> None:
    """The sentence says that the spreadsheet is copied, and it is not copied again."""
    place.inbox.chmod(0o500)
    try:
        first, again = place.file_away(), place.recover()
    finally:
        place.inbox.chmod(0o700)
    assert isinstance(first, NotFiled)
    assert [isinstance(other, NotFiled) for other in again] == [True]


def test_an_inbox_from_which_nothing_can_be_removed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy is there once, the original stays, and the night leaves it alone until it can be removed."""
    with disks(separate=True, links=True):
        rename = Path.rename
        with monkeypatch.context() as patch:
            patch.setattr(
                Path, "rename", lambda self, target: _read_only() if self == place.source else rename(self, target)
            )
            assert isinstance(place.file_away(), NotFiled)
        assert place.contents()[READ] == 1
        with monkeypatch.context() as patch:
            patch.setattr(moving, "remove_what_was_copied", _read_only)
            [first] = place.recover()
            [second] = place.recover()
        assert isinstance(first, NotFiled)
        assert first == second
        assert first.path == place.source
        assert f"is copied to {place.dated / 'orders.csv'}, and can't be removed from the inbox" in first.sentence
        assert place.contents()[READ] == 2
        assert isinstance(place.recover()[0], Filed)
    assert place.contents() == Counter([READ, REPORT])


def test_nothing_is_moved_without_the_intent(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the journal takes nothing, the spreadsheet stays in the inbox."""

    def refuse(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("batch_renamer.journal.moves.MoveTable.begin", refuse)
    with pytest.raises((JournalError, sqlite3.OperationalError)):
        place.file_away()
    assert place.source.read_bytes() == READ
    assert not place.dated.exists()


@posix
@settings(deadline=None, max_examples=40)  # each makes up to four processes
@given(
    kills=st.lists(st.integers(1, LINES), min_size=1, max_size=3),
    separate=st.booleans(),
    links=st.booleans(),
    is_taken=st.booleans(),
    is_newer=st.booleans(),
)
def test_a_kill_at_any_instant_is_made_good(
    kills: list[int], *, separate: bool, links: bool, is_taken: bool, is_newer: bool
) -> None:
    """However often the process is killed: what was read and its report are in the folder, once, and nothing else.

    A file of the same name that was there before stays as it is, and so does a newer one in the inbox.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, disks(separate=separate, links=links):
        place = Place(Path(folder))
        if is_taken:
            place.dated.mkdir()
            (place.dated / "orders.csv").write_bytes(OTHER)
        if is_newer:
            (place.inbox / "saved.tmp").write_bytes(NEWER)
            (place.inbox / "saved.tmp").replace(place.source)
        dies_at_line(kills[0], place.file_away, of=WHERE)
        for line in kills[1:]:
            dies_at_line(line, place.recover, of=WHERE)
        place.recover()
        if is_newer and not place.filed():
            return  # the intent was not noted: this content was never filed, and there is a newer one
        place.next_nights()
        assert place.contents() == Counter([READ, REPORT] + [OTHER] * is_taken + [NEWER] * is_newer)
        assert place.filed() == ["orders (2).csv" if is_taken else "orders.csv"]
        assert (place.unfinished(), place.hidden()) == (0, [])


@posix
@pytest.mark.parametrize("ending", [".tmp", ".report"], ids=["spreadsheet", "report"])
def test_a_file_with_two_names_loses_the_hidden_one(place: Place, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """A kill between the link to the final name and the removal of the other one leaves both for a while."""
    unlink = Path.unlink
    monkeypatch.setattr(
        Path,
        "unlink",
        lambda self, missing_ok=False: (
            os._exit(0) if self.suffix == ending and self.exists() else unlink(self, missing_ok=missing_ok)
        ),
    )
    if not (child := os.fork()):
        place.file_away()
    os.waitpid(child, 0)
    monkeypatch.undo()
    assert len(place.hidden()) == 1
    place.recover()
    assert place.contents() == Counter([READ, REPORT])
    assert place.hidden() == []


@posix
def test_the_rest_of_a_report_that_was_half_copied_is_removed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the report itself has gone before the next night."""
    monkeypatch.setattr(shutil, "copyfileobj", lambda _, copy, __: (copy.write(b"half"), copy.flush(), os._exit(0)))
    if not (child := os.fork()):
        place.file_away()
    os.waitpid(child, 0)
    monkeypatch.undo()
    assert len(place.hidden()) == 1
    place.report.unlink()
    assert len(place.recover()) == 1
    assert (place.filed(), place.hidden()) == (["orders.csv"], [])


def _save_in_place(place: Place) -> None:
    place.source.write_bytes(NEWER)


def _replace(place: Place) -> None:
    saved = place.inbox / "saved.tmp"
    saved.write_bytes(NEWER)
    saved.replace(place.source)


def _take_the_name(place: Place) -> None:
    place.dated.mkdir(exist_ok=True)
    if not (place.dated / "orders.csv").exists():
        (place.dated / "orders.csv").write_bytes(OTHER)


def _remove(place: Place) -> None:
    place.source.unlink(missing_ok=True)


@pytest.mark.parametrize("is_third", [False, True], ids=["its name is free", "a third has its name"])
def test_a_file_that_is_saved_at_the_last_moment_goes_back(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, is_third: bool
) -> None:
    """Between the look at the file and its move; what was read comes from the private copy."""
    rename = Path.rename

    def late(self: Path, target: Path) -> Path:
        if self == place.source:
            _replace(place)
            rename(self, target)
            if is_third:
                place.source.write_bytes(OTHER)
            return target
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    filed = place.file_away()
    assert isinstance(filed, Filed)
    assert filed.moved_to.read_bytes() == READ
    back = place.inbox / ("orders (2).csv" if is_third else "orders.csv")
    assert back.read_bytes() == NEWER
    assert place.contents() == Counter([READ, REPORT, NEWER] + [OTHER] * is_third)
    assert (place.unfinished(), place.hidden()) == (0, [])


@pytest.mark.parametrize("step", ["while it is copied", "before it is removed"])
def test_a_file_that_is_saved_during_a_copy_stays(place: Place, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """On two disks: only what was read is in the folder, and only the newer file in the inbox."""
    with disks(separate=True, links=True):
        copied, renamed = shutil.copyfileobj, Path.rename

        def late_copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
            if step == "while it is copied" and os.fstat(source.fileno()).st_ino == inode:
                _save_in_place(place)
            copied(source, target, length)

        def late_rename(self: Path, target: Path) -> Path:
            if step == "before it is removed" and (self, Path(target).parent) == (place.source, place.inbox):
                _replace(place)
            return renamed(self, target)

        inode = place.source.stat().st_ino
        with monkeypatch.context() as patch:  # it ends before that of the disks, whose functions it replaces
            patch.setattr(shutil, "copyfileobj", late_copy)
            patch.setattr(Path, "rename", late_rename)
            filed = place.file_away()
    assert isinstance(filed, Filed)
    assert place.contents() == Counter([READ, REPORT, NEWER])


@settings(deadline=None)
@given(
    line=st.integers(1, LINES),
    act=st.sampled_from([_save_in_place, _replace, _take_the_name, _remove]),
    separate=st.booleans(),
)
def test_what_others_do_in_the_middle_loses_nothing(line: int, act: Callable[[Place], None], *, separate: bool) -> None:
    """What was read is in the folder once, and what others saved is where they saved it."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, disks(separate=separate, links=True):
        place = Place(Path(folder))
        with at_line(line, lambda: act(place), of=WHERE) as ran:
            place.file_away()
        place.recover()
        found = place.contents()
        assert (found[READ], found[REPORT]) == (1, 1)
        assert len(place.filed()) == 1
        if ran() >= line:
            assert found[NEWER] == (act in (_save_in_place, _replace))
        assert found[OTHER] <= 1
        assert sum(found.values()) == 2 + found[NEWER] + found[OTHER]
        assert (place.unfinished(), place.hidden()) == (0, [])
