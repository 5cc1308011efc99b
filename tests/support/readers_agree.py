"""Shows that LibreOffice finds in a workbook after a write-back what calamine finds; run by hand, it needs soffice.

``python -m tests.support.readers_agree [FOLDER]`` writes results into two rich workbooks, has LibreOffice save them
again, and compares the sheet that was written to, cell by cell. The workbooks, and PDFs of them, are left in FOLDER.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tests.support.rich_workbook import RICH_HEADINGS, rich_workbook
from tests.support.written_back import MOMENT, back, written

__all__ = ["main"]

_SHOWN_COLUMNS = len(RICH_HEADINGS) + 4
"""LibreOffice does not know the functions of the cells further right."""


def main() -> int:
    """Compare, say what differs, and return 1 if something does."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="readers-agree-"))
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        back(row, "renamed", final_name=f"={row} Elm & Co <b>", renamed_at=MOMENT)
        if row % 3
        else back(row, "failed", "404: the API knows no such order\nCheck the id")
        for row in range(4, 28)
    ]
    differing = 0
    for name, table in (("table.xlsx", True), ("filter.xlsx", False)):
        path = folder / name
        path.write_bytes(written(rich_workbook(folder, table=table), rows, heading_row=3))
        saved = _saved_by_libreoffice(path)
        ours, theirs = _cells(path), _cells(saved)
        places = {place for place in ours.keys() | theirs.keys() if ours.get(place) != theirs.get(place)}
        for place in sorted(places):
            sys.stdout.write(f"{name} {place}: {ours.get(place)!r} and {theirs.get(place)!r}\n")
        sys.stdout.write(f"{path}: {len(ours)} cells, {len(places)} differ\n")
        differing += len(places)
    return 1 if differing else 0


def _saved_by_libreoffice(path: Path) -> Path:
    """Have LibreOffice read a workbook and write it as another one, and as pages."""
    saved = path.parent / "saved"
    for kind in ("xlsx", "pdf"):
        command = ["soffice", f"-env:UserInstallation={(path.parent / 'profile').resolve().as_uri()}", "--headless"]
        subprocess.run([*command, "--convert-to", kind, "--outdir", saved, path], check=True, capture_output=True)
    return saved / path.name


def _cells(path: Path) -> dict[tuple[int, int], Any]:
    grid = CalamineWorkbook.from_path(path).get_sheet_by_name("Orders").to_python(skip_empty_area=False)
    return {
        (row, column): round(value, 9) if isinstance(value, float) else value
        for row, values in enumerate(grid, 1)
        for column, value in enumerate(values[:_SHOWN_COLUMNS], 1)
        if value != ""
    }


if __name__ == "__main__":
    sys.exit(main())
