"""`doctor`: checks everything that a run needs, and shows a line for each. It writes and renames nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

from batch_renamer.checks import Finding, Verdict, examine
from batch_renamer.cli.commands.findings import conclusion_lines, finding_lines
from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import DOCTOR
from batch_renamer.progress import show_lines

__all__ = ["doctor"]


def doctor(given: Mapping[str, object]) -> int:
    """Check everything that a run needs; return the exit code that a run would end with, or 0."""
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    as_json, quiet = bool(given.get("json")), bool(given.get("quiet"))

    def body(_: Ending) -> int:
        findings = []
        for finding in examine(given, environ=os.environ):
            findings.append(finding)
            if not as_json and not (quiet and finding.verdict is Verdict.OK):
                _show(finding)
        code = next((finding.exit_code for finding in findings if finding.exit_code), 0)
        if as_json:
            _write_json(findings, code)
        elif not quiet:
            _show_conclusion(findings, given)
        return code

    return run_bare(DOCTOR, body, as_json=as_json)


def _show(finding: Finding) -> None:
    with to_standard_output():
        if error := show_lines(lambda width: finding_lines(finding, width=width), sys.stdout):
            raise error


def _show_conclusion(findings: list[Finding], given: Mapping[str, object]) -> None:
    with to_standard_output():
        if error := show_lines(lambda width: conclusion_lines(findings, given, width=width), sys.stdout):
            raise error


def _write_json(findings: list[Finding], code: int) -> None:
    checks = [
        {"name": one.name, "verdict": one.verdict.value, "said": one.said, "repair": one.repair} for one in findings
    ]
    with to_standard_output():
        sys.stdout.write(json.dumps({"command": DOCTOR.word, "exit_code": code, "checks": checks}) + "\n")
