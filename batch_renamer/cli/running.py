"""Runs a job until it ends or a signal stops it, and shows its result."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping

import anyio

from batch_renamer.cli.interrupting import stopped_by_signals
from batch_renamer.cli.output import show
from batch_renamer.cli.prompts import ask, ask_to_rename_again
from batch_renamer.jobs import Job, JobContext, Run, perform
from batch_renamer.model import RunSummary
from batch_renamer.signals import called_in_thread_on_signals

__all__ = ["run_job"]


def run_job(job: Job, given: Mapping[str, object], *, asks: bool = True) -> int:
    """Run a job to its end and show its result; return the exit code.

    ``asks``: the user is asked before anything is renamed, unless ``--yes`` was given.
    """
    asks = asks and not job.settings.yes
    context = JobContext(job, confirm=ask if asks else None, confirm_again=ask_to_rename_again if asks else None)
    # uvloop is faster; the extra "speed" installs it.
    loop = {"use_uvloop": importlib.util.find_spec("uvloop") is not None}
    run, summary, on_late_signal = anyio.run(_perform, context, given, backend_options=loop)
    with called_in_thread_on_signals(on_late_signal):
        return show(run, summary, given)


async def _perform(context: JobContext, given: Mapping[str, object]) -> tuple[Run, RunSummary, Callable[[int], None]]:
    with stopped_by_signals(context, given) as on_late_signal:
        run, summary = await perform(context)
    return run, summary, on_late_signal
