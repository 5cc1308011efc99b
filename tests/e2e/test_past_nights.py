"""Past nights as `runs` lists them, from the journal of real runs."""

from __future__ import annotations

import time
from dataclasses import replace

from batch_renamer.journal import Journal
from batch_renamer.model import FileEnd, Night, NightFile
from tests.support.schemas import wrong_with
from tests.support.served import Command


async def test_runs_stand_below_their_night_and_a_refused_sheet_is_found_too(renamer: Command) -> None:
    """The office person asks for a file; a night without a run is listed by itself."""
    assert (await renamer.apply(renamer.sheet(renamer.seed(2)))).code == 0
    [run] = (await renamer.run("runs", "--json")).result["runs"]
    assert "night_id" not in run
    tonight = Night(date="2026-11-26", began_at=time.time(), base_url=renamer.base_url, inbox="/srv/in")
    with Journal.open(renamer.state / "journal.sqlite3") as journal:
        night = journal.nights.begin(tonight)
        journal.nights.note_file(night, 0, NightFile(name="orders.csv", end=FileEnd.DONE, run_id=run["run_id"]))
        journal.nights.note_file(night, 1, NightFile(name="list.xlsx", end=FileEnd.REFUSED))
        journal.nights.end(replace(night, ended_at=night.began_at + 9, exit_code=2, begun=True))
    listed = (await renamer.run("runs", "--json")).result
    assert wrong_with(listed, "runs") == []
    assert [one["night_id"] for one in listed["nights"]] == [listed["runs"][0]["night_id"]] == [night.id]
    shown = (await renamer.run("runs")).out.splitlines()
    assert [line.split()[0] for line in shown] == ["RUN", "Night", run["run_id"]]
    assert "exit code 2: with problems. 2 files: 1 done, 1 refused" in shown[1]
    assert (await renamer.run("runs", "--file", "list")).out == f"{shown[1]}\n"
    assert [one["night_id"] for one in (await renamer.run("runs", "--order", "x", "--json")).result["nights"]] == []


async def test_a_night_that_is_killed_has_a_page_and_the_next_one_says_that_it_was_cut_off(renamer: Command) -> None:
    """The person has only the folder; the computer may stay off until the next night."""
    (inbox := renamer.folder / "inbox").mkdir()
    renamer.sheet(renamer.seed(2), name="inbox/orders.csv")
    night = [
        "nightly",
        "--inbox",
        str(inbox),
        "--base-url",
        renamer.base_url,
        "--config",
        str(renamer.folder / "n.toml"),
    ]
    (renamer.folder / "n.toml").write_text("[nightly]\nsettle_s = 0\n")
    assert (await renamer.run(*night, failpoint="send:4:after")).code == -9
    (page,) = (inbox / "reports").glob("*/index.html")
    for shown in (page, inbox / "reports" / "index.html"):
        assert '<span class="doubtful">This night has not ended yet, or it was cut off.</span>' in shown.read_text()
    assert (await renamer.run(*night)).code == 0
    assert renamer.names == {"order-1": "New name 1", "order-2": "New name 2"}
    said = page.read_text()
    assert "Nothing needs you: 1 spreadsheet is done" in said
    assert "this night was cut off; the next one goes on with what it left." in said
    listed = (await renamer.run("runs", "--json")).result
    assert [one["state"] for one in listed["nights"]] == ["good", "cut off"]
    assert [(one["night_id"], one["state"]) for one in listed["runs"]] == [(listed["nights"][0]["night_id"], "done")]
