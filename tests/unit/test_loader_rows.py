"""One row's cells enter; a request or a problem leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.loader import rows
from batch_renamer.loader.cells import Flaw, Unusable, cell_of_wire
from batch_renamer.loader.rows import read_row
from batch_renamer.model import RenameRequest, RowProblem


def reason(order_id: str = "a1", new_name: str = "12 Elm St", current_name: str = "", skip: str = "") -> str:
    """Read a row that must be a problem and return why."""
    problem = read_row(2, order_id, new_name, current_name, skip)
    assert isinstance(problem, RowProblem)
    return problem.reason


def request(order_id: str = "a1", new_name: str = "12 Elm St", current_name: str = "", skip: str = "") -> RenameRequest:
    """Read a row that must be good."""
    read = read_row(2, order_id, new_name, current_name, skip)
    assert isinstance(read, RenameRequest), read
    return read


@pytest.mark.parametrize(
    "order_id",
    [
        "a1",
        "007",
        "NA",
        "null",
        "TRUE",
        "1e5",
        "1E5",
        "12345",
        "6d803efe-de10-4657-a0a3-ed02e14c1e6b",
        "ørdré 5",
        "a.b",
        "...",
        "=1+1",
        "2E-1",
        "12.05",
        "MAY-24",
        "may-24",
        "Mar-2024",
        "2024-05",
        "1-2",
        "x" * 256,
        "a&b=c;d,e@f:g",
        "山",
    ],
)
def test_usable_id_stays_as_typed(order_id: str) -> None:
    """What an id may hold is not touched."""
    assert request(order_id).order_id == order_id


@pytest.mark.parametrize(
    "around", [" ", "\t", "\n", "\xa0", "\u200b", "\ufeff", "\u2060", "\u3000", "\u200e", " \ufeff\xa0"]
)
def test_ids_and_names_are_trimmed(around: str) -> None:
    """White space, non-breaking and zero-width characters are cut at both ends of id, name and guard."""
    read = request(f"{around}a1{around}", f"{around}12 Elm St{around}", f"{around}old{around}")
    assert (read.order_id, read.new_name, read.current_name) == ("a1", "12 Elm St", "old")


@pytest.mark.parametrize("order_id", ["a/b", "a\\b", "a?b#c", "a#b", "%2e%2e", "../x", "https://x"])
def test_id_that_would_change_the_address_is_invalid(order_id: str) -> None:
    """An id is one segment of an address, whatever a gateway decodes."""
    assert "can't be part of one" in reason(order_id)


@pytest.mark.parametrize("order_id", [".", ".."])
def test_id_of_dots_is_invalid(order_id: str) -> None:
    """Dot segments lead elsewhere even when quoted."""
    assert "another address" in reason(order_id)


@pytest.mark.parametrize(
    ("order_id", "code"),
    [
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\x7fb", "U+007F"),
        ("a\x85b", "U+0085"),
        ("a\u200bb", "U+200B"),
        ("a\xa0b", "U+00A0"),
        ("a\xadb", "U+00AD"),
        ("a\u202eb", "U+202E"),
        ("a\u2028b", "U+2028"),
        ("a\ud800b", "U+D800"),
        ("a\u3164b", "U+3164"),
        ("a\ufe0fb", "U+FE0F"),
        ("a\U000e0041b", "U+E0041"),
    ],
)
def test_id_with_an_invisible_character_is_invalid(order_id: str, code: str) -> None:
    """The character and its place are named, for nobody can see it."""
    assert reason(order_id) == f"The order id has an invisible character ({code}) at place 2: type it again."


@pytest.mark.parametrize("order_id", ["", " ", "\u200b\xa0", "\r\n"])
def test_blank_id_is_invalid(order_id: str) -> None:
    """Invisible characters alone are blank."""
    assert reason(order_id) == "The order id is blank."


def test_id_of_257_characters_is_invalid() -> None:
    """256 is the most."""
    assert "257 characters" in reason("x" * 257)


@pytest.mark.parametrize(
    "order_id", ["1.23457E+15", "1,23457E+15", "1E+05", "1.23e+20", "-4.5E+12", "5.00E-05", "1E-05"]
)
def test_id_in_scientific_notation_is_invalid(order_id: str) -> None:
    """The digits are lost; the sentence says how to get them back."""
    assert "paste the ids again" in reason(order_id)


@pytest.mark.parametrize("order_id", ["12345.0", "12345.00", "12345,0", "0.0"])
def test_id_with_trailing_point_zero_is_invalid(order_id: str) -> None:
    """A whole number went through a program that made it a decimal one."""
    assert "zeros added" in reason(order_id)


@pytest.mark.parametrize(
    "order_id",
    [
        "2024-05-01",
        "2024-05-01 00:00:00",
        "2024-05-01T10:30",
        "2024.05.01",
        "01.05.2024",
        "1.5.24",
        "02-Jan",
        "2-Jan-24",
        "Jan-24",
        "01. Mai",
        "02. Mrz 24",
        "3-août",
        "2-Jan-2024",
    ],
)
def test_id_that_became_a_date_is_invalid(order_id: str) -> None:
    """Spreadsheet programs turn ids like 1-2 or MAR1 into dates."""
    assert "turned into a date" in reason(order_id)


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "NA",
        "null",
        "007",
        "1e5",
        "1.23457E+15",
        "12345.0",
        "2024-05-01",
        "TRUE",
        "Straße 5 · 山",
        "👨‍👩‍👧‍👦",
        "❤️",
        "[/]",
        "<script>",
        "a \"b\" 'c'",
        "x" * 10_000,
        "a  b",
        "a\u200bb\xa0c",
        "Cafe\u0301",
        "#5 Elm",
        "../x",
        "'",
        ".",
    ],
)
def test_name_stays_exactly_as_typed(name: str) -> None:
    """Nothing but the ends and line breaks of a name is changed, and no warning is raised."""
    read = request(new_name=name)
    assert (read.new_name, read.warning) == (name, "")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85"])
def test_inner_line_break_becomes_a_space_with_a_warning(line_break: str) -> None:
    """One break, one space."""
    read = request(new_name=f"12 Elm St{line_break}Springfield\n")
    assert read.new_name == "12 Elm St Springfield"
    assert read.warning == "A line break in the new name became a space."


@pytest.mark.parametrize("control", ["\x00", "\x07", "\t", "\v", "\x1b", "\x1f", "\x7f", "\x9b", "\ud800"])
def test_other_control_character_in_a_name_is_invalid(control: str) -> None:
    """It is named, with its place."""
    assert f"(U+{ord(control):04X}) at place 2" in reason(new_name=f"a{control}b")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\n"])
def test_blank_name_is_invalid(name: str) -> None:
    """No order gets a name that nobody can see."""
    assert reason(new_name=name) == "The new name is blank."


def test_name_that_reads_like_an_error_is_sent_with_a_warning() -> None:
    """Text stays as typed, but hardly anybody means this."""
    assert request(new_name="#REF!").warning == "The new name “#REF!” reads like a spreadsheet's error."


@pytest.mark.parametrize("guard", ["", " ", "\xa0"])
def test_blank_current_name_is_no_guard(guard: str) -> None:
    """Blank means: whatever the order is called now."""
    assert request(current_name=guard).current_name is None


def test_guard_keeps_its_inside() -> None:
    """The API may hold names that this program would not give."""
    assert request(current_name=" a\tb\nc ").current_name == "a\tb\nc"


def test_guard_that_cannot_be_stored_is_invalid() -> None:
    """Half a character would break the journal."""
    assert "half a character" in reason(current_name="a\ud800")


@pytest.mark.parametrize("mark", ["x", "ja", "TRUE", "-", " x "])
def test_any_mark_skips(mark: str) -> None:
    """The mark is kept, trimmed."""
    assert request(skip=mark).skip == mark.strip()


@pytest.mark.parametrize("mark", ["FALSE", "0", "no", "N"])
def test_mark_that_reads_as_no_skips_with_a_warning(mark: str) -> None:
    """Any mark leaves the row out, even one that may have meant the opposite."""
    read = request(skip=mark)
    assert read.skip == mark
    assert "is a skip mark too" in read.warning


def test_bad_row_with_a_skip_mark_is_invalid() -> None:
    """A row is judged before its mark; the mark is kept for the report."""
    problem = read_row(2, "", "12 Elm St", "", "x")
    assert isinstance(problem, RowProblem)
    assert problem.skip == "x"


def test_problem_shows_the_row_as_typed() -> None:
    """The user finds the own row in the report, and it can be written to any file."""
    problem = read_row(9, " a/b\ud800 ", " 12 Elm St ", "old ")
    assert isinstance(problem, RowProblem)
    assert (problem.row, problem.order_id, problem.new_name, problem.current_name) == (
        9,
        " a/b\\ud800 ",
        " 12 Elm St ",
        "old ",
    )


def test_warnings_are_joined() -> None:
    """A row may have several."""
    assert request(new_name="a\nb", skip="no").warning == (
        "A line break in the new name became a space. Left out, for “no” is a skip mark too: clear the cell to rename."
    )


@pytest.mark.parametrize("flaw", list(Flaw))
def test_every_flaw_of_id_name_and_guard_makes_the_row_invalid(flaw: Flaw) -> None:
    """Whichever cell is unusable, the sentence ends with what to do."""
    cell = Unusable(flaw, "x")
    for order_id, new_name, current_name in ((cell, "n", ""), ("a1", cell, ""), ("a1", "n", cell)):
        problem = read_row(2, order_id, new_name, current_name)
        assert isinstance(problem, RowProblem)
        assert ": " in problem.reason


@pytest.mark.parametrize(
    ("flaw", "known"), [(Flaw.ERROR, False), (Flaw.FORMULA, False), (Flaw.DATE, True), (Flaw.DECIMAL, True)]
)
def test_skip_mark_must_be_known(flaw: Flaw, known: bool) -> None:
    """A date is a mark like any other; of an error nobody knows whether it would have been one."""
    read = read_row(2, "a1", "n", "", Unusable(flaw, "x"))
    assert isinstance(read, RenameRequest) == known


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_raises_and_what_leaves_can_be_stored(order_id: str, new_name: str, guard: str, skip: str) -> None:
    """Whatever is typed, a row comes out, and UTF-8 can hold it."""
    read = read_row(2, order_id, new_name, guard, skip)
    texts = (read.order_id, read.new_name, read.current_name or "", read.skip, read.warning)
    assert all(text.encode() is not None for text in texts)
    if isinstance(read, RowProblem):
        assert read.reason.endswith(".")
        assert read.reason.isprintable()


@given(st.text(), st.text(), st.text())
def test_cleaning_is_idempotent(order_id: str, new_name: str, guard: str) -> None:
    """What was cleaned once is clean."""
    once = read_row(2, order_id, new_name, guard)
    if isinstance(once, RenameRequest):
        twice = read_row(2, once.order_id, once.new_name, once.current_name or "")
        assert isinstance(twice, RenameRequest)
        assert (twice.order_id, twice.new_name, twice.current_name) == (
            once.order_id,
            once.new_name,
            once.current_name,
        )
        assert not twice.warning or twice.warning == once.warning


SPECIAL = st.one_of(
    st.from_regex(r"[0-9]{1,4}-[A-Za-z0-9]{1,4}(-[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[0-9][.,]?[0-9]*[eE][+-]?[0-9]{1,3}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{2,3}-[0-9]{1,4}", fullmatch=True),
    st.text(alphabet="aA1-_. #\t\n\xa0\u200bé=", max_size=8),
    st.text(max_size=8),
)


@given(SPECIAL, SPECIAL, SPECIAL)
def test_the_quick_way_says_what_the_slow_way_says(order_id: str, new_name: str, guard: str) -> None:
    """Speed changes no result."""
    assert read_row(2, order_id, new_name, guard, "") == rows._read_slowly(2, order_id, new_name, guard, "")


@pytest.mark.parametrize("value", [None, [], ["date"], ["error", 1], {"a": 1}, ["unheard of", ""]])
def test_cell_that_the_reader_never_sends_is_no_cell(value: object) -> None:
    """A reader that has gone wrong is not believed."""
    with pytest.raises(ValueError, match=r"no cell|not a valid"):
        cell_of_wire(value)
