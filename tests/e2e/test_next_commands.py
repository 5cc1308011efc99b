"""Every command that is offered does what it says, pasted in another folder into a shell without the variables."""

from __future__ import annotations

import shlex
import sys

import pytest

from batch_renamer.sandbox import Sandbox
from tests.support.command import Ended
from tests.support.served import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="/bin/sh")

TRUE_NAMES = {"order-1": "New name 1", "order-2": "New name 2", "order-3": "New name 3"}
OLD_NAMES = {"order-1": "Old name 1", "order-2": "Old name 2", "order-3": "Old name 3"}


async def pasted(renamer: Command, line: str, *, yes: bool = False, **how: str) -> Ended:
    """Run a printed line in a shell, in another folder."""
    text = f"cd / && {line}{' --yes' if yes else ''}"
    return await renamer.run("-c", text, program=["/bin/sh"], **how)


async def test_a_plan_is_committed_with_the_options_of_its_variables_and_its_files(renamer: Command) -> None:
    """Address, speed, folder of the state, log and report are those of the plan; the paths were relative."""
    sheet = renamer.sheet(renamer.seed(3))
    env = {"BATCH_RENAMER_BASE_URL": renamer.base_url, "BATCH_RENAMER_STATE_DIR": "my state"}
    planned = await renamer.run("plan", sheet.name, "--rate", "900", "--log-file", "l g", "--report", "r.json", env=env)
    assert "To do exactly this:" in planned.out.splitlines()
    ended = await pasted(renamer, planned.last_line, yes=True)
    assert (ended.code, renamer.names) == (0, TRUE_NAMES), ended.err
    assert {"my state", "l g", "r.json"} <= {path.name for path in renamer.folder.iterdir()}
    assert '"renamed": 3' in (renamer.folder / "r.json").read_text("utf-8")
    assert "apply --plan begins" in (renamer.folder / "l g").read_text("utf-8")


async def test_a_success_can_be_taken_back(renamer: Command) -> None:
    """The command asks again, whether or not the run did."""
    done = await renamer.apply(renamer.sheet(renamer.seed(3)), "--profile", "p", "--config", config(renamer))
    assert "To take it back:" in done.out.splitlines()
    assert "--yes" not in shlex.split(done.last_line)
    ended = await pasted(renamer, done.last_line, yes=True)
    assert (ended.code, renamer.names) == (0, OLD_NAMES), ended.err


def config(renamer: Command) -> str:
    """Write a configuration with one profile; return its name."""
    (renamer.folder / "c.toml").write_text("[profiles.p]\ntimeout = 20\n", encoding="utf-8")
    return "c.toml"


async def test_after_a_trial_the_rest_can_be_done(renamer: Command) -> None:
    """The last line renames the rows that the trial left out, with the columns that were named."""
    sheet = renamer.sheet(renamer.seed(3), headings=("nr", "title"))
    words = ("--id-column", "nr", "--name-column", "title")
    trial = await renamer.apply(sheet.relative_to(renamer.folder), *words, "--first", "1")
    assert "To do the rest (2 rows):" in trial.out.splitlines()
    ended = await pasted(renamer, trial.last_line)
    assert (ended.code, renamer.names) == (0, TRUE_NAMES), ended.err


async def test_after_a_trial_of_a_plan_the_rest_of_it_can_be_done(renamer: Command) -> None:
    """The plan is kept for that."""
    planned = await renamer.plan(renamer.sheet(renamer.seed(3)))
    trial = await renamer.paste(f"{planned.last_line} --yes --first 1")
    ended = await renamer.paste(trial.last_line)
    assert (trial.code, ended.code, renamer.names) == (0, 0, TRUE_NAMES), ended.err


async def test_the_rest_of_a_planned_trial_is_not_in_its_plan(renamer: Command) -> None:
    """Where the plan itself was of the first rows, what is left is done from the spreadsheet."""
    planned = await renamer.plan(renamer.sheet(renamer.seed(3)), "--first", "1")
    trial = await renamer.paste(f"{planned.last_line} --yes")
    assert trial.last_line == "To do the rest (2 rows), apply the spreadsheet itself without --first."


async def test_an_undo_is_done_as_it_was_planned(renamer: Command) -> None:
    """A dry run of the first row is followed by an undo of the first row alone."""
    await renamer.apply(renamer.sheet(renamer.seed(3)))
    dry = await renamer.do("undo", "--dry-run", "--first", "1")
    ended = await renamer.paste(dry.last_line)
    assert (ended.code, renamer.names) == (0, {**TRUE_NAMES, "order-1": "Old name 1"}), ended.err


async def test_after_an_undo_the_same_rows_can_be_planned_again(renamer: Command) -> None:
    """Without ``--again`` they are left alone, so that is in the command."""
    where = ("--base-url", renamer.base_url)
    sheet = renamer.sheet(renamer.seed(3))
    assert (await renamer.apply(sheet)).code == 0
    assert (await renamer.run("undo", "--yes", *where)).code == 0
    planned = await renamer.run("plan", str(sheet), *where)
    assert "To plan to rename 3 orders again:" in planned.out.splitlines()
    again = await pasted(renamer, planned.last_line)
    assert "3 of 3 rows would be renamed" in again.out, again.err
    assert (await pasted(renamer, again.last_line, yes=True)).code == 0
    assert renamer.names == TRUE_NAMES


async def test_what_is_not_in_the_account_is_to_be_repaired(renamer: Command) -> None:
    """To try such a row again would change nothing, so no command does it; the others can be taken back."""
    done = await renamer.apply(renamer.sheet([*renamer.seed(3), ("gone", "New"), ("", "Blank")]))
    said = "1 row is invalid and 1 order is not in this account: repair the spreadsheet and apply it again."
    assert (done.code, said in done.out.splitlines(), "--failed" in done.out) == (1, True, False)
    assert " undo " in done.last_line


async def test_a_plan_that_apply_would_refuse_is_not_offered(renamer: Command) -> None:
    """Its last line says what to repair."""
    planned = await renamer.plan(renamer.sheet([*renamer.seed(3), ("gone", "New")]), "--max-failures", "0")
    assert "apply would refuse this plan" in planned.out
    assert planned.last_line == "1 order is not in this account: repair the spreadsheet and plan it again."


def withdraw_key(renamer: Command) -> None:
    """Let the API take another key from now on."""
    taking_another = Sandbox(store=renamer.sandbox.store, api_key="another")
    renamer.sandbox._api = taking_another._api


async def test_a_limit_is_named_last_with_its_place(renamer: Command) -> None:
    """The spreadsheet is in order, so nothing is said of repairing it."""
    (renamer.folder / "c.toml").write_text("max_renames = 2\n", encoding="utf-8")
    refused = await renamer.apply(renamer.sheet(renamer.seed(3)), "--config", "c.toml")
    why = "The plan would rename 3 orders, more than max_renames = 2 in c.toml allows; nothing was sent. "
    helps = "Raise that limit, or rename a few with --first N."
    assert (refused.code, refused.last_line) == (2, why + helps)


async def test_a_run_whose_key_was_withdrawn_goes_on_with_another(renamer: Command) -> None:
    """What was sent stays noted, and the rest follows."""
    sheet, gate = renamer.sheet(renamer.seed(3)), renamer.hold_renames(first=2)
    async with renamer.start(*renamer.line("apply", sheet, "--workers", "1")) as started:
        await gate.until_waiting(1)
        withdraw_key(renamer)
        gate.open()
        stopped = await started.ended()
    ended = await renamer.paste(stopped.last_line, key="another")
    assert (stopped.code, ended.code, renamer.names) == (3, 0, TRUE_NAMES), ended.err
