"""A command and the instant at which its plug is pulled enter; proof that nothing is lost by it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from tests.support.command import Ended
from tests.support.served import Command, Row, rows_of

__all__ = [
    "COMMANDS",
    "HEADINGS",
    "OPTIONS",
    "RESULTS",
    "ROWS",
    "SEEDS",
    "Crash",
    "KilledCommand",
    "prove_boundaries",
    "prove_instant",
]

HEADINGS = ("order_id", "current_name", "new_name", "skip")
ROWS = [
    ("a1", "Old 1", "New 1", ""),
    ("a2", "", "New 2", ""),
    ("a3", "", "New 3", ""),
    ("gone", "", "New 4", ""),
    ("a5", "Not this", "New 5", ""),
    ("", "", "New 6", ""),
    ("a7", "", "New 7", "x"),
    ("a2", "", "New 2", ""),
    ("a8", "", "New 8", ""),
    ("a9", "", "New 9", ""),
]
"""A rename with a guard, one without, one that is done already; a missing order, a drifted, a bad and a skipped row, a
repeat, an order that had no name, and one more rename."""

RESULTS = [
    "renamed",
    "renamed",
    "unchanged",
    "failed",
    "drifted",
    "invalid",
    "skipped",
    "skipped",
    "renamed",
    "renamed",
]
"""What an undisturbed `apply` makes of them."""

OPTIONS = {"--rate": "10000", "--workers": "2"}
"""As fast as it can be, with little at once: most renames are boundaries of their own."""

SEEDS: dict[str, str | None] = {
    "a1": "Old 1",
    "a2": "Old 2",
    "a3": "New 3",
    "a5": "Old 5",
    "a7": "Old 7",
    "a8": None,
    "a9": "Old 9",
}
Sheet = Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KilledCommand:
    """A command to be killed.

    ``before`` are the commands that set the stage; where one has a failpoint, it dies there. ``ID`` among the words is
    the newest run then. ``by`` are the ways to take the command up: ``resume``, or the same words ``again``.
    """

    words: tuple[str, ...]
    before: tuple[tuple[tuple[str, ...], str], ...] = ()
    by: tuple[str, ...] = ("resume", "again")


_TO = ("--report", "report.json")
COMMANDS = {
    "plan": KilledCommand(words=("plan", "orders.csv", *_TO), by=("again",)),
    "apply": KilledCommand(words=("apply", "orders.csv", *_TO)),
    "apply --plan": KilledCommand(words=("apply", "--plan", "ID", *_TO), before=((("plan", "orders.csv"), ""),)),
    # The second PATCH is answered, and not recorded.
    "resume": KilledCommand(
        words=("resume",), before=((("apply", "orders.csv", *_TO), "send:10:after"),), by=("resume",)
    ),
    # The second read is answered, and not recorded: nothing was planned yet.
    "resume early": KilledCommand(
        words=("resume",), before=((("apply", "orders.csv", *_TO), "send:3:after"),), by=("resume",)
    ),
    "undo": KilledCommand(words=("undo", "ID", *_TO), before=((("apply", "orders.csv"), ""),), by=("resume",)),
}


class Crash:
    """One command that dies, at one sandbox, again and again from the same beginning."""

    def __init__(
        self,
        renamer: Command,
        killed: KilledCommand,
        *,
        rows: Sheet = ROWS,
        seeds: Mapping[str, str | None] = SEEDS,
    ) -> None:
        self.renamer, self.command = renamer, killed
        self._words = killed.words
        self._rows, self._first_seeds = rows, seeds
        self._seeds: dict[str, str | None] = {}
        # The names that an order may ever have: its own, and those that the sheet asks for.
        self._allowed: dict[str, set[str | None]] = {order: {name} for order, name in seeds.items()}
        for order, _, new, skip in rows:
            if order in seeds and not skip:
                self._allowed[order].add(new)
        self.rows: list[Row] = []
        self.names: dict[str, str | None] = {}

    async def set_up(self) -> None:
        """Do what comes before the command, and run it once without any harm: that is how it is to end."""
        self.renamer.begin_with(dict(self._first_seeds))
        self.renamer.sheet(self._rows, headings=HEADINGS)
        for words, failpoint in self.command.before:
            ended = await self.run(*words, failpoint=failpoint)
            assert ended.code == (-9 if failpoint else 1), ended.err
        self._words = tuple([await self._newest() if word == "ID" else word for word in self.command.words])
        self._seeds = dict(self.renamer.names)
        self.renamer.keep("kept")
        await self.again()
        self.rows, self.names = rows_of(self.renamer.folder / "report.json"), dict(self.renamer.names)

    async def _newest(self) -> str:
        runs = (await self.run("runs", "--json")).result["runs"]
        return str(runs[0]["run_id"])

    async def run(self, *words: str, failpoint: str = "", kill_after_s: float | None = None) -> Ended:
        """Run a command, which dies at the failpoint, or that many seconds after it began."""
        async with self.renamer.start(*self.renamer.line(*words), failpoint=failpoint) as started:
            if kill_after_s is not None:
                await asyncio.sleep(kill_after_s)
                started.process.kill()
            return await started.ended()

    def back_to_the_beginning(self) -> None:
        """Give the orders and the state directory back as they were."""
        self.renamer.begin_with(self._seeds)
        self.renamer.back_to("kept")

    async def again(self) -> None:
        """Run the command to its end."""
        ended = await self.run(*self._words)
        assert ended.code in (0, 1), ended.err

    async def killed(self, *, failpoint: str = "", after_s: float | None = None) -> bool:
        """Run the command from the beginning, and tell whether it died on its way."""
        self.back_to_the_beginning()
        ended = await self.run(*self._words, failpoint=failpoint, kill_after_s=after_s)
        assert ended.code in (-9, 0, 1), ended.err
        return ended.code == -9

    async def taken_up(self, *, by: str) -> None:
        """Do what a user would: resume, or the same command again; that too where there was nothing to resume."""
        report = self.renamer.folder / "report.json"
        if by == "resume" or (report.exists() and await self._done()):
            ended = await self.run("resume")
            assert ended.code in (0, 1) or "has begun to rename" in ended.err or "There is no run" in ended.err, (
                ended.err
            )
            if report.exists():
                return
        await self.again()

    async def _done(self) -> bool:
        runs = (await self.run("runs", "--json")).result["runs"]
        return bool(runs[0]["state"] == "done")

    def check(self, where: str) -> None:
        """Compare with the undisturbed run."""
        assert rows_of(self.renamer.folder / "report.json") == self.rows, where
        assert self.renamer.names == self.names, where
        for order, ever in self.renamer.names_ever().items():
            assert ever <= self._allowed[order], f"{where}: order {order} had a name that was not asked for"


async def prove_boundaries(crash: Crash, *, kind: str, side: str) -> int:
    """Kill the command at every boundary of one kind and side, take it up, and compare; return how many there were."""
    for number in count(1):
        if not await crash.killed(failpoint=f"{kind}:{number}:{side}"):
            return number - 1
        await prove_instant(crash, number=number, where=f"killed {side} {kind} {number}")
    raise AssertionError("there is an end to every command")


async def prove_instant(crash: Crash, *, number: int, where: str) -> None:
    """Take up a command that was killed, in one of its ways, and compare."""
    ways = crash.command.by
    by = ways[number % len(ways)]
    await crash.taken_up(by=by)
    crash.check(f"{where}, then {by}")
