"""Past runs: all of them, those of an order or a spreadsheet, and how each stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.jobs import open_journal
from batch_renamer.journal import NewRun
from tests.support.practised import applied, changed
from tests.support.served_page import served_page
from tests.unit.web.pages.shown import Shown, shown


@pytest.fixture
def runs(tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Rename the orders of two spreadsheets by the command line, and return the ids of the runs."""
    oak = applied(tmp_path / "oak.csv", practice, capsys)
    return oak, applied(tmp_path / "elm.csv", practice, capsys)


def _ids(there: Shown) -> list[str]:
    """Return the runs of the list, in order."""
    return [str(link).rpartition("/")[2] for link in there.root.xpath(".//tbody/tr/th/a/@href")]


async def test_the_newest_run_comes_first(tmp_path: Path, runs: tuple[str, str]) -> None:
    """Each has its spreadsheet, what it was, how it stands and its rows."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        there = await shown(page, "/runs")
    oak, elm = runs
    assert _ids(there) == [elm, oak]
    assert [" ".join(row.text_content().split()) for row in there.root.xpath(".//tbody/tr")][1].endswith("3 renamed")
    assert there.words.count("Rename") == 2
    assert there.standing == "done"


@pytest.mark.parametrize(
    ("query", "count", "said"),
    [
        ("order=a1", 1, "Order a1 → 12 Oak"),
        ("order=12+oak", 1, "12 Oak"),
        ("order=der+b", 1, "Order b1 → 12 Elm"),
        ("sheet=ELM", 1, ""),
        ("sheet=elm&order=a1", 0, "No run is like that."),
        ("of=sandbox", 2, ""),
        ("of=gone", 2, ""),
        ("page=0", 2, ""),
        ("page=x", 2, ""),
        (f"page={'9' * 5000}", 0, "There are no older runs."),
    ],
    ids=[
        "id",
        "name",
        "old name",
        "spreadsheet",
        "both",
        "account",
        "no account",
        "page 0",
        "no page",
        "far page",
    ],
)
async def test_runs_are_found(tmp_path: Path, runs: tuple[str, str], query: str, count: int, said: str) -> None:
    """By the form of the page, whose list can be fetched alone."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        there, part = await shown(page, f"/runs?{query}"), await shown(page, f"/runs/found?{query}")
    assert len(_ids(there)) == count
    assert _ids(part) == _ids(there)
    assert said in part.words
    assert not part.root.xpath(".//form")


async def test_an_order_is_shown_with_what_became_of_it(tmp_path: Path, runs: tuple[str, str]) -> None:
    """So one sees at once which run gave an order its name."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        there = await shown(page, "/runs?order=a2")
    assert "Row 3 renamed: Order a2 → 14 Oak" in there.words


async def test_many_runs_are_shown_fifty_on_a_page(tmp_path: Path) -> None:
    """The links to newer and older runs keep what was asked for."""
    async with served_page(tmp_path, sandbox=True) as page:
        with open_journal(page.workspace.settings) as journal:
            for _ in range(120):
                journal.runs.begin(NewRun(command="plan", base_url="the sandbox", account="sandbox", sheet="/in/a.csv"))
        first, last = await shown(page, "/runs?sheet=a.csv"), await shown(page, "/runs?sheet=a.csv&page=3")
    assert (len(_ids(first)), len(_ids(last))) == (50, 20)
    assert "Runs 1 to 50" in first.words
    assert "Runs 101 to 120" in last.words
    older, newer = (there.root.xpath(".//nav//a/@href") for there in (first, last))
    assert older == ["/pages/runs/found?sheet=a.csv&page=2"]
    assert newer == ["/pages/runs/found?sheet=a.csv&page=2"]


async def test_how_a_run_stands_is_marked(tmp_path: Path, practice: dict[str, object], runs: tuple[str, str]) -> None:
    """A run that is superseded names the one that did it; a run of the night says so."""
    oak, elm = runs
    changed(
        practice,
        f"UPDATE runs SET closed = 'superseded', closed_by = '{elm}', night = 1, stopped = 'x' WHERE id = '{oak}'",  # noqa: S608 - ids
    )
    async with served_page(tmp_path / "state", sandbox=True) as page:
        there = await shown(page, "/runs?sheet=oak")
    assert f"superseded by {elm}" in there.words
    assert "at night" in there.words


async def test_without_runs_the_page_says_so(tmp_path: Path) -> None:
    """An empty table says nothing."""
    async with served_page(tmp_path, sandbox=True) as page:
        there = await shown(page, "/runs")
    assert "There are no runs yet." in there.words
    assert not there.root.xpath(".//table")
