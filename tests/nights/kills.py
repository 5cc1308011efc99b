"""A number of kills enters; nights with three sheets die that often at random instants, and what is wrong after leaves.

``python -m tests.nights.kills --kills 20`` takes some minutes. Each time a night with three sheets (a workbook, a CSV
file, and one with a bad row) is killed with -9, moves and messages included; the next night must finish it:
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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from tests.nights.house import House, Seen, open_house
from tests.nights.sheets import csv_of, xlsx_of
from tests.nights.story import account

__all__ = ["Instant", "killed_night", "main"]

_ROWS = 12


class Instant(TypedDict, total=False):
    """When a night is killed."""

    after_s: float
    failpoint: str


_PLACES = {"done": ("good.xlsx", "other.csv"), "problems": ("partly.csv",)}


async def undisturbed_s(folder: Path) -> float:
    """Return how many seconds the night takes that is to be killed."""
    async with open_house(folder, account()) as house:
        await house.night()  # what forks has started now
        _put(house)
        return (await house.night()).ended.seconds


def _put(house: House) -> dict[str, str]:
    """Put three sheets into the inbox; return what their orders should be called."""
    orders = iter(account())
    good, other, partly = ({next(orders): f"{kind} {number}" for number in range(_ROWS)} for kind in "ABC")
    house.put_in("good.xlsx", xlsx_of(good))
    house.put_in("other.csv", csv_of(other))
    house.put_in("partly.csv", csv_of(partly | {"not-there": "Nothing"}))
    return good | other | partly


async def killed_night(
    folder: Path, *, after_s: float | None = None, failpoint: str = "", addresses: tuple[str, ...] = ("webhook",)
) -> tuple[bool, list[str]]:
    """Kill a night after so many seconds or at a failpoint, and let the next one pass.

    Return whether it died, and all that is wrong.
    """
    async with open_house(folder, account(), addresses=addresses) as house:
        truth = account() | _put(house)
        killed = await house.night(kill_after_s=after_s, failpoint=failpoint)
        following = await house.night()
        return killed.ended.code == -9, _wrong(house, killed, following, truth)


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


def at_random(kills: int, *, seed: int | None) -> Iterator[Instant]:
    """Yield random instants of a night."""
    seed = seed if seed is not None else random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)  # noqa: S311 - to be repeatable
    with tempfile.TemporaryDirectory() as folder:
        took_s = asyncio.run(undisturbed_s(Path(folder)))
    sys.stdout.write(f"seed {seed}; an undisturbed night takes {took_s:.2f} s\n")
    for _ in range(kills):
        yield {"after_s": chance.uniform(0, took_s)}


def at_boundaries(step: int) -> Iterator[Instant]:
    """Yield every ``step``-th commit and request of a night, now before it, now after it."""
    for kind, most in (("commit", 80), ("send", 90)):
        for number in range(1, most, step):
            yield {"failpoint": f"{kind}:{number}:{('before', 'after')[number // step % 2]}"}


def main(words: Sequence[str] | None = None) -> int:
    """Kill, print, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.nights.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--boundaries", type=int, help="kill at every so-manieth commit and request instead")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(words)
    instants = at_boundaries(given.boundaries) if given.boundaries else at_random(given.kills, seed=given.seed)
    wrong = died = tried = 0
    for instant in instants:
        with tempfile.TemporaryDirectory() as folder:
            has_died, found = asyncio.run(killed_night(Path(folder), **instant))
        tried, died, wrong = tried + 1, died + has_died, wrong + len(found)
        sys.stdout.write(f"{tried:3} {instant} {'killed' if has_died else 'had ended'}: {found or 'all agree'}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{died} of {tried} nights were killed, {wrong} faults\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
