"""One uploaded spreadsheet, and the file that says what is known of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.files import read_regular, write_private
from batch_renamer.web.uploads.file_names import ABOUT_FILE, safe_file_name
from batch_renamer.web.uploads.reading_options import ReadingOptions

__all__ = ["Upload", "read_about", "write_about"]

_MOST_BYTES = 1 << 20
"""What is known of an upload is far smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded spreadsheet: its file, whose account it is for, and how it is to be read.

    ``account`` is the name of a profile. ``uploaded_at`` is in seconds since the epoch. ``is_as_before`` tells that
    ``reading`` is that of an earlier spreadsheet of this name, and that no person has looked at it since.

    Example:
        >>> Upload(id="k3f9abcd", folder=Path("k3f9abcd"), name="orders.csv", account="", uploaded_at=0.0).path.name
        'orders.csv'
    """

    id: str
    folder: Path
    name: str
    account: str
    uploaded_at: float
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    is_as_before: bool = False

    @property
    def path(self) -> Path:
        """The spreadsheet's file."""
        return self.folder / self.name


def write_about(upload: Upload) -> None:
    """Write down what is known of an upload, whole or not at all.

    Raises:
        OSError: it can't be written.
    """
    about = {
        "name": upload.name,
        "account": upload.account,
        "uploaded_at": upload.uploaded_at,
        "reading": upload.reading.chosen(),
        "is_as_before": upload.is_as_before,
    }
    write_private(upload.folder / ABOUT_FILE, json.dumps(about, ensure_ascii=True, indent=1), replace=True)


def read_about(folder: Path) -> Upload | None:
    """Return the upload in a folder; None where there is none, or where what is known of it can't be read."""
    try:
        content, _ = read_regular(folder / ABOUT_FILE, limit_bytes=_MOST_BYTES)
        about = json.loads(content)
        name, reading = about["name"], about["reading"]
        if safe_file_name(name) != name or not isinstance(reading, dict):
            return None
        upload = Upload(
            id=folder.name,
            folder=folder,
            name=name,
            account=str(about["account"]),
            uploaded_at=float(about["uploaded_at"]),
            reading=ReadingOptions.of(reading),
            is_as_before=about["is_as_before"] is True,
        )
        return upload if upload.path.is_file() else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
