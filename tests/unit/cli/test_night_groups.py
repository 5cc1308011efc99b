"""Past runs by night: entries and nights enter, groups, lines and objects for programs leave."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from batch_renamer.cli.night_groups import by_night, night_as_json, night_lines
from batch_renamer.cli.runs_table import ANY_WIDTH, table_lines
from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.progress import cells_of
from tests.support.schemas import wrong_with
from tests.unit.cli.test_runs_table import entry

BEGAN = datetime.datetime(2026, 11, 26, 2, 0).astimezone().timestamp()


def a_night(number: int = 3, *files: NightFile, **values: Any) -> Night:
    """Return a night that took 192 seconds."""
    usual: dict[str, Any] = {"began_at": BEGAN, "ended_at": BEGAN + 192, "exit_code": 0, "begun": True}
    return Night(number=number, id=f"n-{number}", date="2026-11-26", files=files, **(usual | values))


def a_file(run_id: str, end: FileEnd = FileEnd.DONE) -> NightFile:
    """Return a file of a run."""
    return NightFile(name="orders.csv", end=end, run_id=run_id, counts={"renamed": 3})


def shown(night: Night, *, width: int = ANY_WIDTH) -> list[str]:
    """Return the lines of a night without their colours."""
    return ["".join(span.text for span in line) for line in night_lines(night, width=width)]


def test_runs_stand_below_the_last_night_that_worked_on_them() -> None:
    """A run that is gone on with is listed once, and a sheet with the same rows does not take the run along."""
    older = a_night(3, a_file("run002"), a_file("run003"))
    newer = a_night(4, a_file("run003"), a_file("run002", FileEnd.SAME))
    groups = by_night([entry(1), entry(3), entry(2)], [newer, older], empty=lambda _: True)
    assert [(group.night and group.night.number, [one.run.id for one in group.entries]) for group in groups] == [
        (None, ["run001"]),
        (4, ["run003"]),
        (3, ["run002"]),
    ]


def test_a_night_without_a_run_stands_by_its_time_unless_runs_are_chosen() -> None:
    """One that could not begin is seen; a list of the runs of one order does not have it."""
    before, after = a_night(3), a_night(4, began_at=1_900_000_000.0)
    groups = by_night([entry(1)], [after, before], empty=lambda _: True)
    assert [group.night and group.night.number for group in groups] == [4, None, 3]
    assert [group.night for group in by_night([entry(1)], [after, before], empty=lambda _: False)] == [None]


@pytest.mark.parametrize(
    ("night", "said"),
    [
        pytest.param(
            a_night(3, a_file("run001"), a_file("run002", FileEnd.PROBLEMS), exit_code=1),
            "Night of 2026-11-26 02:00 to 02:03 (3 min 12 s), "
            "exit code 1: with problems. 2 files: 1 done, 1 with problems",
            id="problems",
        ),
        pytest.param(
            a_night(begun=False, exit_code=3, stopped="The key file can't be read."),
            "Night of 2026-11-26 02:00 to 02:03 (3 min 12 s), "
            "exit code 3: could not begin. The key file can't be read.",
            id="could not begin",
        ),
        pytest.param(
            a_night(ended_at=None, exit_code=None, cut_off=True), "Night of 2026-11-26 02:00: cut off", id="cut off"
        ),
        pytest.param(a_night(ended_at=None, exit_code=None), "Night of 2026-11-26 02:00: at work", id="at work"),
    ],
)
def test_the_line_of_a_night_says_how_it_ended(night: Night, said: str) -> None:
    """Its end, its exit code and how long it took, as far as they are known."""
    assert shown(night) == [said]
    assert max(map(cells_of, shown(night, width=44))) <= 44
    assert wrong_with({"command": "runs", "exit_code": 0, "runs": [], "nights": [night_as_json(night)]}, "runs") == []


@pytest.mark.parametrize("width", [44, 132])
def test_the_runs_of_a_night_are_indented(width: int) -> None:
    """Below its line, in the table and where there is no room for one."""
    groups = by_night([entry(1), entry(2)], [a_night(3, a_file("run002"))], empty=lambda _: True)
    lines = ["".join(span.text for span in line) for line in table_lines(groups, width=width)]
    place = next(place for place, line in enumerate(lines) if line.startswith("Night of"))
    assert any(line.startswith("run001") for line in lines[:place])
    assert any(line.startswith("  run002") for line in lines[place:])
