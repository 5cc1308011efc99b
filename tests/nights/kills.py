"""A number of kills enters; nights with three sheets die that often at random instants, and what is wrong after leaves.

``python -m tests.nights.kills --kills 20`` takes about two minutes. Each time a night with three sheets (good, with a
bad row, and one that was done before) is killed with -9, moves and messages included; the next night must finish it:
each order as it was asked, no order sent again once it was answered and recorded, no spreadsheet lost or there twice,
each one in the folder where an undisturbed night puts it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.nights.house import House, Seen, open_house
from tests.nights.sheets import csv_of, xlsx_of
from tests.nights.story import account

__all__ = ["killed_night", "main"]

_ROWS = 12
_PLACES = {"done": ("again.csv", "good.xlsx"), "problems": ("partly.csv",)}


async def undisturbed_s(folder: Path) -> float:
    """Return how many seconds the night takes that is to be killed."""
    async with open_house(folder, account()) as house:
        await _before(house)
        return (await house.night()).ended.seconds


async def _before(house: House) -> dict[str, str]:
    """Let a night pass, and put three sheets into the inbox; return what their orders should be called."""
    orders = iter(account())
    done, good, partly = (
        {next(orders): f"{kind} {number}" for number in range(_ROWS)} for kind in ("Done", "Good", "Partly")
    )
    house.put_in("first.csv", csv_of(done))
    await house.night()
    house.put_in("again.csv", csv_of(done))
    house.put_in("good.xlsx", xlsx_of(good))
    house.put_in("partly.csv", csv_of(partly | {"not-there": "Nothing"}))
    return done | good | partly


async def killed_night(folder: Path, *, after_s: float) -> tuple[bool, list[str]]:
    """Kill a night after so many seconds, let the next one pass; return whether it died, and all that is wrong."""
    async with open_house(folder, account()) as house:
        truth = account() | await _before(house)
        killed = await house.night(kill_after_s=after_s)
        following = await house.night()
        return killed.ended.code == -9, [*_wrong(house, killed, following, truth)]


def _wrong(house: House, killed: Seen, following: Seen, truth: Mapping[str, str]) -> list[str]:
    wrong = [f"{order} is called {following.names[order]}" for order in truth if following.names[order] != truth[order]]
    sent = killed.patched + following.patched
    # What was answered and not yet recorded when the process died may be read, and must not be sent to another name;
    # the requests in flight at once are as many as the pace needs.
    wrong += [f"{order} was sent {times} times" for order, times in sent.items() if times > 2]
    ever = {order: {given.name for given in house.sandbox.store.history(order)} for order in truth}
    wrong += [
        f"{order} had the names {names}"
        for order, names in ever.items()
        if not names <= {account()[order], truth[order]}
    ]
    if following.ended.code not in (0, 1):
        wrong.append(
            f"the following night ended with {following.ended.code}: {following.ended.out}{following.ended.err}"
        )
    kept = Counter(digest for path, digest in following.after.items() if not path.startswith("reports/"))
    wrong += [
        f"a sheet is {'lost' if kept[digest] < times else 'there twice'}"
        for digest, times in house.put.items()
        if kept[digest] != times
    ]
    for folder, names in _PLACES.items():
        found = {path.rpartition("/")[2] for path in following.after if path.startswith(f"{folder}/")}
        wrong += [f"{name} is not in {folder}: {sorted(following.after)}" for name in names if name not in found]
    wrong += [f"{path} stayed" for path in following.after if "/" not in path]
    hidden = [path for path in following.after if path.rpartition("/")[2].startswith(".")]
    return wrong + [f"{path} was left behind" for path in hidden]


def main(words: Sequence[str] | None = None) -> int:
    """Kill, print, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.nights.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(words)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    with tempfile.TemporaryDirectory() as folder:
        took_s = asyncio.run(undisturbed_s(Path(folder)))
    sys.stdout.write(f"seed {seed}; an undisturbed night takes {took_s:.2f} s\n")
    wrong = died = 0
    for number in range(1, given.kills + 1):
        after_s = chance.uniform(0, took_s)
        with tempfile.TemporaryDirectory() as folder:
            has_died, found = asyncio.run(killed_night(Path(folder), after_s=after_s))
        died, wrong = died + has_died, wrong + len(found)
        sys.stdout.write(
            f"{number:3} after {after_s:.3f} s {'killed' if has_died else 'had ended'}: {found or 'all agree'}\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"{died} of {given.kills} nights were killed, {wrong} faults\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
