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


@pytest.mark.parametrize(("value", "name"), [("0", "0"), ("7", "7"), (" ", "10.0.0.5"), ("", "10.0.0.5")])
def test_a_name_may_be_a_number_and_a_blank_one_is_none(value: str, name: str) -> None:
    """Dask reads the variable as a Python value, and 0 is as good a name as 1."""
    with dask.config.set(dask.config.collect(paths=[], env={"DASK_BATCH_RENAMER__OUTGOING_ADDRESS": value})):
        assert outgoing_address("tls://10.0.0.5:40123") == name


def test_processes_of_one_host_share_a_limit() -> None:
    """Whatever their ports are."""
    assert outgoing_address("tls://10.0.0.5:40123") == outgoing_address("tls://10.0.0.5:8786") == "10.0.0.5"
