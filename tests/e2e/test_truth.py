"""The judge is judged: what is untrue is found, and what is true is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from batch_renamer.sandbox import LoggedRequest, NamedBy, Sandbox
from tests.e2e.truth import lies


def row(result: str, *, new_name: str = "new", final_name: str | None = None, warning: str = "") -> dict[str, Any]:
    """Make a row about the order ``a1``."""
    return {
        "row": 2,
        "order_id": "a1",
        "new_name": new_name,
        "result": result,
        "final_name": final_name,
        "warning": warning,
    }


def sandbox_after(*names: str, by: NamedBy = NamedBy.RENAME) -> Sandbox:
    """Make a sandbox in which ``a1`` was "old" and has been given these names."""
    sandbox = Sandbox()
    sandbox.store.seed("a1", "old")
    for name in names:
        sandbox.store.rename("a1", name, by=by)
        sandbox.log.arrived(
            LoggedRequest(
                at_s=0,
                wall_s=0,
                method="PATCH",
                raw_path="/v3/orders/a1",
                order_id="a1",
                resolved=True,
                has_key=True,
                user_agent="",
            )
        )
    return sandbox


@pytest.mark.parametrize("result", ["failed", "pending", "drifted", "skipped", "invalid", "unchanged"])
def test_a_renamed_order_is_called_renamed_or_unknown(result: str) -> None:
    """Whatever else it is called, a PATCH was sent for it."""
    assert list(lies([row(result)], sandbox_after("new"))) != []
    assert list(lies([row("renamed")], sandbox_after("new"))) == []
    assert list(lies([row("unknown")], sandbox_after("new"))) == []


@pytest.mark.parametrize("result", ["renamed", "unchanged"])
def test_an_order_with_its_old_name_is_neither_renamed_nor_unchanged(result: str) -> None:
    """It may have failed, be unknown, or not have been reached."""
    assert list(lies([row(result)], sandbox_after())) != []
    for other in ("failed", "pending", "unknown"):
        assert list(lies([row(other)], sandbox_after())) == []


def test_a_final_name_is_the_name() -> None:
    """Also of a row that has failed because the server kept a third name."""
    kept = sandbox_after("third", by=NamedBy.FAULT)
    assert list(lies([row("failed", final_name="third")], kept)) == []
    assert list(lies([row("failed", final_name="old")], kept)) != []


def test_a_name_in_another_form_is_renamed_with_a_warning() -> None:
    """Without one, the user would look for a name that is not there letter by letter."""
    kept = sandbox_after("new ", by=NamedBy.FAULT)
    assert list(lies([row("renamed", final_name="new ", warning="Kept so.")], kept)) == []
    assert list(lies([row("renamed", final_name="new ")], kept)) != []
    assert list(lies([row("renamed", final_name="NEW", warning="x")], sandbox_after("NEW", by=NamedBy.FAULT))) != []


def test_a_name_that_was_not_asked_for_is_found() -> None:
    """Even if it was put right afterwards."""
    assert list(lies([row("renamed")], sandbox_after("surprise", "new"))) != []
