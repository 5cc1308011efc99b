"""The page of an HTML report, read back by an HTML parser."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from batch_renamer.model import HERE, ReportRow, Result, ResultMeaning, RunFacts, RunSummary, Second
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.html import write_html
from batch_renamer.reports.page_extras import PageExtras
from batch_renamer.reports.rows import WriteOptions

FACTS = RunFacts(
    sentence="Finished, but 1 of 3 rows has a problem.",
    meanings=(ResultMeaning(Result.RENAMED, "the API confirmed the new name", "good"),),
)


def a_row(number: int = 2, **values: Any) -> ReportRow:
    """Return a renamed row."""
    usual = {"order_id": f"id-{number}", "old_name": "12 Elm St", "new_name": "12 Elm Street", "result": Result.RENAMED}
    return ReportRow(row=number, **(usual | values))


def summary_of(rows: Iterable[ReportRow], *, facts: RunFacts = FACTS) -> RunSummary:
    """Return the figures of a run with these rows."""
    return RunSummary(run_id="k3f9", command="apply", counts=Counter(row.result for row in rows), facts=facts)


def page_of(
    folder: Path, rows: Sequence[ReportRow], summary: RunSummary | None = None, *, extras: PageExtras | None = None
) -> str:
    """Return the text of the page."""
    file = io.BytesIO()
    options = WriteOptions(summary=summary or summary_of(rows), scratch=folder, page=extras or PageExtras())
    write_html(file, rows, options)
    return file.getvalue().decode()


def parsed(page: str) -> html.HtmlElement:
    """Return the tree of a page that has no mistakes; this parser does not know the newer elements."""
    parser = html.HTMLParser()
    tree = html.document_fromstring(page, parser=parser)
    mistakes = [error for error in parser.error_log if error.type != etree.ErrorTypes.HTML_UNKNOWN_TAG]
    assert not mistakes
    return tree


def cells_of(tree: html.HtmlElement) -> list[list[str]]:
    """Return the texts of the cells of all rows, in the order of the page."""
    lines = tree.xpath("//*[@class='rows']//tbody/tr")
    return [[cell.text_content().strip() for cell in line.xpath("./th|./td")] for line in lines]


def test_the_page_says_what_happened_in_one_sentence(tmp_path: Path) -> None:
    """The only first heading is the sentence that the screen shows."""
    tree = parsed(page_of(tmp_path, [a_row()]))
    assert [heading.text_content() for heading in tree.xpath("//h1")] == [FACTS.sentence]


def test_every_row_stands_there_once(tmp_path: Path) -> None:
    """Whatever its result, a row is in one table, in sheet order within its group."""
    rows = [
        a_row(number, result=list(Result)[number % len(Result)], reason="" if number % 3 else "Why.")
        for number in range(2, 400)
    ]
    shown = [int(cells[0]) for cells in cells_of(parsed(page_of(tmp_path, rows)))]
    assert sorted(shown) == list(range(2, 400))


def test_problems_come_first_and_grouped_by_reason(tmp_path: Path) -> None:
    """The largest group leads; what a reason says of one row alone stands beside that row."""
    rows = [
        a_row(2),
        a_row(3, result=Result.FAILED, reason="It is gone."),
        *(a_row(number, result=Result.INVALID, reason=f"The name is bad.{HERE}cell {number}") for number in (4, 5)),
    ]
    tree = parsed(page_of(tmp_path, rows))
    assert [part.text_content() for part in tree.xpath("//h3")] == [
        "invalid: 2 rows",
        "failed: 1 row",
        "renamed: 1 row",
    ]
    assert [cells[0] for cells in cells_of(tree)] == ["4", "5", "3", "2"]
    assert [part.text for part in tree.xpath("//h3/following-sibling::p")] == ["The name is bad.", "It is gone."]
    assert [part.text for part in tree.xpath("//td/p")] == ["cell 4", "cell 5"]


def test_as_many_reasons_as_rows_stay_readable(tmp_path: Path) -> None:
    """The groups have an end; the rows of the rest say their reasons themselves."""
    rows = [a_row(number, result=Result.FAILED, reason=f"Locked by {number}.") for number in range(2, 1500)]
    tree = parsed(page_of(tmp_path, rows))
    assert len(tree.xpath("//h3")) < 50
    assert sorted(int(cells[0]) for cells in cells_of(tree)) == list(range(2, 1500))
    said = {part.text for part in tree.xpath("//h3/following-sibling::p | //td/p")}
    assert {row.reason for row in rows} <= said


def test_changed_words_are_marked(tmp_path: Path) -> None:
    """What the old name loses is deleted, and what the new one gains inserted."""
    tree = parsed(page_of(tmp_path, [a_row()]))
    assert [part.text for part in tree.xpath("//del")] == ["St"]
    assert [part.text for part in tree.xpath("//ins")] == ["Street"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="script"),
        pytest.param("</table><img src=x onerror=alert(1)>", "</table><img src=x onerror=alert(1)>", id="element"),
        pytest.param("a & b &lt;", "a & b &lt;", id="entities"),
        pytest.param('" onclick="x', '" onclick="x', id="quotes"),
        pytest.param("{{ 7 * 7 }}{% raw %}", "{{ 7 * 7 }}{% raw %}", id="template"),
        pytest.param("12 \u202eelm", "12 \\u202eelm", id="direction override"),
        pytest.param("a\x00b\x1bc", "a\\x00b\\x1bc", id="controls"),
        pytest.param("a\ud800", "a\\ud800", id="surrogate"),
        pytest.param("👨\u200d👩\u200d👧 山 رقم", "👨\u200d👩\u200d👧 山 رقم", id="emoji and scripts"),
        pytest.param("long " * 1000, ("long " * 1000).strip(), id="5,000 characters"),
    ],
)
def test_names_are_text_and_nothing_else(tmp_path: Path, name: str, shown: str) -> None:
    """Nothing in a name, an id or a reason becomes part of the page; what can't be seen is an escape."""
    row = a_row(old_name=name, new_name=name, final_name=name, order_id=name, reason=name, warning=name)
    page = page_of(tmp_path, [replace(row, result=Result.FAILED)])
    [cells] = cells_of(parsed(page))
    assert cells[1:3] == [shown, shown]
    assert cells[4] == shown
    assert not re.search(r"<(?:script|img)", page)


def test_the_policy_allows_this_style_and_nothing_else(tmp_path: Path) -> None:
    """The page loads nothing and runs nothing, and its style is the one that the policy names."""
    tree = parsed(page_of(tmp_path, [a_row()]))
    [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    [style] = tree.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")
    assert not tree.xpath("//script | //link | //iframe | //@style | //*[@*[starts-with(name(), 'on')]]")
    assert not tree.xpath("//@src | //@srcset")


def test_ten_thousand_rows_stay_small(tmp_path: Path) -> None:
    """1.5 MB at most, with ids as the API makes them and names of usual length."""
    rows = [
        a_row(
            number,
            order_id=f"3f2504e0-4f89-41d3-9a0c-{number:012}",
            old_name=f"IMG_{number} front view",
            new_name=f"{number} Harbour View, Brighton",
        )
        for number in range(2, 10_002)
    ]
    assert len(page_of(tmp_path, rows).encode()) <= 1_500_000


def test_orders_are_linked_only_where_that_was_asked_for(tmp_path: Path) -> None:
    """The address is of the vendor's page of the order; the id of an invalid row may be of none."""
    rows = [a_row(2, order_id="a/1"), a_row(3, result=Result.INVALID, reason="The order id is blank.")]
    assert not parsed(page_of(tmp_path, rows)).xpath("//a")
    linked = parsed(page_of(tmp_path, rows, extras=PageExtras(order_pages="https://app.autoenhance.ai/orders/")))
    assert linked.xpath("//a/@href") == ["https://app.autoenhance.ai/orders/a%2F1"]
    assert [link.text for link in linked.xpath("//a")] == ["a/1"]


def test_the_run_and_its_plots_are_told(tmp_path: Path) -> None:
    """Each plot has a name, and a table with the same numbers; each fact has its line."""
    facts = replace(FACTS, base_url="https://api.autoenhance.ai", profile="harbour", sheet="/srv/in/orders.xlsx")
    rows = [
        a_row(2, started_at="2026-11-26T08:00:00.000Z", seconds=0.25),
        a_row(3, started_at="2026-11-26T08:00:05.000Z", seconds=0.75),
    ]
    seconds = [Second(at=1_795_680_000 + at, requests=9, throttled=2, limit_per_s=300) for at in (0, 5)]
    extras = PageExtras(seconds=lambda: seconds)
    summary = replace(summary_of(rows, facts=facts), seconds=75, requests=9, throttled=2)
    tree = parsed(page_of(tmp_path, rows, summary, extras=extras))
    names = [
        tree.get_element_by_id(drawing.get("aria-labelledby")).text for drawing in tree.xpath("//svg[@role='img']")
    ]
    assert [name.partition(":")[0] for name in names] == ["Requests a second", "Outcomes over time", "Time per rename"]
    assert len(tree.xpath("//*[@class='plot']//table")) == 3
    told = dict(zip(tree.xpath("//dt/text()"), tree.xpath("//dd/text()"), strict=True))
    assert told["Account"] == "https://api.autoenhance.ai (profile harbour)"
    assert told["Took"] == "1 min 15 s, 9 requests, 2 of them told to slow down (429)"


def test_a_single_bar_is_not_drawn(tmp_path: Path) -> None:
    """All orders of a short run are renamed in the same second: a plot of it has nothing to compare."""
    rows = [a_row(number, started_at="2026-11-26T08:00:00.000Z", seconds=0.25) for number in (2, 3)]
    assert not parsed(page_of(tmp_path, rows)).xpath("//*[@class='plot']")


def test_renamed_rows_stand_before_the_many_that_are_left_as_they_are(tmp_path: Path) -> None:
    """Of an exported list few names are filled in: these rows are open, and above all figures of the run."""
    skipped = [a_row(number, result=Result.SKIPPED, reason="Left as it is.") for number in range(2, 203)]
    rows = [*skipped, a_row(203), a_row(204)]
    tree = parsed(page_of(tmp_path, rows, summary_of(rows, facts=replace(FACTS, sheet="orders.xlsx"))))
    assert [part.text_content() for part in tree.xpath("//h3")] == ["renamed: 2 rows", "skipped: 201 rows"]
    assert [block.get("open") is not None for block in tree.xpath("//*[@class='rows']/details")] == [True, False]
    assert tree.xpath("//h2/text()") == ["Results", "All rows", "The run"]


def test_figures_of_a_resumed_run_say_since_when_they_count(tmp_path: Path) -> None:
    """Those of its earlier parts may be lost, if it was killed."""
    summary = replace(summary_of([a_row()], facts=replace(FACTS, resumed=True)), seconds=75, requests=9)
    tree = parsed(page_of(tmp_path, [a_row()], summary))
    assert "1 min 15 s since it was resumed, 9 requests" in tree.xpath("//dd/text()")


def test_headings_go_down_one_by_one(tmp_path: Path) -> None:
    """A screen reader lists them: none is left out, and every table has the name of its columns."""
    rows = [a_row(2), a_row(3, result=Result.FAILED, reason="It is gone.")]
    tree = parsed(page_of(tmp_path, rows))
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all(table.xpath("./thead/tr/th[@scope='col']") for table in tree.xpath("//table"))
    assert tree.get("lang") == "en"


def test_the_same_rows_as_in_the_csv(tmp_path: Path) -> None:
    """Each row has the result, the id and the names that the report for programs has."""
    rows = [a_row(number, result=list(Result)[number % 9], final_name="now") for number in range(2, 60)]
    table = io.BytesIO()
    write_csv(table, rows, WriteOptions(summary=summary_of(rows), scratch=tmp_path))
    expected = {
        (line["row"], line["order_id"], line["old_name"], line["new_name"], line["result"])
        for line in csv.DictReader(io.StringIO(table.getvalue().decode("utf-8-sig"), newline=""))
    }
    tree = parsed(page_of(tmp_path, rows))
    shown = {
        (*(cell.text_content().strip() for cell in line.xpath("./th|./td")[:4]), section.xpath("./h3/span/text()")[0])
        for section in tree.xpath("//*[@class='rows']")
        for line in section.xpath(".//tbody/tr")
    }
    assert shown == expected


def test_a_very_long_name_is_in_a_box_that_the_keyboard_reaches(tmp_path: Path) -> None:
    """It would push all other rows away; others stand as they are."""
    tree = parsed(page_of(tmp_path, [a_row(2, old_name="a", new_name="x" * 5_000), a_row(3)]))
    [box] = tree.xpath("//*[@class='long']")
    assert box.text == "x" * 5_000
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "New name of row 2")
