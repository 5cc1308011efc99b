"""Nights and the calendar: the clock changes, days without a night, weeks of the same trouble, and what is kept."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.nights.sheets import csv_of, xlsx_of
from tests.nights.story import Story, Tale
from tests.nights.truth import AGAIN, Told

_DAY = datetime.timedelta(days=1)


async def clock_changes(now: Story) -> None:
    """The night of a change of the clock is a night like any other, also in the hour that there is twice."""
    for day, at, fold in (((2028, 3, 26), (3, 5), 0), ((2028, 10, 29), (2, 30), 0), ((2028, 10, 29), (2, 30), 1)):
        names = now.fresh(2)
        now.house.day = datetime.date(*day)
        now.house.put_in(f"clock {fold}.csv", csv_of(names))
        told = Told(
            done=(f"clock {fold}.csv",), renamed=names, page=(f"0{at[0]}:{at[1]:02}", f"clock {fold}.csv.*2 renamed")
        )
        await now.night(f"the night of {now.house.day}, fold {fold}", told, at=at, fold=fold)


async def overwritten_orders(now: Story) -> None:
    """The same name on one day and on the next: each file is kept, and none replaces another."""
    first, second, third = now.fresh(2), now.fresh(2), now.fresh(2)
    now.house.put_in("orders.xlsx", xlsx_of(first))
    await now.night("orders.xlsx", Told(done=("orders.xlsx",), renamed=first))
    now.house.day -= _DAY
    now.house.put_in("orders.xlsx", xlsx_of(second))
    seen = await now.night(
        "another orders.xlsx on the same day", Told(done=("orders (2).xlsx",), renamed=second), at=(5, 0)
    )
    assert seen.before != seen.after
    now.house.put_in("orders.xlsx", xlsx_of(third))
    await now.night("and one on the next day", Told(done=("orders.xlsx",), renamed=third))


async def dead_cron(now: Story) -> None:
    """After days without a night `status` is critical, and the next night says since when there was none."""
    await now.night("a night", Told())
    now.house.day += 5 * _DAY
    ended = await now.house.ask("status", "--max-age", "26h")
    assert ended.code == 2, ended
    names = now.fresh(2)
    now.house.put_in("waited.csv", csv_of(names))
    await now.night("the first night after five days", Told(done=("waited.csv",), renamed=names))
    ended = await now.house.ask("status", "--max-age", "26h")
    assert ended.code == 0, ended


async def one_order_fails(now: Story) -> None:
    """4 % of a sheet fail: told once, tried on three further nights, told once more when it is given up."""
    names = now.fresh(24)
    [(order, name)] = now.fresh(1).items()
    now.house.settings = {"attempts": 1}
    now.house.install()
    fault = Fault(kind=FaultKind.SERVER_ERROR)
    now.house.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", order_id=order, times=None)])
    now.house.put_in("agency.csv", csv_of(names | {order: name}))
    await now.night(
        "24 of 25",
        Told(
            code=1,
            problems=("agency.csv",),
            renamed=names,
            page=("agency.csv.*24 renamed", "1 unknown", "tried again"),
            message=("agency.csv", "1 of 25 rows", "tried again on the next 3 nights"),
            message_never=(order,),
        ),
    )
    for number in (1, 2):
        await now.night(
            f"try {number}", Told(code=1, page=("agency.csv",), page_never=("Nothing needs you", "now\nin the inbox"))
        )
    told = Told(code=1, page=("agency.csv.*not tried again",), message=("agency.csv", "not tried again"))
    await now.night("the last try", told)
    now.mended()
    await now.night("it does not come again", Told(page_never=("agency.csv",)))
    more = now.fresh(1)
    now.house.put_in("good.csv", csv_of(more | {order: name}))
    await now.night("a person puts it in again", Told(done=("good.csv",), renamed=more | {order: name}, message=AGAIN))


async def one_order_fails_once(now: Story) -> None:
    """What failed is done by the next night, and people hear that all is well again."""
    names = now.fresh(24)
    [(order, name)] = now.fresh(1).items()
    fault = Fault(kind=FaultKind.SERVER_ERROR)
    now.house.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", order_id=order, times=None)])
    now.house.put_in("partner.csv", csv_of(names | {order: name}))
    told = Told(code=1, problems=("partner.csv",), renamed=names, page=("1 unknown",), message=("partner.csv",))
    await now.night("one order fails", told)
    now.mended()
    told = Told(
        renamed={order: name},
        page=("partner.csv",),
        page_never=("25 orders renamed", "now\nin the inbox"),
        message=AGAIN,
    )
    seen = await now.night("it is tried again", told)
    renewed = [path for path in seen.after if "/partner.report-" in path and seen.after[path] != seen.before[path]]
    assert len(renewed) == 4, f"reports that say what the run has come to: {renewed}"
    assert len({seen.after[path] for path in renewed}) == 2, renewed
    now.house.settings = {}
    now.house.install()


async def weeks_of_the_same(now: Story) -> None:
    """Trouble that goes on is told again after a week; nights without a sheet are told where that is wanted."""
    names = now.fresh(2)
    now.house.put_in("week.csv", csv_of(names))
    key, now.house.key = now.house.key, "sk-live-revoked-0815"
    now.house.install()
    told = Told(code=3, stays=("week.csv",), page=("key",))
    await now.night("the key was revoked", replace(told, message=("key",)))
    for number in range(2, 8):
        await now.night(f"night {number}", told)
    await now.night("a week later", replace(told, message=("reminder", "nothing has changed since")))
    now.house.key = key
    now.house.nightly = {"nothing_came_nights": 3, "tell_good": True}
    now.house.install()
    await now.night("a new key", Told(done=("week.csv",), renamed=names, message=AGAIN))
    for number in (1, 2):
        await now.night(f"no sheet, {number}", Told())
    await now.night("no sheet for the third night", Told(message=("no spreadsheet came for 3 nights",)))
    await now.night("nor for the fourth", Told())
    more = now.fresh(1)
    now.house.put_in("came.csv", csv_of(more))
    await now.night("one came", Told(done=("came.csv",), renamed=more, message=("came.csv",)))
    even_more = now.fresh(1)
    now.house.put_in("good.csv", csv_of(even_more))
    await now.night(
        "a good night is told", Told(done=("good.csv",), renamed=even_more, message=("1 of 1 spreadsheet done",))
    )
    now.house.nightly = {}
    now.house.install()


async def notifier_hangs(now: Story) -> None:
    """A webhook that never answers keeps no night: the mail arrives, and the exit code is that of the files."""
    names = now.fresh(2)
    now.house.hook.silent = True
    now.house.put_in("quiet.csv", csv_of({"nowhere": "Nothing"} | names))
    await now.night(
        "the webhook never answers",
        Told(
            code=1,
            problems=("quiet.csv",),
            renamed=names,
            message=("quiet.csv",),
            page=("quiet.csv", "message"),
            mail_only=True,
        ),
    )
    now.house.hook.silent = False


async def heartbeat_is_down(now: Story) -> None:
    """It is said, and nothing else changes."""
    names = now.fresh(2)
    now.house.beat.status = 500
    now.house.put_in("pulse.csv", csv_of(names))
    await now.night(
        "the heartbeat answers 500",
        Told(
            done=("pulse.csv",),
            renamed=names,
            page=("heartbeat.*500",),
            log=("heartbeat",),
            message=AGAIN,  # the night before had a bad row
            beats=("/start", "/start", "/start", "", "", ""),
        ),
    )
    now.house.beat.status = 200


async def what_is_kept(now: Story) -> None:
    """Folders that are older than the days of the configuration go; what is younger stays."""
    now.house.nightly = {"keep_done_days": 3, "keep_reports_days": 3}
    now.house.install()
    names = now.fresh(2)
    now.house.put_in("kept.csv", csv_of(names))
    now.house.forget_done()
    seen = await now.night("a good sheet", Told(done=("kept.csv",), renamed=names))
    now.house.nightly = {}
    now.house.install()
    first = str(seen.began.date() - 3 * _DAY)
    for folder in ("done", "reports"):
        dates = {path.split("/")[1] for path in seen.after if re.match(rf"{folder}/[0-9-]+/", path)}
        # The upgrade has begun with another journal; what that has moved is not this one's to remove.
        assert not any("2028" <= date < first for date in dates), f"{folder} has {sorted(dates)}"


STORIES: dict[str, Tale] = {
    "clock changes": clock_changes,
    "overwritten orders.xlsx": overwritten_orders,
    "dead cron": dead_cron,
    "one order fails": one_order_fails,
    "one order fails once": one_order_fails_once,
    "weeks of the same": weeks_of_the_same,
    "notifier hangs": notifier_hangs,
    "heartbeat is down": heartbeat_is_down,
    "what is kept": what_is_kept,
}
"""The stories by their titles."""
