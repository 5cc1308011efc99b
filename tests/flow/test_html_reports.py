"""HTML reports of real runs in the sandbox: each says what its command did, and can be written again later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html

from batch_renamer.cli.commands.apply import apply, plan
from batch_renamer.cli.commands.audit import audit
from batch_renamer.cli.commands.check import check
from batch_renamer.cli.commands.report import report_again
from batch_renamer.cli.commands.undo import undo
from tests.support.practised import changed, practised_in


def page(path: Path) -> html.HtmlElement:
    """Return the tree of a page."""
    return html.document_fromstring(path.read_text("utf-8"))


def headline(path: Path) -> str:
    """Return the sentence of a page."""
    [heading] = page(path).xpath("//h1")
    return str(heading.text_content())


def test_each_command_has_its_own_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A check, a plan, a run, an undo and an audit: each page is true of what was done."""
    practice, sheet, target = practised_in(tmp_path), tmp_path / "oak.csv", tmp_path / "r.html"
    given = practice | {"report": [str(target)], "quiet": True}
    offline = {name: value for name, value in given.items() if name not in ("sandbox", "yes")}
    assert check(sheet, offline) == 0
    assert headline(target) == "Checked 3 rows: 3 ready, 0 to repair. Nothing was sent."
    assert plan(sheet, given) == 0
    assert headline(target) == "Dry run: 3 of 3 rows would be renamed. Nothing was sent."
    assert apply(sheet, given | {"json": True}) == 0
    capsys.readouterr()
    assert headline(target) == "Done: 3 of 3 rows renamed."
    assert audit(None, given) == 0
    assert headline(target).startswith("3 of 3 orders still have the names of run ")
    assert undo(None, given, dry_run=False) == 0
    assert headline(target).startswith("Undid run ")
    assert len(page(target).xpath("//*[@class='rows']//tbody/tr")) == 3


def test_the_page_of_a_past_run_has_its_plots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The seconds of the run are in the journal, so ``report`` draws and counts what the run's own page did."""
    practice, first, again = practised_in(tmp_path), tmp_path / "first.html", tmp_path / "again.html"
    assert apply(tmp_path / "oak.csv", practice | {"report": [str(first)], "json": True}) == 0
    ran = json.loads(capsys.readouterr().out)
    kept = {"sandbox": True, "state_dir": practice["state_dir"]}
    assert report_again(ran["run_id"], kept | {"report": [str(again)]}) == 0
    drawings = [[html.tostring(plot) for plot in page(path).xpath("//*[@class='plot']")] for path in (first, again)]
    assert drawings[0] == drawings[1]
    # A journal of an older version has no seconds, and so no plot of them.
    changed(practice, "DELETE FROM seconds")
    counts = []
    for seconds in ("", "INSERT INTO seconds SELECT number, CAST(created_at AS INTEGER) + 1, 40, 2, 300, 0 FROM runs"):
        if seconds:
            changed(practice, seconds)
            changed(practice, seconds.replace("+ 1, 40, 2", "+ 2, 50, 0"))
        assert report_again(ran["run_id"], kept | {"report": [str(again)]}) == 0
        counts.append(len(page(again).xpath("//*[@class='plot']")))
    assert counts[1] == counts[0] + 1
    assert "90 requests" in page(again).xpath("//*[@class='plot']/p")[0].text


def test_orders_of_the_sandbox_are_not_linked(tmp_path: Path) -> None:
    """The vendor's web app does not know them, whatever was asked for."""
    target = tmp_path / "r.html"
    assert apply(tmp_path / "oak.csv", practised_in(tmp_path) | {"report": [str(target)], "order_links": True}) == 0
    assert not page(target).xpath("//a")
