"""What a caller sees of the library's signatures; `typed_calls` is what its type checker sees."""

from __future__ import annotations

import inspect

import pytest

import batch_renamer


@pytest.mark.parametrize("name", ["plan_orders", "rename_orders", "open_run", "open_plan"])
def test_every_verb_has_both_forms(name: str) -> None:
    """They take the same arguments."""
    blocking, awaited = (inspect.signature(getattr(batch_renamer, each)) for each in (name, f"{name}_async"))
    assert blocking.parameters == awaited.parameters
