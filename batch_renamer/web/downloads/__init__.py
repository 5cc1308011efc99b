"""Files and pictures that the page asks for: reports of a run, the user's own spreadsheet with results, small pictures.

A file is made in a thread, in a private temporary folder that is gone when it was sent.
"""

from __future__ import annotations

from batch_renamer.web.downloads.pictures import send_picture
from batch_renamer.web.downloads.reports import download_report, download_spreadsheet

__all__ = ["download_report", "download_spreadsheet", "send_picture"]
