"""The page of a kept plan: what it shows, how rows are checked and unchecked, and which commits it refuses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from batch_renamer.journal import RunRecord
from batch_renamer.model import Result, RowNumbers
from tests.support.plans import Row, plan_of, planned
from tests.support.served_page import ServedPage, served_page

MISSING: Row = (1, Result.FAILED, "gone", "9 Oak Way", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab that shows a plan of the sandbox."""

    page: ServedPage
    plan: RunRecord

    async def text(self, query: str = "") -> str:
        """Return the page of the plan."""
        async with self.page.client.get(f"/pages/runs/{self.plan.id}{query}") as answer:
            assert answer.status == 200
            return await answer.text()

    async def rows(self, query: str = "") -> list[int]:
        """Return the numbers of the rows in the table alone."""
        async with self.page.client.get(f"/pages/runs/{self.plan.id}/rows{query}") as answer:
            assert answer.status == 200
            return [int(row) for row in re.findall(r'data-label="Row">(\d+)<', await answer.text())]

    async def post(self, action: str, asked: Mapping[str, object], *, status: int = 200) -> dict[str, object]:
        """Do something with the plan; return the answer."""
        async with self.page.client.post(f"/actions/runs/{self.plan.id}/{action}", json=asked) as answer:
            assert answer.status == status, await answer.text()
            found: dict[str, object] = await answer.json()
            return found

    async def wanted(self) -> list[int]:
        """Return the rows that are checked, as a reload shows them."""
        return [int(row) for row in re.findall(r'data-row="(\d+)"[^>]* checked', await self.text())]


@asynccontextmanager
async def a_tab(folder: Path, rows: Sequence[Row], *, max_renames: int | None = None) -> AsyncIterator[Tab]:
    """Open the page of a plan with these rows."""
    async with served_page(folder, sandbox=True, max_renames=max_renames) as page:
        account = page.workspace.accounts.default
        plan = plan_of(page.workspace.journal, rows, base_url=account.base_url)
        yield Tab(page=page, plan=plan)


async def test_the_page_shows_what_would_be_renamed_and_what_would_not(tmp_path: Path) -> None:
    """The headline in words, each kind of bad rows with what helps, every row, and the button with the number."""
    async with a_tab(tmp_path, [*planned(3), MISSING]) as tab:
        text = await tab.text()
    assert ">3 of 4 rows can be renamed. Nothing has been sent yet.</h1>" in text
    assert 'data-account-title="Practice (sandbox)"' in text
    assert "Spring.xlsx" in text
    assert "/office/" not in text, "the folder means nothing to the reader"
    assert "There is no order with this id." in text
    assert "<del>St</del>" in text
    assert "<ins>Street</ins>" in text
    assert 'Rename <span data-count="chosen">3</span> <span data-count="orders">orders</span>' in text
    assert re.search(r'name="renames" data-number data-count="renames" value="3"', text)


async def test_names_of_the_spreadsheet_are_text(tmp_path: Path) -> None:
    """HTML and control characters in ids, names and searches are shown, and do nothing."""
    row: Row = (1, Result.PLANNED, "<b>\x1b", "<img src=x onerror=alert(1)>", '"><script>')
    async with a_tab(tmp_path, [row]) as tab:
        text = await tab.text("?text=%3Cimg+src")
    assert "<img src=x" not in text
    assert "<script" not in text
    assert "&lt;b&gt;\\x1b" in text
    assert 'value="&lt;img src"' in text


async def test_other_cells_of_the_spreadsheet_are_text(tmp_path: Path) -> None:
    """HTML in a heading or a cell does nothing, and the box that shows them all stays checked after a reload."""
    async with a_tab(tmp_path, []) as tab:
        journal = tab.page.workspace.journal
        cell = "<script>alert('Elm')</script>"
        plan = plan_of(
            journal, planned(2), base_url=tab.plan.base_url, other_headings=["<b>Site"], other_cells=[(cell,)]
        )
        async with tab.page.client.get(f"/pages/runs/{plan.id}?text=alert&columns=all") as answer:
            text = await answer.text()
    assert "<script" not in text
    assert "<b>Site" not in text
    assert "<bdi>&lt;b&gt;Site</bdi>: " in text
    assert re.search(r'id="show-columns"[^>]* checked', text)
    assert "1 row found" in text


async def test_a_reload_shows_the_rows_that_were_looked_for(tmp_path: Path) -> None:
    """The query in the address decides what page and table show: filter, order and page."""
    async with a_tab(tmp_path, [*planned(120), MISSING]) as tab:
        assert await tab.rows("?text=elm&sort=-row&page=2") == list(range(21, 1, -1))
        text = await tab.text("?results=failed")
    assert re.findall(r'data-label="Row">(\d+)<', text) == ["122"]
    assert re.search(r'id="chip-failed"[^>]* checked', text)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"checked": False, "rows": [3, 5]}, [2, 4, 6]),
        ({"checked": False, "filter": {"results": [], "text": "4 elm", "unchecked": False}}, [2, 3, 5, 6]),
        ({"only": True, "filter": {"results": ["planned"], "text": "elm", "unchecked": False}}, [2, 3, 4, 5, 6]),
        ({"only": True, "rows": [6]}, [6]),
        ({"checked": False, "filter": {"results": ["failed"], "text": "", "unchecked": False}}, [2, 3, 4, 5, 6]),
        ({"checked": False, "filter": {"results": [], "text": "", "unchecked": False}}, []),
    ],
)
async def test_what_is_unchecked_stays_unchecked(
    tmp_path: Path, asked: Mapping[str, object], wanted: list[int]
) -> None:
    """One row, some, all that are found, all but these: a reload, which may be another tab, shows the same."""
    async with a_tab(tmp_path, [*planned(5), MISSING]) as tab:
        answer = await tab.post("choice", asked)
        assert answer["counts"] == {**_counts(answer), "chosen": len(wanted), "unchecked": 5 - len(wanted)}
        assert await tab.wanted() == wanted
        await tab.post("choice", {"checked": True, "all": True})
        assert await tab.wanted() == [2, 3, 4, 5, 6]


def _counts(answer: Mapping[str, object]) -> dict[str, object]:
    counts = answer["counts"]
    assert isinstance(counts, dict)
    return counts


async def test_a_choice_tells_what_is_left_to_commit(tmp_path: Path) -> None:
    """The number, the word beside it, the time that it takes, and the command that does the same."""
    async with a_tab(tmp_path, planned(2)) as tab:
        counts = _counts(await tab.post("choice", {"checked": False, "rows": [2]}))
    assert (counts["chosen"], counts["orders"]) == (1, "order")
    assert str(counts["takes"]).startswith("about a second (2 requests")
    assert f"apply --plan {tab.plan.id}" in str(counts["command"])
    assert "--except 2" in str(counts["command"])


async def test_the_page_is_fetched_again_when_it_becomes_impossible_to_commit(tmp_path: Path) -> None:
    """The button and its reason change with the last rename that is unchecked; no row moves away from the pointer."""
    async with a_tab(tmp_path, planned(2)) as tab:
        assert "refresh" not in await tab.post("choice", {"checked": False, "rows": [2]})
        assert (await tab.post("choice", {"checked": False, "rows": [3]}))["refresh"] is True
        text = await tab.text()
    assert '<p id="commit-why">No row is checked. Check those that you want to rename.</p>' in text
    assert text.count("No row is checked.") == 1
    assert "bad-notice" not in text
    assert 'aria-disabled="true" aria-describedby="commit-why"' in text
    assert "<dialog" not in text


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"checked": "no", "rows": [2]},
        {"checked": False},
        {"checked": False, "rows": []},
        {"checked": False, "rows": ["2"]},
        {"checked": False, "rows": [True]},
        {"checked": False, "rows": [-2]},
        {"checked": False, "filter": {"text": "elm"}},
        {"only": True, "rows": "2"},
    ],
)
async def test_a_choice_that_is_not_understood_changes_nothing(tmp_path: Path, asked: Mapping[str, object]) -> None:
    """It is refused with a sentence."""
    async with a_tab(tmp_path, planned(2)) as tab:
        answer = await tab.post("choice", asked, status=409)
        assert answer["error"] == "It is not clear which rows are meant. Reload the page."
        assert await tab.wanted() == [2, 3]


async def test_a_choice_of_another_tab_is_not_committed_unseen(tmp_path: Path) -> None:
    """Neither when the number is another one, nor when other rows are checked that are as many."""
    async with a_tab(tmp_path, planned(3)) as tab:
        seen = _counts(await tab.post("choice", {"checked": False, "rows": [2]}))
        shown = {"renames": seen["renames"], "fingerprint": seen["fingerprint"]}
        await tab.post("choice", {"only": True, "rows": [2, 4]})  # in another tab
        answer = await tab.post("commit", shown, status=409)
        assert str(answer["error"]).startswith(
            "The choice was changed in another window: 2 renames are checked now. Reload"
        )
        assert "Nothing was sent." in str((await tab.post("commit", {"renames": 3}, status=409))["error"])
        assert "Nothing was sent." in str((await tab.post("commit", {}, status=409))["error"])
        assert tab.page.workspace.jobs.at_work() == []


async def test_a_choice_of_another_tab_is_shown_before_it_can_be_committed(tmp_path: Path) -> None:
    """A box that is pressed in a page that shows other rows as they were makes the page show them as they are."""
    async with a_tab(tmp_path, planned(3)) as tab:
        seen = _counts(await tab.post("choice", {"checked": False, "rows": [2]}))["fingerprint"]
        await tab.post("choice", {"checked": True, "rows": [2]})  # in another tab
        assert await tab.post("choice", {"checked": False, "rows": [3], "seen": seen}) == {"refresh": True}
        assert await tab.wanted() == [2, 4]
        seen = tab.page.workspace.journal.unchecked.chosen(tab.plan).fingerprint
        assert f'id="choice-seen" name="seen" data-count="fingerprint" value="{seen}"' in await tab.text()
        assert "counts" in await tab.post("choice", {"checked": False, "rows": [4], "seen": seen})


async def test_other_tabs_are_told_of_a_choice_and_of_the_tab_that_made_it(tmp_path: Path) -> None:
    """So they show it at once; what changes nothing is not told."""
    async with a_tab(tmp_path, planned(3)) as tab:
        with tab.page.workspace.hub.listen() as listener:
            tab.page.client.headers["X-Batch-Renamer-Tab"] = "t1"
            await tab.post("choice", {"checked": True, "rows": [2]})
            assert listener.waiting == []
            await tab.post("choice", {"checked": False, "rows": [2]})
            assert [(event.name, event.data) for event in listener.waiting] == [
                ("chosen", {"run": tab.plan.id, "tab": "t1"})
            ]


async def test_a_plan_that_was_committed_leads_to_its_run(tmp_path: Path) -> None:
    """By the command line or in another tab: it can be neither chosen from nor committed again."""
    async with a_tab(tmp_path, planned(2)) as tab:
        journal = tab.page.workspace.journal
        run = plan_of(journal, [], command="apply", base_url=tab.plan.base_url, parent=tab.plan)
        journal.lineage.load_plan(run, tab.plan)
        journal.runs.commit(run)
        text = await tab.text()
        refused = await tab.post("commit", {"renames": 2}, status=409)
        not_chosen = await tab.post("choice", {"checked": False, "rows": [2]}, status=409)
    assert f">This plan was committed, as run {run.id}.</h1>" in text
    assert "Nothing has been sent" not in text
    assert "open-commit" not in text
    assert f'href="#/runs/{run.id}"' in text
    assert "data-row=" not in text
    assert f"run {run.id}" in str(refused["error"])
    assert "committed already" in str(not_chosen["error"])


async def test_a_plan_that_would_be_refused_can_not_be_committed(tmp_path: Path) -> None:
    """The limits that the page was started with hold; the reason and the way out are on the page."""
    async with a_tab(tmp_path, planned(3), max_renames=2) as tab:
        text = await tab.text()
        refused = await tab.post("commit", {"renames": 3}, status=409)
        unchecked = await tab.post("choice", {"checked": False, "rows": [2]})
    assert "3 renames would be sent, more than --max-renames 2 allows." in text
    assert "Uncheck rows until 2 are left" in text
    assert "more than --max-renames 2 allows" in str(refused["error"])
    assert unchecked["refresh"] is True, "the plan can be committed now"


async def test_warnings_of_rows_are_told_by_kind_with_the_way_to_their_rows(tmp_path: Path) -> None:
    """Orders that would have the same name are found before they have it; bad rows come with what helps."""
    async with a_tab(tmp_path, [*planned(4), MISSING]) as tab:
        with tab.page.workspace.journal.transaction() as connection:
            connection.execute(
                "UPDATE rows SET warning = 'Another order keeps this name: b' || row WHERE row IN (2, 3, 5)"
            )
        text = await tab.text()
    assert "Another order keeps this name. " in text
    assert "(2-3, 5)" in text
    assert f'href="/pages/runs/{tab.plan.id}/rows?text=Another+order+keeps+this+name">3 rows</a>' in text
    assert "with a note <b>3</b>" in text
    assert "To read these orders once more, plan it again." in text, "a plan has no button that tries rows again"


async def test_a_plan_without_renames_has_nothing_to_commit(tmp_path: Path) -> None:
    """It says what is wrong and what helps, in place of a button."""
    async with a_tab(tmp_path, [MISSING, (1, Result.UNCHANGED, "a1", "Elm", "Elm")]) as tab:
        text = await tab.text()
        refused = await tab.post("commit", {"renames": 0}, status=409)
    assert ">Nothing to rename: 1 of 2 rows has a problem.</h1>" in text
    assert "Repair these rows in the spreadsheet, save it, and drop it again." in text
    assert "open-commit" not in text
    assert "there is nothing to rename" in str(refused["error"])


async def test_an_old_plan_says_how_old_it_is(tmp_path: Path) -> None:
    """Its names may have changed meanwhile; each order is read again, and that is said."""
    async with a_tab(tmp_path, planned(2)) as tab:
        assert "days old" not in await tab.text()
        with tab.page.workspace.journal.transaction() as connection:
            connection.execute("UPDATE runs SET created_at = created_at - 3 * 86400")
        assert "This plan is 3 days old. Each order is read again before it is renamed" in await tab.text()


async def test_a_run_that_is_no_plan_has_nothing_to_choose(tmp_path: Path) -> None:
    """Its rows can be looked at all the same."""
    async with a_tab(tmp_path, planned(2)) as tab:
        tab.page.workspace.journal.runs.commit(tab.plan)
        assert await tab.rows() == [2, 3]
        answer = await tab.post("choice", {"checked": False, "rows": [2]}, status=409)
    assert "is no plan that waits to be committed" in str(answer["error"])


async def test_an_undo_is_reviewed_like_a_plan(tmp_path: Path) -> None:
    """Its page speaks of names that are put back, and its command undoes that run without what is unchecked."""
    async with a_tab(tmp_path, planned(3)) as tab:
        journal = tab.page.workspace.journal
        done = plan_of(journal, planned(3), command="apply", base_url=tab.plan.base_url)
        journal.runs.commit(done)
        undo = plan_of(
            journal, planned(3), command="undo --dry-run", base_url=tab.plan.base_url, parent=journal.runs.get(done.id)
        )
        journal.unchecked.uncheck(undo, RowNumbers.parse("3"))
        text = await Tab(page=tab.page, plan=undo).text()
    assert f"The plan to undo run {done.id} (Spring.xlsx): 3 of 3 names can be put back." in text
    assert 'Put back <span data-count="chosen">2</span> <span data-count="names">names</span>' in text
    assert f"undo {done.id} " in text
    assert "--except 3</code>" in text
