"""What was unchecked on the page stays out of a plan, wherever the plan is committed."""

from __future__ import annotations

from dataclasses import replace

from batch_renamer.jobs.job import Job
from batch_renamer.text import counted

__all__ = ["as_chosen"]


def as_chosen(job: Job) -> Job:
    """Return a job that commits a kept plan without the renames that its reader has unchecked on the page.

    A note says so. Rows that are chosen otherwise, by ``--only`` or ``--except``, are what the user wants now.
    """
    plan = job.origin
    if plan is None or job.choice:
        return job
    chosen = job.journal.unchecked.chosen(plan)
    if not chosen.unchecked:
        return job
    first = job.journal.rows.first_row(plan)
    was, is_left = ("was", "is") if chosen.unchecked == 1 else ("were", "are")
    note = (
        f"{counted(chosen.unchecked, 'rename')} of this plan {was} unchecked in the browser and {is_left} left out. "
        f"--only {first}- does the whole plan."
    )
    settings = replace(job.settings, except_rows=chosen.choice.except_rows)
    return replace(job, settings=settings, unchecked=True, notes=(*job.notes, note))
