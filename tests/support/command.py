"""Command lines enter; what the real command did and said leaves. It runs in a process of its own.

Nearly all are forked from a process that has imported the program (`fork_server`); with ``program`` any other program
is started from cold, such as `COLD`, the command itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import batch_renamer
from tests.support import offline
from tests.support.forks import fork
from tests.support.gate import DEADLINE_S

__all__ = ["COLD", "KEY", "Ended", "Started", "environment", "start"]

KEY = "sk-live-4Zq8TtR2vXw9"
"""The key that opens the sandbox; long and odd enough to be found wherever it should not be."""

COLD = (sys.executable, "-m", "batch_renamer")
_HANDED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


def environment(home: Path, *, key: str | None = KEY, **more: str) -> dict[str, str]:
    """Return the whole environment of a command: an empty home, the key and the network guard."""
    kept = {name: value for name, value in os.environ.items() if name in _HANDED_ON}
    # The command as the user types it: `batch-renamer` is found where this Python is.
    kept["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", "")))
    homes = {"HOME": home, "USERPROFILE": home, "XDG_STATE_HOME": home / "state", "LOCALAPPDATA": home / "state"}
    # The network guard comes first, then the checkout that this process has imported itself.
    paths = (offline.__path__[0], Path(batch_renamer.__file__).parents[1])
    guard = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "LC_ALL": "C.UTF-8"}
    given = {} if key is None else {"AUTOENHANCE_API_KEY": key}
    return kept | {name: str(path) for name, path in homes.items()} | guard | given | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has ended: its exit code (less than 0: the signal that killed it), and what it wrote."""

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


class _Process(Protocol):
    """What a process started by asyncio and one that was forked have in common."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    @property
    def stdout(self) -> StreamReader | None: ...
    @property
    def stderr(self) -> StreamReader | None: ...
    def send_signal(self, number: int, /) -> None: ...
    def kill(self) -> None: ...
    async def wait(self) -> int: ...
    async def communicate(self) -> tuple[bytes, bytes]: ...


@dataclass(slots=True, kw_only=True)
class Started:
    """A command at work; `until_it_says` reads its standard error as it comes."""

    process: _Process
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

    async def until_it_asks(self, text: str) -> str:
        """Wait for a question on standard error, which ends with ``text`` and no line end; return what was said."""
        assert self.process.stderr is not None
        async with asyncio.timeout(DEADLINE_S):
            said = (await self.process.stderr.readuntil(text.encode())).decode()
        self._err.append(said)
        return said

    async def ended(self, *, within_s: float = DEADLINE_S) -> Ended:
        """Wait for the end of the command."""
        async with asyncio.timeout(within_s):
            out, err = await self.process.communicate()
        code = self.process.returncode
        assert code is not None
        seconds = time.monotonic() - self.begun
        return Ended(code=code, out=_text(out), err="".join(self._err) + _text(err), seconds=seconds)


def _text(written: bytes | None) -> str:
    return (written or b"").decode()


@asynccontextmanager
async def start(
    *words: str,
    cwd: Path,
    env: Mapping[str, str],
    program: Sequence[str | Path] | None = None,
    stdin: int = DEVNULL,
    stdout: int = PIPE,
    stderr: int = PIPE,
    **how: Any,
) -> AsyncIterator[Started]:
    """Start the command, or another program, and kill it at the end if it is still there; `fork` says what else."""
    process: _Process
    if program is None:
        process = await fork(words, cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr, **how)
    else:
        assert not how, "only a fork can do that"
        process = await asyncio.create_subprocess_exec(
            *map(str, program),
            *words,
            cwd=cwd,
            env=env,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            limit=1 << 24,
        )
    try:
        yield Started(process=process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
