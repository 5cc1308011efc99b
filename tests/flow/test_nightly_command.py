"""The command `nightly` in the sandbox, in this process: what it says, what it leaves in the folders, how it ends."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.commands.nightly import nightly
from batch_renamer.cli.commands.notify import notify
from batch_renamer.cli.commands.schedule import schedule
from batch_renamer.cli.commands.status import status
from batch_renamer.journal import Journal
from batch_renamer.model import Night, NightKind
from tests.support.schemas import wrong_with

Capture = pytest.CaptureFixture[str]


class Office:
    """An inbox, and the command that works through it."""

    def __init__(self, folder: Path, capsys: Capture) -> None:
        self.folder, self.inbox, self._capsys = folder, folder / "inbox", capsys
        self.inbox.mkdir()
        self.config = folder / "night.toml"
        self.config.write_text('[nightly]\ninbox = "inbox"\nsettle_s = 0\n', "utf-8")

    def put(self, name: str, text: str) -> None:
        """Put a spreadsheet into the inbox, as if that had been done an hour ago."""
        (self.inbox / name).write_text(text, "utf-8")
        os.utime(self.inbox / name, times=(time.time() - 3600,) * 2)

    def night(self, **given: object) -> tuple[int, str, str]:
        """Work through the inbox; return the exit code, standard output and standard error."""
        practice = {"sandbox": True, "state_dir": str(self.folder / "state"), "config": str(self.config)}
        code = nightly({**practice, **given}, {})
        return (code, *self._capsys.readouterr())

    def answer(self, **given: object) -> dict[str, Any]:
        """Work through the inbox; return the answer for programs."""
        answer: dict[str, Any] = json.loads(self.night(json=True, **given)[1])
        return answer

    def nights(self) -> list[Night]:
        """Return the nights of the journal, the newest first."""
        with Journal.open(self.folder / "state" / "sandbox" / "journal.sqlite3") as journal:
            return journal.nights.newest(9)

    def files(self) -> list[str]:
        """Return the files in the inbox and in its folders, without the dates and the ids of runs."""
        found = (path.relative_to(self.inbox) for path in self.inbox.rglob("*") if path.is_file())
        return sorted(f"{path.parts[0]}: {path.name.split('.')[0]}{path.suffix}" for path in found)


@pytest.fixture
def office(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Give an empty inbox; the pause between two looks is skipped."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return Office(tmp_path, capsys)


def test_good_sheet_goes_to_done_with_its_reports(office: Office) -> None:
    """The next night has nothing to do, and the same rows under another name are known."""
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\na2,14 Oak\n")
    answer = office.answer()
    assert wrong_with(answer, "nightly") == []
    [file] = answer["night"]["files"]
    assert (answer["exit_code"], file["end"], file["counts"]) == (0, "done", {"renamed": 2})
    assert Path(answer["page"]).is_file()
    assert office.files() == [
        *("done: oak.csv", "done: oak.html", "done: oak.xlsx"),
        *("reports: index.html", "reports: index.html", "reports: oak.html", "reports: oak.xlsx"),
    ]
    office.put("Oak (1).csv", "order_id,new_name\na2,14 Oak\na1,12 Oak\n")
    [again] = office.answer()["night"]["files"]
    assert (again["end"], again["run_id"]) == ("same", file["run_id"])
    assert office.night(quiet=True) == (0, "", "")


def test_sheet_that_may_still_be_written_waits(office: Office) -> None:
    """A new file whose last line has no end stays in the inbox; a minute later it is whole, and is done."""
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\na2,14 O")
    os.utime(office.inbox / "oak.csv")
    [file] = office.answer()["night"]["files"]
    assert (file["end"], "is it still being written" in file["sentence"]) == ("waiting", True)
    assert "oak.csv: oak.csv" in office.files()
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\na2,14 Oak")
    [file] = office.answer()["night"]["files"]
    assert (file["end"], file["counts"]) == ("done", {"renamed": 2})


def test_one_bad_file_never_stops_the_others(office: Office) -> None:
    """What needs a person is said with what to do, and the exit code is that of the worst file."""
    office.put("a.csv", "order_id,new_name\n")
    office.put("b.csv", "order_id,new_name\nb1,Old\nb1,New\n")
    office.put("c.csv", "order_id,new_name\nc1,12 Elm\n")
    code, out, _ = office.night(quiet=True)
    assert code == 2
    assert out.splitlines()[0] == "Something needs you: 2 of 3 spreadsheets have problems; 1 order renamed."
    assert "a.csv: refused" in out
    assert "2 of 2 rows have problems: 2 invalid." in out
    assert "c.csv" not in out
    assert {line for line in office.files() if line.endswith(".csv")} == {
        *("problems: a.csv", "problems: b.csv", "done: c.csv")
    }


def test_two_files_that_contradict_each_other_are_both_told(office: Office) -> None:
    """Neither name is sent for that order; the rest of both files is done."""
    office.put("a.csv", "order_id,new_name\na1,12 Oak\na2,14 Oak\n")
    office.put("b.csv", "order_id,new_name\na1,13 Oak\na3,16 Oak\n")
    files = office.answer()["night"]["files"]
    assert [(file["name"], file["counts"]) for file in files] == [
        ("a.csv", {"renamed": 1, "invalid": 1}),
        ("b.csv", {"renamed": 1, "invalid": 1}),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[nightly]\ninbox = "nowhere"\n', "is no folder: make it"),
        ("[nightly]\n", "There is no inbox: give --inbox DIR"),
        ('[nightly]\ninbox = "inbox"\nsetle_s = 3\n', "Did you mean settle_s?"),
        ('[nightly]\ninbox = "inbox"\nreports = "night.toml"\n', "The reports can't be written to"),
    ],
    ids=["no such folder", "no inbox", "a typo", "no reports"],
)
def test_night_that_could_not_begin_is_a_night_too(office: Office, written: str, said: str) -> None:
    """It is in the journal with its exit code, and the next one begins as if nothing had been."""
    office.config.write_text(written, "utf-8")
    code, _, err = office.night()
    assert (code, said in err) == (2, True)
    [night] = office.nights()
    assert (night.kind, night.exit_code, said in night.stopped) == (NightKind.NOT_BEGUN, 2, True)


def test_results_go_into_the_moved_spreadsheet_where_that_is_wanted(office: Office) -> None:
    """What lies in the inbox is never changed; a backup is beside the spreadsheet."""
    office.config.write_text(f"write_back = true\n{office.config.read_text('utf-8')}", "utf-8")
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\n")
    assert office.night()[0] == 0
    [done] = (office.inbox / "done").glob("*/oak.csv")
    assert "renamed" in done.read_text("utf-8-sig")
    [backup] = (office.inbox / "done").glob("*/oak.backup-*.csv")
    assert backup.read_text("utf-8") == "order_id,new_name\na1,12 Oak\n"


def test_stop_between_two_files_ends_the_night_in_order(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is told, the file that was not begun stays in the inbox, and the next night does it."""
    office.put("a.csv", "order_id,new_name\na1,12 Oak\n")
    office.put("b.csv", "order_id,new_name\nb1,12 Elm\n")
    with monkeypatch.context() as patch:
        patch.setattr("batch_renamer.nightly.file_ends.log_file_moved", lambda _: os.kill(os.getpid(), signal.SIGTERM))
        code, _, err = office.night()
    assert (code, "SIGTERM" in err) == (143, True)
    [night] = office.nights()
    assert (night.kind, [file.name for file in night.files]) == (NightKind.FAILED, ["a.csv"])
    [file] = office.answer()["night"]["files"]
    assert (file["name"], file["end"]) == ("b.csv", "done")


def test_sheet_that_can_not_be_moved_is_told_until_it_is(office: Office) -> None:
    """Its rows are sent once; it needs a person every night, and is moved as soon as there is a folder."""
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\n")
    (office.inbox / "done").write_text("in the way", "utf-8")
    first, second = office.answer(), office.answer()
    for answer in (first, second):
        [file] = answer["night"]["files"]
        assert (answer["exit_code"], file["end"], file["moved_to"]) == (1, "problems", None)
        assert "can't be moved to" in file["sentence"]
    assert [answer["night"]["files"][0]["counts"] for answer in (first, second)] == [{"renamed": 1}, {}]
    (office.inbox / "done").unlink()
    third = office.answer()
    assert (third["exit_code"], third["night"]["files"]) == (0, [])
    assert {"done: oak.csv", "done: oak.xlsx"} <= set(office.files())


def test_files_of_the_program_in_the_inbox_are_no_spreadsheets(office: Office) -> None:
    """The configuration and the log stay where they are, and are not mentioned."""
    config = office.inbox / "night.toml"
    config.write_text('log_file = "log.jsonl"\n[nightly]\ninbox = "."\nsettle_s = 0\n', "utf-8")
    (office.inbox / "log.jsonl").write_text("", "utf-8")
    office.config = config
    assert office.answer()["night"]["files"] == []
    assert {"log.jsonl: log.jsonl", "night.toml: night.toml"} <= set(office.files())


def test_old_files_are_removed_where_that_is_wanted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spreadsheets in done, their reports and the pages; a spreadsheet in problems stays."""
    office.config.write_text(f"{office.config.read_text('utf-8')}keep_done_days = 7\nkeep_reports_days = 7\n", "utf-8")
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\n")
    office.put("elm.csv", "order_id,new_name\n,12 Elm\na2,14 Elm\n")
    office.night()
    before = set(office.files())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 9 * 86_400)
    office.night()
    gone = before - set(office.files())
    assert gone == {"done: oak.csv", "done: oak.html", "done: oak.xlsx"} | {
        f"reports: {name}" for name in ("oak.html", "oak.xlsx", "elm.html", "elm.xlsx")
    }


def test_status_tells_of_the_last_night(office: Office, capsys: Capture) -> None:
    """A monitoring system knows its states by their exit codes."""
    given = {"sandbox": True, "state_dir": str(office.folder / "state"), "config": str(office.config)}
    assert status(given, max_age="26h") == 3
    assert capsys.readouterr().out.startswith("BATCH-RENAMER UNKNOWN - There is no journal at ")
    office.put("oak.csv", "order_id,new_name\na1,12 Oak\n")
    office.night()
    assert status({**given, "json": True}, max_age="26h") == 0
    assert wrong_with(json.loads(capsys.readouterr().out), "status") == []
    assert status(given, max_age="soon") == 3
    assert "must be an age such as 26h" in capsys.readouterr().out


def test_file_for_a_scheduler_is_printed_where_a_night_could_begin(office: Office, capsys: Capture) -> None:
    """Else it is said what is missing, and nothing is printed unless that is wanted."""
    given: dict[str, object] = {"state_dir": str(office.folder / "state"), "config": str(office.config)}
    assert schedule("cron", given, {}, at="03:30", image=None, anyway=False) == 2
    said = capsys.readouterr()
    assert (said.out, "Nothing was printed" in said.err) == ("", True)
    assert schedule("cron", given, {}, at="03:30", image=None, anyway=True) == 0
    assert "30 3 * * * " in capsys.readouterr().out
    assert schedule("cron", given, {}, at="half past three", image=None, anyway=True) == 2


@pytest.mark.parametrize("test", [False, True], ids=["not asked for", "no address"])
def test_test_message_needs_an_address(office: Office, capsys: Capture, *, test: bool) -> None:
    """Nothing is sent, and it is said what to give."""
    assert notify({"config": str(office.config), "state_dir": str(office.folder / "state")}, test=test) == 2
    assert ("notify_file" if test else "Give --test") in capsys.readouterr().err
