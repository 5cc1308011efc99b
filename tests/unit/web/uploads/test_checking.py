"""A spreadsheet is checked once for all pages that ask, and no longer than one of them waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.errors import InputError
from batch_renamer.settings import Settings
from batch_renamer.web.uploads import SheetChecks, Upload, checking
from tests.support.slow_reader import SlowReader


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a test."""
    return Settings(state_dir=tmp_path / "state")


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    """Return an uploaded spreadsheet with one row."""
    (tmp_path / "orders.csv").write_text("order_id,new_name\na1,12 Elm Street\n")
    return Upload(id="abcdefghjk", folder=tmp_path, name="orders.csv", account="", uploaded_at=0)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> SlowReader:
    """Return a reader that waits for the test."""
    slow = SlowReader()
    monkeypatch.setattr(checking, "open_sheet", slow.open)
    return slow


async def test_two_pages_wait_for_one_check(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """A second tab costs nothing, and a reload has the result at once."""
    checks = SheetChecks()
    pages = [asyncio.create_task(checks.of(upload, settings)) for _ in range(2)]
    await asyncio.to_thread(reader.begun.acquire)
    reader.may_read.set()
    first, second = await asyncio.gather(*pages)
    assert first is second is await checks.of(upload, settings)
    assert (reader.asked, first.ready) == (1, 1)


async def test_other_settings_are_another_check(upload: Upload, settings: Settings) -> None:
    """A correction is not answered with what was known before it."""
    checks = SheetChecks()
    before = await checks.of(upload, settings)
    after = await checks.of(upload, replace(settings, name_column="order_id", id_column="new_name"))
    assert [(found.first_rows[0].order_id, found.first_rows[0].new_name) for found in (before, after)] == [
        ("a1", "12 Elm Street"),
        ("12 Elm Street", "a1"),
    ]


async def test_a_check_stops_when_no_page_waits_for_it(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """A page that was closed needs no result; the next one that asks is answered all the same."""
    checks = SheetChecks()
    with pytest.raises(InputError, match="its page was closed"):
        await checks.of(upload, settings, is_wanted=lambda: False)
    await checks.close()
    assert reader.stopped.is_set() or not reader.asked
    reader.may_read.set()
    assert (await checks.of(upload, settings)).ready == 1


async def test_a_check_goes_on_while_one_page_waits(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """One of two tabs is closed."""
    checks = SheetChecks()
    stays = asyncio.create_task(checks.of(upload, settings))
    await asyncio.to_thread(reader.begun.acquire)
    with pytest.raises(InputError):
        await checks.of(upload, settings, is_wanted=lambda: False)
    reader.may_read.set()
    assert (await stays).ready == 1


async def test_checks_end_with_the_server(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """No process that reads a workbook outlives the page."""
    checks = SheetChecks()
    page = asyncio.create_task(checks.of(upload, settings))
    await asyncio.to_thread(reader.begun.acquire)
    await checks.close()
    with pytest.raises(InputError):
        await page
    assert reader.stopped.is_set()


async def test_few_spreadsheets_are_checked_at_once(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """Each may take a gigabyte."""
    checks = SheetChecks()
    others = [replace(upload, id=f"abcdefghj{letter}") for letter in "abcdefgh"]
    pages = [asyncio.create_task(checks.of(other, settings)) for other in others]
    await asyncio.to_thread(reader.begun.acquire)
    await asyncio.to_thread(reader.begun.acquire)
    reader.may_read.set()
    await asyncio.gather(*pages)
    assert (reader.asked, reader.most_at_once) == (8, 2)


async def test_only_the_newest_results_are_remembered(upload: Upload, settings: Settings, reader: SlowReader) -> None:
    """The memory of a server that runs for months does not grow."""
    reader.may_read.set()
    checks = SheetChecks()
    others = [replace(upload, id=f"abcdefg{number:03}") for number in range(20)]
    for other in others:
        await checks.of(other, settings)
    await checks.of(others[-1], settings)
    assert reader.asked == 20
    await checks.of(others[0], settings)
    assert reader.asked == 21


async def test_what_can_t_be_read_is_a_result(upload: Upload, settings: Settings) -> None:
    """It says why, and what there is to choose from."""
    upload.path.write_text("Ref,Title\na1,Barn\n")
    found = await SheetChecks().of(upload, settings)
    assert found.trouble.startswith("orders.csv has no heading for the order id")
    assert [need.option for need in found.needs] == ["id_column", "name_column"]
    assert [column.heading for column in found.contents.columns] == ["Ref", "Title"]
    assert (found.understood, found.ready, found.total) == (None, 0, 0)


async def test_limits_of_runs_are_not_those_of_a_look(upload: Upload, settings: Settings) -> None:
    """A strict account's spreadsheet with a bad row is shown, so that the row can be repaired."""
    upload.path.write_text("order_id,new_name\n,Barn\na2,Mill\n")
    found = await SheetChecks().of(upload, replace(settings, strict=True))
    assert (found.trouble, found.ready, found.problems[0].count) == ("", 1, 1)
