"""Report rows enter, files leave: one module per format, and `target`, which knows where a report may go."""

from __future__ import annotations

from batch_renamer.reports.json_format import write_json_result, write_refusal
from batch_renamer.reports.rows import row_as_json
from batch_renamer.reports.target import (
    FORMATS,
    prove_writable,
    refuse_at_once,
    remove_unfinished,
    resolve_targets,
    write_report,
    write_reports,
)

__all__ = [
    "FORMATS",
    "prove_writable",
    "refuse_at_once",
    "remove_unfinished",
    "resolve_targets",
    "row_as_json",
    "write_json_result",
    "write_refusal",
    "write_report",
    "write_reports",
]
