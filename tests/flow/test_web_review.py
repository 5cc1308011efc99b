"""A plan is reviewed and committed in the browser's way, over HTTP, against an API of two accounts."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from batch_renamer import open_plan
from batch_renamer.cli.commands.apply import apply_plan, plan
from batch_renamer.cli.commands.show import show_one
from batch_renamer.jobs import source_of
from batch_renamer.journal import Journal
from batch_renamer.model import Result, RowNumbers
from tests.support.browsing.office import Office, office_in
from tests.support.gate import DEADLINE_S
from tests.support.practised import practised_in
from tests.support.served_page import ServedPage

READING = {
    "sheet": "Listings",
    "id_column": "Order",
    "name_column": "Title for the website",
    "current_name_column": "Current name",
}


async def _planned(office: Office, page: ServedPage) -> str:
    """Plan the renames of the office's spreadsheet, and return the run's id."""
    work, accounts = page.workspace.jobs, page.workspace.accounts
    account = accounts.get("sales")
    settings = accounts.settings(account, READING)
    run_id = await work.plan(account, source_of(office.listings.path, settings, unattended=False), settings=settings)
    await _ended(page, run_id)
    return run_id


async def _ended(page: ServedPage, run_id: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await page.workspace.jobs.ended()
    assert page.workspace.jobs.trouble_of(run_id) == ""


async def _posted(page: ServedPage, path: str, asked: object) -> dict[str, object]:
    async with page.client.post(path, json=asked) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, object] = await answer.json()
        return found


async def _committed(page: ServedPage, plan_id: str, answer: dict[str, object], **more: int) -> str:
    """Commit a plan as it was shown by the last answer, and return the id of the run when it has ended.

    ``more`` is sent with it.
    """
    counts = answer["counts"]
    assert isinstance(counts, dict)
    shown = {"renames": counts["renames"], "fingerprint": counts["fingerprint"]} | more
    went = str((await _posted(page, f"/actions/runs/{plan_id}/commit", shown))["go"]).removeprefix("/runs/")
    await _ended(page, went)
    return went


async def test_exactly_the_rows_that_are_checked_are_renamed(tmp_path: Path) -> None:
    """All that a search finds are unchecked over all pages, one of them is checked again, and a bad row stays bad."""
    async with office_in(tmp_path) as office, office.page() as page:
        plan_id = await _planned(office, page)
        journal = page.workspace.journal
        kept = {row.row: row for row in journal.results.report_rows(journal.runs.get(plan_id))}
        actions = f"/actions/runs/{plan_id}"
        search = {"results": [], "text": "KITCHEN", "unchecked": False}
        await _posted(page, f"{actions}/choice", {"checked": False, "filter": search})
        kitchens = [number for number, row in kept.items() if "Kitchen" in row.new_name]
        answer = await _posted(page, f"{actions}/choice", {"checked": True, "rows": [kitchens[3]]})
        went = await _committed(page, plan_id, answer)
        done = list(journal.results.report_rows(journal.runs.get(went)))
        sent = {record.order_id for record in office.sales.log if record.method == "PATCH"}
        async with page.client.get(f"/pages/runs/{plan_id}") as answer_of_page:
            text = await answer_of_page.text()
    wanted = {
        number
        for number, row in kept.items()
        if row.result is Result.PLANNED and (number not in kitchens or number == kitchens[3])
    }
    assert len(kitchens) > 30
    assert sent == {kept[number].order_id for number in wanted}
    assert {row.row for row in done if row.result is Result.RENAMED} == wanted
    assert {row.row for row in done if row.result is Result.INVALID} == set(office.listings.bad)
    assert re.search(r"This plan was committed, as run \w{6}\.", text)


async def test_beside_many_bad_rows_the_others_are_renamed_all_the_same(tmp_path: Path) -> None:
    """The button says so, and the commit names how many bad rows its reader has seen; else it is refused."""
    async with office_in(tmp_path, rows=60) as office, office.page() as page:
        plan_id = await _planned(office, page)
        journal, wanted = page.workspace.journal, office.listings.planned[-9:]
        answer = await _posted(page, f"/actions/runs/{plan_id}/choice", {"only": True, "rows": wanted})
        async with page.client.get(f"/pages/runs/{plan_id}") as answer_of_page:
            text = re.sub(r"<[^>]+>", "", await answer_of_page.text())
        with pytest.raises(AssertionError, match="11 of the 21 rows that are not left out have a problem"):
            await _committed(page, plan_id, answer)
        with pytest.raises(AssertionError, match="rename the others all the same"):
            await _committed(page, plan_id, answer, accepted=10)
        run = journal.runs.get(await _committed(page, plan_id, answer, accepted=11))
        done = list(journal.results.report_rows(run))
    assert "Rename the other 9 orders all the same" in text
    assert [row.row for row in done if row.result is Result.RENAMED] == wanted


async def test_orders_that_another_column_tells_keep_their_names(tmp_path: Path) -> None:
    """The rows of one agent are found by a column that renames need not, and shown with it; unchecked, none is sent."""
    async with office_in(tmp_path) as office, office.page() as page:
        plan_id = await _planned(office, page)
        journal = page.workspace.journal
        lines = list(journal.results.report_lines(journal.runs.get(plan_id)))
        search = {"results": [], "text": "carla", "unchecked": False}
        async with page.client.get(f"/pages/runs/{plan_id}/rows?text=carla") as answer_of_page:
            shown = re.findall(r"<bdi>Agent</bdi>: <bdi[^>]*>(\w+)<", await answer_of_page.text())
        answer = await _posted(page, f"/actions/runs/{plan_id}/choice", {"checked": False, "filter": search})
        run = journal.runs.get(await _committed(page, plan_id, answer))
        done = {row.row: row for row in journal.results.report_rows(run)}
        async with page.client.get(f"/pages/runs/{run.id}?text=carla") as answer_of_page:
            result = re.findall(r"<bdi>Agent</bdi>: <bdi[^>]*>(\w+)<", await answer_of_page.text())
        sent = {record.order_id for record in office.sales.log if record.method == "PATCH"}
    of_carla = [line.row for line in lines if "Carla" in line.other_cells]
    assert len(of_carla) > 50
    assert shown == result == ["Carla"] * len(of_carla)
    assert {done[row.row].result for row in of_carla} <= {Result.SKIPPED, Result.INVALID, Result.FAILED, Result.DRIFTED}
    assert sent.isdisjoint(row.order_id for row in of_carla)
    assert len(sent) > 100


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Return the options of commands in the sandbox, whose answers are read by a program."""
    return practised_in(tmp_path) | {"json": True, "quiet": True}


def _kept_plan(folder: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str], *, unchecked: str) -> str:
    """Plan three renames by the command line, uncheck some of them, and return the plan's id."""
    assert plan(folder / "oak.csv", practice) == 0
    plan_id: str = json.loads(capsys.readouterr().out)["run_id"]
    with Journal.open(folder / "state" / "sandbox" / "journal.sqlite3") as journal:
        journal.unchecked.uncheck(journal.runs.get(plan_id), RowNumbers.parse(unchecked))
    return plan_id


def test_the_command_line_leaves_out_what_was_unchecked_and_says_so(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person does not want is not renamed behind their back; the whole plan has to be asked for."""
    plan_id = _kept_plan(tmp_path, practice, capsys, unchecked="3-4")
    assert show_one(plan_id, practice | {"json": False, "no_pager": True}) == 0
    assert "To do exactly this, without 2 renames unchecked in the browser:" in capsys.readouterr().out
    assert apply_plan(plan_id, practice) == 0
    done = json.loads(capsys.readouterr().out)
    assert [row["result"] for row in done["rows"]] == ["renamed", "skipped", "skipped"]
    assert done["rows"][1]["reason"] == "Left out: this row was unchecked in the browser."
    assert (
        "2 renames of this plan were unchecked in the browser and are left out. --only 2- does the whole plan."
        in done["warnings"]
    )
    assert apply_plan(plan_id, practice | {"only": "2-"}) == 0
    assert [row["result"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["unchanged", "renamed", "renamed"]


def test_rows_that_are_chosen_on_the_command_line_are_what_the_user_wants_now(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that chooses rows counts alone, whatever was unchecked before."""
    plan_id = _kept_plan(tmp_path, practice, capsys, unchecked="3")
    assert apply_plan(plan_id, practice | {"except_rows": "2"}) == 0
    done = json.loads(capsys.readouterr().out)
    assert [row["result"] for row in done["rows"]] == ["skipped", "renamed", "renamed"]
    assert not [warning for warning in done["warnings"] if "browser" in warning]


def test_the_library_leaves_it_out_as_well(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan is the same for every door."""
    plan_id = _kept_plan(tmp_path, practice, capsys, unchecked="3")
    done = open_plan(plan_id, sandbox=True, state_dir=tmp_path / "state").apply()
    assert list(done.outcomes["result"]) == ["renamed", "skipped", "renamed"]
    assert any("unchecked in the browser" in warning for warning in done.summary.warnings)
