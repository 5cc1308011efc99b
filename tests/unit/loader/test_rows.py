"""One row's cells enter; a request or a problem leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.loader import rows
from batch_renamer.loader.cells import Cell, Flaw, Unusable, cell_of_wire
from batch_renamer.loader.repair import unusable_cell_reason
from batch_renamer.loader.rows import read_row
from batch_renamer.model import BLANK_NAME, RenameRequest, RowProblem


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
    """The character and its place are named, for it can't be seen."""
    assert reason(order_id) == f"The order id has an invisible character: type it again. Here: {code} at place 2."


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
        "#5 Elm",
        "../x",
        "'",
        "'t Hof 3",
        "'s-Gravenhage",
        "'5 Elm'",
        "=Elm (new)",
        "'=1+1",
        "=M25 Motorway",
        "## 5",
        "4358",
        "99999",
        "Caf\xe9 \u201eÄ\u201c",
        "CAF\xc9\u2122",
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


@pytest.mark.parametrize("control", ["\x00", "\x07", "\v", "\x1b", "\x1f", "\x7f", "\x9b", "\ud800"])
def test_other_control_character_in_a_name_is_invalid(control: str) -> None:
    """It is named, with its place."""
    assert f"Here: U+{ord(control):04X} at place 2." in reason(new_name=f"a{control}b")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\n", "\u3164", "\u2800\ufe0f", '=""'])
def test_order_without_a_new_name_is_left_as_it_is(name: str) -> None:
    """No order gets a name that can't be seen, and a blank cell asks for nothing."""
    read = request(new_name=name)
    assert (read.new_name, read.skip, read.left_out) == ("", BLANK_NAME, "Left as it is: the new name is blank.")


@pytest.mark.parametrize("name", ["", "\u200b"])
def test_blank_name_is_invalid_on_request(name: str) -> None:
    """Who wants a name in every row is told where there is none."""
    problem = read_row(2, "a1", name, blank_is_left=False)
    assert isinstance(problem, RowProblem)
    assert problem.reason == "The new name is blank."


@pytest.mark.parametrize(
    ("order_id", "guard"),
    [("", "old"), ("a/b", ""), ("a1", Unusable(Flaw.ERROR, "#N/A"))],
    ids=["no id", "id", "guard"],
)
def test_row_without_a_name_is_invalid_if_another_cell_is_bad(order_id: str, guard: Cell) -> None:
    """Such a row may be another row than it seems."""
    assert isinstance(read_row(2, order_id, "", guard), RowProblem)


def test_mark_of_a_row_without_a_name_ends_when_a_name_is_filled_in() -> None:
    """In a report that is used as the next spreadsheet, the person fills in the names that were blank."""
    for is_report in (True, False):
        filled = read_row(2, "a1", "12 Elm St", "", BLANK_NAME, is_report=is_report)
        assert isinstance(filled, RenameRequest)
        assert (filled.new_name, filled.skip) == ("12 Elm St", "")
        blank = read_row(2, "a1", "", "", BLANK_NAME, is_report=is_report)
        assert isinstance(blank, RenameRequest)
        assert blank.left_out == "Left as it is: the new name is blank."


def test_mark_of_the_user_goes_before_a_blank_name() -> None:
    """The report says what the user asked for."""
    assert (request(new_name="", skip="x").skip, request(new_name="", skip="x").left_out) == ("x", "")


def test_blank_name_in_a_report_is_invalid_without_its_mark() -> None:
    """A report blanks the name of a row that was invalid for it, so that it stays invalid."""
    problem = read_row(2, "a1", Unusable(Flaw.DATE, "2024-05-01"))
    assert problem.new_name == ""
    assert isinstance(read_row(2, "a1", problem.new_name, is_report=True), RowProblem)


def test_cells_of_the_other_columns_are_kept_as_texts() -> None:
    """They are shown beside the result; whatever is wrong with them is of no importance."""
    read = read_row(2, "a1", "n", others=["Ann", "", Unusable(Flaw.DATE, "2024-05-01")])
    assert read.other_cells == ("Ann", "", "2024-05-01")
    assert read_row(2, "", "n", others=["Ann"]).other_cells == ("Ann",)
    assert read_row(2, "a1", "n", others=["", ""]).other_cells == ()


def test_tab_in_a_name_becomes_a_space_with_a_warning() -> None:
    """As a line break does: no difference is to be seen."""
    read = request(new_name="12\tElm St")
    assert (read.new_name, read.warning) == ("12 Elm St", "A tab in the new name became a space.")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("12-Oct", "The new name reads like a date or time, and a spreadsheet program may have made it one"),
        ("Mar-26", "The new name reads like a date or time, and a spreadsheet program may have made it one"),
        ("01. Mai", "The new name reads like a date or time, and a spreadsheet program may have made it one"),
        (
            "2024-05-01 00:00:00",
            "The new name reads like a date or time, and a spreadsheet program may have made it one",
        ),
        ("16:09:00", "The new name reads like a date or time, and a spreadsheet program may have made it one"),
        ("12-mei", "The new name reads like a date or time, and a spreadsheet program may have made it one"),
        ("43587", "The new name is a bare number, as spreadsheet programs store dates"),
        ("43587.5", "The new name is a bare number, as spreadsheet programs store dates"),
        ("1.23457E+12", "The new name reads like a number that a spreadsheet program rewrote"),
        ("1,2E-05", "The new name reads like a number that a spreadsheet program rewrote"),
        ("12345.0", "The new name reads like a number that a spreadsheet program rewrote"),
        ("#REF!", "The new name reads like a spreadsheet's error"),
        ("Err:502", "The new name reads like a spreadsheet's error"),
        ("Caf\ufffd", "The new name has a sign (\ufffd) in place of a letter that was lost"),
        ("Caf\xc3\xa9 Flore", "The new name looks like text that was read in a wrong encoding"),
        ("Caf\u221a\xa9 Flore", "The new name looks like text that was read in a wrong encoding"),
        ("Caf\u251c\xae Flore", "The new name looks like text that was read in a wrong encoding"),
        ("It\xe2\u20ac\u2122s", "The new name looks like text that was read in a wrong encoding"),
        ("\xe6\u2014\xa5\xe6\u0153\xac", "The new name looks like text that was read in a wrong encoding"),
    ],
    ids=ascii,
)
def test_name_that_seems_damaged_is_sent_with_a_warning(name: str, kind: str) -> None:
    """It may be meant, so it stays as typed; the kind comes first, so that rows can be shown in groups."""
    read = request(new_name=name)
    assert read.new_name == name
    assert read.warning.startswith(f"{kind}: ")
    assert "\n" not in read.warning


def test_garbled_name_is_shown_as_it_may_have_been() -> None:
    """The person sees at once what happened."""
    assert request(new_name="Caf\xc3\xa9").warning.endswith(': "Caf\xc3\xa9" may be "Caf\xe9".')


@pytest.mark.parametrize("what", ["order id", "new name", "current name", "skip mark"])
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("########", "the column was too narrow for its text when the file was written"),
        ("=VLOOKUP(A2;B:C;2)", "is a formula that was never calculated"),
        ('=A2&" "&B2', "is a formula that was never calculated"),
        ("=Sheet1!$A$2", "is a formula that was never calculated"),
        ("{=SUM(A1:A3)}", "is a formula that was never calculated"),
    ],
)
def test_formula_or_narrow_column_is_invalid(what: str, text: str, why: str) -> None:
    """What stands there is not what the person saw or meant, in whatever column."""
    cells = {"order id": "a1", "new name": "12 Elm St", "current name": "", "skip mark": ""} | {what: text}
    problem = read_row(2, *cells.values())
    assert isinstance(problem, RowProblem)
    assert why in problem.reason


def test_decomposed_accents_are_sent_composed_with_a_warning() -> None:
    """Both look the same, so that a person who compares them is told."""
    read = request(new_name="Cafe\u0301 1")
    assert (read.new_name, read.warning) == (
        "Caf\xe9 1",
        "The new name is sent with each letter and its accents as one (NFC): it looks the same.",
    )
    assert request(new_name="Caf\xe9 1").warning == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('="000123"', "000123"),
        ('="12 ""Elm"" St"', '12 "Elm" St'),
        ("'000124", "000124"),
        ("'14 Elm Street", "14 Elm Street"),
    ],
)
def test_text_guards_are_unwrapped(typed: str, meant: str) -> None:
    """A spreadsheet program shows what they hold, ids, names and current names alike."""
    read = request(typed, typed, typed)
    assert (read.order_id, read.new_name, read.current_name) == (meant, meant, meant)


def test_name_in_a_row_with_a_guarded_id_is_guarded_too() -> None:
    """Alone, an apostrophe before a letter belongs to the name."""
    assert request("'A-1", "'Elm Street").new_name == "Elm Street"
    assert request("A-1", "'Elm Street").new_name == "'Elm Street"


def test_lone_apostrophe_that_was_taken_away_is_said() -> None:
    """'48 may be a year, too."""
    assert request(new_name="'48 Elm").warning == "A text guard (') before the new name was removed: \"'48 Elm\"."


def test_report_is_taken_as_it_is() -> None:
    """Guards are the writer's business there: a name that has one is a name."""
    read = read_row(2, "a1", "'48 Elm", "'48 Oak", "after the first 5", is_report=True)
    assert isinstance(read, RenameRequest)
    assert (read.new_name, read.current_name, read.skip, read.warning) == (
        "'48 Elm",
        "'48 Oak",
        "after the first 5",
        "",
    )


@pytest.mark.parametrize("typed", ["'s-Gravenhage 3", "'t Hof", "'n Huis"])
def test_apostrophe_before_a_small_letter_is_not_taken_away_without_a_word(typed: str) -> None:
    """In a row whose id has a guard it is one by all likelihood, and may still be a part of the name."""
    assert request("'000124", typed).warning == f'A text guard (\') before the new name was removed: "{typed}".'
    assert request("'000124", "'12 Elm").warning == ""


@pytest.mark.parametrize(
    "name",
    [
        "#N/A",
        "#NV",
        "#REF!",
        "#BEZUG!",
        "#DIV/0!",
        "#N/D",
        "#¡REF!",
        "#¿NOMBRE?",
        "#LICZBA!",
        "#ЗНАЧ!",
        "#FIELD!",
        "Err:502",
    ],
)
def test_error_of_any_language_as_a_name_is_warned_about(name: str) -> None:
    """Spreadsheet programs write errors in the language of their user."""
    assert request(new_name=name).warning == f'The new name reads like a spreadsheet\'s error: "{name}".'


@pytest.mark.parametrize("name", ["#12", "#Elm!", "#5 ELM?", "#A", "ERROR", "Elm #N/A"])
def test_name_with_a_number_sign_is_no_error(name: str) -> None:
    """Numbers of houses and flats are written so."""
    assert request(new_name=name).warning == ""


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


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "X",
        "ja",
        "TRUE",
        "true",
        "1",
        "yes",
        "Oui!",
        "WAHR",
        " x ",
        "☑",
        "☒",
        "✓",
        "✔\ufe0f",
        "✗",
        "[x]",
        "=TRUE()",
    ],
)
def test_mark_that_says_yes_skips(mark: str) -> None:
    """The mark is kept, trimmed."""
    read = request(skip=mark)
    assert (read.skip, read.warning) == (mark.strip(), "")


@pytest.mark.parametrize(
    "mark",
    [
        "FALSE",
        "false",
        "0",
        "no",
        "N",
        "Nein",
        "FALSCH",
        "non",
        "\u043d\u0435\u0442",
        "☐",
        "□",
        "[ ]",
        "( )",
        "=FALSE()",
        "\u3164",
        '="FALSE"',
        "YANLIŞ",
        "HAYIR",
        "FALSKT",
        "USANN",
        "HAMIS",
        "NEPRAVDA",
        "ΨΕΥΔΗΣ",
        "ХИБНІСТЬ",
    ],
)
def test_mark_that_says_no_does_not_skip(mark: str) -> None:
    """A column of tick boxes has a word in every row, in the language of the program that wrote it."""
    read = request(skip=mark)
    assert (read.skip, read.warning) == ("", "")


@pytest.mark.parametrize("mark", ["later", "-", "?", "sold", "2", "n/a"])
def test_another_word_skips_with_a_warning(mark: str) -> None:
    """What is left out by mistake can be renamed later; the person is told."""
    read = request(skip=mark)
    assert read.skip == mark
    assert read.warning == f'A word in the skip column is no plain yes or no, so the row is left out: "{mark}".'


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
    """A row may have several, each in a line of its own."""
    assert request(new_name="a\nb\tc", skip="later").warning.split("\n") == [
        "A line break in the new name became a space.",
        "A tab in the new name became a space.",
        'A word in the skip column is no plain yes or no, so the row is left out: "later".',
    ]


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
    """A date is a mark like any other; of an error it is not known whether it would have been one."""
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
        twice = read_row(2, once.order_id, once.new_name, once.current_name or "", once.skip, is_report=True)
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
    st.text(alphabet="aA1-_. #\t\n\xa0\u200bé=('\"", max_size=8),
    st.from_regex(r"[0-9]{1,2}[.:/ -]{1,2}[A-Za-z]{3,9}[. -]?[0-9]{0,4}", fullmatch=True),
    st.text(max_size=8),
)


@given(SPECIAL, SPECIAL, SPECIAL)
def test_the_quick_way_says_what_the_slow_way_says(order_id: str, new_name: str, guard: str) -> None:
    """Speed changes no result."""
    assert read_row(2, order_id, new_name, guard, "") == rows._read_with_every_rule(2, order_id, new_name, guard, "")


@pytest.mark.parametrize("value", [None, [], ["date"], ["error", 1], {"a": 1}, ["unheard of", ""]])
def test_cell_that_the_reader_never_sends_is_no_cell(value: object) -> None:
    """A reader that has gone wrong is not believed."""
    with pytest.raises(ValueError, match=r"not a cell|not a valid"):
        cell_of_wire(value)


def test_each_flaw_of_a_cell_has_its_sentence() -> None:
    """No flaw ends a run for want of words."""
    assert all(unusable_cell_reason("new name", Unusable(flaw, "{x}")) for flaw in Flaw)


@pytest.mark.parametrize("order_id", ["2024-05-01", "12-10-24", "12.0", "02-Jan"])
def test_id_that_reads_like_a_date_is_good_where_it_is_known_to_be_text(order_id: str) -> None:
    """A customer may number orders so: a text cell of a workbook, a text guard and a report prove it."""
    assert "put a ' before it" in reason(order_id)
    for read in (
        read_row(2, order_id, "n", is_workbook=True),
        read_row(2, f"'{order_id}", "n"),
        read_row(2, f'="{order_id}"', "n"),
        read_row(2, order_id, "n", is_report=True),
    ):
        assert isinstance(read, RenameRequest)
        assert read.order_id == order_id
        assert read.warning.startswith("The order id reads like a date")


def test_id_that_was_turned_into_a_date_stays_invalid_in_a_report() -> None:
    """Its cell is blank there, so that the order's own id has to be typed; the name stays."""
    once = read_row(2, "02-Jan", "12 Elm")
    assert isinstance(once, RowProblem)
    assert (once.order_id, once.new_name) == ("", "12 Elm")
    assert isinstance(read_row(2, once.order_id, once.new_name, is_report=True), RowProblem)


def test_digits_that_were_lost_before_a_text_was_pasted_are_lost_in_a_workbook_too() -> None:
    """A copied cell gives what it shows."""
    assert isinstance(read_row(2, "1.23457E+12", "n", is_workbook=True), RowProblem)
