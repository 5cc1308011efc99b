"""Options enter; the command `web`, as a process of its own that can be killed, and the link it has printed leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.browsing.office import Office
from tests.support.command import Started, environment, start
from tests.support.gate import DEADLINE_S

__all__ = ["WebProcess", "web_process"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebProcess:
    """The server of a page, and the link that opens it."""

    started: Started
    link: str

    async def kill(self) -> None:
        """Kill the server, as when the machine goes off."""
        self.started.process.kill()
        await self.started.process.wait()


@asynccontextmanager
async def web_process(office: Office, *words: str, **how: Any) -> AsyncIterator[WebProcess]:
    """Start ``batch-renamer web`` for an office, and kill it at the end if it is still there; `fork` says how else."""
    (home := office.folder / "home").mkdir(exist_ok=True)
    options = ("--config", str(office.config), "--state-dir", str(office.state), "--profile", "sales", "--no-open")
    async with start("web", *options, *words, cwd=office.folder, env=environment(home, key=None), **how) as started:
        assert started.process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            said = ""
            while "#" not in said:
                line = (await started.process.stdout.readline()).decode()
                assert line, f"it ended without a link: {(await started.ended()).err}"
                said += line
        yield WebProcess(started=started, link=next(word for word in said.split() if "#" in word))
