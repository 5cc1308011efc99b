"""What sends the planned renames of a run. This machine does it, unless a door gives the job another engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from batch_renamer.client import StopSignal
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.renaming import RenameAll, rename_all
from batch_renamer.settings import Settings

__all__ = ["ONE_MACHINE", "Engine", "EngineContext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContext:
    """What an engine is given of a run: its open API, how many renames there are to send, and its stop.

    ``notify`` says on the screen and in the log that the run must wait, or what else went wrong; ``message`` only shows
    a text on the screen.
    """

    settings: Settings
    api: ApiSession
    renames: int
    stop: StopSignal
    notify: Callable[[str], None]
    message: Callable[[str], None]


async def _nothing_to_check(_settings: Settings, _notify: Callable[[str], None]) -> None:
    """Find nothing: this process can always send."""


def _nothing_to_remark(_settings: Settings, _renames: int, _per_s: float) -> str:
    """Return no remark: a plan is about this process."""
    return ""


@asynccontextmanager
async def _this_process(_given: EngineContext) -> AsyncIterator[RenameAll]:
    """Give the pool of this process."""
    yield rename_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How the changes of a run are sent.

    ``check`` makes sure, before anything is read, that the engine can be used; it is given what says on the screen and
    in the log that it must wait. ``open`` opens what sends the changes, and closes it again. Both raise a
    BatchRenamerError where it can't be used. ``remark`` returns what a plan says about it, for so many renames at so
    many requests a second; "" for nothing.
    """

    check: Callable[[Settings, Callable[[str], None]], Awaitable[None]]
    open: Callable[[EngineContext], AbstractAsyncContextManager[RenameAll]]
    remark: Callable[[Settings, int, float], str] = _nothing_to_remark


ONE_MACHINE = Engine(check=_nothing_to_check, open=_this_process)
"""The pool of this process."""
