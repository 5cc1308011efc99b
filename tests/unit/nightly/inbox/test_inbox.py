"""What a night finds in its inbox: what has settled, what waits, and what is passed over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.journal import Journal
from batch_renamer.nightly.inbox import Inbox, Scan

WHOLE = b"order_id,new_name\na1,12 Elm St\n"
NIGHT_S = 86_400.0


class Office:
    """An inbox in which files change, and its nights; the clock stands still but while a night pauses."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self.folder, self.journal = folder, journal
        self.now = 0.0
        self.pauses: list[float] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.settle_s = 60.0

    def put(self, name: str, content: bytes = WHOLE) -> Path:
        """Put a file into the inbox, at this very moment; the clock of the nights begins with the last one."""
        path = self.folder / name
        path.write_bytes(content)
        self.now = max(self.now, path.stat().st_ctime)
        return path

    def sleep(self, seconds: float) -> None:
        """Let time pass, in which people do something."""
        self.pauses.append(seconds)
        self.now += seconds
        self.meanwhile()

    def inbox(self, *own: str) -> Inbox:
        """Return the inbox as a night sees it."""
        return Inbox(
            self.folder,
            own=[self.folder / name for name in ("done", "problems", "reports", *own)],
            settle_s=self.settle_s,
            looks=self.journal.looks,
            wall_clock=lambda: self.now,
            sleep=self.sleep,
        )

    def scan(self, *, after_s: float = 100.0) -> Scan:
        """Look at the inbox some time later."""
        self.now += after_s
        return self.inbox().scan()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with an empty inbox."""
    (tmp_path / "in").mkdir()
    with Journal.open(tmp_path / "state" / "journal.sqlite3") as journal:
        yield Office(tmp_path / "in", journal)


def settled(scan: Scan) -> list[str]:
    """Return the names of the files that have settled."""
    return [file.name for file in scan.settled]


def waiting(scan: Scan) -> dict[str, str]:
    """Return the first sentences about the files that wait, by name."""
    return {file.name: file.sentence.partition(" It stays")[0] for file in scan.waiting}


def test_files_that_are_left_alone_have_settled(office: Office) -> None:
    """In the order of their names, after one pause for all of them."""
    for name in ("orders 10.csv", "Orders 2.csv", "a.xlsx"):
        office.put(name)
    assert settled(office.scan()) == ["a.xlsx", "Orders 2.csv", "orders 10.csv"]
    assert office.pauses == [3.0]


def test_an_empty_inbox_takes_no_time(office: Office) -> None:
    """There is nothing to look at twice."""
    assert office.scan() == Scan()
    assert office.pauses == []


def test_a_young_file_waits(office: Office) -> None:
    """The sentence says how old it is and how old it must be; no pause is made for it."""
    office.put("orders.csv")
    scan = office.scan(after_s=12)
    assert settled(scan) == []
    assert waiting(scan) == {
        "orders.csv": '"orders.csv" changed 12 s ago and may still be being written: it is read after 1 min 0 s.'
    }
    assert "It stays in the inbox, and the next night looks at it again." in scan.waiting[0].sentence
    assert office.pauses == []


def test_a_young_file_is_done_at_the_end_of_the_night(office: Office) -> None:
    """The night waits for the rest of the time, once."""
    office.put("orders.csv")
    scan = office.scan(after_s=12)
    assert settled(office.inbox().look_again(scan.waiting)) == ["orders.csv"]
    assert office.pauses == pytest.approx([48])


def test_an_old_time_does_not_make_a_new_file_old(office: Office) -> None:
    """Programs that copy keep the modification time; the change time shows when the file came."""
    path = office.put("orders.csv")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    office.now = path.stat().st_ctime
    assert settled(office.scan(after_s=30)) == []


def test_a_file_that_changes_between_the_looks_waits(office: Office) -> None:
    """Even if it was left alone for long before that."""
    path = office.put("orders.csv")
    office.meanwhile = lambda: path.write_bytes(WHOLE + b"a2,14 Elm St\n")
    scan = office.scan()
    assert (settled(scan), list(waiting(scan))) == ([], ["orders.csv"])
    assert "is still being written: it changed while this night looked at it" in scan.waiting[0].sentence


def test_a_file_with_the_same_size_and_time_and_other_content_waits(office: Office) -> None:
    """Some copies write in place and set the time at the end."""
    path = office.put("orders.csv")
    found = path.stat()

    def write_in_place() -> None:
        path.write_bytes(WHOLE.swapcase())
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    office.meanwhile = write_in_place
    assert list(waiting(office.scan())) == ["orders.csv"]


@pytest.mark.parametrize("what", ["removed", "link", "folder"])
def test_a_file_that_goes_between_the_looks_is_not_mentioned(office: Office, what: str) -> None:
    """It isn't there any more, or something else is."""
    path = office.put("orders.csv")

    def act() -> None:
        path.unlink()
        if what == "link":
            path.symlink_to("/etc/hosts")
        elif what == "folder":
            path.mkdir()

    office.meanwhile = act
    assert office.scan() == Scan()


def test_a_file_of_the_future_is_read_the_second_night(office: Office) -> None:
    """Its age is unknown; a look of the night before that shows the same is as good."""
    path = office.put("orders.csv")
    future = office.now + 365 * NIGHT_S
    os.utime(path, (future, future))
    first = office.scan()
    assert "has a time in the future" in waiting(first)["orders.csv"]
    assert settled(office.scan(after_s=NIGHT_S)) == ["orders.csv"]
    assert office.pauses == []


def test_a_file_of_the_future_that_has_changed_waits_again(office: Office) -> None:
    """Its new content was seen once only."""
    path = office.put("orders.csv")
    future = office.now + 365 * NIGHT_S
    os.utime(path, (future, future))
    office.scan()
    path.write_bytes(WHOLE + WHOLE)
    os.utime(path, (future, future))
    scan = office.scan(after_s=NIGHT_S)
    assert settled(scan) == []
    assert scan.waiting[0].since == pytest.approx(office.now - NIGHT_S)


def test_a_half_written_file_waits_longer_and_not_for_ever(office: Office) -> None:
    """A copy that has stalled is not read for an hour; then the reader says what is wrong with it."""
    office.put("orders.xlsx", b"PK\x03\x04 and so on")
    first = office.scan(after_s=600)
    assert "looks half-written: the end of the workbook is missing" in waiting(first)["orders.xlsx"]
    assert office.inbox().look_again(first.waiting).settled == ()
    assert settled(office.scan(after_s=3600)) == ["orders.xlsx"]


def test_an_open_spreadsheet_waits_until_it_is_closed(office: Office) -> None:
    """Then it is done at the end of the same night."""
    path = office.put("orders.xlsx")
    lock = path.with_name("~$orders.xlsx")
    lock.write_bytes(b"\x03Ann")
    scan = office.scan()
    assert waiting(scan)["orders.xlsx"].startswith('"orders.xlsx" is open in Excel (Ann)')
    lock.unlink()
    assert settled(office.inbox().look_again(scan.waiting)) == ["orders.xlsx"]


def test_a_spreadsheet_that_is_opened_between_the_looks_waits(office: Office) -> None:
    """A person has begun to work at it."""
    path = office.put("orders.xlsx")
    office.meanwhile = lambda: path.with_name("~$orders.xlsx").write_bytes(b"\x03Ann")
    assert list(waiting(office.scan())) == ["orders.xlsx"]


def test_an_empty_file_waits(office: Office) -> None:
    """A copy may begin with it; the sentence says what to do if not."""
    office.put("orders.csv", b"")
    assert waiting(office.scan()) == {
        "orders.csv": '"orders.csv" is empty (0 bytes). If nothing is copied into it, remove it.'
    }


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_can_not_be_read_waits(office: Office) -> None:
    """The sentence has the cause."""
    office.put("orders.csv").chmod(0)
    assert waiting(office.scan()) == {"orders.csv": '"orders.csv" can\'t be read: Permission denied.'}


def test_a_file_that_can_not_be_read_waits_for_any_user(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may be broken."""
    office.put("orders.csv")

    def refuse(_: Path) -> str:
        raise OSError(5, os.strerror(5))

    monkeypatch.setattr("batch_renamer.nightly.inbox.settling.digest_of", refuse)
    assert waiting(office.scan()) == {"orders.csv": '"orders.csv" can\'t be read: Input/output error.'}


def test_without_settle_s_nothing_is_waited_for(office: Office) -> None:
    """Two looks are made all the same."""
    office.put("orders.csv")
    office.settle_s = 0
    office.meanwhile = lambda: (office.folder / "orders.csv").write_bytes(WHOLE + WHOLE)
    scan = office.scan(after_s=0.001)
    assert (office.pauses, list(waiting(scan))) == ([0.0], ["orders.csv"])


def test_what_is_no_file_to_read_is_passed_over_with_a_reason(office: Office, tmp_path: Path) -> None:
    """Links, folders, pipes, downloads and files of the program; nothing of them is opened."""
    office.put("orders.csv.part")
    office.put("orders.report-k3f9ab.xlsx")
    (office.folder / "June").mkdir()
    (office.folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    os.mkfifo(office.folder / "pipe.csv")
    passed = {file.name: file.sentence for file in office.scan().passed}
    assert list(passed) == ["June", "link.csv", "orders.csv.part", "orders.report-k3f9ab.xlsx", "pipe.csv"]
    assert passed["June"] == '"June" is not read: it is a folder. Put its spreadsheets directly into the inbox.'
    assert passed["link.csv"] == '"link.csv" is not read: it is a link. Put the file itself into the inbox.'
    assert passed["pipe.csv"] == '"pipe.csv" is not read: it is no regular file. Remove it.'


def test_files_of_the_program_in_the_inbox_are_not_mentioned(office: Office) -> None:
    """Its folders, its configuration and its log, also a rotated one; a file with such a beginning is one of people."""
    for name in ("done", "problems", "reports"):
        (office.folder / name).mkdir()
    for name in ("night.toml", "log.jsonl", "log.jsonl.1", "log.jsonl.2026-11-25.gz", "done-orders.csv", ".DS_Store"):
        office.put(name)
    office.now += 100
    scan = office.inbox("night.toml", "log.jsonl").scan()
    assert (settled(scan), scan.waiting, scan.passed) == (["done-orders.csv"], (), ())


def test_a_placeholder_of_a_cloud_drive_waits(office: Office) -> None:
    """The file is not on this machine."""
    office.put(".orders.xlsx.icloud")
    assert "is not on this machine yet" in office.scan().waiting[0].sentence


def test_names_of_any_bytes_are_shown_safely(office: Office) -> None:
    """Control characters, line ends and bytes that are no text are escaped in sentences."""
    for name in (b"a\nb.csv", b"\x1b[31m.csv", b"\xff.csv", "山".encode() * 83 + b".csv"):
        (office.folder / os.fsdecode(name)).write_bytes(b"")
    scan = office.scan()
    assert len(scan.waiting) == 4
    assert all(file.sentence.isprintable() for file in scan.waiting)


def test_files_that_could_not_be_moved_are_left_alone(office: Office) -> None:
    """They were done by an earlier night."""
    path = office.put("orders.csv")
    office.now += 100
    assert office.inbox().scan(but={path}) == Scan()


def test_the_time_since_when_a_file_waits_is_kept(office: Office) -> None:
    """From the first night that found it to the night that does it."""
    path = office.put("orders.csv", b"")
    first = office.scan().waiting[0].since
    path.write_bytes(b"")
    assert office.scan(after_s=NIGHT_S).waiting[0].since == first
    path.unlink()
    office.scan()
    office.put("orders.csv", b"")
    assert office.scan().waiting[0].since > first


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_an_inbox_that_is_no_folder_is_refused(office: Office, kind: str) -> None:
    """The sentence names the setting."""
    office.folder.rmdir()
    if kind == "a file":
        office.folder.write_text("x", "utf-8")
    with pytest.raises(SettingsError, match=r"can't be read: .* or correct inbox in \[nightly\] or --inbox"):
        office.scan()
