"""The page of one run in each standing: what it says, what it offers, and that its figures are those of the report."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from batch_renamer.errors import JournalError
from batch_renamer.jobs import open_journal
from batch_renamer.journal import RunRecord
from batch_renamer.journal.rows import RowTable
from batch_renamer.journal.runs import RunTable
from batch_renamer.model import RowChoice
from batch_renamer.sandbox import FaultPlan
from batch_renamer.web.job_runner import Offers
from tests.support.browsing.office import Office, office_in
from tests.support.command import KEY
from tests.support.practised import applied, changed, killed
from tests.support.served_page import ServedPage, served_page
from tests.unit.web.pages.shown import Shown, acted, committed, downloaded, ended, planned, shown, until

UNDO, CHECK = "Undo…", "Check again whether the orders still have these names"
GO_ON, RETRY, DISMISS = "Go on with the run…", "Try failed rows again…", "Do not finish this run…"
OFFERS = {UNDO, CHECK, GO_ON, RETRY, DISMISS}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Serve two accounts, with a spreadsheet of 40 rows of which some are bad."""
    async with office_in(tmp_path, rows=40) as office:
        yield office


async def _planned(page: ServedPage, office: Office) -> str:
    return await planned(
        page, office.listings.path, name_column="Title for the website", current_name_column="Current name"
    )


async def test_a_run_is_followed_stopped_and_finished(office: Office) -> None:
    """What is shown of it at its end is what the report says."""
    async with office.page() as page:
        plan = await _planned(page, office)
        gate = office.hold_renames(first=11)
        run = await committed(page, plan)
        await gate.until_waiting(1)
        await until(page, lambda: bool((job := page.workspace.jobs.live(run)) and job.done == 10))

        at_work = await shown(page, f"/runs/{run}")
        assert at_work.heading == "Renaming the orders"
        assert "You can close this page; the renames go on while batch-renamer runs." in at_work.words
        assert at_work.actions == {"stop"}
        so_far = (await downloaded(page, run))["counts"]
        assert sum(so_far.values()) == len(office.listings.ids)
        assert so_far.get("renamed", 0) <= 10  # outcomes are written in groups
        async with page.client.get(f"/downloads/runs/{run}/spreadsheet") as answer:
            assert (answer.status, "is at work" in await answer.text()) == (409, True)
        assert await acted(page, f"/runs/{run}/stop") == {"refresh": True}
        stopping = await shown(page, f"/runs/{run}")
        assert "It is stopping" in stopping.words
        assert "Stop at once…" in stopping.buttons
        await acted(page, f"/runs/{run}/stop")
        gate.open()
        await ended(page)

        stopped = await shown(page, f"/runs/{run}")
        assert stopped.standing == "interrupted"
        assert "Stopped on the page." in stopped.words
        assert stopped.buttons >= {GO_ON, UNDO, CHECK, DISMISS}
        office.sales.faults = FaultPlan()
        assert await acted(page, f"/runs/{run}/resume") == {"go": f"/runs/{run}"}
        await ended(page)

        done, report = await shown(page, f"/runs/{run}"), await downloaded(page, run)
        async with page.client.get(f"/downloads/runs/{run}/report.html") as answer:
            printed = Shown.of(await answer.text())
    assert done.plots == printed.plots
    assert done.heading == printed.heading
    assert done.standing == "done"
    assert done.counts == dict(Counter(row["result"] for row in report["rows"]))
    assert done.counts == report["counts"]
    assert sum(done.counts.values()) == len(office.listings.ids)
    assert done.buttons & OFFERS == {UNDO, CHECK}
    for row in report["rows"]:
        if row["result"] in ("failed", "drifted", "invalid"):
            assert row["reason"].partition(": ")[0] in done.words
    assert "now Sold" in done.words


async def test_chosen_rows_are_taken_back_and_the_names_checked(office: Office) -> None:
    """The plan of an undo has the rows that were named, and each run names the one that it is about."""
    async with office.page() as page:
        run = await committed(page, await _planned(page, office))
        await ended(page)
        undo_plan = (await acted(page, f"/runs/{run}/undo", {"rows": "2-13"}))["go"].removeprefix("/runs/")
        await ended(page)
        some = sum(row <= 13 for row in office.listings.planned)
        rows = (await downloaded(page, undo_plan))["rows"]
        assert sum(row["result"] == "planned" for row in rows) == some
        to_look_at = await shown(page, f"/runs/{undo_plan}")
        assert "Name to put back" in to_look_at.words
        assert f"Check all {some} names" in to_look_at.buttons
        undo_run = await committed(page, undo_plan)
        await ended(page)
        back = await shown(page, f"/runs/{undo_run}")
        assert (
            back.heading
            == f"Undid run {run} (Spring listings.xlsx): {some} of {len(office.listings.planned)} names put back."
        )
        assert f"about run {run}" in back.words
        assert "Name taken back" in back.words
        there = await shown(page, f"/runs/{run}")
        assert f"{some} names by run {undo_run}." in there.words
        checked = (await acted(page, f"/runs/{run}/audit"))["go"]
        await ended(page)
        looked = await shown(page, checked)
        again = (await acted(page, f"/runs/{undo_run}/undo"))["go"].removeprefix("/runs/")
        await ended(page)
        await committed(page, again)
        await ended(page)
        assert "put back since" not in (await shown(page, f"/runs/{run}")).words
    assert "still have the names of run" in looked.heading
    assert looked.counts["drifted"] == some
    assert looked.buttons & OFFERS == set()


class NoticedLock(asyncio.Lock):
    """A lock that tells when it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def acquire(self) -> Literal[True]:
        """Take it, as soon as it is free."""
        if self.locked():
            self.is_waited_for.set()
        return await super().acquire()


async def test_a_choice_beside_a_commit_comes_too_late(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unchecked while a commit is being examined is refused; else it would be renamed all the same."""
    async with office.page() as page:
        plan, jobs, lock = await _planned(page, office), page.workspace.jobs, NoticedLock()
        object.__setattr__(page.workspace, "choosing", lock)
        look = jobs.offers
        beside: list[asyncio.Task[dict[str, object]]] = []
        unchecked: dict[str, object] = {"checked": False, "rows": [min(office.listings.planned)]}

        async def offers(run: RunRecord, *, choice: RowChoice) -> Offers:
            if not beside:
                beside.append(asyncio.create_task(acted(page, f"/runs/{plan}/choice", unchecked, status=409)))
                waiting = asyncio.create_task(lock.is_waited_for.wait())
                await asyncio.wait({beside[0], waiting}, return_when=asyncio.FIRST_COMPLETED)
            return await look(run, choice=choice)

        monkeypatch.setattr(jobs, "offers", offers)
        await acted(page, f"/runs/{plan}/commit", {"renames": len(office.listings.planned)})
        answer = await beside[0]
        await ended(page)
    assert "committed already" in str(answer["error"])


async def test_a_run_that_waits_says_for_which_one(office: Office) -> None:
    """Two runs never rename in one account at once; the page of the second one can stop it while it waits."""
    async with office.page() as page:
        plans = [await _planned(page, office) for _ in range(2)]
        gate = office.hold_renames()
        first = await committed(page, plans[0])
        await gate.until_waiting(1)
        second = await committed(page, plans[1])
        await until(page, lambda: bool((job := page.workspace.jobs.live(second)) and job.waits_for))
        waits = await shown(page, f"/runs/{second}")
        await acted(page, f"/runs/{second}/stop")
        gate.open()
        await ended(page)
        stopped = await shown(page, f"/runs/{second}")
    assert f"Run {first}" in waits.words
    assert waits.actions == {"stop"}
    assert "renamed" not in stopped.counts


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "names no row"),
        ("all", "must be row numbers"),
        ("9999", '"Only these rows" names row 9999'),
        (None, "must be row numbers"),
    ],
    ids=["none", "no numbers", "no such row", "nothing"],
)
async def test_rows_that_can_not_be_taken_back_are_said(tmp_path: Path, run_id: str, rows: object, said: str) -> None:
    """The form shows the sentence, and no run begins."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        answer = await acted(page, f"/runs/{run_id}/undo", {"rows": rows}, status=409)
        assert len(page.workspace.journal.runs.find()) == 1
    assert said in answer["error"]


async def test_a_disk_that_became_full_is_why_a_run_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal could not take the reason; as long as the server is there, its page says it, and nothing else."""

    def full(*_: object, **__: object) -> None:
        raise JournalError("The disk is full.")

    async with office.page() as page:
        plan = await _planned(page, office)
        gate = office.hold_renames()
        run = await committed(page, plan)
        await gate.until_waiting(1)
        with monkeypatch.context() as patched:
            patched.setattr(RunTable, "finish", full)
            patched.setattr(RowTable, "record", full)
            gate.open()
            await ended(page)
        stopped = await shown(page, f"/runs/{run}")
    assert "The disk is full." in stopped.words
    assert "It was killed" not in stopped.words


async def test_a_key_that_is_refused_ends_the_run_in_words(office: Office) -> None:
    """Nothing can be taken back, and the page says what to do with the key."""
    async with office.page() as page:
        plan = await _planned(page, office)
        (office.folder / "sales.key").write_text("another-key", encoding="utf-8")
        run = await committed(page, plan)
        await ended(page)
        refused = await shown(page, f"/runs/{run}")
    assert "the key" in refused.words.casefold(), refused.words
    assert refused.buttons & {UNDO, CHECK} == set()
    assert "renamed" not in refused.counts


async def test_a_run_that_was_killed_can_be_gone_on_with(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """The page offers what the command line would, and dismissing it takes the reminder away, not the way on."""
    killed(practice)
    async with served_page(tmp_path / "state", sandbox=True) as page:
        before = await shown(page, f"/runs/{run_id}")
        assert await acted(page, f"/runs/{run_id}/dismiss") == {"refresh": True}
        after = await shown(page, f"/runs/{run_id}")
    assert before.standing == "interrupted"
    assert "It was killed, or the machine went down, before its end." in before.words
    assert before.buttons & OFFERS == {GO_ON, UNDO, CHECK, DISMISS}
    assert f"resume {run_id}" in before.words
    assert after.standing == "dismissed"
    assert after.buttons & OFFERS == {GO_ON, UNDO, CHECK}


async def test_a_run_of_another_process_is_shown_as_it_stands(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """A command line or the nightly run is at work: nothing can be done with the run here, and the page says so."""
    killed(practice)
    async with served_page(tmp_path / "state", sandbox=True) as page:
        with open_journal(page.workspace.settings) as other, other.runs.pin(other.runs.get(run_id)):
            there = await shown(page, f"/runs/{run_id}")
            refused = await acted(page, f"/runs/{run_id}/stop", status=409)
    assert there.standing == "at work"
    assert "At work outside this page" in there.words
    assert there.buttons & OFFERS == set()
    assert "is not at work on this page" in refused["error"]


@pytest.fixture
def refused_id(tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    """Let a limit refuse to rename, and return the run's id."""
    return applied(tmp_path / "oak.csv", practice | {"max_renames": "1"}, capsys, code=2)


async def test_a_run_that_a_limit_refused_says_which(tmp_path: Path, refused_id: str) -> None:
    """Nothing was sent, so there is nothing to go on with or to take back."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        refused = await shown(page, f"/runs/{refused_id}")
    assert refused.standing == "refused"
    assert "more than --max-renames 1 allows" in refused.words
    assert refused.buttons & OFFERS == set()


async def test_a_run_that_was_killed_before_its_plan_offers_nothing(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """Nothing was sent; its spreadsheet is planned again."""
    killed(practice, while_reading=True)
    async with served_page(tmp_path / "state", sandbox=True) as page:
        there = await shown(page, f"/runs/{run_id}")
    assert there.standing in ("interrupted", "not begun")
    assert there.buttons & {UNDO, CHECK} == set()


async def test_an_undone_run_names_the_run_that_undid_it(
    tmp_path: Path, practice: dict[str, object], run_id: str
) -> None:
    """It can't be taken back a second time."""
    async with served_page(tmp_path / "state", sandbox=True) as page:
        assert f"oak.report-{run_id}.xlsx" in (await shown(page, f"/runs/{run_id}")).words, "where its report is"
        plan = (await acted(page, f"/runs/{run_id}/undo"))["go"].removeprefix("/runs/")
        await ended(page)
        undo_run = await committed(page, plan)
        await ended(page)
        undone = await shown(page, f"/runs/{run_id}")
    assert undone.standing == "undone"
    assert f"by run {undo_run}" in undone.words
    assert UNDO not in undone.buttons


async def test_untrusted_texts_stay_texts(tmp_path: Path, practice: dict[str, object], run_id: str) -> None:
    """Names, reasons and file names with HTML or marks that turn the direction are shown as what they are."""
    evil, texts = "<img src=x onerror=alert(1)>\u202eexe", ("new_name", "old_name", "final_name", "reason", "warning")
    columns = ", ".join(f"{column} = '{evil}'" for column in texts)
    changed(
        practice,
        f"UPDATE rows SET {columns}, result = 'failed'",  # noqa: S608 - a constant
        f"UPDATE runs SET sheet = '/in/{evil}.csv', stopped = '{evil}', counts = NULL",  # noqa: S608 - a constant
    )
    async with served_page(tmp_path / "state", sandbox=True) as page:
        for path in (f"/runs/{run_id}", "/runs", "/runs?order=onerror"):
            there = await shown(page, path)
            assert "<img src=x" not in there.text
            assert not there.root.xpath(".//img[@onerror]")
            assert "\u202e" not in there.text
            assert "onerror=alert(1)" in there.words
        assert RETRY in (await shown(page, f"/runs/{run_id}")).buttons


async def test_a_run_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """It may have been forgotten since the page was shown."""
    async with served_page(tmp_path, sandbox=True) as page:
        gone = await shown(page, "/runs/k3f9ab", status=404)
    assert "not in the journal any more" in gone.words


async def test_a_run_of_another_key_asks_whether_it_is_this_account(tmp_path: Path) -> None:
    """Only the user can know that the key was an older one of the same account; without the check nothing begins."""
    async with office_in(tmp_path, rows=40) as office:
        address = str(office.config.read_text().split('base_url = "')[1].split('"')[0])
        (key := tmp_path / "main.key").write_text(KEY)
        key.chmod(0o600)
        office.config.write_text('api_key_file = "main.key"\n')
        async with served_page(office.state, config=str(office.config), base_url=address, rate="2000") as page:
            plan = await planned(page, office.listings.path, account="", name_column="Title for the website")
            run = await committed(page, plan)
            await ended(page)
            second = await planned(page, office.listings.path, account="", name_column="Current name")
            with open_journal(page.workspace.settings) as journal:
                for one in (run, second):
                    journal.runs.rebind(journal.runs.get(one), account="another key", profile=None)
            review = await shown(page, f"/runs/{second}")
            there = await shown(page, f"/runs/{run}")
            refused = await acted(page, f"/runs/{run}/audit", {"same_account": False}, status=409)
            checked = await acted(page, f"/runs/{run}/audit", {"same_account": True})
            await ended(page)
            looked = await shown(page, checked["go"])
    assert "The key was changed after this plan was made" in review.words
    assert "commit" not in review.actions
    assert len(there.root.xpath(".//dialog//input[@name='same_account']")) == 2
    assert "made with another key" in refused["error"]
    assert "still have the names" in looked.heading
