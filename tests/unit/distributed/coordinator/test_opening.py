"""The opening of a cluster: what a run is about to send enters, and what sends it leaves."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.distributed.coordinator.opening import opened
from batch_renamer.jobs import ApiSession, EngineContext
from batch_renamer.renaming import rename_all
from batch_renamer.settings import Settings
from tests.support.bench import Bench
from tests.support.fake_api import FakeOrdersApi

NOT_THERE = "tcp://127.0.0.1:9"


async def test_without_anything_to_send_no_worker_gets_the_key(tmp_path: Path) -> None:
    """The cluster is not opened: this one could not be."""
    api = FakeOrdersApi({})
    bench = Bench.of(api, rate_per_s=100)
    session = ApiSession(
        api=api, gateway=bench.gateway, pacer=bench.pacer, breaker=bench.breaker, workers=None, connections=1
    )
    said: list[str] = []
    given = EngineContext(
        settings=Settings(state_dir=tmp_path, scheduler=NOT_THERE),
        api=session,
        renames=0,
        stop=bench.stop,
        notify=said.append,
        message=said.append,
    )
    async with opened(given) as sends:
        assert sends is rename_all
    assert not said
