"""Opens the API to read small pictures of orders, apart from any run: what a page shows beside names.

It renames nothing and has no run, so it waits for none: where only one process can have the orders open, it gives up.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import anyio.to_thread

from batch_renamer.client import Gateway, Stopping, StopSignal, is_in_use
from batch_renamer.errors import BatchRenamerError, LockedError
from batch_renamer.jobs.api_session import ApiSession, keep_learnt_limit, open_session
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.state import orders_of
from batch_renamer.journal import Journal, shared_state_dir, writing_lock
from batch_renamer.settings import Settings

__all__ = ["with_gateway"]

log = logging.getLogger("batch_renamer")


async def with_gateway(
    use: Callable[[Gateway], Awaitable[None]], *, settings: Settings, journal: Journal, destination: Destination
) -> None:
    """Call ``use`` with the open API of an account, unless a run is at work there: it would give up a part of its pace.

    Raises:
        LockedError: a run sends requests to the same address, or has the sandbox's orders open.
        BatchRenamerError: the key is refused, the API is down, ...
    """
    failure: BatchRenamerError | None = None
    stop = StopSignal()
    api: ApiSession | None = None
    async with AsyncExitStack() as opened:
        async with anyio.create_task_group() as background:
            try:
                if await anyio.to_thread.run_sync(
                    is_in_use, shared_state_dir(settings.state_dir), destination.base_url
                ):
                    raise LockedError("Another run")
                if destination.one_at_a_time:
                    name = orders_of(destination.account)
                    opened.enter_context(writing_lock(settings.state_dir, account=name, run_id="pictures"))
                api = await open_session(
                    settings,
                    journal,
                    destination,
                    orders=(),
                    stop=stop,
                    notify=lambda text: log.info("pictures: %s", text),
                    background=background,
                    opened=opened,
                    own_process=False,
                )
                await use(api.gateway)
            except BatchRenamerError as error:
                failure = error
            except Stopping:
                failure = stop.cause
            background.cancel_scope.cancel()
        await keep_learnt_limit(journal, destination, api)
    if failure is not None:
        raise failure
