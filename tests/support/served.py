"""A folder enters; a sandbox that is served, and the real command that speaks to it, leave.

The sandbox runs in the test's own event loop, so that a test can look into its store and its log while the command,
a process of its own, works; whatever becomes of the command, the sandbox goes on.
"""

from __future__ import annotations

import csv
import json
import shlex
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Sandbox, running
from tests.support.command import KEY, Ended, Started, environment, start
from tests.support.gate import Gate

__all__ = ["SAME", "Command", "Row", "rows_of", "served"]

SAME = ("row", "order_id", "old_name", "new_name", "final_name", "result")
"""The columns in which a run that was killed and taken up agrees with one that wasn't."""
Row = tuple[object, ...]

_OFFLINE = ("check", "runs", "show", "report")
_READING = ("plan", "audit", "export")


def rows_of(report: Path) -> list[Row]:
    """Return what must agree of a JSON report."""
    return [tuple(row[column] for column in SAME) for row in json.loads(report.read_text("utf-8"))["rows"]]


@dataclass(slots=True, kw_only=True)
class Command:
    """The command with a folder of its own, and the sandbox that it speaks to.

    ``options`` are given to every command that speaks to it, unless it has them already.
    """

    folder: Path
    sandbox: Sandbox
    base_url: str
    options: Mapping[str, str] = field(default_factory=lambda: {"--rate": "2000"})
    program: Sequence[str | Path] | None = None
    seeds: dict[str, str | None] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """Where the command keeps its journal."""
        return self.folder / "home" / "state" / "batch-renamer"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and raw path of every request so far."""
        return [(entry.method, entry.raw_path) for entry in self.sandbox.log]

    @property
    def patched(self) -> list[str | None]:
        """The order of every PATCH so far."""
        return [entry.order_id for entry in self.sandbox.log if entry.method == "PATCH"]

    @property
    def names(self) -> dict[str, str | None]:
        """What the orders are called now."""
        return self.sandbox.store.names()

    def names_ever(self) -> dict[str, set[str | None]]:
        """Every name that an order has had since it was seeded."""
        store = self.sandbox.store
        return {order: {given.name for given in store.history(order)} for order in self.seeds}

    def begin_with(self, names: Mapping[str, str | None]) -> None:
        """Begin anew with these orders; what was asked before is forgotten."""
        self.seeds = dict(names)
        self.sandbox.store.reset()
        self.sandbox.store.seed_many(names.items())
        self.sandbox.log.clear()

    def seed(self, count: int) -> list[tuple[str, str]]:
        """Seed orders ``order-1``, ``order-2``, ... and return the (order_id, new_name) rows that rename them."""
        self.seeds |= (made := {f"order-{number}": f"Old name {number}" for number in range(1, count + 1)})
        self.sandbox.store.seed_many(made.items())
        return [(f"order-{number}", f"New name {number}") for number in range(1, count + 1)]

    def sheet(
        self,
        rows: Iterable[Sequence[str]],
        *,
        headings: Sequence[str] = ("order_id", "new_name"),
        name: str = "orders.csv",
    ) -> Path:
        """Write a CSV file."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    def hold_renames(self, *, first: int = 1, after: bool = False) -> Gate:
        """Let the PATCHes from the ``first`` one on wait at a gate, before or after they take effect."""
        gate = self.sandbox.sleep = Gate()
        kind = FaultKind.SLOW_AFTER if after else FaultKind.SLOW
        self.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=kind), method="PATCH", nth=first, times=None)])
        return gate

    def line(self, command: str, *words: object) -> list[str]:
        """Return the words of a command that speaks to this sandbox, as fast as it can be, and asks nothing."""
        options: dict[str, str] = {}
        if command not in ("check", "runs"):
            options["--base-url"] = self.base_url
        if command not in _OFFLINE:
            options.update(self.options)
        given = [word for option, value in options.items() if option not in words for word in (option, value)]
        asks = command not in (*_OFFLINE, *_READING)
        return [command, *map(str, words), *given, *(["--yes"] if asks else [])]

    async def check(self, file: Path, *words: object, **how: Any) -> Ended:
        """Run ``check FILE``."""
        return await self.do("check", file, *words, **how)

    async def plan(self, file: Path, *words: object, **how: Any) -> Ended:
        """Run ``plan FILE``."""
        return await self.do("plan", file, *words, **how)

    async def apply(self, file: Path, *words: object, **how: Any) -> Ended:
        """Run ``apply FILE --yes``."""
        return await self.do("apply", file, *words, **how)

    async def do(self, command: str, *words: object, **how: Any) -> Ended:
        """Run a command that speaks to this sandbox (`line`)."""
        return await self.run(*self.line(command, *words), **how)

    async def paste(self, line: str, **how: Any) -> Ended:
        """Run a command line that was printed, as a shell would read it."""
        program, *words = shlex.split(line)
        assert program == "batch-renamer", line
        return await self.run(*words, **how)

    async def run(self, *words: str, **how: Any) -> Ended:
        """Run the command with exactly these words; what else is given goes to `start`."""
        async with self.start(*words, **how) as started:
            return await started.ended()

    def start(
        self,
        *words: str,
        key: str | None = KEY,
        env: Mapping[str, str] | None = None,
        failpoint: str = "",
        prelude: str = "",
        **how: Any,
    ) -> AbstractAsyncContextManager[Started]:
        """Start the command with exactly these words; at the ``failpoint`` it dies (`failpoints.arm`)."""
        (home := self.folder / "home").mkdir(exist_ok=True)
        if failpoint:
            prelude = f"from tests.support.failpoints import arm\narm({failpoint!r})\n{prelude}"
        if prelude:
            how["prelude"] = prelude
        given = environment(home, key=key, **(env or {}))
        return start(*words, cwd=self.folder, env=given, **{"program": self.program, **how})

    def keep(self, name: str) -> None:
        """Keep the state directory as it is, to come back to."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.state.exists():
            shutil.copytree(self.state, self.folder / name)

    def back_to(self, name: str) -> None:
        """Come back to a state directory that was kept, or to none; reports go."""
        shutil.rmtree(self.state, ignore_errors=True)
        if (self.folder / name).exists():
            shutil.copytree(self.folder / name, self.state)
        for report in self.folder.glob("*.json"):
            report.unlink()


@asynccontextmanager
async def served(
    folder: Path,
    *,
    options: Mapping[str, str] | None = None,
    program: Sequence[str | Path] | None = None,
    api_key: str = KEY,
    **rules: Any,
) -> AsyncIterator[Command]:
    """Serve a sandbox with these rules for as long as the block lasts."""
    sandbox = Sandbox(api_key=api_key, **rules)
    async with running(sandbox) as base_url:
        made = Command(folder=folder, sandbox=sandbox, base_url=base_url, program=program)
        if options is not None:
            made.options = options
        yield made
        assert not sandbox.log.purchases, "an address was asked for that sells an image"
