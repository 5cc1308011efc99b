"""The first rows of a sheet enter; the columns to read leave."""

from __future__ import annotations

from typing import Any

import pytest

from batch_renamer.loader import LoadOptions
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.heading_trouble import HeadingTrouble
from batch_renamer.loader.headings import find_columns
from batch_renamer.model import COLUMNS


def find(*headings: str, **options: Any) -> Columns:
    """Find the columns of a sheet with this one heading row."""
    found = find_columns([headings], LoadOptions(**options))
    assert isinstance(found, Columns), found
    return found


def trouble(*headings: str, **options: Any) -> str:
    """Return why this heading row is no use."""
    found = find_columns([headings], LoadOptions(**options))
    assert isinstance(found, HeadingTrouble), found
    return found.sentence


@pytest.mark.parametrize(
    "heading",
    ["order_id", "Order ID", "ORDER-ID", " orderid ", "order", "Id", "order number", "Order_No", "Order\u200bID"],
)
def test_id_headings_are_found(heading: str) -> None:
    """Case, spaces, underscores and hyphens don't matter."""
    assert find("x", heading, "new_name").order_id == 1


@pytest.mark.parametrize(
    "heading", ["new_name", "NEW NAME", "New-Name", "newname", "new title", "Rename To", "name to be"]
)
def test_name_headings_are_found(heading: str) -> None:
    """Each of the spellings will do."""
    assert find("order_id", "x", heading).new_name == 2


@pytest.mark.parametrize("heading", ["current_name", "Current Name", "old_name", "OLD-NAME"])
def test_guard_headings_are_found(heading: str) -> None:
    """The guard is optional."""
    assert find("order_id", "new_name", heading).current_name == 2
    assert find("order_id", "new_name").current_name is None


def test_skip_heading_is_found() -> None:
    """So is the skip mark."""
    assert find("Skip", "order_id", "new_name").skip == 0
    assert find("order_id", "new_name").skip is None


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        ("Old name", "current_name"),
        ("Current name (as in the app)", "current_name"),
        ("Current-Name:", "current_name"),
        ("Skip?", "skip"),
        ("SKIP [x]", "skip"),
        ("skip!", "skip"),
        ("\uff33\uff4b\uff49\uff50\uff1f", "skip"),
    ],
)
def test_punctuation_and_bracketed_remarks_do_not_count(heading: str, place: str) -> None:
    """A guard or a mark that is overlooked renames what was to be left alone."""
    found = find("Order ID*", heading, "New name (max. 60)")
    assert (found.order_id, getattr(found, place), found.new_name) == (0, 1, 2)
    assert (found.unused, found.warnings) == ((), ())


def test_closer_heading_comes_before_one_with_a_remark() -> None:
    """What is spelled out needs no guess; the other column is left unused and named."""
    found = find("order_id", "new name (draft)", "new_name", "skip (old)", "skip")
    assert (found.new_name, found.skip, found.unused) == (2, 4, ("new name (draft)", "skip (old)"))


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("Skip row", 'If it holds the skip mark, name it "skip".'),
        ("Ignore", 'If it holds the skip mark, name it "skip".'),
        ("Existing name", 'If it holds the current name, name it "current_name".'),
        ("Alter Name", 'If it holds the current name, name it "current_name".'),
    ],
)
def test_unused_column_that_sounds_like_a_guard_or_a_mark_is_warned_about(heading: str, what: str) -> None:
    """It is not guessed at, and not passed over in silence."""
    found = find("order_id", "new_name", heading)
    assert found.unused == (heading,)
    assert found.warnings == (f'The column "{heading}" is not used. {what}',)


def test_column_that_was_turned_off_is_not_warned_about() -> None:
    """The person has said that there is no guard."""
    assert find("order_id", "new_name", "existing name", current_name_column="none").warnings == ()


def test_first_spelling_wins() -> None:
    """Where the proper heading is there, others are ordinary columns."""
    found = find("id", "order", "order_id", "new title", "rename to", "new_name", "old_name", "current_name")
    assert (found.order_id, found.new_name, found.current_name) == (2, 5, 7)


@pytest.mark.parametrize(
    ("headings", "option"),
    [
        (("order", "id", "new_name"), "--id-column order"),
        (("order_id", "New title", "Rename to"), "--name-column 'New title'"),
        (("order_id", "new_name", "Old Name", "old_name"), "--current-name-column 'Old Name'"),
    ],
)
def test_two_of_the_rest_are_refused(headings: tuple[str, ...], option: str) -> None:
    """It can't be known which is meant; the sentence names them and the option that chooses."""
    sentence = trouble(*headings)
    assert sentence.endswith(f"Choose one: {option}")
    assert "has 2 columns in row 1 that could hold" in sentence


@pytest.mark.parametrize(
    ("double", "how"),
    [
        ("order_id", "Choose one by the letter of its column: --id-column D or E"),
        ("new_name", "Choose one by the letter of its column: --name-column D or E"),
        ("current_name", "Choose one by the letter of its column: --current-name-column D or E"),
        ("skip", "Rename the headings of those that don't"),
    ],
)
def test_the_same_heading_twice_is_refused(double: str, how: str) -> None:
    """Only letters can tell them apart, and the skip mark has no option, so the sheet must."""
    headings = {"order_id", "new_name", "current_name", "skip"} - {double}
    assert trouble(*sorted(headings), double, double).endswith(how)


@pytest.mark.parametrize("letter", ["C", "c", " C "])
def test_a_column_can_be_named_by_its_letter(letter: str) -> None:
    """Headings that are hard to type, or the same twice, need not be changed."""
    found = find("order_id", "new_name", "new_name", name_column=letter)
    assert (found.new_name, found.warnings) == (2, ())


def test_a_heading_goes_before_a_letter() -> None:
    """A column that is headed B is meant by B, wherever it stands."""
    assert find("order_id", "x", "B", name_column="B").new_name == 2


@pytest.mark.parametrize(("letter", "headings"), [("D", 3), ("C", 2), ("AAAA", 3)])
def test_a_letter_without_a_heading_below_is_refused(letter: str, headings: int) -> None:
    """Nothing is read from a column that the sheet does not have."""
    sentence = trouble(*("order_id", "x", "y")[:headings], "", name_column=letter)
    assert f'no heading "{letter}" (--name-column)' in sentence


def test_two_letters_do_not_prove_that_there_are_headings() -> None:
    """A sheet without headings would lose its first order, so the row that is taken for them is shown."""
    [warning] = find("A-1", "x", "12 Elm", id_column="A", name_column="C").warnings
    assert 'row 1 is taken for the headings: "A-1", "12 Elm"' in warning


def test_a_title_above_is_not_taken_for_the_headings() -> None:
    """Only a row with a heading in both columns can be them."""
    rows = [["All orders", "", ""], ["Ref", "Old", "Title"]]
    found = find_columns(rows, LoadOptions(id_column="A", name_column="C"))
    assert isinstance(found, Columns)
    assert (found.row, found.order_id, found.new_name) == (2, 0, 2)


def test_missing_headings_are_named_with_those_found() -> None:
    """The sentence shows what is there and the options that help."""
    sentence = trouble("Ref", "Address")
    assert "no heading for the order id (order_id, order, id, order number, order no)" in sentence
    assert "no heading for the new name (new_name, new title, rename to, name to be)" in sentence
    assert 'Headings found in row 1: "Ref", "Address".' in sentence
    assert 'Change the headings to "order_id" and "new_name", or say which column it is: ' in sentence
    assert sentence.endswith("--id-column HEADING and --name-column HEADING")


@pytest.mark.parametrize(("heading", "shell"), [("name", "name"), ("Name", "Name"), ("NA ME", "'NA ME'")])
def test_lone_name_is_refused_with_the_option_that_takes_it(heading: str, shell: str) -> None:
    """A column called name may as well hold the current names."""
    assert trouble("order_id", heading).endswith(
        f'Change the heading to "new_name", or say which column it is: --name-column {shell}'
    )


def test_named_columns_are_used() -> None:
    """Options choose by heading, compared as loosely."""
    found = find("Ref No", "Label", "Was", id_column="ref_no", name_column="label", current_name_column="was")
    assert (found.order_id, found.new_name, found.current_name) == (0, 1, 2)


def test_exact_heading_comes_before_a_loose_one() -> None:
    """Two headings that differ only in case can still be told apart by an option."""
    assert find("ID", "id", "new_name", id_column="id").order_id == 1
    assert find("order_id", "Name", "name", name_column="Name").new_name == 1


def test_named_column_beats_the_proper_heading() -> None:
    """What the user says counts."""
    assert find("order_id", "Ref", "new_name", id_column="Ref").order_id == 1


@pytest.mark.parametrize(
    ("option", "flag"),
    [("id_column", "--id-column"), ("name_column", "--name-column"), ("current_name_column", "--current-name-column")],
)
def test_named_column_that_is_not_there_is_refused(option: str, flag: str) -> None:
    """A typo must not fall back to another column."""
    sentence = trouble("order_id", "new_name", "current_name", **{option: "Nope"})
    assert f'no heading "Nope" ({flag})' in sentence
    assert '"order_id", "new_name", "current_name"' in sentence


def test_guard_column_can_be_turned_off() -> None:
    """``none`` leaves every row without a guard."""
    assert find("order_id", "new_name", "current_name", current_name_column="none").current_name is None
    assert find("order_id", "new_name", "old_name", "old_name", current_name_column="none").current_name is None


def test_one_column_for_both_is_refused() -> None:
    """An order can't be renamed to its id by a slip."""
    assert "must name two" in trouble("order_id", "x", name_column="order_id")


@pytest.mark.parametrize("above", [0, 1, 19])
def test_headings_may_stand_in_any_of_the_first_20_rows(above: int) -> None:
    """Titles, notes and blank rows may stand above."""
    found = find_columns([["Spring campaign", "", ""], []][:1] * above + [["", "order_id", "new_name"]], LoadOptions())
    assert isinstance(found, Columns)
    assert (found.row, found.order_id) == (above + 1, 1)


def test_row_21_is_too_late() -> None:
    """Further down it could be anything."""
    found = find_columns([["x"]] * 20 + [["order_id", "new_name"]], LoadOptions())
    assert isinstance(found, HeadingTrouble)


def test_row_with_only_one_of_the_headings_is_no_heading_row() -> None:
    """A note that happens to be a heading doesn't end the search."""
    found = find_columns([["order"], ["order_id", "new_name"]], LoadOptions())
    assert isinstance(found, Columns)
    assert found.row == 2


def test_blank_beginning_is_said() -> None:
    """A sheet that starts with twenty blank rows has no headings to show."""
    found = find_columns([[], ["", " "]], LoadOptions())
    assert isinstance(found, HeadingTrouble)
    assert "blank" in found.sentence


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (COLUMNS, True),
        ((*COLUMNS, "note"), False),
        (COLUMNS[:-1], False),
        (("Row", *COLUMNS[1:]), False),
    ],
    ids=["exact", "one more", "one less", "other case"],
)
def test_only_our_exact_heading_line_is_a_report(row: tuple[str, ...], expected: bool) -> None:
    """Formula guards are removed from our own reports and from nothing else."""
    assert find(*row).is_report is expected


def test_a_report_in_a_workbook_may_have_the_users_own_columns() -> None:
    """They stand right of ours, and are not taken for ours, unless an option names one; all of them are kept."""
    row = (*COLUMNS, "Current name", "new name", "", "Agent")
    found = find_columns([row], LoadOptions(), is_workbook=True)
    asked = find_columns([row], LoadOptions(name_column="Agent"), is_workbook=True)
    assert isinstance(found, Columns)
    assert isinstance(asked, Columns)
    assert found.is_report
    assert [COLUMNS[place] for place in found.used if place is not None] == ["order_id", "new_name", "old_name", "skip"]
    assert found.unused == ("Current name", "new name", "Agent")
    assert [row[place] for place in found.kept] == ["Current name", "new name", "Agent"]
    assert (asked.new_name, [row[place] for place in asked.kept]) == (len(row) - 1, ["Current name", "new name"])


def test_our_heading_line_further_down_is_no_report() -> None:
    """Something was put above: it is no longer our file."""
    found = find_columns([["x"], COLUMNS], LoadOptions())
    assert isinstance(found, Columns)
    assert not found.is_report


def test_untrusted_headings_stay_one_harmless_line() -> None:
    """Headings come from the file: they are escaped, and there may be thousands."""
    sentence = trouble("a\x1b[31m\n", *(f"{i}" * 100 for i in range(1000)))
    assert sentence.isprintable()
    assert len(sentence) < 1200
