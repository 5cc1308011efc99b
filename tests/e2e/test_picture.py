"""The picture in the README shows what the program shows; `python -m tests.support.picture` makes it again."""

from __future__ import annotations

import html
import re
import sys

import pytest

from tests.support.picture import PICTURE, drawn, final_lines

_MOST_BYTES = 60_000
_VARIES = re.compile(
    r" in [\d.]+ s| \([\d.,]+/s\)|Took .*? requests| \([\d.,]+ a second\)"
    r"|(?<=--plan )\w{6}|(?<=undo )\w{6}|(?<=report-)\w{6}"
)


def words(picture: str) -> str:
    """Return the text of a picture without ids and times."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    return _VARIES.sub("", " ".join(" ".join(map(html.unescape, texts)).split()))


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_the_picture_shows_what_the_commands_show_today() -> None:
    """Both commands are recorded again: the same text, but for ids and times."""
    assert words(drawn()) == words(PICTURE.read_text("utf-8"))


def test_the_picture_is_small_and_loads_nothing() -> None:
    """A page that shows it asks no other server for anything."""
    picture = PICTURE.read_text("utf-8")
    assert len(picture.encode()) <= _MOST_BYTES
    assert set(re.findall(r"https?://[^\"')\s]+", picture)) == {"http://www.w3.org/2000/svg"}


def test_what_was_written_over_is_not_in_the_picture() -> None:
    """A bar that became a line, say."""
    bar = "\x1b[?25l\r\x1b[2K\x1b[1mRenaming\x1b[0m  ━━\r\n\x1b[?25h\r\x1b[1A\x1b[2K"
    assert final_lines(f"Reading\r\n{bar}Renaming: 3 of 3\r\nDone\r\n") == ["Reading", "Renaming: 3 of 3", "Done", ""]
