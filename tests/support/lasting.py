"""A report enters; its texts leave, without what differs from run to run: times, tries, the run's id and command."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from tests.support.workbooks import unzipped

__all__ = ["lasting_parts", "lasting_rows"]

_PASSING = ("last_updated_at", "attempts", "started_at", "seconds")
"""The columns that say when and how often something was sent."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)")
_JSON = re.compile(rf'"(?:{"|".join((*_PASSING, "run_id", "requests", "throttled"))})": (?:"[^"]*"|[\d.]+|null)')
_WORKBOOK_ID = re.compile(r"Report of run (\w+)")
_NUMBERS_OF_RUN = ("Began", "Ended", "Requests", "Told to slow down (429)")
_TEXTS_OF_RUN = re.compile(r"(?<=<si><t>)(Took|Command|Setting engine)(</t></si><si><t>)[^<]*")
_HEIGHT = re.compile(r' ht="[\d.]+"')  # of the row with the command line, which may be longer


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
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", parts["xl/sharedStrings.xml"])
    rows, about = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
    for heading in _PASSING:
        [column] = re.findall(rf'<c r="([A-Z]+)1"[^>]*><v>{texts.index(heading)}</v>', parts[rows])
        parts[rows] = re.sub(rf'<c r="{column}\d+"[^>]*>(?:(?!</c>).)*</c>', "", parts[rows])
    for label in _NUMBERS_OF_RUN:
        cell = re.compile(rf"(<v>{texts.index(label)}</v></c><c [^>]*><v>)[^<]*")
        assert cell.search(parts[about])
        parts[about] = cell.sub(r"\1", parts[about])
    parts[about] = _HEIGHT.sub("", parts[about])
    parts["xl/sharedStrings.xml"] = _TEXTS_OF_RUN.sub(r"\1\2", parts["xl/sharedStrings.xml"])
    return {name: _MOMENT.sub("", part).replace(found[1], "") for name, part in parts.items()}
