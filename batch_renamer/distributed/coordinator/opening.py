"""Opens what sends the changes of a run by the workers of a cluster, and closes it, with its background tasks."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

from batch_renamer.client import ApiAccess, HttpOrdersApi
from batch_renamer.distributed.coordinator.cluster import open_cluster
from batch_renamer.distributed.coordinator.coordinator import Coordinator
from batch_renamer.distributed.coordinator.expectation import of_workers
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.messages import Secret, Setup
from batch_renamer.distributed.outgoing import outgoing_address
from batch_renamer.errors import InputError
from batch_renamer.jobs import EngineContext
from batch_renamer.renaming import RenameAll, rename_all
from batch_renamer.settings import Settings
from batch_renamer.version import __version__

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["opened"]


@asynccontextmanager
async def opened(given: EngineContext) -> AsyncIterator[RenameAll]:
    """Open the cluster that a run's settings name, and give what sends changes by its workers.

    Raises:
        SettingsError, InputError: it can't be opened, or has no worker that can be used; nothing was sent.
    """
    if not given.renames:  # Then no worker gets the key.
        yield rename_all
        return
    settings, api = given.settings, given.api
    if not isinstance(api.api, HttpOrdersApi):
        raise InputError("--engine dask needs an API that workers can reach.")
    access = api.api.access()
    async with open_cluster(settings, given.notify) as client:
        limits = Limits(api.pacer, own_address=_own_address(client) if settings.limit_per == "address" else None)
        coordinator = Coordinator(
            _setup(access, settings),
            Secret(access.key.reveal()),
            client=client,
            api=api,
            limits=limits,
            stop=given.stop,
            notify=given.notify,
        )
        failure: Exception | None = None
        async with anyio.create_task_group() as background:
            try:
                await coordinator.begin(background)
                given.message(of_workers(given.renames, limits, api, more_start=coordinator.more_start))
                yield coordinator.rename_all
            except Exception as error:
                failure = error  # Out of the task group it would come as a group.
            finally:
                with anyio.CancelScope(shield=True):
                    await coordinator.end()
                background.cancel_scope.cancel()
        if failure is not None:
            raise failure


def _own_address(client: Client) -> str:
    """Return the name of the address from which the coordinator sends, as a worker at its place would give it."""
    assert client.scheduler_comm is not None, "it is connected"  # noqa: S101 - for the types
    return outgoing_address(client.scheduler_comm.comm.local_address)


def _setup(access: ApiAccess, settings: Settings) -> Setup:
    return Setup(
        run=secrets.token_hex(8),
        version=__version__,
        base_url=access.base_url,
        user_agent=access.user_agent,
        key_place=access.key_place,
        timeout_s=access.timeout_s,
        api_version=access.api_version,
        images=access.images,
        attempts=settings.attempts,
        patience_s=settings.patience,
    )
