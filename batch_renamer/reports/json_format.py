"""Writes a run's summary and report rows as one JSON object, row by row, so that memory stays bounded.

The ``.json`` report and the output of ``--json`` are this object. Each row is on a line of its own.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO, TextIO

from batch_renamer.model import ReportRow, Result, RunSummary
from batch_renamer.reports.rows import WriteOptions, row_as_json

__all__ = ["write_json", "write_json_result", "write_refusal"]

_NOT_AS_IT_IS = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
"""Characters that control a terminal or that it does not show (C1 and DEL, direction marks, characters without width),
and surrogates. `json` itself escapes the control characters of ASCII."""


def write_json(file: BinaryIO, rows: Iterable[ReportRow], options: WriteOptions) -> None:
    """Write the ``.json`` report, in UTF-8 without BOM; the file stays open.

    Raises:
        OSError: The disk is full, or the file can't be written for another reason.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    write_json_result(text, rows, summary=options.summary, but={"reports": None})
    text.detach()


def write_json_result(
    stream: TextIO,
    rows: Iterable[ReportRow],
    *,
    summary: RunSummary,
    but: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Write the run in figures and its rows as one object, and a line break, to a text stream.

    `configs/schemas/result.schema.json` describes the object. A run without an id, and one that was not stopped, have
    ``null`` there. ``but`` has values that differ from those of the summary, and further ones. No text is changed:
    characters that control a terminal become JSON escapes, and so do all non-ASCII characters if the stream's encoding
    is not UTF-8.

    Example:
        >>> stream = io.StringIO()
        >>> write_json_result(stream, [], summary=RunSummary(run_id="k3", command="check", counts={}))
        >>> json.loads(stream.getvalue())["exit_code"]
        0
    """
    encode = _encoder_for(stream)
    head = {
        "command": summary.command,
        "run_id": summary.run_id or None,
        "exit_code": summary.exit_code,
        "stopped": _in_one_line(summary.stopped) or None,
        "counts": {result.value: summary.counts[result] for result in Result if result in summary.counts},
        "warnings": [_in_one_line(warning) for warning in summary.warnings],
        "reports": list(summary.reports),
        "workbook": summary.workbook or None,
        "backup": summary.backup or None,
        "seconds": round(summary.seconds, 3),
        "requests": summary.requests,
        "throttled": summary.throttled,
        **but,
    }
    stream.write(encode(head)[:-1] + ', "rows": [')
    separator = "\n"
    for row in rows:
        stream.write(separator + encode(row_as_json(row)))
        separator = ",\n"
    stream.write("]}\n" if separator == "\n" else "\n]}\n")


def write_refusal(stream: TextIO, *, command: str, exit_code: int, error: str, run_id: str | None = None) -> None:
    """Write the object that ``--json`` gives where nothing was done, and a line break.

    `configs/schemas/refusal.schema.json` describes it. ``run_id`` is the run that was refused, if it came so far.

    Example:
        >>> import sys
        >>> write_refusal(sys.stdout, command="apply", exit_code=2, error="orders.csv is empty.")
        {"command": "apply", "run_id": null, "exit_code": 2, "error": "orders.csv is empty."}
    """
    refusal = {"command": command, "run_id": run_id, "exit_code": exit_code, "error": _in_one_line(error)}
    stream.write(_encoder_for(stream)(refusal) + "\n")


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _encoder_for(stream: TextIO) -> Callable[[object], str]:
    """Return what makes JSON of values, in characters that the stream can take."""
    encoding = getattr(stream, "encoding", None)  # io.StringIO has none and accepts every character
    takes_every_character = encoding is None or codecs.lookup(encoding).name.startswith("utf")
    encode = json.JSONEncoder(ensure_ascii=not takes_every_character).encode
    return lambda value: _escaped(encode(value))


def _escaped(text: str) -> str:
    if text.isascii() and "\x7f" not in text:
        return text  # true for most rows
    return _NOT_AS_IT_IS.sub(lambda character: f"\\u{ord(character[0]):04x}", text)
