"""A sheet and the rows that the user chose enter; only these are renamed, and the report has every row."""

from __future__ import annotations

import json

import pytest

from tests.support.served import Command


def results_of(report: str) -> dict[int, tuple[str, str]]:
    """Return result and skip mark by row."""
    return {row["row"]: (row["result"], row["skip"]) for row in json.loads(report)["rows"]}


async def test_only_the_chosen_rows_are_renamed_and_the_report_leaves_out_the_same(renamer: Command) -> None:
    """Nothing is read or sent for the others; the report, used as a spreadsheet, leaves them out again."""
    sheet = renamer.sheet([*renamer.seed(4), ("", "no id"), ("order-9", "gone")])
    ran = await renamer.apply(sheet, "--only", "2-4", "--except", "3", "--report", "r.csv", "--json")
    left = ("skipped", "left out by --only")
    assert (ran.code, results_of(ran.out)) == (
        0,
        {
            2: ("renamed", ""),
            3: ("skipped", "left out by --except"),
            4: ("renamed", ""),
            **dict.fromkeys((5, 6, 7), left),
        },
    )
    assert sorted(map(str, renamer.patched)) == ["order-1", "order-3"]
    assert not [path for _, path in renamer.requests if "order-4" in path or "order-9" in path]
    again = await renamer.apply(renamer.folder / "r.csv", "--json")
    assert (again.code, [row["result"] for row in again.rows]) == (
        0,
        ["unchanged", "skipped", "unchanged", "skipped", "skipped", "skipped"],
    )
    assert len(renamer.patched) == 2


async def test_a_repeat_that_is_left_out_is_no_conflict(renamer: Command) -> None:
    """Two rows with two names for one order are invalid; with one of them chosen, that one is renamed."""
    [(order, name)] = renamer.seed(1)
    sheet = renamer.sheet([(order, name), (order, "Another"), (order, name)])
    ran = await renamer.apply(sheet, "--only", "3", "--json")
    assert (ran.code, [row["result"] for row in ran.rows]) == (0, ["skipped", "renamed", "skipped"])
    assert renamer.names[order] == "Another"


async def test_bad_rows_that_are_left_out_do_not_count(renamer: Command) -> None:
    """Neither ``--strict`` nor ``--max-failures`` counts them, as good or as bad."""
    sheet = renamer.sheet([*renamer.seed(30), *([("", "no id")] * 40)])
    refused = await renamer.apply(sheet, "--strict")
    assert refused.code == 2
    done = await renamer.apply(sheet, "--strict", "--only", "2-3")
    assert done.code == 0
    missing = renamer.sheet([*((f"gone-{n}", "x") for n in range(20)), *renamer.seed(30)], name="missing.csv")
    stopped = await renamer.apply(missing, "--only", "2-22")
    assert (stopped.code, "20 of 21 rows are bad" in stopped.out) == (4, True), stopped.out


async def test_a_number_that_the_sheet_does_not_have_is_a_sentence(renamer: Command) -> None:
    """Nothing is sent."""
    sheet = renamer.sheet(renamer.seed(2))
    ran = await renamer.apply(sheet, "--only", "2-9")
    assert (ran.code, renamer.requests) == (2, [])
    assert ran.err.splitlines()[-1] == f"Error: {sheet}: --only names row 9. The spreadsheet's rows are 2 to 3."


async def test_an_interrupted_run_of_the_same_choice_goes_on(renamer: Command) -> None:
    """The same command finishes it; with another choice the sheet is another job."""
    sheet = renamer.sheet(renamer.seed(6))
    killed = await renamer.apply(sheet, "--only", "2-5", failpoint="send:8:after")
    assert killed.code != 0
    other = await renamer.apply(sheet, "--only", "6-7", "--json")
    assert (other.code, other.result["counts"]) == (0, {"renamed": 2, "skipped": 4})
    same = await renamer.apply(sheet, "--only", "2-5", "--json")
    assert (same.code, same.result["counts"]) == (0, {"renamed": 4, "skipped": 2})
    assert sorted(name or "" for name in renamer.names.values()) == [f"New name {n}" for n in range(1, 7)]


async def test_a_part_is_undone_and_then_the_rest(renamer: Command) -> None:
    """The rows left out come out ``skipped``; a second undo takes them back and finds the others done."""
    sheet = renamer.sheet(renamer.seed(5))
    run = (await renamer.apply(sheet, "--json")).result["run_id"]
    part = await renamer.do("undo", run, "--only", "2,4", "--json")
    left = ("skipped", "left out by --only")
    assert (part.code, results_of(part.out)) == (
        0,
        {2: ("renamed", ""), 3: left, 4: ("renamed", ""), 5: left, 6: left},
    )
    assert (await state_of(renamer, run)) == "done"
    audit = await renamer.do("audit", run, "--except", "2,4", "--json")
    assert (audit.code, audit.result["counts"]) == (0, {"unchanged": 3, "skipped": 2})
    rest = await renamer.do("undo", run, "--json")
    assert (rest.code, rest.result["counts"]) == (0, {"renamed": 3, "unchanged": 2})
    assert renamer.names == renamer.seeds
    assert (await state_of(renamer, run)) == "undone"


async def test_a_row_that_was_not_renamed_has_nothing_to_put_back(renamer: Command) -> None:
    """It is named in a sentence; if there is no other row, nothing is sent."""
    seeds = renamer.seed(3)
    sheet = renamer.sheet([*seeds[:2], (seeds[2][0], ""), ("order-9", "Nobody's")])
    run = (await renamer.apply(sheet, "--json")).result["run_id"]
    part = await renamer.do("undo", run, "--only", "2,4,5", "--json")
    assert (part.code, part.result["counts"]) == (0, {"renamed": 1, "skipped": 1}), part.err
    said = "Rows 4 and 5 were not renamed by that run, so there is nothing to put back."
    assert said in part.result["warnings"]
    none = await renamer.do("undo", run, "--only", "4")
    said = "Row 4 was not renamed by that run, so there is nothing to put back."
    assert (none.code, said in " ".join(none.err.split())) == (2, True), none.err


async def test_two_undos_of_a_part_each_make_a_run_undone(renamer: Command) -> None:
    """Undone in parts is undone, and an undo that was itself undone is none."""
    sheet = renamer.sheet(renamer.seed(4))
    run = (await renamer.apply(sheet, "--json")).result["run_id"]
    await renamer.do("undo", run, "--only", "2-3")
    second = await renamer.do("undo", run, "--except", "2-3", "--json")
    assert (await state_of(renamer, run)) == "undone"
    assert (await renamer.do("undo", second.result["run_id"])).code == 0
    assert (await state_of(renamer, run)) == "done"


async def state_of(renamer: Command, run: str) -> str:
    """Return what ``runs`` says of a run."""
    listed = await renamer.do("runs", "--json")
    [found] = [one for one in listed.result["runs"] if one["run_id"] == run]
    return str(found["state"])


async def test_a_planned_undo_repeats_its_choice(renamer: Command) -> None:
    """The command that is printed puts back the same rows."""
    sheet = renamer.sheet(renamer.seed(3))
    run = (await renamer.apply(sheet, "--json")).result["run_id"]
    planned = await renamer.run("undo", run, "--dry-run", "--except", "3", "--base-url", renamer.base_url)
    assert "--except 3" in planned.last_line
    await renamer.paste(f"{planned.last_line} --yes")
    assert [name for _, name in sorted(renamer.names.items())] == ["Old name 1", "New name 2", "Old name 3"]


async def test_a_part_of_a_plan_is_committed_and_then_the_rest(renamer: Command) -> None:
    """The plan stays kept; what was done comes out unchanged."""
    sheet = renamer.sheet(renamer.seed(4))
    plan = (await renamer.plan(sheet, "--json")).result["run_id"]
    part = await renamer.do("apply", "--plan", plan, "--only", "2-3", "--json")
    assert (part.code, part.result["counts"]) == (0, {"renamed": 2, "skipped": 2})
    shown = await renamer.do("apply", "--plan", plan, "--only", "4")
    assert "To do the rest of the plan (3 rows):" in shown.out
    rest = await renamer.paste(f"{shown.last_line} --json")
    assert (rest.code, rest.result["counts"]) == (0, {"renamed": 1, "unchanged": 3})


async def test_a_part_of_a_plan_that_was_interrupted_goes_on_only_by_the_same_choice(renamer: Command) -> None:
    """Another choice is another run; without one, the interrupted run is finished."""
    sheet = renamer.sheet(renamer.seed(6))
    plan = (await renamer.plan(sheet, "--json")).result["run_id"]
    await renamer.do("apply", "--plan", plan, "--only", "2-4", failpoint="send:7:before")
    same = await renamer.do("apply", "--plan", plan, "--json")
    assert (same.code, same.result["counts"]) == (0, {"renamed": 3, "skipped": 3})
    await renamer.do("apply", "--plan", plan, "--only", "5-6", failpoint="send:6:before")
    other = await renamer.do("apply", "--plan", plan, "--only", "7", "--json")
    assert (other.code, other.result["counts"]) == (0, {"renamed": 1, "skipped": 5})


async def test_some_rows_of_an_interrupted_run_are_finished_and_then_the_rest(renamer: Command) -> None:
    """The others stay pending, the run stays interrupted, and the last line resumes it."""
    sheet = renamer.sheet(renamer.seed(8))
    await renamer.apply(sheet, failpoint="send:12:after")
    [run] = (await renamer.do("runs", "--json")).result["runs"]
    some = await renamer.do("resume", run["run_id"], "--only", "2-4,9", "--json")
    by_row = {row["row"]: row["result"] for row in some.rows}
    assert some.code == 4
    assert [by_row[row] for row in (2, 3, 4, 9)] == ["renamed"] * 4
    assert set(by_row.values()) - {"renamed"} <= {"pending", "unknown"}
    assert some.result["stopped"] == "Left for another time by --only: 4 rows."
    assert (await state_of(renamer, run["run_id"])) == "interrupted"
    nothing = await renamer.do("resume", run["run_id"], "--only", "2-4")
    assert (nothing.code, "has nothing left to do in the rows chosen by --only" in nothing.err) == (2, True)
    rest = await renamer.paste(f"batch-renamer {' '.join(renamer.line('resume', run['run_id'], '--json'))}")
    assert (rest.code, rest.result["counts"]) == (0, {"renamed": 8})
    assert {row["old_name"] for row in rest.rows} == {f"Old name {n}" for n in range(1, 9)}


@pytest.mark.parametrize("command", ["undo", "audit", "resume"])
async def test_numbers_that_a_run_does_not_have_are_a_sentence(renamer: Command, command: str) -> None:
    """Nothing is sent, and no run is begun."""
    sheet = renamer.sheet(renamer.seed(3))
    await renamer.apply(sheet, failpoint="send:6:after" if command == "resume" else "")
    run_id = (await renamer.do("runs", "--json")).result["runs"][0]["run_id"]
    sent = len(renamer.patched)
    ran = await renamer.do(command, run_id, "--only", "2-9")
    assert (ran.code, len(renamer.patched)) == (2, sent)
    assert f"--only names row 9, which run {run_id} does not have: its rows are 2 to 4." in ran.err
    assert len((await renamer.do("runs", "--json")).result["runs"]) == 1
