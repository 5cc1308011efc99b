"""The page of one date: what became of each file, and where it is."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.model import FileEnd
from batch_renamer.nightly.pages import write_pages
from tests.unit.nightly.pages.samples import a_file, a_night, parsed, text_of

DAY = "2026-11-26"


def put(path: Path) -> str:
    """Make a file with its folders, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return str(path)


def test_files_that_need_a_person_come_first_with_what_to_do(tmp_path: Path) -> None:
    """Each stands there once, under what became of it."""
    ends = list(FileEnd)
    files = [a_file(f"{end}.csv", end, sentence=f"About {end}.") for end in ends]
    write_pages([a_night(DAY, *files, exit_code=2)], reports=tmp_path, now=0.0)
    tree = parsed(tmp_path / DAY / "index.html")
    names = [name.text for name in tree.xpath("//bdi")]
    assert names == [
        f"{end}.csv" for end in ("problems", "refused", "stopped", "waiting", "passed over", "done", "same")
    ]
    headings = tree.xpath("//h2/text()")
    assert headings == ["Needs you", "Stays in the inbox", "Done", "The next night", "This night"]
    assert all(f"About {end}." in text_of(tmp_path / DAY / "index.html") for end in ends)


def test_reports_and_the_file_are_linked_where_they_are(tmp_path: Path) -> None:
    """The links work wherever the folder is; what is gone is named, and no link."""
    reports = tmp_path / "reports"
    page = put(reports / DAY / "orders.report-k3f9ab.html")
    gone = str(reports / DAY / "orders.report-k3f9ab.xlsx")
    moved_to = put(tmp_path / "problems" / DAY / "orders (2).csv")
    file = a_file("orders.csv", FileEnd.PROBLEMS, reports=(page, gone), moved_to=moved_to, counts={"failed": 1})
    write_pages([a_night(DAY, file, inbox=str(tmp_path), exit_code=1)], reports=reports, now=0.0)
    tree = parsed(reports / DAY / "index.html")
    assert [(link.text, link.get("href")) for link in tree.xpath("//dd/a")] == [
        ("report as a page", "orders.report-k3f9ab.html"),
        (f"problems/{DAY}/orders (2).csv", f"../../problems/{DAY}/orders%20%282%29.csv"),
    ]
    assert "reports/2026-11-26/orders.report-k3f9ab.xlsx" in text_of(reports / DAY / "index.html")
    Path(moved_to).unlink()
    write_pages([a_night(DAY, file, inbox=str(tmp_path), exit_code=1)], reports=reports, now=0.0)
    assert "It is nownot in problems/2026-11-26/orders (2).csv any more" in text_of(reports / DAY / "index.html")


def test_a_night_that_could_not_begin_says_why(tmp_path: Path) -> None:
    """Its page stands where the others do, with the exit code."""
    night = a_night(DAY, begun=False, exit_code=3, stopped="The key file can't be read.", notes=("No log.",))
    write_pages([night], reports=tmp_path, now=0.0)
    said = text_of(tmp_path / DAY / "index.html")
    assert "Something needs you: this night could not begin. The key file can't be read." in said
    assert "Put a new key into the key file; then the next night goes on by itself." in said
    assert "No log." in said
    assert "What else happened stands in the notes." in said
    assert parsed(tmp_path / DAY / "index.html").get_element_by_id("notes").text == "Notes"
    assert "Exit code3" in said


def test_two_nights_of_a_date_are_on_one_page(tmp_path: Path) -> None:
    """The newest stands first, each with its headline; what comes next is said once."""
    bad = a_night(DAY, a_file("bad.csv", FileEnd.PROBLEMS, counts={"failed": 1}), exit_code=1)
    write_pages([a_night(DAY, a_file(), hour=14), bad], reports=tmp_path, now=0.0)
    tree = parsed(tmp_path / DAY / "index.html")
    assert tree.xpath("//h1/span/text()") == [
        "Something of the night at 02:00 needs you: 1 spreadsheet has problems; 0 orders renamed."
    ]
    assert [heading.rpartition(" at ")[2] for heading in tree.xpath("//h2/text()")] == ["14:00", "02:00"]
    assert tree.xpath("//h3[text()='The next night']")[0].getparent() is tree.xpath("//h2")[0].getparent()
    assert len(tree.xpath("//h3[text()='The next night']")) == 1
