"""The pages of nights as files: which are written, what they replace, and what is said if that fails."""

from __future__ import annotations

import os
import stat
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_renamer.model import FileEnd
from batch_renamer.nightly.pages import write_pages
from batch_renamer.visible import visible
from tests.unit.nightly.pages.samples import a_file, a_night, parsed, text_of

NOW = 1_795_660_000.0
TODAY, YESTERDAY = "2026-11-26", "2026-11-25"
TEXT = {"a", "b", "bdi", "code", "dd", "dl", "dt", "h1", "h2", "h3", "li", "p", "span", "ul"}
ELEMENTS = TEXT | {"body", "div", "footer", "header", "main", "section"}


def test_a_night_has_its_page_and_one_shows_the_last_nights(tmp_path: Path) -> None:
    """Each leads to the other, and both are whole: no script, nothing loaded, one first heading."""
    assert write_pages([a_night(TODAY, a_file()), a_night(YESTERDAY)], reports=tmp_path / "reports", now=NOW) == []
    night, nights = tmp_path / "reports" / TODAY / "index.html", tmp_path / "reports" / "index.html"
    for page in (night, nights):
        tree = parsed(page)
        assert len(tree.xpath("//h1")) == 1
        assert not tree.xpath("//script | //link | //iframe | //@style | //@src")
        assert all((page.parent / link).is_file() for link in tree.xpath("//a/@href"))
        levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3 | //h4")]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert f"{TODAY}/index.html" in parsed(nights).xpath("//a/@href")


def test_a_page_that_is_gone_is_not_linked(tmp_path: Path) -> None:
    """The night is still told; its reports were kept for some days only."""
    write_pages([a_night(TODAY), a_night(YESTERDAY)], reports=tmp_path, now=NOW)
    assert "Wed 25 Nov" in text_of(tmp_path / "index.html")
    assert set(parsed(tmp_path / "index.html").xpath("//a/@href")) == {f"{TODAY}/index.html"}


def test_the_page_of_a_night_that_was_cut_off_is_written_by_the_next_one(tmp_path: Path) -> None:
    """It could not do that itself."""
    cut_off = a_night(YESTERDAY, ended_at=None, exit_code=None, cut_off=True)
    write_pages([a_night(TODAY), cut_off, a_night("2026-11-24")], reports=tmp_path, now=NOW)
    assert "this night was cut off" in text_of(tmp_path / YESTERDAY / "index.html")
    assert not (tmp_path / "2026-11-24").exists()


def test_trouble_of_earlier_nights_that_is_still_there_is_told_on_both_pages(tmp_path: Path) -> None:
    """A good night does not make it forgotten; who takes the spreadsheet away has dealt with it."""
    sheet = tmp_path / "problems" / YESTERDAY / "anna.xlsx"
    sheet.parent.mkdir(parents=True)
    sheet.touch()
    left = a_file("anna.xlsx", FileEnd.PROBLEMS, moved_to=str(sheet))
    nights, reports = [a_night(TODAY, a_file()), a_night(YESTERDAY, left)], tmp_path / "reports"
    pages = (reports / TODAY / "index.html", reports / "index.html")
    write_pages(nights, reports=reports, now=NOW)
    told = "anna.xlsx of an earlier night is still in the folder of problems."
    assert [told in text_of(page) for page in pages] == [True, True]
    sheet.unlink()
    write_pages(nights, reports=reports, now=NOW)
    assert [told in text_of(page) for page in pages] == [False, False]


def test_a_file_of_the_user_is_not_replaced(tmp_path: Path) -> None:
    """The folder may be one that has a page already; the other page is written."""
    (tmp_path / "index.html").write_text("<!DOCTYPE html><title>Our house</title>")
    [problem] = write_pages([a_night(TODAY)], reports=tmp_path, now=NOW)
    assert problem.startswith(f'The page "{tmp_path / "index.html"}" was not written, because a file is there')
    assert (tmp_path / TODAY / "index.html").is_file()
    assert "Our house" in (tmp_path / "index.html").read_text()


def test_what_fails_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    """A folder in the way, or no inbox at all because a share is not mounted: no folder is made in its place."""
    (tmp_path / "index.html").mkdir()
    [problem] = write_pages([a_night(TODAY)], reports=tmp_path, now=NOW)
    assert problem == f'The page "{tmp_path / "index.html"}" could not be written: it is a folder.'
    problems = write_pages([a_night(TODAY)], reports=tmp_path / "away" / "reports", now=NOW)
    assert [problem.rpartition(": ")[2] for problem in problems] == ["No such file or directory."] * 2
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", TODAY}


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_page_follows_the_umask_and_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    """Others in the office read it, too."""
    before = os.umask(0o027)
    try:
        for hour in (2, 14):
            assert write_pages([a_night(TODAY, hour=hour)], reports=tmp_path, now=NOW) == []
    finally:
        os.umask(before)
    page = tmp_path / TODAY / "index.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    assert "at 14:00" in text_of(page)


hostile = st.text(st.characters(exclude_characters="/\0", codec=None), min_size=1, max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>.xlsx",
        '"><img src=x onerror=alert(1)>.csv',
        "javascript:alert(1).html",
        "{{ 7 * 7 }}.xlsx",
        "a\udcff\u202egnp.xlsx",
        "?#%2F&amp;.xlsx",
    ]
)


@settings(max_examples=30)  # each writes two pages to the disk
@given(hostile)
def test_a_file_name_is_text_and_its_links_lead_to_the_file(name: str) -> None:
    """Nothing in a name becomes part of the page, and a link has no scheme that could be run."""
    with TemporaryDirectory() as folder:
        inbox = Path(folder)
        moved_to = inbox / "problems" / name
        try:
            moved_to.parent.mkdir()
            moved_to.write_text("x")
        except (OSError, UnicodeEncodeError):  # no such name on this disk
            return
        file = a_file(name, FileEnd.PROBLEMS, moved_to=str(moved_to), sentence=name)
        assert write_pages([a_night(TODAY, file, inbox=folder)], reports=inbox / "reports", now=NOW) == []
        page = inbox / "reports" / TODAY / "index.html"
        tree = parsed(page)
        assert {element.tag for element in tree.find("body").iter()} <= ELEMENTS
        [link] = [href for href in tree.xpath("//a/@href") if href != "../index.html"]
        assert link.startswith("../../problems/")
        assert (page.parent / os.fsdecode(unquote_to_bytes(link))).read_text() == "x"
        assert visible(f"problems/{name}") in tree.xpath("//dd/a/text()")
