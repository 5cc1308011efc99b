"""The key: an address enters, and whether the key may go there leaves; the key itself is shown nowhere."""

from __future__ import annotations

import pickle

import pytest

from batch_renamer.distributed.coordinator.cluster import is_protected
from batch_renamer.distributed.messages import Pad, Secret


@pytest.mark.parametrize(
    ("address", "protected"),
    [
        ("tls://10.0.0.5:4000", True),
        ("tcp://127.0.0.1:4000", True),
        ("tcp://[::1]:4000", True),
        ("tcp://10.0.0.5:4000", False),
        ("ws://10.0.0.5:4000", False),
    ],
)
def test_the_key_goes_over_tls_or_stays_on_this_machine(address: str, *, protected: bool) -> None:
    """A scheduler on this machine may have workers on others."""
    assert is_protected(address) is protected


def test_a_key_on_its_way_is_not_shown() -> None:
    """Dask writes the arguments of a call that fails into its log, and at the level debug every message."""
    secret = Secret("sk-live-1")
    pad = Pad.for_length(secret.length)
    masked = secret.masked(pad)
    assert "sk-live-1" not in repr([secret, pad, masked]) + str(secret)
    assert b"sk-live-1" not in masked
    assert Secret.unmasked(masked, pad).reveal() == "sk-live-1"
    with pytest.raises(TypeError, match="travels masked"):
        pickle.dumps(secret)
