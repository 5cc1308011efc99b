"""What is shown at the end of a command: a concluded run enters, its result leaves on standard output.

With ``--json`` that is one object, and the words for people go to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from batch_renamer.model import Result, RunSummary
from batch_renamer.progress import RunView, show_run
from batch_renamer.reports import write_json_result
from batch_renamer.run import Run
from batch_renamer.words import API, RESUMING, SANDBOX, WHERE, WRITING, again

__all__ = ["show"]

_MOST_SHOWN = 1_000
_TO_BE_RESUMED = (3, 4, 129, 130, 143)
_KEPT = {**WHERE, **API, **RESUMING, **SANDBOX, **WRITING}


def show(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> None:
    """Show what became of a run, and the exact command that goes on."""
    settings = run.settings
    if settings.json:
        write_json_result(sys.stdout, run.rows(), summary=summary)
    if run.declined:
        run.progress.message("Nothing was sent.")
        return
    hint, command = _next(run, summary, given)
    planned = run.planned(limit=_MOST_SHOWN) if run.dry else []
    view = RunView(
        summary=summary,
        problems=tuple(run.reasons()),
        planned=tuple(planned),
        forecast=run.forecast() if planned else None,
        next_hint=hint,
        next_command=command,
    )
    show_run(view, sys.stderr if settings.json else sys.stdout, quiet=settings.quiet)


def _next(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the user may want to do next: a few words, and the exact command."""
    kept = {name: value for name, value in given.items() if name in _KEPT and name != "sandbox_reset"}
    if run.command == "check":
        return "", ""
    if run.dry or run.command == "audit":
        if summary.exit_code in _TO_BE_RESUMED:
            return "To do it again from the start:", _same_again(run, given)
        if summary.stopped or not summary.counts.get(Result.PLANNED):
            return "", ""
        if run.command == "plan":
            return "To do exactly this:", again("apply", ["--plan", summary.run_id], kept)
        return "To do this:", again("undo", [run.origin.id if run.origin else ""], kept)
    if summary.exit_code in _TO_BE_RESUMED:
        return "To go on with what is left:", again("resume", [summary.run_id], kept)
    if summary.exit_code == 1 and {Result.FAILED, Result.UNKNOWN} & summary.counts.keys():
        return "To try again what failed:", again("resume", [summary.run_id, "--failed"], kept)
    return "", ""


def _same_again(run: Run, given: Mapping[str, Any]) -> str:
    """Return the command itself: what only reads keeps nothing that could be gone on with."""
    again_given = {name: value for name, value in given.items() if name != "sandbox_reset"}
    if run.command == "plan":
        return again("plan", [str(run.sheet)], again_given)
    word, *switches = run.command.split()
    return again(word, [run.origin.id if run.origin else "", *switches], again_given)
