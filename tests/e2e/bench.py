"""A test bench: a sandbox on a port and command lines enter; what the real command did and said leaves.

The sandbox runs in the test's own event loop, so that a test can look into its store and its log while the command,
a process of its own, works.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import batch_renamer
from batch_renamer.sandbox import Sandbox, running
from tests.support import offline
from tests.support.gate import DEADLINE_S

__all__ = ["KEY", "Bench", "Ran", "Started", "environment", "serving"]

KEY = "sk-live-4Zq8TtR2vXw9"
"""The key that opens the sandbox; long and odd enough to be found wherever it should not be."""

PROGRAM = (sys.executable, "-m", "batch_renamer")
_HANDED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


def environment(home: Path, *, key: str | None = KEY, **more: str) -> dict[str, str]:
    """Return the whole environment of a command: an empty home, the network guard, and coverage if it is measured."""
    kept = {name: value for name, value in os.environ.items() if name in _HANDED_ON or name.startswith("COVERAGE_")}
    # The command as the user types it: `batch-renamer` is found where this Python is.
    kept["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    homes = {"HOME": home, "USERPROFILE": home, "XDG_STATE_HOME": home / "state", "LOCALAPPDATA": home / "state"}
    # The network guard comes first, then the checkout that this process has imported itself.
    paths = (offline.__path__[0], Path(batch_renamer.__file__).parents[1])
    guard = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "LC_ALL": "C.UTF-8"}
    given = {} if key is None else {"AUTOENHANCE_API_KEY": key}
    return kept | {name: str(path) for name, path in homes.items()} | guard | given | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that has ended: its exit code, what it wrote, and how many seconds it took."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def result(self) -> dict[str, Any]:
        """The one JSON object that ``--json`` puts on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of that object."""
        rows: list[dict[str, Any]] = self.result["rows"]
        return rows

    @property
    def results(self) -> list[str]:
        """The result of each row, in sheet order."""
        return [row["result"] for row in self.rows]

    @property
    def last_line(self) -> str:
        """The last line of standard output, or of standard error where the output is JSON."""
        return (self.err if self.out.startswith("{") else self.out).rstrip("\n").rpartition("\n")[2]


@dataclass(slots=True, kw_only=True)
class Started:
    """A command at work; `until_it_says` reads its standard error as it comes."""

    process: Process
    begun: float = field(default_factory=time.monotonic)
    _err: list[str] = field(default_factory=list)

    async def until_it_says(self, text: str) -> str:
        """Wait for a line on standard error that has ``text``, and return it."""
        assert self.process.stderr is not None
        async with asyncio.timeout(DEADLINE_S):
            while line := (await self.process.stderr.readline()).decode():
                self._err.append(line)
                if text in line:
                    return line
        raise AssertionError(f"it ended without saying {text!r}: {''.join(self._err)}")

    async def ended(self, *, within_s: float = DEADLINE_S) -> Ran:
        """Wait for the end of the command."""
        async with asyncio.timeout(within_s):
            out, err = await self.process.communicate()
        code = self.process.returncode
        assert code is not None
        return Ran(
            code=code,
            out=out.decode(),
            err="".join(self._err) + err.decode(),
            seconds=time.monotonic() - self.begun,
        )


@dataclass(slots=True, kw_only=True)
class Bench:
    """A served sandbox, a folder of one's own, and the command to be tried."""

    sandbox: Sandbox
    base_url: str
    folder: Path

    @property
    def state(self) -> Path:
        """Where the command keeps its journal."""
        return self.folder / "home" / "state" / "batch-renamer"

    @property
    def requests(self) -> list[tuple[str, str]]:
        """Method and raw path of every request so far."""
        return [(entry.method, entry.raw_path) for entry in self.sandbox.log]

    @property
    def patches(self) -> list[str | None]:
        """The order of every PATCH so far."""
        return [entry.order_id for entry in self.sandbox.log if entry.method == "PATCH"]

    def seed(self, count: int) -> list[tuple[str, str]]:
        """Seed orders ``order-1``, ``order-2``, ... and return the (order_id, new_name) rows that rename them."""
        self.sandbox.store.seed_many((f"order-{number}", f"Old name {number}") for number in range(1, count + 1))
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

    def at_this_api(self, command: str, file: Path, *words: str | Path) -> list[str]:
        """Return the words of a command that speaks to this sandbox, as fast as it can be."""
        asked = ["--yes"] if command == "apply" else []
        paced = [] if "--rate" in words else ["--rate", "2000"]
        return [command, str(file), "--base-url", self.base_url, *asked, *paced, *map(str, words)]

    async def check(self, file: Path, *words: str | Path) -> Ran:
        """Run ``check FILE``."""
        return await self.run("check", str(file), *map(str, words))

    async def plan(self, file: Path, *words: str | Path, **more: Any) -> Ran:
        """Run ``plan FILE`` against the sandbox."""
        return await self.run(*self.at_this_api("plan", file, *words), **more)

    async def apply(self, file: Path, *words: str | Path, **more: Any) -> Ran:
        """Run ``apply FILE --yes`` against the sandbox."""
        return await self.run(*self.at_this_api("apply", file, *words), **more)

    async def run(self, *words: str, **more: Any) -> Ran:
        """Run the command with exactly these words; what else is given goes to `start`."""
        async with self.start(*words, **more) as started:
            return await started.ended()

    @asynccontextmanager
    async def start(
        self,
        *words: str,
        key: str | None = KEY,
        env: Mapping[str, str] | None = None,
        program: Sequence[str | Path] = PROGRAM,
    ) -> AsyncIterator[Started]:
        """Start the command and kill it at the end if it is still there; its standard input is no terminal."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *map(str, program),
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd=self.folder,
            env=environment(home, key=key, **(env or {})),
            limit=1 << 24,
        )
        try:
            yield Started(process=process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


@asynccontextmanager
async def serving(folder: Path, **options: Any) -> AsyncIterator[Bench]:
    """Serve a sandbox with these options for as long as the block lasts."""
    sandbox = Sandbox(api_key=KEY, **options)
    async with running(sandbox) as base_url:
        yield Bench(sandbox=sandbox, base_url=base_url, folder=folder)
