"""The README's example of the library is run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import batch_renamer

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("## In a notebook or a pipeline")[2].partition("\n## ")[0]
[EXAMPLE] = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


def test_the_example_does_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is what the comments beside it promise."""
    exec(compile(EXAMPLE, "README.md", "exec"), {})  # noqa: S102 - it is ours
    plan, audit, undo = re.fullmatch(
        r"(.*)\n(<Audit.*>)\n(<Renaming.*>)\n", capsys.readouterr().out, re.DOTALL
    ).groups()  # type: ignore[union-attr]
    assert re.findall(r"Order a\d|planned|Ann|Bob", plan) == [
        "Order a1",
        "planned",
        "Ann",
        "Order a2",
        "planned",
        "Bob",
    ]
    promised = re.findall(r"# <(\w+) \.\.\.: ([^>]+)>", EXAMPLE)
    assert promised == [re.findall(r"<(\w+) \w+: ([^>]+)>", said)[0] for said in (audit, undo)]


def test_every_name_in_the_section_exists() -> None:
    """Functions and results that the text names are there, and the reverse for functions."""
    calls = set(re.findall(r"`(?:await )?(\w+)\((?:frame|id|\.\.\.)", SECTION))
    assert {f"{name.removesuffix('_async')}" for name in batch_renamer.__all__ if re.search("_orders|open_", name)} == {
        name.removesuffix("_async") for name in calls
    }
    classes = set(re.findall(r"`([A-Z]\w+(?:Error|Progress|Result)|Plan|Renaming)`", SECTION)) - {"CancelledError"}
    assert classes <= set(batch_renamer.__all__)
