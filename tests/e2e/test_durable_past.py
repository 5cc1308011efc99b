"""Past runs: undo and undo of the undo, audit, kept plans and what they are bound to, lists, reports, and pruning."""

from __future__ import annotations

import json
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.durable import KEY, Nursery, Place, place, rows_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Keep a process ready to be forked."""
    with Nursery.opened() as opened:
        yield opened


@pytest.fixture
async def here(tmp_path: Path, nursery: Nursery) -> AsyncIterator[Place]:
    """Serve four orders, one of them without a name, and write a sheet that renames them."""
    async with place(tmp_path, nursery) as made:
        made.seed({"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": None})
        made.sheet([(f"o{number}", f"New {number}") for number in range(1, 5)])
        yield made


async def done(here: Place, command: str, *words: str, code: int = 0) -> str:
    """Run a command to its end, and return the id of its run."""
    ended = await here.do(command, *words, "--json")
    assert ended.code == code, ended.err
    return str(ended.result["run_id"])


async def counts(here: Place, command: str, *words: str) -> dict[str, int]:
    """Run a command, and return how many rows had which result."""
    found: dict[str, int] = (await here.do(command, *words, "--json")).result["counts"]
    return found


async def test_undo_of_500_orders_and_undo_of_that(here: Place) -> None:
    """480 have their old name back, the 20 that somebody else renamed keep theirs; and all the way back again."""
    old = {f"o{number}": f"Old {number}" for number in range(500)}
    here.seed(dict(old))
    here.sheet([(order, f"New {order}") for order in old])
    await done(here, "apply", "orders.csv")
    theirs = {f"o{number}": f"Theirs {number}" for number in range(0, 500, 25)}
    for order, name in theirs.items():
        here.sandbox.store.rename(order, name)
    assert await counts(here, "undo") == {"renamed": 480, "drifted": 20}
    assert here.names == old | theirs
    assert await counts(here, "undo") == {"renamed": 480}
    assert here.names == {order: f"New {order}" for order in old} | theirs


async def test_several_runs_back(here: Place) -> None:
    """The older of two runs is undone only where the newer one has left it alone, or was undone itself."""
    first = await done(here, "apply", "orders.csv")
    here.sheet([("o1", "Newer 1")])
    second = await done(here, "apply", "orders.csv")
    assert await counts(here, "undo", first) == {"renamed": 2, "drifted": 1, "invalid": 1}
    assert here.names == {"o1": "Newer 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}
    assert await counts(here, "undo", second) == {"renamed": 1}
    assert await counts(here, "undo", first) == {"renamed": 1, "unchanged": 2, "invalid": 1}
    assert here.names == {"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}


async def test_what_cannot_be_given_back_is_said(here: Place) -> None:
    """Each row that an undo leaves alone says why."""
    run = await done(here, "apply", "orders.csv")
    here.sandbox.store.rename("o1", "Theirs")
    here.sandbox.store.delete("o2")
    undone = (await here.do("undo", run, "--json")).result
    assert (undone["command"], undone["exit_code"]) == ("undo", 1)
    assert {row["order_id"]: (row["result"], row["reason"]) for row in undone["rows"]} == {
        "o1": ("drifted", "The order no longer has the name that was to be taken back; it was left alone."),
        "o2": ("failed", "There is no order with this id in this account."),
        "o3": ("renamed", ""),
        "o4": ("invalid", "The order had no name before that run, so there is none to give back."),
    }


async def test_a_dry_undo_sends_nothing(here: Place) -> None:
    """It shows what would be put back, and the command that does it."""
    run = await done(here, "apply", "orders.csv")
    here.sandbox.log.clear()
    dry = await here.do("undo", run, "--dry-run")
    assert (dry.code, here.patched) == (1, [])
    assert dry.last_line.startswith(f"batch-renamer undo {run} ")
    assert ((await here.paste(dry.last_line)).code, len(here.patched)) == (1, 3)
    again = await here.do("undo", run, "--dry-run")
    assert again.out.startswith(f"Dry run, to undo run {run} (orders.csv): 0 of 4 names would be put back.")


async def test_an_interrupted_undo_is_not_undone_by_mistake(here: Place) -> None:
    """Without an id, undo would be about the half-done undo itself: it says so, and does nothing."""
    await done(here, "apply", "orders.csv")
    assert (await here.do("undo", failpoint="send:6:after")).code == -9
    here.sandbox.log.clear()
    refused = await here.do("undo")
    assert (refused.code, "resume" in refused.err, here.patched) == (2, True, [])
    assert (await here.do("resume")).code == 1
    assert here.names == {"o1": "Old 1", "o2": "Old 2", "o3": "Old 3", "o4": "New 4"}


async def test_audit(here: Place) -> None:
    """It says which orders still have the name, which have another one, and which are gone; nothing is sent."""
    run = await done(here, "apply", "orders.csv")
    here.sandbox.store.rename("o1", "Theirs")
    here.sandbox.store.delete("o2")
    here.sandbox.log.clear()
    audited = (await here.do("audit", "--json")).result
    assert (audited["command"], audited["exit_code"], here.patched) == ("audit", 1, [])
    assert {row["order_id"]: (row["result"], row["final_name"]) for row in audited["rows"]} == {
        "o1": ("drifted", "Theirs"),
        "o2": ("failed", None),
        "o3": ("unchanged", "New 3"),
        "o4": ("unchanged", "New 4"),
    }
    assert audited["rows"][0]["reason"] == f"The order does not have the name that run {run} gave it."
    said = (await here.do("audit", run)).out
    assert said.startswith(f"2 of 4 orders still have the names of run {run} (orders.csv).")


async def test_a_kept_plan_is_done_exactly(here: Place) -> None:
    """The sheet may be gone by then; an order that has changed since is drifted, and the rest goes on."""
    planned = await here.do("plan", "orders.csv")
    (here.folder / "orders.csv").unlink()
    here.sandbox.store.rename("o2", "Theirs")
    applied = await here.paste(f"{planned.last_line} --yes --report report.json")
    assert (applied.code, [row[-1] for row in rows_of(here.folder / "report.json")]) == (
        1,
        ["renamed", "drifted", "renamed", "renamed"],
    )
    assert here.names == {"o1": "New 1", "o2": "Theirs", "o3": "New 3", "o4": "New 4"}


async def test_a_plan_is_bound_to_its_account(here: Place) -> None:
    """Another base URL, another key or a profile: exit 2, and nothing was sent."""
    plan = await done(here, "plan", "orders.csv")
    here.sandbox.log.clear()
    (here.folder / "accounts.toml").write_text('[profiles.office]\napi_key_file = "key"\n', "utf-8")
    (here.folder / "key").write_text(KEY, "utf-8")
    other_key = await here.do("apply", "--plan", plan, env={"AUTOENHANCE_API_KEY": "another"})
    elsewhere = await here.do("apply", "--plan", plan, "--base-url", "http://127.0.0.1:9")
    profile = await here.do("apply", "--plan", plan, "--config", "accounts.toml", "--profile", "office")
    said = [ended.err.strip().split(". ")[0] for ended in (other_key, elsewhere, profile)]
    assert ([other_key.code, elsewhere.code, profile.code], list(here.sandbox.log)) == ([2, 2, 2], [])
    assert "made with another key" in said[0]
    assert said[1].endswith(f"belongs to {here.base_url}, and this is http://127.0.0.1:9")
    assert said[2].endswith(f"belongs to {here.base_url}, and this is {here.base_url} (profile office)")


async def test_a_new_key_of_the_same_profile(here: Place) -> None:
    """The profile is the account: its key may be replaced, and that is said."""
    (here.folder / "accounts.toml").write_text('[profiles.office]\napi_key_file = "key"\n', "utf-8")
    office = ("--config", "accounts.toml", "--profile", "office")
    key = here.folder / "key"
    key.write_text(KEY, "utf-8")
    key.chmod(0o600)
    plan = await done(here, "plan", "orders.csv", *office)
    key.write_text("not-yet-valid", "utf-8")
    applied = await here.do("apply", "--plan", plan, *office)
    assert (applied.code, "The key of profile office has changed since run" in applied.out) == (3, True)


async def test_runs_show_and_report(here: Place) -> None:
    """Offline, in words and as JSON; a report is written again where it was, or where it is asked for."""
    run = await done(here, "apply", "orders.csv", "--report", "report.json")
    here.sandbox.log.clear()
    (here.folder / "report.json").unlink()
    listed = (await here.do("runs", "--json")).result
    assert {key: listed["runs"][0][key] for key in ("run_id", "command", "state", "counts")} == {
        "run_id": run,
        "command": "apply",
        "state": "done",
        "counts": {"renamed": 4},
    }
    assert (await here.do("runs")).out.split()[0] == run
    shown = (await here.do("show", run[:4], "--json")).result
    assert (shown["command"], shown["run_id"], len(shown["rows"])) == ("show", run, 4)
    assert (await here.do("report", "--json")).result == {
        "command": "report",
        "run_id": run,
        "exit_code": 0,
        "reports": [str(here.folder / "report.json")],
    }
    assert (await here.do("report", run, "--report", "again.csv")).out == "again.csv\n"
    assert (len(rows_of(here.folder / "report.json")), len((here.folder / "again.csv").read_bytes().splitlines())) == (
        4,
        5,
    )
    assert list(here.sandbox.log) == []


async def test_a_run_that_is_not_there(here: Place) -> None:
    """Whatever the command, it says so and exits 2; with --json as one object."""
    for command in ("resume", "undo", "audit", "show", "report"):
        ended = await here.do(command, "nosuch", "--json")
        assert (ended.code, ended.result["command"], ended.result["exit_code"]) == (2, command, 2)
        assert "nosuch" in ended.result["error"]


@pytest.mark.parametrize("what", ["7d", "0", "1"])
async def test_prune(here: Place, what: str) -> None:
    """Old runs go, by age or number, and the disk has the room back; what may still be resumed stays."""
    here.seed({f"o{number}": f"Old {number}" for number in range(300)})
    here.sheet([(order, f"New {order}") for order in here.names])
    assert (await here.do("apply", "orders.csv", failpoint="send:29:after")).code == -9
    interrupted = (await here.do("runs", "--json")).result["runs"][0]["run_id"]
    for _ in range(3):
        await done(here, "plan", "orders.csv")
    journal = here.state / "journal.sqlite3"
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE runs SET created_at = created_at - 8 * 86400 WHERE number < 4")
    connection.close()
    size = journal.stat().st_size
    pruned = await here.do("runs", "--prune", what)
    left = [line.split()[0] for line in pruned.out.splitlines()]
    assert (len(left), left[-1]) == (1 if what == "0" else 2, interrupted)
    assert journal.stat().st_size < size * 0.8
    assert (await here.do("resume", interrupted)).code == 0
    assert (await here.do("runs", "--prune", "soon")).code == 2


async def test_private(here: Place) -> None:
    """Folders are 0700 and files 0600, and the key is in none of them."""
    here.folder.joinpath("sub").mkdir()
    words = [
        word.replace(str(here.state), str(here.folder / "sub" / "state")) for word in here.words("apply", "orders.csv")
    ]
    assert (await here.do_line(*words)).code == 0
    await here.do_line(
        "apply", "orders.csv", "--sandbox", "--yes", "--state-dir", str(here.folder / "sub" / "practice")
    )
    kept = [path for state in ("state", "practice") for path in (here.folder / "sub" / state).rglob("*")]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_file() and path.suffix != ".xlsx"}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in [*kept, *(here.folder / "sub").iterdir()] if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert [path for path in kept if path.is_file() and KEY.encode() in path.read_bytes()] == []


async def test_a_lost_row_is_missed(here: Place) -> None:
    """Whoever looks at a run whose rows don't add up is told so, and exits 70."""
    plan = await done(here, "plan", "orders.csv")
    run = await done(here, "apply", "orders.csv", "--report", "report.json")
    with sqlite3.connect(here.state / "journal.sqlite3") as connection:
        connection.execute("DELETE FROM rows WHERE row = 3")
    connection.close()
    for words in (("show", run), ("report", run), ("resume", run), ("apply", "--plan", plan)):
        ended = await here.do(*words)
        assert (ended.code, "do not add up: 4 rows were read, 3 have a result" in ended.out + ended.err) == (70, True)


async def test_a_damaged_journal_is_set_aside(here: Place) -> None:
    """Exit 2 and where it is now; nothing was sent, and the next command begins a new one."""
    await done(here, "apply", "orders.csv")
    journal = here.state / "journal.sqlite3"
    damaged = b"not a database at all" * 500
    journal.write_bytes(damaged)
    here.sandbox.log.clear()
    refused = await here.do("apply", "orders.csv")
    [aside] = here.state.glob("journal.sqlite3.damaged-*")
    assert (refused.code, str(aside) in refused.err, list(here.sandbox.log)) == (2, True, [])
    assert aside.read_bytes() == damaged
    assert (await here.do("apply", "orders.csv")).code == 0


async def test_damage_found_on_the_way(here: Place) -> None:
    """A page that is broken in the middle of the file is found when it is read: the same."""
    here.sheet([(f"o{number}", f"New {number}") for number in range(2000)])
    await here.do("check", "orders.csv")
    run = await done(here, "plan", "orders.csv", code=1)
    journal = here.state / "journal.sqlite3"
    content = bytearray(journal.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40_000] = b"\xa5" * 40_000
    journal.write_bytes(content)
    refused = await here.do("show", run)
    assert (refused.code, len(list(here.state.glob("journal.sqlite3.damaged-*")))) == (4, 1)
    assert "was set aside as" in refused.err


async def test_a_newer_journal_is_refused(here: Place) -> None:
    """It is left as it is, with a sentence that says what to do."""
    await done(here, "apply", "orders.csv")
    with sqlite3.connect(here.state / "journal.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused = await here.do("runs")
    assert (refused.code, "newer version of batch-renamer" in refused.err) == (2, True)
    assert list(here.state.glob("*damaged*")) == []


async def test_a_report_that_could_not_be_written(here: Place) -> None:
    """Exit 4; every order was renamed, and resume writes the report, and only that."""
    report = here.folder / "reports"
    report.mkdir()
    target = report / "report.json"
    here.sandbox.store.seed("o1", "Old 1")
    gate = here.hold_renames(first=1)
    async with here.started(*here.words("apply", "orders.csv", "--report", str(target), "--json")) as process:
        await gate.until_waiting(1)
        report.rename(here.folder / "elsewhere")
        gate.open()
        out, _ = await process.communicate()
    assert (process.returncode, json.loads(out)["counts"]) == (4, {"renamed": 4})
    report.mkdir()
    sent = len(here.patched)
    assert ((await here.do("resume")).code, len(rows_of(target)), len(here.patched)) == (0, 4, sent)
