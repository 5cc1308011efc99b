"""The log file: what a run says is there as JSON lines, private, and without secrets; and a full disk is no drama."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.progress.log_fields import about, every_line
from batch_renamer.progress.logs import logging_to

KEY = "sk-marker-0123456789"
log = logging.getLogger("batch_renamer.somewhere")
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log will be."""
    return tmp_path / "run.log"


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in New York."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def lines(path: Path) -> list[dict[str, str]]:
    """Read a log back."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_each_record_is_a_line_of_json(path: Path) -> None:
    """Time, level and message; line breaks and odd characters don't break the lines."""
    before = datetime.now(UTC)
    with logging_to(path, verbose=False, secrets=[]):
        log.warning("row %d is %s:\n%s", 2, "failed", 'Straße "5" · 山 \udce4\u2028')
        log.info("done")
    first, second = lines(path)
    assert first["message"] == 'row 2 is failed:\nStraße "5" · 山 \udce4\u2028'
    assert (first["level"], second["level"], second["message"]) == ("warning", "info", "done")
    assert before.replace(microsecond=0) <= datetime.fromisoformat(first["time"]) <= datetime.now(UTC)


@POSIX_ONLY
@pytest.mark.usefixtures("new_york")
def test_times_are_local_with_their_distance_from_utc(path: Path) -> None:
    """Who reads the log compares it with a clock on the wall; a program still knows the moment."""
    record = logging.makeLogRecord({"msg": "night", "levelno": logging.INFO, "levelname": "INFO"})
    with logging_to(path, verbose=False, secrets=[]):
        for record.created in (1_793_511_000.0, 1_793_514_600.0):  # before and after the clocks are set back
            log.handle(record)
    assert [line["time"] for line in lines(path)] == ["2026-11-01T01:30:00.000-04:00", "2026-11-01T01:30:00.000-05:00"]


def test_every_line_of_a_block_has_its_fields(path: Path) -> None:
    """A night, its command and its run can be looked for; what a line says itself goes first."""
    with logging_to(path, verbose=False, secrets=[KEY]), every_line(command="nightly", file=None):
        log.info("night")
        with every_line(run_id="k3", night_id=KEY):
            log.info("run", extra=about(command="apply"))
        log.info("night")
    outer, inner, last = lines(path)
    assert [outer.get("run_id"), outer["command"], "file" in outer, last.get("run_id")] == [
        None,
        "nightly",
        False,
        None,
    ]
    assert (inner["run_id"], inner["command"], inner["night_id"]) == ("k3", "apply", "********")


@POSIX_ONLY
@pytest.mark.parametrize("made_again", [False, True], ids=["renamed", "renamed and made again"])
def test_a_log_that_is_rotated_meanwhile_goes_on_in_the_new_file(path: Path, made_again: bool) -> None:
    """By logrotate, or by another command; the new file is private, too."""
    with logging_to(path, verbose=False, secrets=[]) as troubles:
        log.info("before")
        path.rename(old := path.with_suffix(".1"))
        if made_again:
            path.touch(mode=0o600)
        log.info("after")
    assert [line["message"] for line in (*lines(old), *lines(path))] == ["before", "after"]
    assert (path.stat().st_mode & 0o777, troubles) == (0o600, [])


@POSIX_ONLY
def test_a_log_whose_folder_is_removed_meanwhile_stops_nothing(path: Path, tmp_path: Path) -> None:
    """It is said once, as with a full disk."""
    file = tmp_path / "logs" / "run.log"
    file.parent.mkdir()
    with logging_to(file, verbose=False, secrets=[]) as troubles:
        log.info("before")
        file.unlink()
        file.parent.rmdir()
        log.info("after")
        log.info("after")
    assert troubles == [f"The log file {file} can't be written to its end: No such file or directory."]


def test_a_line_about_a_row_can_be_found_by_its_order(path: Path) -> None:
    """Its fields are there beside the message, and hold no secret either."""
    with logging_to(path, verbose=False, secrets=[KEY]):
        log.warning("row 2 is failed", extra={"fields": {"row": 2, "order_id": f"a1{KEY}", "result": "failed"}})
    [line] = lines(path)
    assert {name: line[name] for name in ("row", "order_id", "result")} == {
        "row": 2,
        "order_id": "a1********",
        "result": "failed",
    }


def test_log_is_added_to(path: Path) -> None:
    """A nightly job's file keeps yesterday's lines."""
    for night in ("one", "two"):
        with logging_to(path, verbose=False, secrets=[]):
            log.info(night)
    assert [line["message"] for line in lines(path)] == ["one", "two"]


@POSIX_ONLY
def test_log_is_private(path: Path) -> None:
    """Only the user can read it, whatever the umask allows."""
    umask = os.umask(0)
    try:
        with logging_to(path, verbose=False, secrets=[]):
            pass
    finally:
        os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o600


def test_secret_is_never_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in a message, an argument or a traceback, also if it became known only after the log was opened."""
    secrets: list[str] = [""]
    with logging_to(path, verbose=True, secrets=secrets):
        secrets.append(KEY)
        log.info("the key is %s", KEY)
        try:
            raise ValueError(KEY)
        except ValueError:
            log.exception(KEY)
    text = path.read_text(encoding="utf-8")
    written = text + capsys.readouterr().err
    assert KEY not in written
    assert written.count("the key is ********") == 2
    assert "ValueError: ********" in lines(path)[1]["traceback"]
    assert written.count("Traceback (most recent call last)") == 2


@pytest.mark.parametrize(
    ("verbose", "levels"), [(False, ["info"]), (True, ["debug", "info"])], ids=["usual", "verbose"]
)
def test_verbose_says_more_and_says_it_on_the_screen(
    path: Path, verbose: bool, levels: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Details go to the file and to standard error only if they were asked for."""
    with logging_to(path, verbose=verbose, secrets=[]):
        log.debug("detail")
        log.info("news")
    assert [line["level"] for line in lines(path)] == levels
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "detail\nnews\n" if verbose else "")


def test_without_a_file_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings don't reach the screen by the back door of logging's last resort."""
    with logging_to(None, verbose=False, secrets=[]):
        log.warning("quiet")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("fails", [False, True], ids=["good end", "bad end"])
def test_logging_is_left_as_it_was_found(path: Path, fails: bool) -> None:
    """A program that uses the library keeps its own logging, and no file stays open."""
    logger = logging.getLogger("batch_renamer")
    before = (list(logger.handlers), logger.level, logger.propagate)
    opened: list[logging.FileHandler] = []
    try:
        with logging_to(path, verbose=True, secrets=[]):
            assert not logger.propagate
            opened = [handler for handler in logger.handlers if isinstance(handler, logging.FileHandler)]
            if fails:
                raise KeyError
    except KeyError:
        assert fails
    assert (list(logger.handlers), logger.level, logger.propagate) == before
    assert [handler.stream for handler in opened] == [None]
    log.warning("not for this file")
    assert path.read_text() == ""


@pytest.mark.parametrize(
    ("where", "why"),
    [("missing/run.log", "there is no folder {}/missing"), (".", "it is a folder"), ("n" * 300, "File name too long")],
    ids=["no folder", "a folder", "too long"],
)
def test_log_that_can_not_be_opened_is_said_and_the_run_goes_on(
    tmp_path: Path, where: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, nothing is made, and nothing is left behind."""
    before = list(logging.getLogger("batch_renamer").handlers)
    with logging_to(tmp_path / where, verbose=False, secrets=[]) as troubles:
        log.warning("not for the screen")
    said = f"The log file {tmp_path / where} can't be written: {why.format(tmp_path)}. This goes on without it.\n"
    assert capsys.readouterr().err == said
    assert troubles == [said.removesuffix(" This goes on without it.\n")]
    assert list(tmp_path.iterdir()) == []
    assert logging.getLogger("batch_renamer").handlers == before


FULL = Path("/dev/full")
NEEDS_FULL = pytest.mark.skipif(not FULL.exists(), reason="no device here is always full")


@NEEDS_FULL
def test_full_disk_is_said_once_and_the_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """One line instead of a traceback for each record, which would show arguments as they are."""
    with logging_to(FULL, verbose=False, secrets=[KEY]) as troubles:
        log.info("the key is %s", KEY)
        log.info("the key is %s", KEY)
    said = "The log file /dev/full can't be written to its end: No space left on device."
    assert (capsys.readouterr().err, troubles) == (f"{said}\n", [said])


@NEEDS_FULL
def test_full_disk_does_not_hide_the_error_that_ended_the_run() -> None:
    """What goes wrong while the log is closed is not more important."""

    def run() -> None:
        with logging_to(FULL, verbose=False, secrets=[]):
            log.info("lost")
            raise KeyError

    with pytest.raises(KeyError):
        run()


@NEEDS_FULL
def test_no_reader_left_is_no_error_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error may be on the same full disk."""

    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    with logging_to(FULL, verbose=False, secrets=[]):
        log.info("lost")


def test_record_that_can_not_be_formatted_is_said_without_its_arguments(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault in a message must not show what it was about."""
    with logging_to(path, verbose=False, secrets=[KEY]):
        log.info("%d", KEY)
        log.info("next")
    assert capsys.readouterr().err == f"The log file {path} can't be written to its end: TypeError.\n"
    assert [line["message"] for line in lines(path)] == ["next"]


def test_file_that_is_not_needed_stops_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What only looks at past runs says that nothing is logged, and goes on, where a run would be refused."""
    path.write_text("order_id,new_name\n", encoding="utf-8")
    with logging_to(path, verbose=False, secrets=[], must=False):
        log.warning("not for the screen")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("give another --log-file. This goes on without it.\n")


def test_what_is_shown_anyway_is_not_said_twice(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is in the file all the same."""
    with logging_to(path, verbose=True, secrets=[]):
        log.warning("The API does not answer.", extra=about(on_screen=True, run_id="k3", sheet=None))
    assert capsys.readouterr().err == ""
    [line] = lines(path)
    assert (line["message"], line["run_id"], "sheet" in line) == ("The API does not answer.", "k3", False)


def test_texts_of_a_sheet_can_not_steer_the_terminal(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Verbose lines hold ids and reasons as they came."""
    with logging_to(path, verbose=True, secrets=[]):
        log.warning("row 2 is invalid: %s", "a\x1b[31mb\u202ec\x9bd\ne")
    assert capsys.readouterr().err == "row 2 is invalid: a\\x1b[31mb\\u202ec\\x9bd\\ne\n"


def test_fields_hold_no_secret_however_deep(path: Path) -> None:
    """Counts, lists of reports and the like are looked through, too."""
    with logging_to(path, verbose=False, secrets=[KEY]):
        log.info("ended", extra=about(reports=[f"/{KEY}.csv"], counts={"renamed": 2}))
    [line] = lines(path)
    assert line == line | {"reports": ["/********.csv"], "counts": {"renamed": 2}}


@pytest.mark.parametrize(
    "content", [b"order_id,new_name\na1,b\n", b"SQLite format 3\x00", b"\x8a" * 32, b'{"command": "apply"}\n']
)
def test_nothing_is_appended_to_what_is_no_log(path: Path, content: bytes) -> None:
    """Spreadsheet, journal, salt or report: lines behind it would damage it."""
    path.write_bytes(content)
    with (
        pytest.raises(SettingsError, match="is no log of batch-renamer; give another --log-file"),
        logging_to(path, verbose=False, secrets=[]),
    ):
        pass
    assert path.read_bytes() == content


def test_a_log_that_others_write_to_goes_on(path: Path) -> None:
    """A cron job may send its output to the same file; an empty file is a log to be."""
    path.touch()
    for _ in range(2):
        with logging_to(path, verbose=False, secrets=[]):
            log.info("one")
        path.write_bytes(b"0 renamed\n" + path.read_bytes() + b"Done.\n")
    assert path.read_text(encoding="utf-8").count('"message": "one"') == 2
