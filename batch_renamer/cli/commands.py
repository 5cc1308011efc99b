"""What the commands do: words that were given enter, the result on standard output and an exit code leave.

``session`` turns words into settings and errors into exit codes, ``renaming`` holds the commands that run a job,
``past`` those about past runs; ``asking``, ``showing`` and ``advising`` are what a person meets.
"""

from batch_renamer.cli.past import list_runs, report_again, show_one
from batch_renamer.cli.renaming import apply_plan, audit, resume, undo, with_sheet
from batch_renamer.cli.sandbox import run_sandbox

__all__ = [
    "apply_plan",
    "audit",
    "list_runs",
    "report_again",
    "resume",
    "run_sandbox",
    "show_one",
    "undo",
    "with_sheet",
]
