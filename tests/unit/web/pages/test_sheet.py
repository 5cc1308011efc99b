"""The page of a spreadsheet shows what was understood, takes corrections, and leads to a plan."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from batch_renamer.jobs import sheet_file
from batch_renamer.model import Result
from batch_renamer.web.uploads import checking
from tests.support.command import KEY
from tests.support.served_page import ServedPage, served_page
from tests.support.slow_reader import SlowReader
from tests.support.workbooks import xlsx, xlsx_row

_HERE = Path(__file__).parents[3]
CASES, SAMPLES = _HERE / "data" / "cases", _HERE.parent / "sample_data"

ORDERS = b"order_id,new_name\na1,12 Elm Street\na2,14 Elm Street\n"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a person reads it, and its fields."""

    page: str

    @property
    def text(self) -> str:
        """The page without its tags."""
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", self.page))).strip()

    def options(self, name: str) -> list[str]:
        """Return what can be chosen in a field."""
        [field] = re.findall(rf'<select id="field-{name}".*?</select>', self.page, re.DOTALL)
        return [html.unescape(value) for value in re.findall(r'<option value="([^"]*)"', field)]

    def names(self) -> set[str]:
        """Return the names of all fields."""
        return set(re.findall(r'<(?:select|input|textarea) id="field-\w+" name="(\w+)"', self.page))

    def fact(self, name: str) -> str:
        """Return what is said of one thing that was understood ("" if nothing is)."""
        found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", self.page, re.DOTALL)
        return html.unescape(found[1]) if found else ""


async def given(page: ServedPage, content: bytes, name: str = "orders.csv", account: str = "") -> str:
    """Send a spreadsheet as the browser does, and return the path of its page."""
    headers = {"X-File-Name": quote(name)}
    async with page.client.post(f"/actions/sheets?account={account}", data=content, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["go"])


async def shown(page: ServedPage, path: str) -> Shown:
    """Return the page of a spreadsheet."""
    async with page.client.get(f"/pages{path}") as answer:
        assert answer.status == 200
        return Shown(await answer.text())


async def post(page: ServedPage, path: str, **fields: object) -> tuple[int, dict[str, object]]:
    """Post the fields of a form, and return the status and the answer."""
    async with page.client.post(f"/actions{path}", json=fields) as answer:
        return answer.status, await answer.json()


async def corrected(page: ServedPage, path: str, **fields: object) -> Shown:
    """Correct how a spreadsheet is read, and return its page."""
    assert await post(page, f"{path}/reading", **fields) == (200, {"go": path})
    return await shown(page, path)


AS_SHOWN = {
    CASES: {
        "damaged-names.csv": ("4 ready 2 to repair", "only ########", "reads like a date or time"),
        "decomposed-accents.csv": ("3 ready", "its accents as one (NFC)"),
        "double-bom.csv": ("1 ready",),
        "lock-file.bin": ("can't be read.", "the lock file of a workbook that is open: give the workbook itself"),
        "mojibake.csv": ("2 ready", 'may be "Café Flore"'),
        "near-miss-headings.csv": ("1 ready 1 left out", '"Old name"', '"Skip?"'),
        "number-formats-ids.xlsx": ("2 ready",),
        "number-formats-names.xlsx": ("6 ready 1 to repair", "format the column as Text"),
        "orders.gsheet": ("a link to a web document: download it as .xlsx",),
        "root-entry-named-otherwise.xls": ("1 ready",),
        "skip-tick-boxes.xlsx": ("2 ready 1 left out", "the spreadsheet marks this row"),
        "stray-quotes.csv": ("2 ready 3 to repair", "put the whole cell in quotes", r'A-1,"12 \"Elm\" Street"'),
        "text-guards.csv": ("2 ready", "000123"),
        "two-files-in-one.csv": ("2 ready 1 left out", "The headings are repeated here"),
        "unquoted-comma-notes.csv": ("1 ready 2 to repair", "more cells than headings", "Not used notes"),
        "unquoted-comma.csv": ("1 ready 1 to repair", "12 Elm Street, Flat 3"),
        "upper-case-uuids.csv": ("3 ready",),
        "whole-line-quoted.csv": ("each line in quotation marks", "export it again, or take away the marks"),
        "zip-backslashes.xlsx": ("1 ready",),
        "zip-parts-at-the-root.xlsx": ("1 ready",),
    },
    SAMPLES: {
        "orders.csv": ("12 ready", "12 Elm Street – Exterior"),
        "orders.xlsx": ("12 ready", "Sheet Orders"),
        "report.csv": ("3 ready 1 left out",),
        "semicolon-german.csv": ("4 ready", '"Order No"', '"Name to be"', "Not used Objekt"),
        "skip-and-guard.csv": ("2 ready 1 left out", "(4)"),
        "troubles.csv": ("2 ready 10 to repair", "The order id is blank", "U+200B at place 4"),
        "troubles.xlsx": ("2 ready 7 to repair", "a formula that was never calculated"),
        "windows-1252.csv": ("4 ready", 'If that looks wrong, change "Encoding"', "Windows-1252 (guessed)"),
    },
}


@pytest.mark.parametrize("folder", AS_SHOWN, ids=lambda folder: folder.name)
async def test_each_spreadsheet_is_shown_as_what_it_is(tmp_path: Path, folder: Path) -> None:
    """What `check` says of a file stands on its page, without an option of the command line."""
    assert names_in(folder) == AS_SHOWN[folder].keys()
    wrong = {}
    async with served_page(tmp_path, sandbox=True) as page:
        for name, said in AS_SHOWN[folder].items():
            text = (await shown(page, await given(page, (folder / name).read_bytes(), name))).text
            if missing := [part for part in said if part not in text]:
                wrong[name] = (missing, text)
            assert " --" not in text
    assert wrong == {}


ROWS = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "12 Elm Street")
OTHER_ROWS = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "Barn") + xlsx_row(3, "a2", "Mill")
HIDDEN = ROWS + xlsx_row(3, "a2", "14 Elm Street").replace("<row ", '<row hidden="1" ', 1)


@pytest.mark.parametrize(
    ("content", "said", "needed", "fields", "after"),
    [
        pytest.param(
            xlsx({"March": ROWS, "April": OTHER_ROWS}),
            'has 2 sheets with usable headings: "March", "April". Choose the sheet with the orders.',
            {"sheet": ["", "March", "April"]},
            {"sheet": "April"},
            "2 ready",
            id="several sheets",
        ),
        pytest.param(
            b"Ref,Title,Agent\na1,Barn,Kim\n",
            "Choose the column with the order ids. Choose the column with the new names.",
            {"id_column": ["", "Ref", "Title", "Agent"], "name_column": ["", "Ref", "Title", "Agent"]},
            {"id_column": "Ref", "name_column": "Title"},
            "1 ready",
            id="no known headings",
        ),
        pytest.param(
            b"id,order,new_name\na1,b1,Barn\n",
            '2 columns in row 1 that could hold the order id: "id", "order". Choose the column',
            {"id_column": ["", "id", "order", "new_name"]},
            {"id_column": "order"},
            "b1 Barn",
            id="two columns of ids",
        ),
        pytest.param(
            b"Title,Title,order_id\nBarn,Mill,a1\n",
            "Choose the column with the new names.",
            {"name_column": ["", "A", "B", "order_id"]},
            {"name_column": "B"},
            "a1 Mill",
            id="the same heading twice",
        ),
        pytest.param(
            b"current_name,new_name\nBarn,Mill\n",
            "Choose the column with the order ids. Or find the orders by their current names.",
            {"match_by": ["", "current-name"]},
            {"match_by": "current-name"},
            "each order is found by it",
            id="no ids, but current names",
        ),
        pytest.param(
            b"order_id,new_name\na1,caf\x81\n",
            "neither UTF-8 (see line 2) nor Windows-1252 (see line 2). Choose another encoding",
            {"delimiter": ["", ",", ";", "\t", "|"]},
            {"encoding": "cp437"},
            "cafü",
            id="an unknown encoding",
        ),
        pytest.param(
            b"order_id,new_name\n" + b"".join(b"House,3f2504e0-4f89-41d3-9a0c-%012d\n" % row for row in range(20)),
            "holds order ids, and the column",
            {"id_column": ["", "order_id", "new_name"]},
            {"id_column": "new_name", "name_column": "order_id"},
            "20 ready",
            id="swapped columns",
        ),
    ],
)
async def test_what_can_t_be_read_is_shown_with_the_fields_that_help(
    tmp_path: Path, *, content: bytes, said: str, needed: dict[str, list[str]], fields: dict[str, str], after: str
) -> None:
    """A person chooses what is missing, and the spreadsheet is read."""
    async with served_page(tmp_path, sandbox=True) as page:
        path = await given(page, content)
        before = await shown(page, path)
        assert said in before.text
        assert "Look at the renames" not in before.text
        assert {name: before.options(name) for name in needed} == needed
        again = await corrected(page, path, **fields)
    assert after in again.text
    assert "Look at the renames" in again.text


@pytest.mark.parametrize(
    ("content", "fields", "after"),
    [
        pytest.param(
            b"order_id,new_name,Title\na1,Barn,Mill\n", {"name_column": "Title"}, "a1 Mill", id="another column"
        ),
        pytest.param(
            b"order_id,new_name,current_name\na1,Barn,Mill\n",
            {"current_name_column": "none"},
            "Current names none, so orders are renamed whatever their names are",
            id="current names are not used",
        ),
        pytest.param(b"order_id;new_name\na1;caf\xc3\xa9\n", {"encoding": "cp1252"}, "cafÃ©", id="another encoding"),
        pytest.param(
            b"order_id,new_name|x\na1,Barn|y\n",
            {"delimiter": "|"},
            "no heading for the order id",
            id="another separator",
        ),
        pytest.param(
            xlsx({"March": ROWS, "April": xlsx_row(1, "call", "owner")}),
            {"sheet": "April"},
            'sheet "April", has no heading',
            id="another sheet",
        ),
        pytest.param(xlsx({"March": HIDDEN}), {"hidden_rows": "skip"}, "1 ready 1 left out", id="hidden rows"),
        pytest.param(
            xlsx({"March": HIDDEN}), {"hidden_rows": "skip"}, "Hidden rows 1, left out", id="what hidden rows are"
        ),
        pytest.param(
            b"order_id,new_name\na1,\na2,Barn\n",
            {"blank_new_name": "invalid"},
            "1 ready 1 to repair",
            id="blank names are mistakes",
        ),
        pytest.param(
            b"order_id,street,no\na1,Elm Street,12\n",
            {"name_template": "{no} {street}"},
            "a1 12 Elm Street ready",
            id="names from columns",
        ),
        pytest.param(
            b"order_id,current_name\na1,12 Elm St.\n", {"replace": "St.=Street\n"}, "St.=Street", id="replacements"
        ),
        pytest.param(
            b"order_id,current_name\na1,Order 12\n", {"replace_regex": r"^Order \d+=House"}, "House", id="patterns"
        ),
    ],
)
async def test_a_wrong_guess_is_corrected(tmp_path: Path, content: bytes, fields: dict[str, str], after: str) -> None:
    """Whatever was found out can be chosen otherwise, and what was chosen stands in its field."""
    async with served_page(tmp_path, sandbox=True) as page:
        path = await given(page, content)
        again = await corrected(page, path, **fields)
        assert after in again.text
        assert fields.keys() <= again.names()
        assert "Remove all corrections" in again.text
        back = await corrected(page, path)
        assert "Remove all corrections" not in back.text


@pytest.mark.parametrize(
    ("content", "fields", "is_doubtful"),
    [
        (b"a1,Barn\na2,Mill\n", {"id_column": "a1", "name_column": "Barn"}, True),
        (b"a1,a1\na2,Mill\n", {"id_column": "A", "name_column": "B"}, True),
        (b"order_id,Title\na2,Mill\n", {"name_column": "Title"}, False),
        (b"order_id,new_name\na2,Mill\n", {}, False),
        (b"a1,Barn\na2,Mill\n", {"match_by": "current-name", "current_name_column": "a1", "name_column": "Barn"}, True),
    ],
)
async def test_an_order_that_is_taken_for_headings_is_warned_of(
    tmp_path: Path, content: bytes, fields: dict[str, str], is_doubtful: bool
) -> None:
    """Where a person has chosen every column, nothing proves that the first row has headings."""
    async with served_page(tmp_path, sandbox=True) as page:
        found = await corrected(page, await given(page, content), **fields)
    assert found.text.count("If it is an order, put a row with headings above it.") == is_doubtful


async def test_corrections_outlive_the_server(tmp_path: Path) -> None:
    """A reload after a restart shows what was chosen."""
    async with served_page(tmp_path, sandbox=True) as page:
        path = await given(page, b"Ref,Title\na1,Barn\n")
        await corrected(page, path, id_column="Ref", name_column="Title")
    async with served_page(tmp_path, sandbox=True) as page:
        assert "1 ready" in (await shown(page, path)).text


async def test_a_repaired_spreadsheet_is_read_as_it_was_corrected(tmp_path: Path) -> None:
    """It is given again under its name, and the page says so."""
    async with served_page(tmp_path, sandbox=True) as page:
        first = await given(page, b"Ref,Title\n,Barn\n", account="sandbox")
        await corrected(page, first, id_column="Ref", name_column="Title")
        again = await shown(page, await given(page, b"Ref,Title\na1,Barn\n", account="sandbox"))
    assert "1 ready" in again.text
    assert "It is read as you corrected it for the last spreadsheet of this name." in again.text
    assert again.text.count("Remove all corrections") == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"replace": "Street"}, '"Replace in current names" Street: must be OLD=NEW'),
        ({"replace": "a=b\nStreet"}, '"Replace in current names" a list: has Street, which must be OLD=NEW'),
        ({"name_template": "{a}", "replace": "a=b"}, '"Make new names from columns"'),
        ({"delimiter": "ab"}, '"Separator" ab: must be tab, comma'),
        ({"hidden_rows": "sometimes"}, '"Hidden rows" sometimes: must be'),
        ({"account": "nobody"}, 'The configuration has no account "nobody" any more'),
    ],
)
async def test_a_field_that_can_t_be_used_is_refused(tmp_path: Path, fields: dict[str, str], said: str) -> None:
    """The sentence names the field as the page does, and nothing is changed."""
    async with served_page(tmp_path, sandbox=True) as page:
        path = await given(page, ORDERS)
        status, answer = await post(page, f"{path}/reading", **fields)
        assert (status, str(answer["error"])[: len(said)]) == (409, said)
        assert "2 ready" in (await shown(page, path)).text


class TestPlan:
    """The button "Look at the renames" begins a plan of exactly what the page shows."""

    async def test_the_plan_has_the_rows_of_the_page(self, tmp_path: Path) -> None:
        """They are read as the page says, from the file that was kept."""
        async with served_page(tmp_path, sandbox=True) as page:
            path = await given(page, b"Ref,Title\na1,Barn\n", "März.csv")
            fields = {"id_column": "Ref", "name_column": "Title"}
            await corrected(page, path, **fields)
            status, answer = await post(page, f"{path}/plan", **fields)
            assert status == 200
            journal = page.workspace.journal
            run = journal.runs.get(str(answer["go"]).removeprefix("/runs/"))
            await page.workspace.jobs.ended()
            assert journal.results.counts(run) == {Result.PLANNED: 1}
            assert run.sheet is not None
            assert Path(run.sheet).name == "März.csv"

    async def test_it_is_stopped_while_the_spreadsheet_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The page says so, and there is no run; a stop that comes too late says that there is nothing to stop."""
        async with served_page(tmp_path, sandbox=True) as page:
            path = await given(page, ORDERS)
            await shown(page, path)
            reader = SlowReader()
            monkeypatch.setattr(sheet_file, "open_sheet", reader.open)
            planning = asyncio.create_task(post(page, f"{path}/plan"))
            await asyncio.to_thread(reader.begun.acquire)
            assert await post(page, f"{path}/stop") == (200, {})
            assert await planning == (409, {"error": "Stopped. Nothing was planned."})
            assert page.workspace.journal.runs.find() == []
            status, answer = await post(page, f"{path}/stop")
        assert (status, "not being read" in str(answer["error"])) == (409, True)

    @pytest.mark.parametrize("content", [b"order_id,new_name\n,Barn\n", b"order_id,new_name\na1,\n", b"%PDF-1.7"])
    async def test_nothing_usable_is_no_plan(self, tmp_path: Path, content: bytes) -> None:
        """There is no button, and a request without it is refused."""
        async with served_page(tmp_path, sandbox=True) as page:
            path = await given(page, content)
            assert "Look at the renames" not in (await shown(page, path)).text
            status, answer = await post(page, f"{path}/plan")
            assert (status, "nothing to rename in this spreadsheet" in str(answer["error"])) == (409, True)
            assert page.workspace.journal.runs.find() == []

    async def test_fields_that_were_changed_and_not_read_are_no_plan(self, tmp_path: Path) -> None:
        """What the page shows is what is planned, also where another tab has corrected it."""
        async with served_page(tmp_path, sandbox=True) as page:
            path = await given(page, ORDERS)
            status, answer = await post(page, f"{path}/plan", name_column="order_id")
            assert (status, 'Press "Read it again"' in str(answer["error"])) == (409, True)

    async def test_an_account_without_key_is_no_plan(self, tmp_path: Path) -> None:
        """The page says what is missing before the button is pressed."""
        async with served_page(tmp_path) as page:
            path = await given(page, ORDERS)
            text = (await shown(page, path)).text
            status, answer = await post(page, f"{path}/plan")
        assert "is not ready" in text
        assert "Look at the renames" not in text
        assert (status, "AUTOENHANCE_API_KEY" in str(answer["error"])) == (409, True)


ACCOUNTS = """
[profiles.sales]
base_url = "http://127.0.0.1:9"
api_key_file = "sales.key"

[profiles.lettings]
base_url = "http://127.0.0.1:9"
api_key_file = "sales.key"
name_column = "Title"
"""


async def test_another_account_is_chosen_with_its_settings(tmp_path: Path) -> None:
    """The page is about that account then: its words, and how its spreadsheets are read."""
    (key := tmp_path / "sales.key").write_text(KEY)
    (config := tmp_path / "config.toml").write_text(ACCOUNTS)
    key.chmod(0o600)
    config.chmod(0o600)
    async with served_page(tmp_path, config=str(config)) as page:
        path = await given(page, b"order_id,new_name,Title\na1,Barn,Mill\n", account="sales")
        before = await shown(page, path)
        after = await corrected(page, path, account="lettings")
    assert ('data-account-title="sales"' in before.page, "a1 Barn" in before.text) == (True, True)
    assert ('data-account-title="lettings"' in after.page, "a1 Mill" in after.text) == (True, True)
    assert before.options("account") == ["lettings", "sales"]


async def test_an_account_that_is_gone_is_exchanged_by_its_reader_alone(tmp_path: Path) -> None:
    """A spreadsheet that was given for one account is not planned in another one before a person has said so."""
    (key := tmp_path / "sales.key").write_text(KEY)
    (config := tmp_path / "config.toml").write_text(ACCOUNTS)
    key.chmod(0o600)
    config.chmod(0o600)
    async with served_page(tmp_path, config=str(config)) as page:
        path = await given(page, ORDERS, account="sales")
        config.write_text(
            f"[profiles.lettings]{ACCOUNTS.partition('[profiles.lettings]')[2].replace('Title', 'new_name')}"
        )
        before = await shown(page, path)
        status, answer = await post(page, f"{path}/plan")
        after = await corrected(page, path)
    assert 'The configuration has no account "sales" any more. To use the account "lettings"' in before.text
    assert "Look at the renames" not in before.text
    assert (status, 'no account "sales"' in str(answer["error"])) == (409, True)
    assert ('data-account-title="lettings"' in after.page, "Look at the renames" in after.text) == (True, True)


async def test_what_a_spreadsheet_says_is_shown_as_text(tmp_path: Path) -> None:
    """Neither a name of a file, a sheet, a heading or an order becomes HTML or steers the page."""
    evil = "<img src=x onerror=alert(1)>"
    content = f'order_id,new_name,"{evil}",Title\na1,"a\u202e{evil}",x,y\n,"{evil}",x,y\n'.encode()
    async with served_page(tmp_path, sandbox=True) as page:
        path = await given(page, content, "<b>&\u202e.csv")
        found = await shown(page, path)
    assert "<img" not in found.page
    assert "<b>&" not in found.page
    assert "\u202e" not in found.page
    assert f"a\\u202e{evil}" in found.text


async def test_a_page_of_many_bad_rows_is_short(tmp_path: Path) -> None:
    """It shows the first rows of each reason, and counts them all."""
    rows = "".join(f"a{row // 2},{row}\n" for row in range(2_000))
    async with served_page(tmp_path, sandbox=True) as page:
        found = await shown(page, await given(page, f"order_id,new_name\n{rows}".encode()))
    assert "2,000 to repair" in found.text
    assert "Also rows 7-51 and 1,950 more." in found.text
    assert len(found.page) < 50_000


async def test_a_page_of_many_long_headings_is_short(tmp_path: Path) -> None:
    """A file that is no table has as many columns as commas, and cells of any length."""
    headings = ",".join(f"{place:04}" + "x" * 110 for place in range(2_000))
    async with served_page(tmp_path, sandbox=True) as page:
        unread = await shown(page, await given(page, f"{headings}\n1\n".encode()))
        found = await shown(page, await given(page, f"order_id,new_name,{headings}\na1,Barn\n".encode()))
    assert "and 1,988 more" in found.fact("Not used")
    assert max(len(unread.page), len(found.page)) < 300_000


async def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """It is read in a process of its own, and the page says what to do."""
    corner = xlsx({"A": ROWS + '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'})
    async with served_page(tmp_path, sandbox=True) as page:
        found = await shown(page, await given(page, corner, "bomb.xlsx"))
    assert "save it as CSV" in found.text


async def test_a_page_that_is_closed_is_not_read_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading of a large spreadsheet ends when the browser does not wait for it any more."""
    reader = SlowReader()
    monkeypatch.setattr(checking, "open_sheet", reader.open)
    async with served_page(tmp_path, sandbox=True) as page:
        asked = asyncio.create_task(shown(page, await given(page, ORDERS)))
        await asyncio.to_thread(reader.begun.acquire)
        asked.cancel()
        assert await asyncio.to_thread(reader.stopped.wait, 60)
    assert asked.cancelled()


class TestUpload:
    """A spreadsheet comes over HTTP."""

    @pytest.mark.parametrize(
        ("header", "title"),
        [
            ("..%2F..%2Fetc%2Fpasswd", "passwd"),
            ("%E6%B3%A8%E6%96%87.csv", "注文.csv"),
            ("a%00b%0Ac.csv", "a_b_c.csv"),
            ("%FF%FE.csv", "��.csv"),
            ("", "spreadsheet"),
            ("x" * 3_000 + ".csv", "x" * 160 + ".csv"),
        ],
    )
    async def test_any_file_name_is_taken(self, tmp_path: Path, header: str, title: str) -> None:
        """The page is called as the file, as far as that is safe."""
        async with served_page(tmp_path, sandbox=True) as page:
            headers = {"X-File-Name": header}
            async with page.client.post("/actions/sheets", data=ORDERS, headers=headers) as answer:
                path = (await answer.json())["go"]
            assert f'data-title="{title}"' in (await shown(page, path)).page

    async def test_one_that_is_too_large_is_refused_before_it_is_sent(self, tmp_path: Path) -> None:
        """Its announced length is enough, and nothing is kept."""
        async with served_page(tmp_path, sandbox=True) as page:
            reader, writer = await connected(page, length=100_000_001)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readuntil(b"}")
            writer.close()
            await writer.wait_closed()
            assert head.startswith(b"HTTP/1.1 409")
            assert json.loads(body)["error"].startswith('"huge.csv" is larger than 100 MB.')
            assert kept(page) == []

    async def test_one_that_breaks_off_leaves_nothing(self, tmp_path: Path) -> None:
        """The browser was closed, or the cable pulled."""
        async with served_page(tmp_path, sandbox=True) as page:
            _, writer = await connected(page, length=500)
            writer.write(b"order_id")
            while not kept(page):  # noqa: ASYNC110 - what the server has begun to store is seen in the folder alone
                await asyncio.sleep(0)
            writer.close()
            while kept(page):  # noqa: ASYNC110 - so is what it has removed
                await asyncio.sleep(0)


async def connected(page: ServedPage, *, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin to send a spreadsheet of so many bytes, without any of them."""
    address = page.address.origin.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(
        f"POST /actions/sheets HTTP/1.1\r\nHost: {address}\r\nX-Batch-Renamer-Token: {page.address.token}\r\n"
        f"X-File-Name: huge.csv\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    await writer.drain()
    return reader, writer


def names_in(folder: Path) -> set[str]:
    """Return the names of the spreadsheets in a folder."""
    return {file.name for file in folder.iterdir()} - {"README.md"}


def kept(page: ServedPage) -> Sequence[Path]:
    """Return what is kept of uploads."""
    folder = page.workspace.uploads.folder
    return list(folder.iterdir()) if folder.exists() else []
