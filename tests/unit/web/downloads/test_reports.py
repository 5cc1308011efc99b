"""What is downloaded of a run: its reports, and the user's own spreadsheet with the results."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import tempfile
from pathlib import Path

import openpyxl
import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import StreamResponse

from batch_renamer.cli.commands.report import report_again
from batch_renamer.web.downloads.file_names import attachment
from batch_renamer.web.downloads.sending import send_made_file
from tests.support.practised import killed
from tests.support.served_page import served_page


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_report_is_the_one_that_the_command_line_writes(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """Byte for byte, in each format for programs, under the name that the command line would give it."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        got = {}
        for ending in ("csv", "json", "html", "xlsx"):
            async with page.client.get(f"/downloads/runs/{run_id}/report.{ending}") as answer:
                assert answer.status == 200
                assert f'filename="oak.report-{run_id}.{ending}"' in answer.headers["Content-Disposition"]
                got[ending] = await answer.read()
    assert [row["result"] for row in csv.DictReader(io.StringIO(got["csv"].decode("utf-8-sig")))] == ["renamed"] * 3
    assert json.loads(got["json"])["run_id"] == run_id
    assert b"12 Oak" in got["html"]
    book = openpyxl.load_workbook(io.BytesIO(got["xlsx"]))
    assert "12 Oak" in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


def test_the_csv_of_the_command_line_is_the_same(
    tmp_path: Path, practice: dict[str, object], run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page and `report` write what the journal has, and nothing else."""

    async def downloaded() -> bytes:
        async with (
            served_page(tmp_path / "state", sandbox=True) as page,
            page.client.get(f"/downloads/runs/{run_id}/report.csv") as answer,
        ):
            return await answer.read()

    again = tmp_path / "again.csv"
    assert report_again(run_id, practice | {"report": [str(again)]}) == 0
    assert asyncio.run(downloaded()) == again.read_bytes()


async def test_the_users_spreadsheet_comes_with_results_and_stays_as_it_is(tmp_path: Path, run_id: str) -> None:
    """A copy gets the columns of results; the spreadsheet and its folder stay untouched."""
    sheet = tmp_path / "oak.csv"
    before, files = sheet.read_bytes(), _names_in(tmp_path)
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get(f"/downloads/runs/{run_id}/spreadsheet") as answer,
    ):
        assert answer.status == 200
        assert f'filename="oak.results-{run_id}.csv"' in answer.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO((await answer.read()).decode())))
    assert rows[0][:2] == ["order_id", "new_name"]
    assert [row[2] for row in rows[1:]] == ["renamed"] * 3
    assert (sheet.read_bytes(), _names_in(tmp_path)) == (before, files)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "can't be read any more"), ("order_id,new_name\nb1,12 Oak\n", "Its rows are not those of run")],
    ids=["gone", "other rows"],
)
async def test_a_spreadsheet_that_has_gone_or_changed_is_said(
    tmp_path: Path, run_id: str, content: str | None, said: str
) -> None:
    """The answer is one sentence that says why, and no file."""
    sheet = tmp_path / "oak.csv"
    sheet.unlink()
    if content is not None:
        sheet.write_text(content, encoding="utf-8")
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get(f"/downloads/runs/{run_id}/spreadsheet") as answer,
    ):
        assert answer.status == 409
        assert said in (await answer.json())["error"]


async def test_a_run_that_is_not_over_is_downloaded_as_it_stands(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """A row that was sent and has no outcome is unknown."""
    killed(practice)
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get(f"/downloads/runs/{run_id}/report.csv") as answer,
    ):
        rows = csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))
        assert [row["result"] for row in rows] == ["renamed", "unknown", "unknown"]


@pytest.mark.parametrize("path", ["report.exe", "report.XLSX", "report."], ids=str)
async def test_another_format_is_not_there(tmp_path: Path, run_id: str, path: str) -> None:
    """Only the formats of reports have an address."""
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get(f"/downloads/runs/{run_id}/{path}") as answer,
    ):
        assert answer.status == 404


async def test_an_unknown_run_is_said(tmp_path: Path) -> None:
    """It may have been forgotten since the page was shown."""
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get("/downloads/runs/k3f9ab/report.csv") as answer,
    ):
        assert answer.status == 409
        assert "k3f9ab" in (await answer.json())["error"]


async def test_nothing_stays_in_the_temporary_folder(
    tmp_path: Path, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is removed after it was sent, and also where it could not be made."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    async with served_page(tmp_path / "state", sandbox=True) as page:
        for path in (f"{run_id}/report.xlsx", f"{run_id}/spreadsheet", "k3f9ab/report.csv"):
            async with page.client.get(f"/downloads/runs/{path}") as answer:
                await answer.read()
    assert _names_in(scratch) == []


async def test_without_a_place_for_the_file_that_is_said(
    tmp_path: Path, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The temporary folder may have gone, or be full: no fault of the program."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    async with (
        served_page(tmp_path / "state", sandbox=True) as page,
        page.client.get(f"/downloads/runs/{run_id}/report.csv") as answer,
    ):
        assert (answer.status, "Check that this folder exists" in (await answer.json())["error"]) == (409, True)


@pytest.mark.parametrize("is_stalled", [False, True], ids=["gone", "stalled"])
async def test_a_page_that_goes_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stalled: bool
) -> None:
    """Its answer is broken off, also where it is open and takes nothing any more, and the file is removed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("batch_renamer.web.downloads.sending._STALLED_S", 0.0)
    request = make_mocked_request("GET", "/")

    async def write(_answer: StreamResponse, _piece: bytes) -> None:
        if not is_stalled:
            raise ConnectionResetError
        await asyncio.Event().wait()

    def made(folder: Path) -> tuple[Path, str]:
        (file := folder / "report.csv").write_text("row")
        return file, "report.csv"

    monkeypatch.setattr(StreamResponse, "write", write)
    with pytest.raises(ConnectionError):
        await send_made_file(request, made)
    assert _names_in(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        'a"b\r\nSet-Cookie: x=1.csv',
        "Häuser 山田.xlsx",
        "inv\u202exslx.exe",
        "../../up\\a.csv",
        "a;b%20.csv",
        "\udcff.csv",
    ],
    ids=["header injection", "unicode", "turned direction", "path", "signs with a meaning", "no text"],
)
def test_the_name_of_a_file_stays_within_its_header(name: str) -> None:
    """No character ends the header, the quotes or the folder, and the plain name is ASCII."""
    value = attachment(name)
    found = re.fullmatch(
        r"attachment; filename=\"([A-Za-z0-9._ ()+-]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]*)", value
    )
    assert found is not None
    assert not re.search("%(2F|5C|0D|0A|22|E2%80%AE)", found[2])
