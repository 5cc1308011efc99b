"""The life of a server of the page, from its start to its end: one for each journal, until it is stopped or idle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp

from batch_renamer.errors import BatchRenamerError, NeverBeganError
from batch_renamer.web.access import TOKEN_HEADER
from batch_renamer.web.job_runner import JobRunner, LiveJob
from batch_renamer.web.server.listening import Address, listening
from batch_renamer.web.server.single_instance import (
    RunningServer,
    only_one_starts,
    registered_as_running,
    running_server,
)
from batch_renamer.web.workspace import Workspace

__all__ = ["End", "Opened", "PageServer", "until_idle"]

log = logging.getLogger("batch_renamer")

_ANSWER_S = 10.0
_LOOK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page that can be opened: the printed link, and the one for the browser, whose command line others may see.

    ``process`` is the number of another process that serves it; 0 if this one does.
    """

    link: str
    link_for_browser: str = field(repr=False)
    process: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a server ended: whether it was idle, or jobs were at work, and the commands that go on with their runs."""

    was_idle: bool = False
    was_at_work: bool = False
    next_commands: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
class PageServer:
    """Serves the page of one journal until it is stopped; if another process does, it only says where.

    ``folder`` is where servers of this journal register. ``open_workspace`` opens the journal and makes the
    tools. ``ready`` is told the links as soon as the page can be opened. ``idle_s``: it ends when no page was open and
    no job at work for so many seconds.
    """

    folder: Path
    open_workspace: Callable[[], AbstractContextManager[Workspace]]
    ready: Callable[[Opened], None]
    port: int = 0
    idle_s: float | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _jobs: JobRunner | None = field(default=None, init=False)
    _cause: BatchRenamerError | None = field(default=None, init=False)
    _at_work: Sequence[LiveJob] = field(default=(), init=False)

    async def serve(self) -> End:
        """Serve until the end; say what was at work then.

        Raises:
            SettingsError: the port can't be used.
            NeverBeganError: another server for this journal does not answer, or the state can't be used.
        """
        async with AsyncExitStack() as stack:
            async with only_one_starts(self.folder):
                found = running_server(self.folder) or await self._started(stack)
            if isinstance(found, RunningServer):
                self.ready(await _one_more_page(found))
                return End()
            workspace, address = found
            self.ready(_opened(address, workspace.tokens.new_code()))
            log.info("web: the page is served at %s", address.origin)
            await self._until_the_end(workspace)
            at_work = self._at_work
            workspace.jobs.stop_all(self._cause)  # also where no signal but a long pause is the reason
            await workspace.jobs.ended()
            next_commands = [command async for command in _next_commands(workspace, at_work)]
            log.info("web: the page is served no more")
            return End(was_idle=not self._stop.is_set(), was_at_work=bool(at_work), next_commands=next_commands)

    async def _started(self, stack: AsyncExitStack) -> tuple[Workspace, Address]:
        """Start what has to be ended by ``stack``; whatever ends it, the jobs end first."""
        workspace = stack.enter_context(self.open_workspace())
        await workspace.journal.in_thread(_remove_old_uploads, workspace)
        address = await stack.enter_async_context(listening(workspace, port=self.port))
        stack.enter_context(registered_as_running(self.folder, origin=address.origin, token=address.token))
        stack.push_async_callback(workspace.jobs.ended)
        stack.callback(workspace.jobs.stop_all)
        self._jobs = workspace.jobs
        return workspace, address

    def stop(self, cause: BatchRenamerError) -> bool:
        """End the server when its jobs have stopped; called again, end them at once. Tell whether a job is at work."""
        self._cause = cause
        if self._jobs is None:
            self._stop.set()
            return False
        if self._stop.is_set():
            self._jobs.stop_all(cause, grace_s=0)
        else:
            # Here, not where the server ends: when the caller says that it stops, no request may leave any more.
            self._at_work = self._jobs.at_work()
            self._jobs.stop_all(cause)
            self._stop.set()
        return bool(self._jobs.at_work())

    async def _until_the_end(self, workspace: Workspace) -> None:
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._stop.wait())]
        if self.idle_s is not None:
            waits.append(asyncio.ensure_future(until_idle(partial(_is_busy, workspace), idle_s=self.idle_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


async def until_idle(is_busy: Callable[[], bool], *, idle_s: float) -> None:
    """Wait until nothing has been going on for so many seconds."""
    loop = asyncio.get_running_loop()
    since_s = loop.time()
    while (left_s := since_s + idle_s - loop.time()) > 0:
        await asyncio.sleep(min(_LOOK_S, left_s))
        if is_busy():
            since_s = loop.time()


def _is_busy(workspace: Workspace) -> bool:
    """Tell whether a page is open or a job at work."""
    return bool(workspace.hub.listeners or workspace.jobs.at_work())


def _remove_old_uploads(workspace: Workspace) -> None:
    """Remove the spreadsheets from earlier days that no run needs."""
    count = workspace.uploads.remove_old(in_use=[Path(sheet) for sheet in workspace.journal.runs.sheets()])
    log.debug("web: %d old spreadsheets were removed", count)


async def _next_commands(workspace: Workspace, at_work: Sequence[LiveJob]) -> AsyncIterator[str]:
    """Yield the command line that finishes each of these runs, with its own account, where it can be finished."""
    for job in at_work:
        run = await workspace.journal.in_thread(workspace.journal.runs.get, job.run_id)
        offers = await workspace.jobs.offers(run)
        if command := offers.commands.get("resume"):
            yield command


def _opened(address: Address, code: str, *, process: int = 0) -> Opened:
    return Opened(link=address.link, link_for_browser=f"{address.origin}/#code={code}", process=process)


async def _one_more_page(other: RunningServer) -> Opened:
    """Return the links of a page of another server, which proves with its answer that it is at work.

    Raises:
        NeverBeganError: it does not answer.
    """
    address = Address(origin=other.origin, token=other.token)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S)) as client,
            client.post(f"{other.origin}/actions/codes", headers={TOKEN_HEADER: other.token}) as answer,
        ):
            answer.raise_for_status()
            code = (await answer.json())["code"]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
        raise NeverBeganError(
            f"Another `batch-renamer web` (process {other.process}) is at work with this journal, and does not answer. "
            "End it, and try again."
        ) from None
    return _opened(address, str(code), process=other.process)
