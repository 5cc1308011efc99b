"""What `doctor` says in the end."""

from __future__ import annotations

import pytest

from batch_renamer.checks import Finding, Verdict
from batch_renamer.cli.findings import conclusion_lines
from batch_renamer.progress.wrapping import wrapped


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.WARNING, Verdict.PROBLEM])
def test_the_next_command_is_not_broken_on_a_narrow_terminal(verdict: Verdict) -> None:
    """A pasted line break would run half of it."""
    given = {"config": "/home/ann/Documents/where the orders are/batch-renamer.toml"}
    *_, last = conclusion_lines([Finding(name="Key", verdict=verdict, said="so")], given, width=44)
    [part] = wrapped(last, 44)
    assert "".join(span.text for span in part).endswith("batch-renamer.toml'")
