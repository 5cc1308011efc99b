"""The jobs of the page against a sandbox over a socket, beside real commands of the command line."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import batch_renamer.web.job_runner.performing as performing_module
from batch_renamer.errors import BatchRenamerError, InputError, InterruptedRunError, SettingsError
from batch_renamer.jobs import interrupted, source_of
from batch_renamer.journal import RunState
from batch_renamer.model import RowChoice, RowNumbers
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, script
from tests.support.command import KEY
from tests.support.gate import DEADLINE_S
from tests.support.page_jobs import PageJobs, but, page_jobs
from tests.support.served import Command, served

KILLED = """
import asyncio, sys
from batch_renamer.jobs import open_journal
from batch_renamer.web.accounts import Accounts
from batch_renamer.web.job_runner import JobRunner

class NoListeners:
    def publish(self, name, data):
        pass

async def main(base_url, state, plan):
    accounts = Accounts({"base_url": base_url, "state_dir": state, "rate": 2000, "config": "none"}, environ=ENVIRON)
    with open_journal(accounts.default.settings) as journal:
        jobs = JobRunner(accounts=accounts, journal=journal, hub=NoListeners())
        print(await jobs.commit(journal.runs.get(plan)), flush=True)
        await jobs.ended()

asyncio.run(main(*sys.argv[1:]))
"""
"""A server of the page, without its pages: it commits a plan, and says the id of the run."""


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve a sandbox."""
    async with served(tmp_path) as made:
        yield made


@pytest.fixture
async def page(renamer: Command) -> AsyncIterator[PageJobs]:
    """Open the work of a page that uses it."""
    async with page_jobs(renamer) as made:
        yield made


def as_seeded(*renamed: int, of: int) -> dict[str, str]:
    """Return the names of so many orders, of which some were renamed."""
    return {f"order-{n}": f"New name {n}" if n in renamed else f"Old name {n}" for n in range(1, of + 1)}


async def test_exactly_the_checked_rows_of_a_plan_are_renamed(renamer: Command, page: PageJobs) -> None:
    """A plan is kept, and committed without the rows that were unchecked; no file is written beside the spreadsheet."""
    plan = await page.plan(renamer.sheet(renamer.seed(6)))
    assert (plan.state, page.results(plan), renamer.patched) == (RunState.PLANNED, ["planned"] * 6, [])
    done = await page.commit(plan, choice=but(3, 5))
    assert page.results(done) == ["renamed", "skipped", "renamed", "skipped", "renamed", "renamed"]
    [group] = page.journal.results.left_out(done)
    assert (group.reason, group.count) == ("Left out: this row was unchecked in the browser.", 2)
    assert renamer.names == as_seeded(1, 3, 5, 6, of=6)
    assert (done.parent, done.reports, done.exit_code) == (plan.number, (), 0)
    assert sorted(path.name for path in renamer.folder.iterdir()) == ["home", "orders.csv"]


async def test_an_order_that_was_renamed_since_the_plan_is_left_alone(renamer: Command, page: PageJobs) -> None:
    """What is committed is the kept plan, guarded by the names that it has seen."""
    plan = await page.plan(renamer.sheet(renamer.seed(3)))
    renamer.sandbox.store.rename("order-2", "Another name")
    assert page.results(await page.commit(plan)) == ["renamed", "drifted", "renamed"]
    assert renamer.names == as_seeded(1, 3, of=3) | {"order-2": "Another name"}


async def test_chosen_rows_of_a_run_are_undone(renamer: Command, page: PageJobs) -> None:
    """An undo is planned and kept; its commit gives the checked orders their old names back, and no other."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(5))))
    kept = await page.done(await page.jobs.plan_undo(done))
    assert (kept.command, kept.state, page.results(kept)) == ("undo --dry-run", RunState.PLANNED, ["planned"] * 5)
    assert renamer.names == as_seeded(1, 2, 3, 4, 5, of=5)
    undo = await page.commit(kept, choice=but(2, 6))
    assert (undo.command, undo.parent) == ("undo", done.number)
    assert renamer.names == as_seeded(1, 5, of=5)


async def test_an_undo_that_was_planned_for_some_rows_takes_back_no_more(renamer: Command, page: PageJobs) -> None:
    """The rows that a kept plan of an undo leaves out stay out when it is committed, together with those unchecked."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(5))))
    only = RowChoice(only=RowNumbers.parse("2-4"))
    kept = await page.done(await page.jobs.plan_undo(done, choice=only))
    undo = await page.commit(kept, choice=but(3))
    assert page.results(undo) == ["renamed", "skipped", "renamed", "skipped", "skipped"]
    assert renamer.names == as_seeded(2, 4, 5, of=5)


async def test_an_undo_puts_nothing_back_that_its_plan_showed_as_bad(renamer: Command, page: PageJobs) -> None:
    """An order that could not be read, or had another name, stays as it is, whatever it is called by then."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(4))))
    renamer.sandbox.store.rename("order-1", "Another name")
    unreadable = Rule(fault=Fault(kind=FaultKind.SERVER_ERROR), order_id="order-2", times=None)
    renamer.sandbox.faults = FaultPlan(rules=[unreadable])
    kept = await page.done(await page.jobs.plan_undo(done))
    assert page.results(kept) == ["drifted", "failed", "planned", "planned"]
    renamer.sandbox.faults = FaultPlan()
    renamer.sandbox.store.rename("order-1", "New name 1")
    undo = await page.commit(kept, choice=but(4))
    assert page.results(undo) == ["drifted", "failed", "skipped", "renamed"]
    assert [row.reason for row in page.rows(undo)][:2] == [row.reason for row in page.rows(kept)][:2]
    assert renamer.names == as_seeded(1, 2, 3, of=4)


async def test_an_undo_is_refused_where_the_run_went_on_since(renamer: Command, page: PageJobs) -> None:
    """A run that has renamed more since its undo was planned must be planned again: the page has not shown those."""
    plan = await page.plan(renamer.sheet(renamer.seed(4)))
    gate = renamer.hold_renames(first=3)
    run_id = await page.jobs.commit(plan)
    await gate.until_waiting(2)
    page.jobs.stop(run_id)
    page.jobs.stop(run_id)
    run = await page.done(run_id)
    kept = await page.done(await page.jobs.plan_undo(run))
    gate.open()
    run = await page.done(await page.jobs.resume(run))
    with pytest.raises(InputError, match=f"Run {run.id} has renamed more orders since"):
        await page.jobs.commit(kept)
    assert renamer.names == as_seeded(1, 2, 3, 4, of=4)


async def test_a_run_is_stopped_and_gone_on_with(renamer: Command, page: PageJobs) -> None:
    """The first stop lets renames in flight finish; what is left is renamed when the run is resumed."""
    plan = await page.plan(renamer.sheet(renamer.seed(60)))
    gate = renamer.hold_renames(first=3)
    run_id = await page.jobs.commit(plan)
    await gate.until_waiting(1)
    assert page.jobs.stop(run_id)
    live = page.jobs.live(run_id)
    assert live is not None
    assert live.stopping
    gate.open()
    run = await page.done(run_id)
    assert (run.stopped, run.exit_code) == ("Stopped on the page.", 130)
    offers = await page.jobs.offers(run)
    assert (offers.can_resume, offers.can_undo, offers.can_dismiss) == (True, True, True)
    assert 0 < offers.left == page.results(run).count("pending")
    resumed = await page.done(await page.jobs.resume(run))
    assert (resumed.id, set(page.results(resumed))) == (run.id, {"renamed"})
    assert renamer.names == as_seeded(*range(1, 61), of=60)
    assert max(map(len, renamer.names_ever().values())) == 2


async def test_a_second_stop_ends_the_run_at_once(renamer: Command, page: PageJobs) -> None:
    """Requests in flight are not waited for any more; their rows are unknown until the run is resumed."""
    plan = await page.plan(renamer.sheet(renamer.seed(3)))
    gate = renamer.hold_renames(first=1, after=True)
    run_id = await page.jobs.commit(plan)
    await gate.until_waiting(3)
    assert (page.jobs.stop(run_id), page.jobs.stop(run_id)) == (True, True)
    run = await page.done(run_id)
    assert set(page.results(run)) == {"unknown"}
    gate.open()
    assert set(page.results(await page.done(await page.jobs.resume(run)))) == {"renamed"}
    assert not page.jobs.stop(run_id)


async def test_the_page_says_whose_run_holds_the_account_and_waits(renamer: Command, page: PageJobs) -> None:
    """A command that renames in the account is waited for, and then the commit goes on by itself."""
    other = renamer.sheet([("order-1", "From the command")], name="other.csv")
    plan = await page.plan(renamer.sheet(renamer.seed(3)[1:]))
    gate = renamer.hold_renames(first=1)
    async with renamer.start(*renamer.line("apply", other)) as command:
        await gate.until_waiting(1)
        run_id = await page.jobs.commit(plan)
        await page.hub.until(lambda: bool((live := page.jobs.live(run_id)) and live.waits_for))
        live = page.jobs.live(run_id)
        assert live is not None
        assert f"(process {command.process.pid}, " in live.waits_for
        assert live.messages[-1].endswith("is at work in this account. Waiting until it has ended.")
        assert len(renamer.patched) == 1
        gate.open()
        assert (await command.ended()).code == 0
    assert page.results(await page.done(run_id)) == ["renamed", "renamed"]
    assert renamer.names == as_seeded(2, 3, of=3) | {"order-1": "From the command"}


async def test_a_wait_for_the_account_can_be_given_up(renamer: Command, page: PageJobs) -> None:
    """The stop of a commit that waits ends it before anything was sent, and its plan can still be committed."""
    other = renamer.sheet([("order-1", "From the command")], name="other.csv")
    plan = await page.plan(renamer.sheet(renamer.seed(2)[1:]))
    gate = renamer.hold_renames(first=1)
    async with renamer.start(*renamer.line("apply", other)) as command:
        await gate.until_waiting(1)
        run_id = await page.jobs.commit(plan)
        await page.hub.until(lambda: bool((live := page.jobs.live(run_id)) and live.waits_for))
        assert (page.jobs.is_being_committed(plan.id), (await page.jobs.offers(plan)).at_work) == (True, True)
        assert page.jobs.stop(run_id)
        assert (await page.done(run_id)).stopped == "Stopped on the page."
        gate.open()
        await command.ended()
    assert renamer.names["order-2"] == "Old name 2"
    assert (await page.jobs.offers(plan)).can_commit
    assert page.results(await page.commit(plan)) == ["renamed"]


async def test_an_undo_that_waits_is_known_by_its_plan(renamer: Command, page: PageJobs) -> None:
    """It has no run of its own yet: the page of its plan shows whom it waits for, and then the run that came of it."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(2))))
    kept = await page.done(await page.jobs.plan_undo(done))
    renamer.sandbox.store.seed("b1", "Old")
    gate = renamer.hold_renames(first=1)
    async with renamer.start(*renamer.line("apply", renamer.sheet([("b1", "New")], name="other.csv"))) as command:
        await gate.until_waiting(1)
        assert await page.jobs.commit(kept) == kept.id
        live = page.jobs.live(kept.id)
        assert live is not None
        assert "process" in live.waits_for
        assert (live.writes, page.jobs.is_being_committed(kept.id)) == (True, True)
        assert (await page.jobs.offers(kept)).at_work
        gate.open()
        await command.ended()
        await page.hub.until(lambda: not page.jobs.at_work())
    offers = await page.jobs.offers(kept)
    assert not offers.can_commit
    assert page.results(page.run(offers.committed_by)) == ["renamed", "renamed"]
    assert ("changed", {"run": kept.id}) in page.hub.events
    assert renamer.names == as_seeded(of=2) | {"b1": "New"}


async def test_a_double_click_commits_a_plan_once(renamer: Command, page: PageJobs) -> None:
    """The second commit of the same rows is refused, while the first is at work and after it."""
    plan = await page.plan(renamer.sheet(renamer.seed(3)))
    clicks = await asyncio.gather(page.jobs.commit(plan), page.jobs.commit(plan), return_exceptions=True)
    [run_id] = [one for one in clicks if isinstance(one, str)]
    [refused] = [str(one) for one in clicks if isinstance(one, InputError)]
    assert refused.startswith("That is being done already")
    await page.done(run_id)
    with pytest.raises(InputError, match=f"This plan was committed already: open run {run_id}"):
        await page.jobs.commit(plan)
    assert len(renamer.patched) == 3
    assert len([run for run in page.journal.runs.find() if run.command == "apply"]) == 1


async def test_the_rest_of_a_plan_can_be_committed(renamer: Command, page: PageJobs) -> None:
    """Rows that were unchecked the first time are no second commit, and the page knows how many they are."""
    plan = await page.plan(renamer.sheet(renamer.seed(4)))
    await page.commit(plan, choice=but(3, 4))
    offers = await page.jobs.offers(plan)
    assert (offers.can_commit, offers.rest) == (True, 2)
    await page.commit(plan)
    assert renamer.names == as_seeded(1, 2, 3, 4, of=4)
    assert not (await page.jobs.offers(plan)).can_commit


async def test_nothing_begins_in_another_journal_than_the_one_shown(renamer: Command, page: PageJobs) -> None:
    """Where the state directory was removed while the page is open, the run could not be seen there."""
    plan = await page.plan(renamer.sheet(renamer.seed(2)))
    renamer.state.rename(renamer.state.with_name("removed"))
    with pytest.raises(InputError, match="was removed or replaced while the page was open"):
        await page.jobs.commit(plan)
    assert renamer.patched == []


async def test_a_refused_key_ends_the_run_with_a_sentence(renamer: Command) -> None:
    """The journal has the reason, nothing is committed, and the key is in nothing that the page is told."""
    async with page_jobs(renamer, environ={"AUTOENHANCE_API_KEY": "sk-wrong-9Zq8TtR2"}) as page:
        plan = await page.plan(renamer.sheet(renamer.seed(2)))
        assert "The API did not accept the key" in plan.stopped
        assert (await page.jobs.offers(plan)).can_commit is False
        with pytest.raises(InputError, match="no plan that waits to be committed"):
            await page.jobs.commit(plan)
        assert "sk-wrong" not in repr(page.hub.events) + repr(page.jobs.at_work()) + plan.stopped


async def test_an_api_that_is_down_is_said_and_waited_for(renamer: Command) -> None:
    """The job tells that the API gives no answer, and ends with that when its patience is over."""
    sheet = renamer.sheet(renamer.seed(2))
    async with page_jobs(renamer, base_url="http://127.0.0.1:9", patience=0.5) as page:
        plan = await page.plan(sheet)
        assert (plan.exit_code, plan.state) == (4, RunState.FINISHED)
        assert plan.stopped
        told = [message for name, data in page.hub.events if name == "job" for message in _texts(data["messages"])]
        assert any("Waiting up to 0.5 s" in message for message in told), told
    notes = {data["note"] for name, data in page.hub.events if name == "job"}
    assert "The API gives no good answers. Nothing is sent until it does." in notes


def _texts(messages: object) -> list[str]:
    assert isinstance(messages, list)
    return messages


async def test_an_account_without_a_key_is_seen_and_not_used(renamer: Command) -> None:
    """Its trouble is a sentence; what would use it is refused with that, and no run is begun."""
    async with page_jobs(renamer, environ={}) as page:
        assert page.accounts.default.trouble.startswith("There is no API key")
        with pytest.raises(SettingsError, match="There is no API key"):
            await page.plan(renamer.sheet(renamer.seed(1)))
        assert page.journal.runs.find() == []


async def test_two_accounts_rename_at_the_same_time(renamer: Command, tmp_path: Path) -> None:
    """Each account has its own lock: neither waits for the other."""
    other_key = "sk-other-7Zq8TtR2vXw9"
    (home := tmp_path / "other").mkdir()
    async with served(home, api_key=other_key) as other:
        keys = {"here.key": KEY, "there.key": other_key}
        for name, key in keys.items():
            (tmp_path / name).write_text(key)
            (tmp_path / name).chmod(0o600)
        config = tmp_path / "config.toml"
        config.write_text(
            f'[profiles.here]\napi_key_file = "here.key"\nbase_url = "{renamer.base_url}"\n'
            f'[profiles.there]\napi_key_file = "there.key"\nbase_url = "{other.base_url}"\n'
        )
        sheets = renamer.sheet(renamer.seed(3)), other.sheet(other.seed(3))
        async with page_jobs(renamer, base_url=None, config=str(config), environ={}) as page:
            plans = [
                await page.plan(sheet, account=name) for sheet, name in zip(sheets, ("here", "there"), strict=True)
            ]
            gates = [one.hold_renames(first=1) for one in (renamer, other)]
            run_ids = [await page.jobs.commit(plan) for plan in plans]
            for gate in gates:
                await gate.until_waiting(3)
            assert [live.account for live in page.jobs.at_work()] == ["here", "there"]
            for gate in gates:
                gate.open()
            for run_id in run_ids:
                assert set(page.results(await page.done(run_id))) == {"renamed"}
        assert renamer.names == other.names == as_seeded(1, 2, 3, of=3)
        assert [plan.profile for plan in plans] == ["here", "there"]


async def test_the_practice_account_can_do_all_of_it(renamer: Command) -> None:
    """It makes up its orders and needs no key; its jobs wait for one another, because one alone can have its orders."""
    sheet = renamer.sheet([("a1", "12 Oak"), ("a2", "14 Oak")])
    async with page_jobs(renamer, base_url=None, sandbox=True, environ={}) as page:
        plan = await page.plan(sheet, account="sandbox")
        commit, second = await page.jobs.commit(plan), await page.begin_plan(sheet, account="sandbox")
        done = await page.done(commit)
        assert page.results(done) == ["renamed", "renamed"]
        assert page.results(await page.done(second)) in (["unchanged"] * 2, ["planned"] * 2)
        assert done.end_note is not None
        assert "The sandbox made up its orders" in done.end_note.warnings[0]
        assert "--sandbox" in (await page.jobs.offers(done)).commands["undo"]
        undo = await page.commit(await page.done(await page.jobs.plan_undo(done)), choice=but(3))
        assert [row.final_name for row in page.rows(undo)] == ["Order a1", None]
    assert renamer.requests == []


async def test_a_run_of_an_older_key_is_undone_where_it_is_the_same_account(renamer: Command, page: PageJobs) -> None:
    """Without a profile a run belongs to its key; what the user says of it holds for all runs of that key."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(2))))
    with page.journal.transaction() as connection:
        connection.execute("UPDATE runs SET account = 'of an older key'")
    offers = await page.jobs.offers(done)
    assert offers.another_key
    assert " --same-account " in offers.commands["undo"]
    with pytest.raises(InputError, match="was made with another key"):
        await page.jobs.plan_undo(done)
    kept = await page.done(await page.jobs.plan_undo(done, same_account=True))
    await page.commit(kept)
    assert renamer.names == as_seeded(of=2)
    assert not (await page.jobs.offers(done)).another_key


async def test_a_run_of_a_killed_server_is_gone_on_with(renamer: Command, page: PageJobs) -> None:
    """A kill of the server is a kill of the run: the journal has it as interrupted, and the next server finishes it."""
    plan = await page.plan(renamer.sheet(renamer.seed(80)))
    gate = renamer.hold_renames(first=5, after=True)
    script = KILLED.replace("ENVIRON", repr({"AUTOENHANCE_API_KEY": KEY}))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, renamer.base_url, str(renamer.state), plan.id),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(performing_module.__file__).parents[3])},
    )
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        run_id = (await process.stdout.readline()).decode().strip()
    await gate.until_waiting(3)
    assert (await page.jobs.offers(page.run(run_id))).at_work
    process.kill()
    await process.wait()
    gate.open()
    run = page.run(run_id)
    assert interrupted(run, page.journal.results.counts(run))
    offers = await page.jobs.offers(run)
    assert (offers.at_work, offers.can_resume) == (False, True)
    resumed = await page.done(await page.jobs.resume(run))
    assert (resumed.id, set(page.results(resumed))) == (run_id, {"renamed"})
    assert renamer.names == as_seeded(*range(1, 81), of=80)
    assert max(map(len, renamer.names_ever().values())) == 2


async def test_the_commands_that_are_offered_do_the_same(renamer: Command, page: PageJobs) -> None:
    """Each can be pasted into a terminal: the commit with its unchecked rows, the audit and the undo."""
    plan = await page.plan(renamer.sheet(renamer.seed(4)))
    commit = (await page.jobs.offers(plan, choice=but(3))).commands["commit"]
    ended = await renamer.run(*_words(commit), "--yes", "--json")
    assert ended.results == ["renamed", "skipped", "renamed", "renamed"]
    run = page.run(ended.result["run_id"])
    offers = await page.jobs.offers(run)
    assert sorted(offers.commands) == ["audit", "undo"]
    assert (await renamer.run(*_words(offers.commands["audit"]), "--json")).results == ["unchanged"] * 3
    assert (await renamer.run(*_words(offers.commands["undo"]), "--yes", "--json")).code == 0
    assert renamer.names == as_seeded(of=4)
    after = await page.jobs.offers(run)
    assert (after.undone, after.can_undo) == (True, False)


def _words(line: str) -> list[str]:
    """Return the words of a command line without those that start the program: its path, or that of its Python."""
    words = shlex.split(line)
    return words[3:] if words[1] == "-m" else words[1:]


async def test_an_interrupted_run_of_the_command_line_is_finished_on_the_page(renamer: Command, page: PageJobs) -> None:
    """Whose run it was does not matter; its report goes where the command has promised it."""
    sheet = renamer.sheet(renamer.seed(30))
    gate = renamer.hold_renames(first=4)
    async with renamer.start(*renamer.line("apply", sheet, "--report", str(renamer.folder / "out.json"))) as command:
        await gate.until_waiting(1)
        command.process.kill()
        await command.process.wait()
    gate.open()
    [run] = page.journal.runs.find()
    assert (await page.jobs.offers(run)).can_resume
    await page.done(await page.jobs.resume(run))
    assert renamer.names == as_seeded(*range(1, 31), of=30)
    assert (renamer.folder / "out.json").exists()


async def test_what_failed_is_tried_again(renamer: Command, page: PageJobs) -> None:
    """Failed rows are offered to be tried again only where that may help; an order that is not there stays away."""
    renamer.sandbox.faults = FaultPlan(rules=script(FaultKind.REFUSED, method="GET", order_id="order-2"))
    done = await page.commit(await page.plan(renamer.sheet([*renamer.seed(2), ("nowhere", "New name")])))
    assert page.results(done) == ["renamed", "failed", "failed"]
    offers = await page.jobs.offers(done)
    assert (offers.failed, offers.can_retry_failed, offers.can_resume) == (1, True, False)
    with pytest.raises(InputError, match=f"Run {done.id} has nothing left to finish"):
        await page.jobs.resume(done)
    again = await page.done(await page.jobs.resume(done, failed=True))
    assert page.results(again) == ["renamed", "renamed", "failed"]
    assert not (await page.jobs.offers(again)).can_retry_failed


async def test_an_interrupted_commit_is_gone_on_with_before_its_plan_is_committed_again(
    renamer: Command, page: PageJobs
) -> None:
    """The plan says which run to open, and so does the plan of the same spreadsheet."""
    sheet = renamer.sheet(renamer.seed(30))
    plan = await page.plan(sheet)
    gate = renamer.hold_renames(first=3)
    run_id = await page.jobs.commit(plan, choice=but(31))
    await gate.until_waiting(1)
    page.jobs.stop(run_id)
    page.jobs.stop(run_id)
    await page.done(run_id)
    gate.open()
    with pytest.raises(InputError, match=f"committed already: open run {run_id}"):
        await page.jobs.commit(plan, choice=but(31))
    with pytest.raises(InputError, match=f"Run {run_id} of this plan was interrupted: open it, and go on with it"):
        await page.jobs.commit(plan)
    again = await page.plan(sheet)
    assert again.end_note is not None
    assert any(f"Run {run_id} of this account is unfinished" in note for note in again.end_note.warnings)


async def test_an_audit_finds_what_was_renamed_since(renamer: Command, page: PageJobs) -> None:
    """It renames nothing, and is a run of its own."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(2))))
    renamer.sandbox.store.rename("order-1", "Another name")
    audit = await page.done(await page.jobs.audit(done))
    assert (audit.command, page.results(audit)) == ("audit", ["drifted", "unchanged"])
    assert (await page.jobs.offers(audit)).commands == {}


async def test_a_fault_in_one_job_leaves_the_others_alone(
    renamer: Command, page: PageJobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with its traceback, shown as a fault, and its run can be gone on with; the other job ends well."""
    plan = await page.plan(renamer.sheet(renamer.seed(3)))
    gate = renamer.hold_renames(first=1)
    run_id = await page.jobs.commit(plan)
    await gate.until_waiting(1)

    async def broken(_: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setattr(performing_module, "perform", broken)
        with pytest.raises(BatchRenamerError, match="A fault in batch-renamer: RuntimeError"):
            await page.begin_plan(renamer.folder / "orders.csv")
    assert "RuntimeError: boom" in caplog.text
    [kept] = renamer.state.glob("fault-*.log")
    assert "RuntimeError: boom" in kept.read_text("utf-8")
    gate.open()
    assert page.results(await page.done(run_id)) == ["renamed"] * 3


async def test_a_fault_of_a_run_at_work_is_shown_with_the_run(
    renamer: Command, page: PageJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has the id already, so the sentence is kept; the run stands as interrupted."""
    plan = await page.plan(renamer.sheet(renamer.seed(3)))

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    with monkeypatch.context() as patch:
        patch.setattr("batch_renamer.jobs.engine.rename_all", broken)
        run = await page.commit(plan)
    assert page.jobs.trouble_of(run.id).startswith("A fault in batch-renamer: RuntimeError.")
    assert (await page.jobs.offers(run)).can_resume
    assert page.results(await page.done(await page.jobs.resume(run))) == ["renamed"] * 3
    assert page.jobs.trouble_of(run.id) == ""


async def test_the_end_of_the_server_stops_every_job_in_order(renamer: Command, page: PageJobs) -> None:
    """Renames in flight are finished and noted; after that nothing begins any more."""
    plan = await page.plan(renamer.sheet(renamer.seed(20)))
    gate = renamer.hold_renames(first=2)
    run_id = await page.jobs.commit(plan)
    await gate.until_waiting(1)
    cause = InterruptedRunError(15)
    page.jobs.stop_all(cause)
    gate.open()
    await page.jobs.ended()
    run = page.run(run_id)
    assert (run.stopped, run.exit_code, page.jobs.at_work()) == (str(cause), 143, [])
    assert "unknown" not in page.results(run)
    with pytest.raises(InputError, match="is stopping"):
        await page.jobs.resume(run)


async def test_an_interrupted_run_is_dismissed_once_it_is_not_wanted(renamer: Command, page: PageJobs) -> None:
    """A run that ended well has nothing to dismiss."""
    done = await page.commit(await page.plan(renamer.sheet(renamer.seed(2))))
    with pytest.raises(InputError, match=f"Run {done.id} is done, not interrupted"):
        await page.jobs.dismiss(done)


async def test_bad_rows_are_told_as_they_come(renamer: Command, page: PageJobs) -> None:
    """The messages of a job name each bad row, its order and the reason; those of other jobs are not among them."""
    await page.plan(renamer.sheet([*renamer.seed(1), ("nowhere", "New name")]))
    told = [message for name, data in page.hub.events if name == "job" for message in _texts(data["messages"])]
    assert any(message.startswith("Row 3 (nowhere) is failed: ") for message in told), told


async def test_a_run_that_renamed_before_is_told_to_the_next_plan(renamer: Command, page: PageJobs) -> None:
    """Orders that were renamed since are counted, and a plan that asks for them again has them."""
    sheet = renamer.sheet(renamer.seed(2))
    await page.commit(await page.plan(sheet))
    renamer.sandbox.store.rename("order-1", "Another name")
    plan = await page.plan(sheet)
    assert page.results(plan) == ["drifted", "unchanged"]
    assert (await page.jobs.offers(plan)).renamed_since == 1
    account = page.accounts.default
    settings = page.accounts.settings(account, {"again": True})
    again = await page.done(
        await page.jobs.plan(account, source_of(sheet, settings, unattended=False), settings=settings)
    )
    assert page.results(again) == ["planned", "unchanged"]
