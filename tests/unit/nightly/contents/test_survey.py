"""What the spreadsheets of one night say about each other; each is read once, from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch_renamer.jobs import SheetSource, load_options
from batch_renamer.journal import OpenRow
from batch_renamer.loader import open_sheet
from batch_renamer.model import HERE, Result
from batch_renamer.nightly.contents.survey import Survey, Surveyed, contradictions_in_words
from batch_renamer.settings import Settings

Read = Callable[..., Surveyed]
Office = tuple[Survey, Read]


@pytest.fixture(params=[{}])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    """Give a survey, and a function that reads a file with these lines; the parameter has settings."""
    settings = Settings(state_dir=tmp_path, **request.param)
    with Survey(settings) as survey:

        def read(name: str, *lines: str, headings: str = "order_id,new_name") -> Surveyed:
            path = tmp_path / name
            path.write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
            source = SheetSource(open=lambda stopped: open_sheet(path, load_options(settings), stopped=stopped))
            return survey.read(name, source)

        yield survey, read


def places(survey: Survey, **given: object) -> dict[str, dict[int, tuple[Result, str]]]:
    """Return the settled rows by file, each with what stands in its reason about where the other row is."""
    return {
        survey.files[number].name: {
            row: (one.result, one.reason.partition(HERE)[2]) for row, one in sorted(rows.items())
        }
        for number, rows in survey.settled(**given).items()  # type: ignore[arg-type]  # numbers of files
    }


def older(order: str, new_name: str) -> OpenRow:
    """Return a row of an earlier night that failed."""
    return OpenRow(9, order, new_name, None, None, Result.FAILED, "")


def test_other_names_are_refused_in_each_file(office: Office) -> None:
    """Each row names where the others stand; rows about other orders are left alone."""
    survey, read = office
    read("a.csv", "x,one", "y,same")
    read("b.csv", "y,same", "x,two", "z,alone")
    read("c.csv", "x,one")
    assert places(survey) == {
        "a.csv": {2: (Result.INVALID, "b.csv, row 3.")},
        "b.csv": {3: (Result.INVALID, "a.csv, row 2; c.csv, row 2.")},
        "c.csv": {2: (Result.INVALID, "b.csv, row 3.")},
    }


def test_a_uuid_is_the_same_order_in_any_case(office: Office) -> None:
    """As everywhere."""
    survey, read = office
    order = "3f2504e0-4f89-41d3-9a0c-0000000000ab"
    read("a.csv", f"{order},one")
    read("b.csv", f"{order.upper()},two")
    assert [*places(survey)] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("x,,", id="no name"),
        pytest.param("x,two,yes", id="to be skipped"),
        pytest.param("x,a\x07b,", id="an unusable name"),
    ],
)
def test_rows_that_ask_for_nothing_contradict_nothing(office: Office, line: str) -> None:
    """The other file's row is done."""
    survey, read = office
    read("a.csv", "x,one")
    read("b.csv", line, headings="order_id,new_name,skip")
    assert survey.settled() == {}


def test_rows_of_one_file_alone_are_not_its_business(office: Office) -> None:
    """The journal settles them when the file is loaded."""
    survey, read = office
    read("a.csv", "x,one", "x,two")
    assert survey.settled() == {}


def test_all_rows_of_an_order_are_refused(office: Office) -> None:
    """Also one that has the same name as that of another file: nothing is known of what is wanted."""
    survey, read = office
    read("a.csv", "x,one", "x,two")
    read("b.csv", "x,one")
    assert places(survey) == {
        "a.csv": {
            2: (Result.INVALID, "this spreadsheet, row 3."),
            3: (Result.INVALID, "b.csv, row 2; this spreadsheet, row 2."),
        },
        "b.csv": {2: (Result.INVALID, "a.csv, row 3.")},
    }


@pytest.mark.parametrize("office", [{"match_by": "current-name"}], indirect=True)
def test_without_ids_the_current_name_tells_the_order(office: Office) -> None:
    """A row with an id and the same current name may mean the same order; two ids never do."""
    survey, read = office
    columns = "order_id,current_name,new_name"
    read("a.csv", ",old,one", ",other,same", headings=columns)
    read("b.csv", "x,old ,two", "y,other,same", headings=columns)
    read("c.csv", "z,old,one", headings=columns)
    assert places(survey) == {
        "a.csv": {2: (Result.INVALID, "b.csv, row 2.")},
        "b.csv": {2: (Result.INVALID, "a.csv, row 2.")},
    }


@pytest.mark.parametrize("office", [{"replace": "St=Street"}], indirect=True)
def test_a_name_by_rule_is_made_for_the_first_file(office: Office) -> None:
    """The row of the second file is skipped; a typed name contradicts a rule."""
    survey, read = office
    read("a.csv", "x,", "y,")
    read("b.csv", "x,", "y,typed")
    assert places(survey) == {
        "a.csv": {3: (Result.INVALID, "b.csv, row 3.")},
        "b.csv": {2: (Result.SKIPPED, "a.csv, row 2."), 3: (Result.INVALID, "a.csv, row 3.")},
    }


def test_files_that_were_there_before_contradict_nothing(office: Office) -> None:
    """Their rows are older, and those of tonight win."""
    survey, read = office
    read("a.csv", "x,one")
    read("b.csv", "x,two")
    assert survey.settled(older={0}) == {}
    assert str(survey.named_anew(older("x", "one"), besides={0})) == "b.csv, row 2"
    assert survey.named_anew(older("x", "one"), besides={0, 1}) is None
    assert survey.named_anew(older("x", "two"), besides={0}) is None


def test_a_file_that_comes_late_is_refused_alone(office: Office) -> None:
    """The other file is done already."""
    survey, read = office
    read("a.csv", "x,one")
    late = read("late.csv", "x,two")
    [reason] = [one.reason for one in survey.settled(done={0})[late.number].values()]
    assert reason == (
        "A spreadsheet that was done earlier this night gives this order another name. Keep one of the rows."
        " Here: a.csv, row 2."
    )


def test_a_bad_row_is_about_its_order_all_the_same(office: Office) -> None:
    """An older row is not sent any more, although this one can't be."""
    survey, read = office
    read("a.csv", "x,a\x07b")
    assert str(survey.named_anew(older("x", "one"))) == "a.csv, row 2"


def test_a_file_that_is_no_spreadsheet_says_why(office: Office) -> None:
    """The others are read all the same, and what was read of it is forgotten."""
    survey, read = office
    bad = read("bad.csv", "x,one", headings="a,b")
    good = read("good.csv", "x,two")
    assert "bad.csv" in str(bad.unusable)
    assert (bad.content, good.unusable, good.rows, survey.settled()) == ("", None, 1, {})


def test_many_files_are_named_in_short(office: Office) -> None:
    """The reason stays readable."""
    survey, read = office
    for number in range(5):
        read(f"{number}.csv", f"x,name {number}")
    rows = survey.settled()
    assert rows[0][2].reason.endswith(" Here: 1.csv, row 2; 2.csv, row 2; and in 2 other spreadsheets.")
    assert contradictions_in_words(rows[0].values()) == "1 order has another name in 1.csv, so neither was sent."
