"""Sharing before a server: runs from their first read to their report, and what they use of the limit together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from batch_renamer.client.pacing import Pacer
from batch_renamer.client.sharing import share_rate
from batch_renamer.sandbox import SlidingWindow
from tests.support.limited_service import Service

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _files_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use files in the loop itself, so that the order in which runs read and write does not depend on the machine."""

    async def run_here(call: Callable[..., object], *args: object, **_: object) -> object:
        return call(*args)

    monkeypatch.setattr(anyio.to_thread, "run_sync", run_here)


LIMIT_PER_S = 100


async def run(service: Service, state_dir: Path, *, begins_s: float, rows: int, rate_per_s: float) -> None:
    """Read pages one after the other, plan, rename the rows, and write a report."""
    await anyio.sleep(begins_s)
    pacer = Pacer(rate_per_s=rate_per_s)
    async with anyio.create_task_group() as tasks:
        sharing = partial(share_rate, pacer, ceiling_per_s=rate_per_s, state_dir=state_dir, base_url="https://a.b")
        await tasks.start(sharing)
        await service.work_through(pacer, range(10), workers=1)
        await anyio.sleep(0.3)
        await service.work_through(pacer, range(rows), workers=32)
        await anyio.sleep(2)
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("rate_per_s", "used", "refused"),
    [pytest.param(LIMIT_PER_S, 0.95, 0.005, id="known"), pytest.param(300, 0.92, 0.03, id="not known")],
)
async def test_runs_that_begin_apart_and_differ_in_length_use_the_limit_up(
    tmp_path: Path, rate_per_s: float, used: float, refused: float
) -> None:
    """Three runs together: what one leaves while it reads, plans or reports, the others use."""
    service = Service(limiter=SlidingWindow(limit=LIMIT_PER_S, clock=anyio.current_time))
    async with anyio.create_task_group() as runs:
        for begins_s, rows in ((0, 1500), (3, 300), (8, 1200)):
            runs.start_soon(partial(run, service, tmp_path, begins_s=begins_s, rows=rows, rate_per_s=rate_per_s))
    assert service.per_s(2.5, 29) >= used * LIMIT_PER_S
    assert service.share_refused() < refused
