"""Nights with trouble on the way to the API: the key, the account, the network, the limit, edits by other people."""

from __future__ import annotations

import asyncio

from batch_renamer.sandbox import LimitSpec, Outage, Sandbox, running
from tests.nights.sheets import csv_of, xlsx_of
from tests.nights.story import Story, Tale
from tests.nights.truth import AGAIN, Told


async def outage_all_night(now: Story) -> None:
    """Two nights in an outage are told once; the sheet stays, and the night after them does all of it."""
    names = now.fresh(5)
    now.house.settings = {"patience": 1}
    now.house.install()
    now.house.put_in("patient.csv", csv_of(names))
    now.house.sandbox.outage = Outage()
    message = ("stopped early", "patient.csv")
    await now.night("an outage", Told(code=4, stays=("patient.csv",), page=("patient.csv",), message=message))
    await now.night("it goes on", Told(code=4, stays=("patient.csv",), page=("patient.csv",)))
    now.mended()
    await now.night("it is over", Told(done=("patient.csv",), renamed=names, message=AGAIN))
    now.house.settings = {}
    now.house.install()


async def outage_of_three_minutes(now: Story) -> None:
    """The night waits until it is over, and sends no message."""
    names = now.fresh(20)
    now.house.put_in("short.csv", csv_of(names))
    now.house.settings = {"rate": 40}
    now.house.install()

    async def outage() -> None:
        while not any(one.method == "PATCH" for one in now.house.sandbox.log):  # noqa: ASYNC110 - a real process
            await asyncio.sleep(0.01)
        now.house.sandbox.outage = Outage()
        await asyncio.sleep(2)
        now.house.sandbox.outage = None

    now.house.sandbox.log.clear()
    await now.night(
        "the API is away for a while",
        Told(done=("short.csv",), renamed=names, page=("short.csv.*20 renamed",)),
        meanwhile=outage,
    )
    now.house.settings = {}
    now.house.install()


async def limit_lowered(now: Story) -> None:
    """A limit that is lower than ever slows the night down, and that is all."""
    names = now.fresh(40)
    now.house.sandbox.set_limit(LimitSpec(requests=30, algorithm="sliding"))
    now.house.put_in("slow.csv", csv_of(names))
    await now.night("30 requests a second", Told(done=("slow.csv",), renamed=names, page=("slow.csv.*40 renamed",)))


async def key_revoked(now: Story) -> None:
    """The key is refused: told once, and once more when it works again; the sheet stays."""
    names = now.fresh(2)
    now.house.put_in("locked-out.xlsx", xlsx_of(names))
    key, now.house.key = now.house.key, "sk-live-revoked-0815"
    now.house.install()
    stays = ("locked-out.xlsx",)
    message = ("key", "stopped early|could not begin")
    await now.night("the key was revoked", Told(code=3, stays=stays, page=("key",), message=message))
    await now.night("it still is", Told(code=3, stays=stays, page=("key",)))
    now.house.key = key
    now.house.install()
    await now.night("a new key", Told(done=stays, renamed=names, message=AGAIN))


async def key_file_unreadable(now: Story) -> None:
    """A night without its key could not begin: recorded, told, and the heartbeat knows."""
    names = now.fresh(2)
    now.house.put_in("keyless.csv", csv_of(names))
    key = now.house.path("etc", "office.key")
    key.unlink()
    key.mkdir()
    message = ("could not begin", r"office\.key")
    told = Told(code=2, stays=("keyless.csv",), page=(r"office\.key",), message=message, said=(r"office\.key",))
    await now.night("a folder in the place of the key file", told)
    key.rmdir()
    now.house.install()
    await now.night("the key is back", Told(done=("keyless.csv",), renamed=names, message=AGAIN))


async def wrong_account(now: Story) -> None:
    """The configuration leads to another account: its orders are not there, so nothing is sent."""
    names = now.fresh(30)
    now.house.put_in("ours.csv", csv_of(names))
    other = Sandbox(api_key="sk-live-the-other-9911")
    other.store.seed_many((f"b{number}", f"Theirs {number}") for number in range(40))
    own = now.house.base_url, now.house.key
    async with running(other) as base_url:
        now.house.base_url, now.house.key = base_url, other.api_key
        now.house.install()
        await now.night(
            "the other account",
            Told(
                code=4,
                problems=("ours.csv",),
                page=("ours.csv",),
                message=("ours.csv", "1 needs you", "30 orders are not in this account"),
                elsewhere=True,
            ),
        )
        assert not any(one.method == "PATCH" for one in other.log)
    now.house.base_url, now.house.key = own
    now.house.install()
    path = next(now.house.inbox.glob("problems/*/ours.csv"))
    now.house.put_in("ours.csv", now.house.taken_away(path))
    await now.night("the right account", Told(done=("ours.csv",), renamed=names, message=AGAIN))


async def edits_by_others(now: Story) -> None:
    """A name that a colleague gave is left alone, by the guard and by what a run knows of its own renames."""
    names = now.fresh(3)
    order, *others = names
    guarded = {order: ("Old " + order[1:], names[order])} | {one: ("Old " + one[1:], names[one]) for one in others}
    text = "order_id,current_name,new_name\n" + "".join(f"{one},{a},{b}\n" for one, (a, b) in guarded.items())
    now.house.put_in("guarded.csv", text.encode())
    now.edited(order, "By hand")
    renamed = {one: names[one] for one in others}
    await now.night(
        "a colleague was faster",
        Told(
            code=1,
            problems=("guarded.csv",),
            renamed=renamed,
            page=("guarded.csv.*2 renamed", "1 drifted"),
            message=("guarded.csv", "1 of 3 rows", "1 drifted"),
        ),
    )
    await now.night("drifted rows do not come again", Told())
    more = now.fresh(2)
    now.house.put_in("later.csv", csv_of(more))
    await now.night("a good sheet", Told(done=("later.csv",), renamed=more, message=AGAIN))
    now.edited(next(iter(more)), "By hand, too")
    now.house.put_in("later.csv", csv_of(more))
    await now.night(
        "the same sheet, after an edit", Told(done=("later.csv",), page=("same rows as run",), no_reports=True)
    )


STORIES: dict[str, Tale] = {
    "outage all night": outage_all_night,
    "outage of three minutes": outage_of_three_minutes,
    "limit lowered": limit_lowered,
    "key revoked": key_revoked,
    "key file unreadable": key_file_unreadable,
    "wrong account": wrong_account,
    "edits by others": edits_by_others,
}
"""The stories by their titles."""
