"""Spreadsheets that came from the browser: private files, how each is to be read, and their removal.

::

    store        the folder of all of them            receiving   a stream becomes a private file, up to a limit
    upload       one of them, and its ``about.json``   file_names  the name under which it is kept
    checking     what a check says of one, remembered  checked_sheet   the result
    reading_options   what a person has corrected
"""

from __future__ import annotations

from batch_renamer.web.uploads.checked_sheet import CheckedSheet
from batch_renamer.web.uploads.checking import SheetChecks
from batch_renamer.web.uploads.file_names import safe_file_name
from batch_renamer.web.uploads.reading_options import ReadingOptions
from batch_renamer.web.uploads.receiving import UploadError
from batch_renamer.web.uploads.store import LARGEST_BYTES, UNUSED_S, Uploads
from batch_renamer.web.uploads.upload import Upload

__all__ = [
    "LARGEST_BYTES",
    "UNUSED_S",
    "CheckedSheet",
    "ReadingOptions",
    "SheetChecks",
    "Upload",
    "UploadError",
    "Uploads",
    "safe_file_name",
]
