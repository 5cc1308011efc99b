"""A report enters; its texts leave, without what differs from run to run: times, tries, the run's id and command."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.workbooks import unzipped

__all__ = ["lasting_parts", "lasting_rows"]

_PASSING = ("last_updated_at", "attempts", "started_at", "seconds")
"""The columns that say when and how often something was sent."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)")
_JSON = re.compile(rf'"(?:{"|".join((*_PASSING, "run_id", "requests", "throttled"))})": (?:"[^"]*"|[\d.]+|null)')
_WORKBOOK_ID = re.compile(r"Report of run (\w+)")
_ROW = re.compile(r"<row [^>]*>(.*?)</row>")
_CELL = re.compile(r'<c r="[A-Z]+\d+"([^>]*)>(?:(?!</c>).)*?<v>([^<]*)</v></c>')
_OF_THE_RUN = {
    *("Run", "Began", "Ended", "Took", "Requests", "Told to slow down (429)"),
    *("Command", "Setting engine", "Setting scheduler"),
}
"""The lines of the sheet about a run that may differ."""


def lasting_rows(report: Path) -> list[dict[str, object]]:
    """Return the rows of a JSON report without what may differ where something died.

    That is also the status of an answer that was lost: such a row was read back.
    """
    return [
        {column: value for column, value in row.items() if column not in (*_PASSING, "http_status")}
        for row in json.loads(report.read_text("utf-8"))["rows"]
    ]


def lasting_parts(report: Path) -> dict[str, str]:
    """Return the texts of a report by the names of its parts; a text report has one part."""
    match report.suffix:
        case ".csv":
            return {"csv": _lasting_csv(report.read_text("utf-8"))}
        case ".json":
            return {"json": _JSON.sub("", report.read_text("utf-8"))}
        case _:
            return _lasting_workbook(report.read_bytes())


def _lasting_csv(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [number for number, heading in enumerate(rows[0]) if heading not in _PASSING]
    made = io.StringIO(newline="")
    csv.writer(made, quoting=csv.QUOTE_ALL).writerows([row[number] for number in kept] for row in rows)
    return made.getvalue()


def _lasting_workbook(content: bytes) -> dict[str, str]:
    parts = {name: part.decode("utf-8") for name, part in unzipped(content).items()}
    found = _WORKBOOK_ID.search(parts["docProps/core.xml"])
    assert found is not None
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", parts.pop("xl/sharedStrings.xml"))
    rows, about = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
    for heading in _PASSING:
        [column] = re.findall(rf'<c r="([A-Z]+)1"[^>]*><v>{texts.index(heading)}</v>', parts[rows])
        parts[rows] = re.sub(rf'<c r="{column}\d+"[^>]*>(?:(?!</c>).)*</c>', "", parts[rows])
    parts[about] = "\n".join(_lasting_lines(parts[about], texts))
    return {name: _MOMENT.sub("", part).replace(found[1], "") for name, part in parts.items()}


def _lasting_lines(sheet: str, texts: list[str]) -> Iterator[str]:
    """Yield format and value of each cell of the rows that last; where they stand depends on those that don't."""
    for row in _ROW.findall(sheet):
        cells = [(form, texts[int(value)] if 't="s"' in form else value) for form, value in _CELL.findall(row)]
        if cells and cells[0][1] not in _OF_THE_RUN:
            yield repr(cells)
