"""A job on the command line: it is run until it ends or is stopped by signals, and its result is shown."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import replace

import anyio

from batch_renamer.cli.interrupting import stopped_by_signals
from batch_renamer.cli.output import show
from batch_renamer.jobs import Job, Run, bound_to, perform
from batch_renamer.journal import RunRecord
from batch_renamer.model import RunSummary

__all__ = ["about_run", "run_job"]


def about_run(job: Job, past: RunRecord) -> Job:
    """Return the job with the run that it is about, which must be one of this account.

    Raises:
        InputError: it belongs to another base URL, profile or key.
    """
    return replace(job, origin=past, notes=(*job.notes, *bound_to(past, job.destination)))


def run_job(job: Job, given: Mapping[str, object]) -> int:
    """Run a job to its end and show its result; return the exit code."""
    run = Run(job)
    # The extra "speed" is used where it is installed.
    loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
    return show(run, anyio.run(_perform, run, given, backend_options=loop), given)


async def _perform(run: Run, given: Mapping[str, object]) -> RunSummary:
    with stopped_by_signals(run, given):
        return await perform(run)
