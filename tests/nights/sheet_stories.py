"""Nights with sheets: good ones, none, unfinished ones, two that contradict each other, wrong ones."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from tests.nights.sheets import csv_of, excel_owner, libreoffice_owner, xlsx_of
from tests.nights.story import Story, Tale
from tests.nights.truth import AGAIN, Told
from tests.support.offline import other_date


async def good_sheets(now: Story) -> None:
    """A workbook and a CSV file: both are done, and no message is sent."""
    first, second = now.fresh(3), now.fresh(2)
    now.house.put_in("Monday.xlsx", xlsx_of(first))
    now.house.put_in("agency.csv", csv_of(second))
    await now.night(
        "two good sheets",
        Told(
            done=("Monday.xlsx", "agency.csv"),
            renamed=first | second,
            page=("Monday.xlsx.*3 renamed", "agency.csv.*2 renamed"),
        ),
    )


async def same_sheet_again(now: Story) -> None:
    """The same bytes, and the same rows in other bytes, are not sent again; what is corrected is sent alone."""
    names = now.fresh(3)
    now.house.put_in("Tuesday.xlsx", xlsx_of(names, saved=1))
    await now.night("a good sheet", Told(done=("Tuesday.xlsx",), renamed=names))
    same = Told(done=("Tuesday.xlsx",), page=("Tuesday.xlsx.*same rows as run",), no_reports=True)
    now.house.put_in("Tuesday.xlsx", xlsx_of(names, saved=1))
    await now.night("the same file again", same)
    now.house.put_in("Tuesday.xlsx", xlsx_of(names, saved=2))
    await now.night("the same rows, saved again", same)
    corrected = dict.fromkeys(list(names)[:1], "Corrected")
    now.house.put_in("Tuesday.xlsx", xlsx_of(names | corrected, saved=3))
    await now.night(
        "one name corrected",
        Told(done=("Tuesday.xlsx",), renamed=corrected, page=("Tuesday.xlsx.*1 renamed.*2 unchanged",)),
    )


async def no_sheet(now: Story) -> None:
    """An empty inbox is a good night; the heartbeat hears of it."""
    await now.night("nothing in the inbox", Told(page=("no spreadsheet",)))


async def half_written(now: Story) -> None:
    """What is still being written is not read; the next night reads all of it."""
    names = now.fresh(60)
    content = csv_of(names)
    path = now.house.inbox / "slow.csv"
    path.write_bytes(content[: content.index(b"\n", len(content) // 2) + 1])  # as far as it is written, it looks whole
    now.house.dated(path, now.house.evening + datetime.timedelta(hours=9, minutes=49))
    await now.night(
        "a writer that takes all night",
        Told(stays=("slow.csv",), page=("slow.csv.*still being written",)),
        env={other_date.GROWS: str(path)},
    )
    workbook = now.fresh(3)
    now.house.put_in("slow.csv", content)
    cut = now.house.inbox / "copy.xlsx"
    cut.write_bytes(xlsx_of(workbook)[:-800])
    now.house.dated(cut, now.house.evening + datetime.timedelta(hours=9, minutes=40))
    await now.night(
        "now whole, and a copy of a workbook that has stopped",
        Told(
            done=("slow.csv",),
            stays=("copy.xlsx",),
            renamed=names,
            page=("slow.csv.*60 renamed", "copy.xlsx.*half-written"),
        ),
    )
    now.house.put_in("copy.xlsx", xlsx_of(workbook))
    await now.night("the copy is whole", Told(done=("copy.xlsx",), renamed=workbook))


async def open_in_a_program(now: Story) -> None:
    """A workbook that is open waits, and the page says whose it is; closed, it is done."""
    first, second = now.fresh(2), now.fresh(2)
    now.house.put_in("Wednesday.xlsx", xlsx_of(first))
    now.house.put_in("list.ods.csv", csv_of(second))
    locks = (now.house.inbox / "~$Wednesday.xlsx", now.house.inbox / ".~lock.list.ods.csv#")
    for lock, content in zip(locks, (excel_owner("Anna Müller"), libreoffice_owner("Ben")), strict=True):
        lock.write_bytes(content)
        now.house.dated(lock)
    stays = ("Wednesday.xlsx", "list.ods.csv", *(lock.name for lock in locks))
    await now.night(
        "open in Excel and in LibreOffice",
        Told(stays=stays, page=("Wednesday.xlsx.*Anna Müller", r"list.ods.csv.*Ben")),
    )
    for lock in locks:
        lock.unlink()
    await now.night("closed", Told(done=("Wednesday.xlsx", "list.ods.csv"), renamed=first | second))


async def two_at_once(now: Story) -> None:
    """An order that two sheets name differently gets neither name; all others get theirs."""
    first, second = now.fresh(3), now.fresh(3)
    order = next(iter(first))
    now.house.put_in("Anna.csv", csv_of(first))
    now.house.put_in("Ben.csv", csv_of({order: "Another name"} | second))
    del first[order]
    both = ("Anna.csv", "Ben.csv")
    message = ("2 need", "Anna.csv", "Ben.csv")
    await now.night(
        "two sheets, one order, two names",
        Told(
            code=1,
            problems=both,
            renamed=first | second,
            page=("Anna.csv.*Ben.csv",),
            message=message,
            message_never=(order,),
        ),
    )
    now.house.put_in("decided.csv", csv_of({order: "The right name"}))
    await now.night(
        "a sheet with the right name",
        Told(done=("decided.csv",), renamed={order: "The right name"}, message=AGAIN),
    )


async def bad_rows(now: Story) -> None:
    """Good rows are done; what can't be done is named once, and is done when the sheet comes again."""
    names = now.fresh(6)
    late = f"late-{now.house.day}"
    rows = names | {late: "Soon there"}
    now.house.put_in("bad.csv", csv_of(rows | {"": "No id"}))
    await now.night(
        "an order that is not there yet, and a row without an id",
        Told(
            code=1,
            problems=("bad.csv",),
            renamed=names,
            page=("bad.csv.*6 renamed", "1 failed", "1 invalid", "1 order is not in this account"),
            message=("bad.csv", "2 of 8 rows", "1 failed", "1 invalid", "problems/"),
            message_never=(late,),
        ),
    )
    await now.night("nothing new", Told())
    now.house.sandbox.store.seed(late, "Just made")
    now.truth[late] = "Just made"
    now.house.put_in("bad.csv", csv_of(rows))
    told = Told(
        done=("bad.csv",), renamed={late: "Soon there"}, page=("6 unchanged.*1 renamed|1 renamed.*6 unchanged",)
    )
    await now.night("corrected, and now it is there", replace(told, message=AGAIN))


async def wrong_sheet(now: Story) -> None:
    """A sheet of another firm is refused before anything is sent; the good one beside it is done."""
    names = now.fresh(3)
    now.house.put_in("good.csv", csv_of(names))
    now.house.put_in("foreign.csv", csv_of({f"zz-{number}": f"Theirs {number}" for number in range(60)}))
    await now.night(
        "ids of another firm",
        Told(
            code=4,
            done=("good.csv",),
            problems=("foreign.csv",),
            renamed=names,
            page=("foreign.csv",),
            message=("foreign.csv", "1 needs you", "60 orders are not in this account"),
        ),
    )
    more = now.fresh(1)
    now.house.put_in("next.csv", csv_of(more))
    await now.night("a good sheet", Told(done=("next.csv",), renamed=more, message=AGAIN))


async def unusable_files(now: Story) -> None:
    """Files that are no sheets of ours go to problems with a reason, or stay and are named; the good one is done."""
    names = now.fresh(2)
    now.house.put_in("good.csv", csv_of(names))
    now.house.put_in("letter.csv", b"Dear Sir or Madam,\nplease find enclosed\n")
    now.house.put_in("Orders (1).csv", csv_of(more := now.fresh(1)))
    for name in ("download.csv.crdownload", ".hidden.csv", "~$gone.xlsx"):
        now.house.dated(_written(now, name, b"x"))
    now.house.dated(_written(now, "empty.csv", b""))
    stays = ("download.csv.crdownload", ".hidden.csv", "~$gone.xlsx", "empty.csv")
    await now.night(
        "a letter, a second sheet with a (1), an empty file and unfinished downloads",
        Told(
            code=2,
            done=("good.csv", "Orders (1).csv"),
            problems=("letter.csv",),
            stays=stays,
            no_reports=True,
            renamed=names | more,
            page=("letter.csv", r"Orders \(1\).csv", "empty.csv", "crdownload"),
            message=("letter.csv",),
            message_never=("hidden.csv",),
        ),
    )
    for name in stays:
        (now.house.inbox / name).unlink()
    await now.night("nothing else comes", Told(page_never=("letter.csv",)))


def _written(now: Story, name: str, content: bytes) -> Path:
    path = now.house.inbox / name
    path.write_bytes(content)
    return path


STORIES: dict[str, Tale] = {
    "good sheets": good_sheets,
    "same sheet again": same_sheet_again,
    "no sheet": no_sheet,
    "half-written": half_written,
    "open in a program": open_in_a_program,
    "two that contradict each other": two_at_once,
    "bad rows": bad_rows,
    "wrong sheet": wrong_sheet,
    "unusable files": unusable_files,
}
"""The stories by their titles."""
