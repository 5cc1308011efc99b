"""Nights as values, for the tests of their pages."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from lxml import etree, html

from batch_renamer.model import FileEnd, Night, NightFile


def a_night(date: str, *files: NightFile, hour: int = 2, **values: Any) -> Night:
    """Return a night that began at this hour of its date and took three minutes."""
    began = datetime.datetime.fromisoformat(date).replace(hour=hour).timestamp()
    usual: dict[str, Any] = {"ended_at": began + 180, "exit_code": 0, "begun": True, "inbox": "/in"}
    return Night(date=date, began_at=began, files=files, **(usual | values))


def a_file(name: str = "orders.xlsx", end: FileEnd = FileEnd.DONE, **values: Any) -> NightFile:
    """Return a file with three renamed rows."""
    return NightFile(name=name, end=end, **({"counts": {"renamed": 3}, "run_id": "k3f9ab"} | values))


def parsed(page: Path) -> html.HtmlElement:
    """Return the tree of a page that has no mistakes; this parser does not know the newer elements."""
    parser = html.HTMLParser()
    tree = html.document_fromstring(page.read_text("utf-8"), parser=parser)
    assert [error for error in parser.error_log if error.type != etree.ErrorTypes.HTML_UNKNOWN_TAG] == []
    return tree


def text_of(page: Path) -> str:
    """Return the text of a page's body, with single spaces."""
    return " ".join(parsed(page).find("body").text_content().split())
