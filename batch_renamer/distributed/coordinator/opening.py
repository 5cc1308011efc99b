"""Opens what sends the changes of a run by the workers of a cluster, and closes it, with its background tasks."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from batch_renamer.client import ApiAccess, HttpOrdersApi
from batch_renamer.distributed.coordinator.cluster import open_cluster
from batch_renamer.distributed.coordinator.coordinator import Coordinator
from batch_renamer.distributed.messages import Secret, Setup
from batch_renamer.errors import InputError
from batch_renamer.jobs import EngineContext
from batch_renamer.renaming import RenameAll
from batch_renamer.settings import Settings
from batch_renamer.text import counted, duration
from batch_renamer.version import __version__

__all__ = ["opened"]


@asynccontextmanager
async def opened(given: EngineContext) -> AsyncIterator[RenameAll]:
    """Open the cluster that a run's settings name, and give what sends changes by its workers.

    Raises:
        SettingsError, InputError: it can't be opened, or has no worker that can be used; nothing was sent.
    """
    settings, api = given.settings, given.api
    given.message(
        f"All workers together keep one limit: {counted(given.renames, 'rename')} take "
        f"{duration(given.renames / api.requests_per_s())}, as from one machine that can send so fast."
    )
    if not isinstance(api.api, HttpOrdersApi):
        raise InputError("--engine dask needs an API that workers can reach.")
    access = api.api.access()
    async with open_cluster(settings) as client:
        coordinator = Coordinator(
            _setup(access, settings),
            Secret(access.key.reveal()),
            client=client,
            api=api,
            stop=given.stop,
            notify=given.notify,
        )
        failure: Exception | None = None
        async with anyio.create_task_group() as background:
            try:
                await coordinator.begin(background)
                yield coordinator.rename_all
            except Exception as error:
                failure = error  # Out of the task group it would come as a group.
            finally:
                with anyio.CancelScope(shield=True):
                    await coordinator.end()
                background.cancel_scope.cancel()
        if failure is not None:
            raise failure


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
