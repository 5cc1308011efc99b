"""`doctor`: checks everything that a run needs, and shows a line for each. It writes and renames nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping

from batch_renamer.checks import examine
from batch_renamer.cli.commands.findings import conclusion_lines, show_findings, show_on_output, write_findings
from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import DOCTOR, PLAN

__all__ = ["doctor"]


def doctor(given: Mapping[str, object]) -> int:
    """Check everything that a run needs; return the exit code that a run would end with, or 0."""
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    as_json, quiet = bool(given.get("json")), bool(given.get("quiet"))

    def body(_: Ending) -> int:
        examined = examine(given, environ=os.environ)
        findings = list(examined) if as_json else show_findings(examined, quiet=quiet)
        code = next((finding.exit_code for finding in findings if finding.exit_code), 0)
        if as_json:
            write_findings(DOCTOR, findings, code)
        elif not quiet:
            kept = carried_options(given)
            show_on_output(
                lambda width: conclusion_lines(
                    findings,
                    again=command_line(DOCTOR, [], kept),
                    next_step="see what would be renamed",
                    next_command=command_line(PLAN, ["FILE"], kept),
                    width=width,
                )
            )
        return code

    return run_bare(DOCTOR, body, as_json=as_json)
