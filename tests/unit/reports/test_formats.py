"""What stands in a .csv and a .json report, read back by readers of other makes; and what is true of every format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import COLUMNS, ReportLine, ReportRow
from batch_renamer.reports import row_as_json, write_json_result, write_refusal, write_report
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.text import guarded
from tests.unit.reports.samples import a_row, any_text, each_nasty_name, summary


def as_csv(rows: Iterable[ReportRow], *, delimiter: str = ",") -> bytes:
    """Return the bytes of a CSV report."""
    file = io.BytesIO()
    write_csv(file, rows, WriteOptions(summary=summary(), scratch=Path(), delimiter=delimiter))
    return file.getvalue()


def cells_of_csv(data: bytes, *, delimiter: str = ",") -> list[list[str]]:
    """Return the cells, the guard removed as the loader does it."""
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [[cell.removeprefix("'") for cell in line] for line in lines]


# -- CSV -------------------------------------------------------------------------------------------------------------


def test_csv_starts_with_a_bom_and_exactly_the_heading_line() -> None:
    """The loader knows our own files by this line."""
    assert as_csv([]) == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


@each_nasty_name
def test_csv_gives_nasty_names_back(name: str) -> None:
    """A name comes back unharmed once the guard is removed."""
    assert cells_of_csv(as_csv([a_row(name)]))[1][2:5] == [name, name, name]


@each_nasty_name
def test_no_csv_cell_starts_like_a_formula(name: str) -> None:
    """No cell starts with a character that makes a spreadsheet program calculate."""
    text = as_csv([a_row(name)]).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    signs = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    assert not [cell for cell in cells if cell.lstrip().startswith(signs) or cell.startswith(("\t", "\r", "\n"))]


@pytest.mark.parametrize("text", ["\n=1+1", "\uff1d1+1", "\r\n\uff1dcmd"], ids=ascii)
def test_what_the_api_says_is_guarded_like_a_name(text: str) -> None:
    """Reason and status may hold words of the API."""
    cells = list(csv.reader(io.StringIO(as_csv([replace(a_row(), reason=text, status=text)]).decode("utf-8-sig"))))
    assert [cells[1][COLUMNS.index(column)] for column in ("reason", "status")] == [f"'{text}"] * 2


@given(name=any_text, delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_csv_gives_every_text_back(name: str, delimiter: str) -> None:
    """Whatever the text and the delimiter: writing, reading and removing the guard change nothing."""
    data = as_csv([a_row(name), a_row("next")], delimiter=delimiter)
    cells = cells_of_csv(data, delimiter=delimiter)
    assert [line[3] for line in cells] == ["new_name", name, "next"]


@given(text=any_text)
def test_the_guard_can_always_be_removed(text: str) -> None:
    """A guarded text starts with ``'`` exactly when one was added."""
    assert guarded(text).removeprefix("'") == text


def test_csv_survives_a_lone_surrogate() -> None:
    """A text that no encoding has is shown escaped, not dropped and not fatal."""
    assert b"a\\ud800b" in as_csv([a_row("a\ud800b")])


# -- JSON ------------------------------------------------------------------------------------------------------------


@each_nasty_name
def test_json_never_alters_a_name(name: str) -> None:
    """The JSON report holds exactly the row."""
    stream = io.StringIO()
    write_json_result(stream, [a_row(name)], summary=summary(renamed=1))
    assert json.loads(stream.getvalue())["rows"] == [row_as_json(a_row(name))]


def test_json_is_the_promised_object() -> None:
    """Command, run id, exit code, counts and rows, in this order; the counts in the order of the results."""
    stream = io.StringIO()
    write_json_result(stream, [a_row(row=2), a_row(row=3)], summary=summary(failed=1, renamed=2))
    found = json.loads(stream.getvalue())
    assert list(found) == [
        "command",
        "run_id",
        "exit_code",
        "stopped",
        "counts",
        "warnings",
        "reports",
        "workbook",
        "backup",
        "seconds",
        "requests",
        "throttled",
        "rows",
    ]
    assert list(found["counts"].items()) == [("renamed", 2), ("failed", 1)]
    assert [row["row"] for row in found["rows"]] == [2, 3]


def test_json_without_rows_is_whole() -> None:
    """An empty run is a valid object too."""
    stream = io.StringIO()
    write_json_result(stream, [], summary=summary())
    assert json.loads(stream.getvalue())["rows"] == []


def test_json_keeps_letters_readable() -> None:
    """Letters beyond ASCII are not escaped where the stream can hold them."""
    stream = io.StringIO()
    write_json_result(stream, [a_row("山")], summary=summary())
    assert "山" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_json_reaches_a_stream_that_lacks_letters(encoding: str) -> None:
    """Where standard output is not UTF-8, the object is escaped and still the same."""
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding=encoding)
    write_json_result(stream, [a_row("Straße 山")], summary=summary())
    stream.flush()
    assert json.loads(binary.getvalue().decode("ascii"))["rows"][0]["new_name"] == "Straße 山"


def test_json_survives_a_lone_surrogate() -> None:
    """A lone surrogate is written as its JSON escape, and read back as itself."""
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="utf-8")
    write_json_result(stream, [a_row("a\ud800b")], summary=summary())
    stream.flush()
    assert json.loads(binary.getvalue())["rows"][0]["new_name"] == "a\ud800b"


def test_the_json_report_is_the_same_object(tmp_path: Path) -> None:
    """The ``.json`` report and ``--json`` say the same; only which reports there are is not known within one."""
    stream = io.StringIO()
    write_json_result(stream, [a_row("山")], summary=summary(renamed=1))
    path = write_report(tmp_path / "r.json", [ReportLine(a_row("山"))], summary=summary(renamed=1))
    assert path.read_text(encoding="utf-8") == stream.getvalue().replace('"reports": []', '"reports": null')


def test_json_can_not_steer_the_terminal_that_shows_it() -> None:
    """C1, DEL, marks of direction and characters of no width are escapes there; a reader gets the very same texts."""
    evil = "a\x9b31mb\u202ec\x7fd\u2028e\u200bf\x1b[0m"
    stream, refusal = io.StringIO(), io.StringIO()
    notes = replace(summary(renamed=1), warnings=(evil,), stopped=evil)
    write_json_result(stream, [a_row(evil)], summary=notes)
    write_refusal(refusal, command="apply", exit_code=2, error=evil)
    for written in (stream.getvalue(), refusal.getvalue()):
        assert all(character.isprintable() or character == "\n" for character in written)
    assert json.loads(stream.getvalue())["rows"][0]["new_name"] == evil
    assert json.loads(refusal.getvalue())["error"] == " ".join(evil.split())


def test_json_says_why_a_run_stopped_and_what_else_there_is_to_know() -> None:
    """A program reads it where the screen has it for people."""
    stream = io.StringIO()
    stopped = replace(summary(renamed=1), exit_code=4, stopped="The API is down.", warnings=("A note.",))
    write_json_result(stream, [a_row()], summary=stopped)
    found = json.loads(stream.getvalue())
    assert (found["stopped"], found["warnings"], found["exit_code"]) == ("The API is down.", ["A note."], 4)


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
def test_rows_are_taken_one_at_a_time(tmp_path: Path, ending: str) -> None:
    """No format gathers the rows before it writes: earlier rows are gone when later ones are made."""
    alive: list[int] = []

    class Name(str):
        """A text that tells when it is let go."""

        __slots__ = ()

        def __del__(self) -> None:
            alive.remove(1)

    def lines() -> Iterator[ReportLine]:
        most = 0
        for number in range(200):
            alive.append(1)
            yield ReportLine(a_row(Name(f"name {number}"), row=number))
            most = max(most, len(alive))
        assert most <= 5

    write_report(tmp_path / f"r{ending}", lines(), summary=summary())
