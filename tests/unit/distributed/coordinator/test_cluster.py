"""The check of a cluster: an address of a scheduler enters, and why it can't be used leaves."""

from __future__ import annotations

import io
import logging
import socket
from pathlib import Path

import pytest
from distributed import Scheduler

from batch_renamer.distributed.coordinator.cluster import check_cluster, quiet_dask
from batch_renamer.errors import InputError
from batch_renamer.settings import Settings

AT_ONCE_S = 0.05


async def test_a_scheduler_that_never_answers_is_waited_for_aloud(tmp_path: Path) -> None:
    """One that is stopped still takes connections, and says nothing on them."""
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as port:
        settings = Settings(state_dir=tmp_path, scheduler=f"tcp://127.0.0.1:{port.getsockname()[1]}")
        with pytest.raises(InputError, match=f"^The scheduler at {settings.scheduler} can't be reached \\(no answer"):
            await check_cluster(settings, said.append, connect_s=AT_ONCE_S, say_after_s=0)
    assert said == [f"Waiting for the scheduler at {settings.scheduler}, 0.05 s at most."]


async def test_a_scheduler_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """Where the connection is refused, nothing is gained by waiting: this test would take longer than tests may."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        settings = Settings(state_dir=tmp_path, scheduler=f"tcp://127.0.0.1:{port.getsockname()[1]}")
        with pytest.raises(
            InputError, match=f"^The scheduler at {settings.scheduler} can't be reached \\(nothing answers"
        ):
            await check_cluster(settings, print, connect_s=3_600, say_after_s=3_600)


async def test_a_scheduler_without_workers_is_told(tmp_path: Path) -> None:
    """The run would read all orders, and then find nothing that could rename them."""
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address="127.0.0.1:0") as scheduler:
        with pytest.raises(InputError, match="has no worker: start some"):
            await check_cluster(Settings(state_dir=tmp_path, scheduler=scheduler.address), print)


async def test_a_cluster_of_this_machine_needs_no_scheduler(tmp_path: Path) -> None:
    """Its workers are started when there is something to send."""
    await check_cluster(Settings(state_dir=tmp_path), print)


def test_the_log_of_dask_stays_off_the_screen() -> None:
    """A lost scheduler is told in a sentence, and not in twenty lines of its connections."""
    screen = io.StringIO()
    handler, log = logging.StreamHandler(screen), logging.getLogger("distributed")
    log.addHandler(handler)
    try:
        with quiet_dask():
            log.getChild("client").error("Traceback")
        assert not screen.getvalue()
        log.getChild("client").error("later")
    finally:
        log.removeHandler(handler)
    assert screen.getvalue() == "later\n"
