"""``--sandbox``: plan, apply and apply again on orders that are kept, without a key and far from the real one."""

from __future__ import annotations

import shlex

from tests.support.served import Command

GUARDED = ("order_id", "current_name", "new_name")
ROWS = [("a1", "12 Elm", "12 Elm Street"), ("a2", "", "14 Elm Street"), ("a3", "16 Elm", "16 Elm Street")]


async def test_plan_apply_and_apply_again_build_on_one_another(renamer: Command) -> None:
    """The sheet's orders are there, named as it says; what one command renamed the next one finds renamed."""
    sheet = renamer.sheet(ROWS, headings=GUARDED)
    plan = await renamer.run("plan", str(sheet), "--sandbox", "--json", key=None)
    assert (plan.code, plan.results) == (0, ["planned"] * 3)
    assert [row["old_name"] for row in plan.rows][::2] == ["12 Elm", "16 Elm"]
    # The plan's last line is pasted; there is no terminal to say yes on.
    assert shlex.split(plan.last_line)[:5] == ["batch-renamer", "apply", "--plan", plan.result["run_id"], "--sandbox"]
    applied = await renamer.paste(f"{plan.last_line} --yes --json", key=None)
    assert (applied.code, [row["result"] for row in applied.rows]) == (0, ["renamed"] * 3)
    again = await renamer.run("apply", str(sheet), "--sandbox", "--yes", "--json", key=None)
    assert (again.code, again.results) == (0, ["unchanged"] * 3)
    reset = await renamer.run("plan", str(sheet), "--sandbox", "--sandbox-reset", "--json", key=None)
    assert reset.results == ["planned"] * 3
    assert renamer.requests == []


async def test_the_real_key_and_the_real_address_are_not_looked_at(renamer: Command) -> None:
    """Neither a variable, a key file that can't be read nor a base URL in the configuration plays a part."""
    config = renamer.folder / "config.toml"
    config.write_text(f'base_url = "{renamer.base_url}"\napi_key_file = "missing.key"\n', encoding="utf-8")
    sheet = renamer.sheet(ROWS, headings=GUARDED)
    words = ["apply", str(sheet), "--sandbox", "--yes", "--config", str(config)]
    ran = await renamer.run(*words, key="no key\x01at all")
    assert (ran.code, renamer.requests) == (0, [])
    assert not (renamer.state / "journal.sqlite3").exists()
    assert (renamer.state / "sandbox" / "journal.sqlite3").is_file()


async def test_a_reset_needs_the_sandbox(renamer: Command) -> None:
    """Alone it would be a command to the real API from a person who is thinking of practice."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(1)), "--sandbox-reset")
    assert (ran.code, renamer.requests) == (2, [])
    assert "--sandbox" in ran.err
