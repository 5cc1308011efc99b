"""A stop while a question waits for its answer, and the words of questions about one order."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import anyio
import anyio.lowlevel
import pytest

from batch_renamer.cli.prompts import ask_to_rename_again
from batch_renamer.client import Stopping
from batch_renamer.jobs.run import JobContext, Run
from tests.support.bench import a_stop
from tests.support.typed import typed

if TYPE_CHECKING:
    from batch_renamer.jobs.job import Job


def a_run() -> Run:
    """Return a run that has nothing but its context."""
    return cast(Run, SimpleNamespace(context=JobContext(cast("Job", SimpleNamespace(notes=())))))


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a thread reads")
async def test_a_stop_ends_the_question(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What is said after it begins a line of its own, and the wait is not part of the run's duration."""
    ready, never_written = os.pipe()
    run = a_run()
    begun = run.context.begun
    with os.fdopen(ready, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        async with anyio.create_task_group() as stopping:
            stopping.start_soon(_stopped_once_it_asks, run)
            with pytest.raises(Stopping):
                await ask_to_rename_again(run, 2, [])
    os.close(never_written)
    assert capsys.readouterr().err.endswith("[y/N] \n")
    assert (run.context.asking, run.context.begun > begun) == (False, True)


async def _stopped_once_it_asks(run: Run) -> None:
    while not run.context.asking:
        await anyio.lowlevel.checkpoint()
    run.context.stop.request(a_stop())


@pytest.mark.parametrize(
    ("count", "undos", "sentence"),
    [
        pytest.param(1, [], "renamed 1 order, which has another name now.\nRename it again?", id="one"),
        pytest.param(
            1,
            [("k3f9ab", 1)],
            "1 order, which has another name now: run k3f9ab (an undo) put its old name back.\nRename it",
            id="one, undone",
        ),
        pytest.param(
            4,
            [("k3f9ab", 4)],
            "4 orders, which have another name now: run k3f9ab (an undo) put their old names back.\nRename them",
            id="undone",
        ),
        pytest.param(
            1_700,
            [("k3f9ab", 1_200), ("a2b3c4", 1)],
            "now: run k3f9ab (an undo) put 1,200 old names back, run a2b3c4 (an undo) put 1 old name back.\n",
            id="undone in parts",
        ),
    ],
)
async def test_the_question_to_rename_again_names_the_cause(
    count: int,
    undos: list[tuple[str, int]],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The undos that put names back, as far as it was undos; the words agree with the number."""
    with typed("y\n") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert await ask_to_rename_again(a_run(), count, undos)
    asked = capsys.readouterr().err
    assert sentence in asked
    assert asked.endswith("left alone.) [y/N] ")
