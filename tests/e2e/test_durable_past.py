"""Past runs: undo and undo of the undo, audit, kept plans and what they are bound to, lists, reports, and pruning."""

from __future__ import annotations

import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.command import KEY
from tests.support.crashing import OPTIONS
from tests.support.served import Command, rows_of, served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve four orders, one of them without a name, and write a sheet that renames them."""
    async with served(tmp_path, options=OPTIONS) as made:
        made.begin_with({"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": None})
        made.sheet([(f"o{number}", f"New {number}") for number in range(1, 5)])
        yield made


async def done(renamer: Command, command: str, *words: str, code: int = 0) -> str:
    """Run a command to its end, and return the id of its run."""
    ended = await renamer.do(command, *words, "--json")
    assert ended.code == code, ended.err
    return str(ended.result["run_id"])


async def counts(renamer: Command, command: str, *words: str) -> dict[str, int]:
    """Run a command, and return how many rows had which result."""
    found: dict[str, int] = (await renamer.do(command, *words, "--json")).result["counts"]
    return found


async def test_undo_of_500_orders_and_undo_of_that(renamer: Command) -> None:
    """480 have their old name back, the 20 that another person renamed keep theirs; and all the way back again."""
    old = {f"o{number}": f"Old {number}" for number in range(500)}
    renamer.begin_with(dict(old))
    renamer.sheet([(order, f"New {order}") for order in old])
    await done(renamer, "apply", "orders.csv")
    theirs = {f"o{number}": f"Theirs {number}" for number in range(0, 500, 25)}
    for order, name in theirs.items():
        renamer.sandbox.store.rename(order, name)
    assert await counts(renamer, "undo") == {"renamed": 480, "drifted": 20}
    assert renamer.names == old | theirs
    assert await counts(renamer, "undo") == {"renamed": 480}
    assert renamer.names == {order: f"New {order}" for order in old} | theirs


async def test_several_runs_back(renamer: Command) -> None:
    """The older of two runs is undone only where the newer one has left it alone, or was undone itself."""
    first = await done(renamer, "apply", "orders.csv")
    renamer.sheet([("o1", "Newer 1")])
    second = await done(renamer, "apply", "orders.csv")
    assert await counts(renamer, "undo", first) == {"renamed": 2, "drifted": 1, "invalid": 1}
    assert renamer.names == {"o1": "Newer 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}
    assert await counts(renamer, "undo", second) == {"renamed": 1}
    assert await counts(renamer, "undo", first) == {"renamed": 1, "unchanged": 2, "invalid": 1}
    assert renamer.names == {"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}


async def test_what_cannot_be_given_back_is_said(renamer: Command) -> None:
    """Each row that an undo leaves alone says why."""
    run = await done(renamer, "apply", "orders.csv")
    renamer.sandbox.store.rename("o1", "Theirs")
    renamer.sandbox.store.delete("o2")
    undone = (await renamer.do("undo", run, "--json")).result
    assert (undone["command"], undone["exit_code"]) == ("undo", 1)
    assert {row["order_id"]: (row["result"], row["reason"]) for row in undone["rows"]} == {
        "o1": ("drifted", "The order no longer has the name that was to be taken back; it was left alone."),
        "o2": ("failed", "There is no order with this id in this account."),
        "o3": ("renamed", ""),
        "o4": ("invalid", "The order had no name before that run, so there is none to give back."),
    }


async def test_a_dry_undo_sends_nothing(renamer: Command) -> None:
    """It shows what would be put back, and the command that does it."""
    run = await done(renamer, "apply", "orders.csv")
    renamer.sandbox.log.clear()
    dry = await renamer.do("undo", run, "--dry-run")
    assert (dry.code, renamer.patched) == (1, [])
    assert dry.last_line.startswith(f"batch-renamer undo {run} ")
    assert ((await renamer.paste(dry.last_line)).code, len(renamer.patched)) == (1, 3)
    again = await renamer.do("undo", run, "--dry-run")
    assert again.out.startswith(f"Dry run, to undo run {run} (orders.csv): 0 of 4 names would be put back.")


async def test_an_interrupted_undo_is_not_undone_by_mistake(renamer: Command) -> None:
    """Without an id, undo would be about the half-done undo itself: it says so, and does nothing."""
    await done(renamer, "apply", "orders.csv")
    assert (await renamer.do("undo", failpoint="send:6:after")).code == -9
    renamer.sandbox.log.clear()
    refused = await renamer.do("undo")
    assert (refused.code, "resume" in refused.err, renamer.patched) == (2, True, [])
    assert (await renamer.do("resume")).code == 1
    assert renamer.names == {"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}


async def test_audit(renamer: Command) -> None:
    """It says which orders still have the name, which have another one, and which are gone; nothing is sent."""
    run = await done(renamer, "apply", "orders.csv")
    renamer.sandbox.store.rename("o1", "Theirs")
    renamer.sandbox.store.delete("o2")
    renamer.sandbox.log.clear()
    audited = (await renamer.do("audit", "--json")).result
    assert (audited["command"], audited["exit_code"], renamer.patched) == ("audit", 1, [])
    assert {row["order_id"]: (row["result"], row["final_name"]) for row in audited["rows"]} == {
        "o1": ("drifted", "Theirs"),
        "o2": ("failed", None),
        "o3": ("unchanged", "New 3"),
        "o4": ("unchanged", "New 4"),
    }
    assert audited["rows"][0]["reason"] == f"The order does not have the name that run {run} gave it."
    said = (await renamer.do("audit", run)).out
    assert said.startswith(f"2 of 4 orders still have the names of run {run} (orders.csv).")


async def test_a_kept_plan_is_done_exactly(renamer: Command) -> None:
    """The sheet may be gone by then; an order that has changed since is drifted, and the rest goes on."""
    planned = await renamer.do("plan", "orders.csv")
    (renamer.folder / "orders.csv").unlink()
    renamer.sandbox.store.rename("o2", "Theirs")
    applied = await renamer.paste(f"{planned.last_line} --yes --report report.json")
    assert (applied.code, [row[-1] for row in rows_of(renamer.folder / "report.json")]) == (
        1,
        ["renamed", "drifted", "renamed", "renamed"],
    )
    assert renamer.names == {"o1": "New 1", "o2": "Theirs", "o3": "New 3", "o4": "New 4"}


async def test_a_plan_is_bound_to_its_account(renamer: Command) -> None:
    """Another base URL, another key or a profile: exit 2, and nothing was sent."""
    plan = await done(renamer, "plan", "orders.csv")
    renamer.sandbox.log.clear()
    (renamer.folder / "accounts.toml").write_text('[profiles.office]\napi_key_file = "key"\n', "utf-8")
    (renamer.folder / "key").write_text(KEY, "utf-8")
    other_key = await renamer.do("apply", "--plan", plan, key="another")
    elsewhere = await renamer.do("apply", "--plan", plan, "--base-url", "http://127.0.0.1:9")
    profile = await renamer.do("apply", "--plan", plan, "--config", "accounts.toml", "--profile", "office")
    said = [ended.err.strip().split(". ")[0] for ended in (other_key, elsewhere, profile)]
    assert ([other_key.code, elsewhere.code, profile.code], list(renamer.sandbox.log)) == ([2, 2, 2], [])
    assert "made with another key" in said[0]
    assert said[1].endswith(f"belongs to {renamer.base_url}, and this is http://127.0.0.1:9")
    assert said[2].endswith(f"belongs to {renamer.base_url}, and this is {renamer.base_url} (profile office)")


async def test_a_new_key_of_the_same_profile(renamer: Command) -> None:
    """The profile is the account: its key may be replaced, and that is said."""
    (renamer.folder / "accounts.toml").write_text('[profiles.office]\napi_key_file = "key"\n', "utf-8")
    office = ("--config", "accounts.toml", "--profile", "office")
    key = renamer.folder / "key"
    key.write_text(KEY, "utf-8")
    key.chmod(0o600)
    plan = await done(renamer, "plan", "orders.csv", *office)
    key.write_text("not-yet-valid", "utf-8")
    applied = await renamer.do("apply", "--plan", plan, *office)
    assert (applied.code, "The key of profile office has changed since run" in applied.out) == (3, True)


async def test_runs_show_and_report(renamer: Command) -> None:
    """Offline, in words and as JSON; a report is written again where it was, or where it is asked for."""
    run = await done(renamer, "apply", "orders.csv", "--report", "report.json")
    renamer.sandbox.log.clear()
    (renamer.folder / "report.json").unlink()
    listed = (await renamer.do("runs", "--json")).result
    assert {key: listed["runs"][0][key] for key in ("run_id", "command", "state", "counts")} == {
        "run_id": run,
        "command": "apply",
        "state": "done",
        "counts": {"renamed": 4},
    }
    assert (await renamer.do("runs")).out.splitlines()[1].split()[0] == run
    shown = (await renamer.do("show", run[:4], "--json")).result
    assert (shown["command"], shown["run_id"], len(shown["rows"])) == ("show", run, 4)
    assert (await renamer.do("report", "--json")).result == {
        "command": "report",
        "run_id": run,
        "exit_code": 0,
        "reports": [str(renamer.folder / "report.json")],
    }
    assert (await renamer.do("report", run, "--report", "again.csv")).out == "again.csv\n"
    assert (
        len(rows_of(renamer.folder / "report.json")),
        len((renamer.folder / "again.csv").read_bytes().splitlines()),
    ) == (
        4,
        5,
    )
    assert list(renamer.sandbox.log) == []


async def test_a_run_that_is_not_there(renamer: Command) -> None:
    """Whatever the command, it says so and exits 2; with --json as one object."""
    for command in ("resume", "undo", "audit", "show", "report"):
        ended = await renamer.do(command, "nosuch", "--json")
        assert (ended.code, ended.result["command"], ended.result["exit_code"]) == (2, command, 2)
        assert "nosuch" in ended.result["error"]


@pytest.mark.parametrize("what", ["7d", "0", "1"])
async def test_prune(renamer: Command, what: str) -> None:
    """Old runs go, by age or number, and the disk has the room back; what may still be resumed stays."""
    renamer.begin_with({f"o{number}": f"Old {number}" for number in range(300)})
    renamer.sheet([(order, f"New {order}") for order in renamer.names])
    assert (await renamer.do("apply", "orders.csv", failpoint="send:29:after")).code == -9
    interrupted = (await renamer.do("runs", "--json")).result["runs"][0]["run_id"]
    for _ in range(3):
        await done(renamer, "plan", "orders.csv")
    journal = renamer.state / "journal.sqlite3"
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE runs SET created_at = created_at - 8 * 86400 WHERE number < 4")
    connection.close()
    size = journal.stat().st_size
    pruned = await renamer.do("runs", "--prune", what)
    left = [line.split()[0] for line in pruned.out.splitlines()[1:]]
    assert (len(left), left[-1]) == (1 if what == "0" else 2, interrupted)
    assert journal.stat().st_size < size * 0.8
    assert (await renamer.do("resume", interrupted)).code == 0
    assert (await renamer.do("runs", "--prune", "soon")).code == 2


async def test_private(renamer: Command) -> None:
    """Folders are 0700 and files 0600, and the key is in none of them."""
    renamer.folder.joinpath("sub").mkdir()
    assert (await renamer.do("apply", "orders.csv", "--state-dir", "sub/state")).code == 0
    await renamer.run(
        "apply", "orders.csv", "--sandbox", "--yes", "--state-dir", str(renamer.folder / "sub" / "practice")
    )
    kept = [path for state in ("state", "practice") for path in (renamer.folder / "sub" / state).rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_file() and path.suffix != ".xlsx"}
    folders = {
        stat.S_IMODE(path.stat().st_mode) for path in [*kept, *(renamer.folder / "sub").iterdir()] if path.is_dir()
    }
    assert (modes, folders) == ({0o600}, {0o700})
    assert [path for path in kept if path.is_file() and KEY.encode() in path.read_bytes()] == []


async def test_a_lost_row_is_missed(renamer: Command) -> None:
    """A command that looks at a run whose rows don't add up says so, and exits 70."""
    plan = await done(renamer, "plan", "orders.csv")
    run = await done(renamer, "apply", "orders.csv", "--report", "report.json")
    with sqlite3.connect(renamer.state / "journal.sqlite3") as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
    connection.close()
    for words in (("show", run), ("report", run), ("resume", run), ("apply", "--plan", plan)):
        ended = await renamer.do(*words)
        assert (ended.code, "do not add up: 4 rows were read, 3 have a result" in ended.out + ended.err) == (70, True)


async def test_a_damaged_journal_is_set_aside(renamer: Command) -> None:
    """Exit 2 and where it is now; nothing was sent, and the next command begins a new one."""
    await done(renamer, "apply", "orders.csv")
    journal = renamer.state / "journal.sqlite3"
    damaged = b"not a database at all" * 500
    journal.write_bytes(damaged)
    renamer.sandbox.log.clear()
    refused = await renamer.do("apply", "orders.csv")
    [aside] = renamer.state.glob("journal.sqlite3.damaged-*")
    assert (refused.code, str(aside) in refused.err, list(renamer.sandbox.log)) == (2, True, [])
    assert aside.read_bytes() == damaged
    assert (await renamer.do("apply", "orders.csv")).code == 0


async def test_damage_found_on_the_way(renamer: Command) -> None:
    """A page that is broken in the middle of the file is found when it is read: the same."""
    renamer.sheet([(f"o{number}", f"New {number}") for number in range(2000)])
    await renamer.do("check", "orders.csv")
    run = await done(renamer, "plan", "orders.csv", code=1)
    journal = renamer.state / "journal.sqlite3"
    content = bytearray(journal.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40_000] = b"\xa5" * 40_000
    journal.write_bytes(content)
    refused = await renamer.do("show", run)
    assert (refused.code, len(list(renamer.state.glob("journal.sqlite3.damaged-*")))) == (4, 1)
    assert "was set aside as" in refused.err


async def test_a_newer_journal_is_refused(renamer: Command) -> None:
    """It is left as it is, with a sentence that says what to do."""
    await done(renamer, "apply", "orders.csv")
    with sqlite3.connect(renamer.state / "journal.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused = await renamer.do("runs")
    assert (refused.code, "newer version of batch-renamer" in refused.err) == (2, True)
    assert list(renamer.state.glob("*damaged*")) == []


async def test_a_report_that_could_not_be_written(renamer: Command) -> None:
    """Exit 4; every order was renamed, and resume writes the report, and only that."""
    report = renamer.folder / "reports"
    report.mkdir()
    target = report / "report.json"
    renamer.sandbox.store.seed("o1", "Old 1")
    gate = renamer.hold_renames(first=1)
    async with renamer.start(*renamer.line("apply", "orders.csv", "--report", str(target), "--json")) as started:
        await gate.until_waiting(1)
        report.rename(renamer.folder / "elsewhere")
        gate.open()
        ended = await started.ended()
    assert (ended.code, ended.result["counts"]) == (4, {"renamed": 4})
    report.mkdir()
    sent = len(renamer.patched)
    assert ((await renamer.do("resume")).code, len(rows_of(target)), len(renamer.patched)) == (0, 4, sent)
