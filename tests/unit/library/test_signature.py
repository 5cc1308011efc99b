"""Completion and `help` in a notebook show the options, which the type checker reads elsewhere."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import pytest

import batch_renamer
from batch_renamer import AccountOptions, ApplyOptions, AuditOptions, Options, Plan, Renaming, ResumeOptions
from batch_renamer.library.options import names_of


@pytest.mark.parametrize(
    ("function", "options", "own"),
    [
        (batch_renamer.plan_orders, Options, {"frame", "api_key", "progress"}),
        (batch_renamer.rename_orders, Options, {"frame", "api_key", "progress"}),
        (batch_renamer.open_run, AccountOptions, {"run_id", "api_key", "progress", "same_account"}),
        (batch_renamer.open_plan, AccountOptions, {"plan_id", "api_key", "progress"}),
        (Plan.apply, ApplyOptions, {"self", "progress"}),
        (Renaming.undo, ApplyOptions, {"self", "progress", "dry_run"}),
        (Renaming.resume, ResumeOptions, {"self", "progress", "failed"}),
        (Renaming.audit, AuditOptions, {"self", "progress"}),
    ],
)
def test_every_option_is_in_the_signature(function: Callable[..., object], options: type, own: set[str]) -> None:
    """Beside the arguments that have a name of their own; each is optional."""
    parameters = inspect.signature(function).parameters
    assert parameters.keys() == names_of(options) | own
    assert [name for name, each in parameters.items() if each.default is each.empty] in (["frame"], ["self"], [])


@pytest.mark.parametrize(
    ("kind", "name"), [(Plan, "apply"), *((Renaming, each) for each in ("undo", "resume", "audit"))]
)
def test_what_follows_has_both_forms(kind: type, name: str) -> None:
    """They take the same arguments."""
    blocking, awaited = (inspect.signature(getattr(kind, each)) for each in (name, f"{name}_async"))
    assert blocking.parameters == awaited.parameters


def test_one_page_explains_every_option() -> None:
    """What `help` shows of a typed dictionary leaves out those that it inherits."""
    explained = re.findall(r"^ {4}(\w+): ", inspect.getdoc(Options) or "", re.MULTILINE)
    assert sorted(explained) == sorted(names_of(Options) | names_of(AccountOptions))
