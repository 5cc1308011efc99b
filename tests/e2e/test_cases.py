"""Files as people and programs really write them: the command does what the person in front of them means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.sandbox import Sandbox
from tests.support.command import Ended
from tests.support.served import Command, served

CASES = Path(__file__).parents[1] / "data" / "cases"


@pytest.mark.parametrize("orders", [3, 60], ids=["read singly", "read by pages"])
async def test_upper_case_uuids_are_renamed_and_put_back(tmp_path: Path, orders: int) -> None:
    """The API answers with lower case; the report has the ids as they were typed."""
    ids = [f"3F2504E0-4F89-41D3-9A0C-{number:012X}" for number in range(orders)]
    async with served(tmp_path) as renamer:
        renamer.sandbox.store.seed_many((order_id.lower(), f"Old {order_id[-2:]}") for order_id in ids)
        sheet = renamer.sheet([(order_id, f"New {order_id[-2:]}") for order_id in ids])
        done = await renamer.apply(sheet, "--json")
        assert (done.code, done.results) == (0, ["renamed"] * orders)
        assert [row["order_id"] for row in done.rows] == ids
        assert (await renamer.apply(sheet, "--json")).results == ["unchanged"] * orders
        undone = await renamer.run("undo", done.result["run_id"], "--base-url", renamer.base_url, "--yes", "--json")
        assert (undone.code, undone.results) == (0, ["renamed"] * orders)
        assert set(renamer.sandbox.store.names().values()) == {f"Old {order_id[-2:]}" for order_id in ids}


async def checked(tmp_path: Path, name: str, *words: str) -> Ended:
    """Run ``check CASE --json``."""
    renamer = Command(sandbox=Sandbox(), base_url="", folder=tmp_path)
    return await renamer.check(CASES / name, "--json", *words)


async def test_near_miss_headings_are_recognised(tmp_path: Path) -> None:
    """What was understood is on the screen."""
    ran = await checked(tmp_path, "near-miss-headings.csv")
    assert ran.results == ["planned", "skipped"]
    assert [row["old_name"] for row in ran.rows] == ["IMG_1", "IMG_2"]
    assert 'Using: id "order_id" · new name "new_name" · current name "Old name" · skip "Skip?"' in ran.err


async def test_damaged_names_are_warned_about_on_the_screen(tmp_path: Path) -> None:
    """In groups, with row numbers; what was never a name is invalid."""
    ran = await checked(tmp_path, "damaged-names.csv")
    assert ran.results == ["planned", "planned", "invalid", "invalid", "planned", "planned"]
    assert all(row["warning"] for row in ran.rows if row["result"] == "planned")
    assert "Warning · 2 rows · The new name reads like a date or time" in ran.err
    assert "    row 7  A-6  Mar-26" in ran.err


async def test_text_guards_are_unwrapped(tmp_path: Path) -> None:
    """Ids and names alike."""
    ran = await checked(tmp_path, "text-guards.csv")
    assert [(row["order_id"], row["new_name"]) for row in ran.rows] == [
        ("000123", "12 Elm Street"),
        ("000124", "14 Elm Street"),
    ]


async def test_mojibake_is_warned_about(tmp_path: Path) -> None:
    """The name is sent as it is, for only a person can tell."""
    ran = await checked(tmp_path, "mojibake.csv")
    assert ran.results == ["planned", "planned"]
    assert 'may be "Café Flore"' in ran.rows[0]["warning"]
    assert "Warning · 2 rows · The new name looks like text that was read in a wrong encoding." in ran.err


async def test_plan_says_that_only_the_unicode_form_of_a_name_differs(tmp_path: Path) -> None:
    """One order has the composed form already, one has the other, and one another name."""
    async with served(tmp_path) as renamer:
        ids = [f"3f2504e0-4f89-41d3-9a0c-00000000000{number}" for number in (1, 2, 3)]
        renamer.sandbox.store.seed_many(zip(ids, ("Caf\xe9 1", "Cafe\u0301 2", "IMG_3"), strict=True))
        ran = await renamer.plan(CASES / "decomposed-accents.csv")
        assert "1  unchanged" in ran.out
        assert "Caf\xe9 2 (only the Unicode form differs)" in ran.out
        assert "Warning · 3 rows · The new name is sent with each letter and its accents as one" in ran.out
        done = await renamer.apply(CASES / "decomposed-accents.csv", "--json", "--report", tmp_path / "r.csv")
        assert done.results == ["unchanged", "renamed", "renamed"]
        assert list(renamer.sandbox.store.names().values()) == ["Caf\xe9 1", "Caf\xe9 2", "Caf\xe9 3"]


async def test_commas_that_were_not_quoted_cut_no_name(tmp_path: Path) -> None:
    """The row is invalid, whether or not there is a column to hold the rest."""
    assert (await checked(tmp_path, "unquoted-comma.csv")).results == ["invalid", "planned"]
    ran = await checked(tmp_path, "unquoted-comma-notes.csv")
    assert ran.results == ["invalid", "planned", "invalid"]
    assert "more cells than headings: put the name in quotes" in ran.rows[0]["reason"]


async def test_stray_quotes_change_no_name(tmp_path: Path) -> None:
    """As typed where there is one reading, else invalid."""
    ran = await checked(tmp_path, "stray-quotes.csv")
    assert ran.results == ["invalid", "planned", "planned", "invalid", "invalid"]
    assert [row["new_name"] for row in ran.rows[1:3]] == ['"Garden" Flat 3', 'The "Old" Mill']


async def test_two_byte_order_marks_are_read(tmp_path: Path) -> None:
    """A program added one to a file that had one."""
    ran = await checked(tmp_path, "double-bom.csv")
    assert [(row["order_id"], row["new_name"]) for row in ran.rows] == [("A-1", "12 Elm Street")]


async def test_heading_line_in_the_middle_is_skipped_and_said(tmp_path: Path) -> None:
    """The second file's rows are orders, its headings are not."""
    ran = await checked(tmp_path, "two-files-in-one.csv")
    assert (ran.code, ran.results) == (0, ["planned", "skipped", "planned"])
    assert "Warning · 1 row · The headings are repeated here, as if two spreadsheets had been joined" in ran.err


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("whole-line-quoted.csv", "has each line in quotation marks, as a single cell"),
        ("lock-file.bin", "the lock file of a workbook that is open: give the workbook itself"),
        ("orders.gsheet", "a link to a web document: download it as .xlsx"),
    ],
)
async def test_what_is_no_sheet_is_refused_by_what_it_is(tmp_path: Path, name: str, what: str) -> None:
    """The sentence says what to do instead."""
    ran = await checked(tmp_path, name)
    assert (ran.code, what in ran.result["error"]) == (2, True)


async def test_sheet_that_is_refused_while_it_is_read_leaves_no_run(tmp_path: Path) -> None:
    """It never began, so that nothing is there to be resumed or reminded of."""
    async with served(tmp_path) as renamer:
        ids = [f"3f2504e0-4f89-41d3-9a0c-00000000000{number}" for number in range(3)]
        ran = await renamer.apply(renamer.sheet([(f"{number} Elm", order_id) for number, order_id in enumerate(ids)]))
        assert (ran.code, "holds order ids" in ran.err) == (2, True)
        assert "Elm" not in (await renamer.run("runs", "--base-url", renamer.base_url)).out
        assert renamer.requests == []


async def test_half_copied_sheet_is_refused_at_night(tmp_path: Path) -> None:
    """With --yes and no terminal a warning would not be seen in time; a plan may be looked at."""
    async with served(tmp_path) as renamer:
        sheet = renamer.sheet(renamer.seed(3))
        sheet.write_bytes(sheet.read_bytes()[:-6])
        ran = await renamer.apply(sheet)
        assert (ran.code, "is it still being written?" in ran.err) == (2, True)
        assert renamer.requests == []
        assert "has no line end: make sure that the file is whole" in (await renamer.plan(sheet)).out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("command", ["check", "plan", "apply"])
async def test_pipe_as_a_sheet_is_refused_at_once(tmp_path: Path, command: str) -> None:
    """Nothing that looks into the sheet waits for another program to write to it."""
    os.mkfifo(tmp_path / "orders.csv")
    async with served(tmp_path) as renamer:
        words = (
            [] if command == "check" else ["--base-url", renamer.base_url, *(["--yes"] if command == "apply" else [])]
        )
        ran = await renamer.run(command, str(tmp_path / "orders.csv"), *words)
        assert (ran.code, "is not a regular file" in ran.err) == (2, True)


async def test_tick_boxes_skip_the_one_row_that_is_ticked(tmp_path: Path) -> None:
    """A box that isn't ticked holds FALSE."""
    ran = await checked(tmp_path, "skip-tick-boxes.xlsx")
    assert ran.results.count("skipped") == 1
    assert set(ran.results) == {"planned", "skipped"}
    assert [row["skip"] for row in ran.rows if row["result"] == "skipped"] == ["TRUE"]


async def test_report_with_odd_names_can_be_fed_back_in(tmp_path: Path) -> None:
    """What a CSV report guards is the same text again, whatever its first sign."""
    names = ["=1+1", "\uff1d1+1", "'48 Elm", "-5", "\uff20Home", "+ and +"]
    async with served(tmp_path) as renamer:
        rows = renamer.seed(len(names))
        ids = [order_id for order_id, _ in rows]
        sheet = renamer.sheet([(order_id, name) for order_id, name in zip(ids, names, strict=True)])
        first = await renamer.apply(sheet, "--json", "--report", tmp_path / "report.csv")
        sent = [renamer.sandbox.store.names()[order_id] for order_id in ids]
        assert first.results == ["renamed"] * len(names)
        again = await renamer.apply(tmp_path / "report.csv", "--json", "--report", tmp_path / "again.csv")
        assert again.results == ["unchanged"] * len(names)
        assert [row["new_name"] for row in again.rows] == sent
