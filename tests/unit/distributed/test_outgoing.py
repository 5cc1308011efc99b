"""Outgoing addresses: what a process knows of itself enters, and the name by which it shares a limit leaves."""

from __future__ import annotations

import dask.config
import pytest

from batch_renamer.distributed.outgoing import outgoing_address

SETTINGS = {
    "the variable of the README": dask.config.collect(paths=[], env={"DASK_BATCH_RENAMER__OUTGOING_ADDRESS": "office"}),
    "a file": {"batch-renamer": {"outgoing-address": "office"}},
}


@pytest.mark.parametrize("configured", SETTINGS.values(), ids=SETTINGS)
def test_a_name_in_the_configuration_of_dask_goes_first(configured: dict[str, object]) -> None:
    """Behind a shared gateway, several hosts send from one address."""
    with dask.config.set(configured):
        assert outgoing_address("tls://10.0.0.5:40123") == "office"


def test_processes_of_one_host_share_a_limit() -> None:
    """Whatever their ports are."""
    assert outgoing_address("tls://10.0.0.5:40123") == outgoing_address("tls://10.0.0.5:8786") == "10.0.0.5"
