"""The first page says which account is in use, and what there is to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import KEY
from tests.support.practised import applied, changed, killed, practised_in
from tests.support.served_page import ServedPage, served_page

_ACCOUNTS = """
[profiles.sales]
base_url = "http://127.0.0.1:9"
api_key_file = "sales.key"

[profiles.lettings]
base_url = "http://127.0.0.1:9"
api_key_file = "missing.key"
"""


async def _text(page: ServedPage, path: str = "/pages/home") -> str:
    async with page.client.get(path) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Return a configuration with an account that has its key, and one that has none."""
    (key := tmp_path / "sales.key").write_text(KEY)
    (config := tmp_path / "config.toml").write_text(_ACCOUNTS)
    key.chmod(0o600)
    config.chmod(0o600)
    return str(config)


async def test_the_first_visit_says_what_will_happen(tmp_path: Path) -> None:
    """Without any run there are three steps, a place for a spreadsheet, and no lists of runs."""
    async with served_page(tmp_path, sandbox=True) as page:
        text = await _text(page)
    assert text.count("<li><b>") == 3
    assert 'type="file"' in text
    assert "Newest runs" not in text
    assert "Interrupted" not in text


async def test_in_the_sandbox_the_page_says_that_it_is_for_practice(tmp_path: Path) -> None:
    """No user has to guess whether real orders are renamed."""
    async with served_page(tmp_path, sandbox=True) as page:
        text = await _text(page)
    assert 'data-account-title="Practice (sandbox)"' in text
    assert "No real order is renamed." in text


async def test_an_account_is_chosen_by_its_name(tmp_path: Path, config: str) -> None:
    """The page, its place for a spreadsheet and the mark of the choice are about that account."""
    async with served_page(tmp_path, config=config) as page:
        text = await _text(page, "/pages/home?account=sales")
    assert 'data-account="sales"' in text
    assert 'data-upload="/actions/sheets?account=sales"' in text
    assert 'href="#/home?account=sales" aria-current="true"' in text
    assert text.count('aria-current="true"') == 1


async def test_an_account_that_is_gone_leaves_the_one_to_begin_with(tmp_path: Path, config: str) -> None:
    """A tab may remember an account that is no longer in the configuration."""
    async with served_page(tmp_path, config=config) as page:
        assert 'data-account="sales"' in await _text(page, "/pages/home?account=branch")


async def test_an_account_that_is_not_ready_says_why(tmp_path: Path, config: str) -> None:
    """Its sentence stands in the place of the place for a spreadsheet."""
    async with served_page(tmp_path, config=config) as page:
        text = await _text(page, "/pages/home?account=lettings")
    assert "“lettings” is not ready" in text
    assert "missing.key" in text
    assert 'type="file"' not in text


async def test_no_key_is_in_the_page(tmp_path: Path, config: str) -> None:
    """The key of an account stays in the program."""
    async with served_page(tmp_path, config=config) as page:
        assert KEY not in await _text(page)


@pytest.fixture
def run_id(tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    """Rename three orders of the sandbox by the command line, and return the run's id."""
    return applied(tmp_path / "oak.csv", practice, capsys)


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Return the options that keep everything in the folder of the test."""
    return practised_in(tmp_path)


async def test_a_run_of_the_command_line_is_among_the_newest(tmp_path: Path, run_id: str) -> None:
    """The page shows the journal, whatever wrote it."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        text = await _text(page)
    assert f'<a href="#/runs/{run_id}">oak.csv</a>' in text
    assert "3 renamed" in text
    assert "Interrupted" not in text


async def test_an_interrupted_run_can_go_on_or_be_dismissed(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """Both buttons are on the first page, so that nothing is forgotten."""
    killed(practice)
    async with served_page(tmp_path / "state", sandbox=True) as page:
        text = await _text(page)
    assert f'data-action="/actions/runs/{run_id}/resume"' in text
    assert f'data-action="/actions/runs/{run_id}/dismiss"' in text


async def test_a_run_that_was_killed_before_its_first_rename_is_among_the_interrupted(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """It is not left to the list below; its page shows its names first, which perhaps were never confirmed."""
    killed(practice, while_reading=True)
    changed(practice, "UPDATE runs SET counts = NULL")
    async with served_page(tmp_path / "state", sandbox=True) as page:
        text = await _text(page)
    assert f'<a class="button" href="#/runs/{run_id}">Look at it and go on</a>' in text
    assert f'data-action="/actions/runs/{run_id}/resume"' not in text
    assert f'data-action="/actions/runs/{run_id}/dismiss"' in text


async def test_the_name_of_a_spreadsheet_is_text(tmp_path: Path, practice: dict[str, object], run_id: str) -> None:
    """A file name with HTML and a control character is shown, and does nothing."""
    changed(practice, "UPDATE runs SET sheet = '/tmp/<img src=x>' || char(27) || '.csv'")
    async with served_page(tmp_path / "state", sandbox=True) as page:
        text = await _text(page)
    assert "&lt;img src=x&gt;\\x1b.csv" in text
    assert "<img src=x>" not in text


async def test_nothing_at_work_needs_no_place_at_the_top(tmp_path: Path) -> None:
    """The line at the top of every page is empty then."""
    async with served_page(tmp_path, sandbox=True) as page:
        assert not (await _text(page, "/pages/at-work")).strip()
