"""Untrusted texts on a terminal: nothing steers it, and the differing part of two names is always seen."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.progress.cutting import cells_of, cut_middle
from batch_renamer.progress.name_change import name_change
from batch_renamer.progress.spans import Line, Span, Style
from batch_renamer.progress.wrapping import wrapped
from batch_renamer.visible import visible

names = st.text(st.sampled_from("ab 山é\u0301👨\u200d👩🏽🇩🇪\x1b\u202e\ud800[/]"), max_size=60)


def plain(line: Line) -> str:
    """Return the text of a line."""
    return "".join(span.text for span in line)


def marked(line: Line, style: str) -> str:
    """Return what bears the style."""
    return "".join(span.text for span in line if span.style == style)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("12 Elm St", "12 Elm St", id="plain"),
        pytest.param("Straße 5 · 山", "Straße 5 · 山", id="letters of the world"),
        pytest.param("e\u0301", "e\u0301", id="accent"),
        pytest.param("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦", id="emoji family"),
        pytest.param("❤️‍🔥 👍🏽 🇩🇪", "❤️‍🔥 👍🏽 🇩🇪", id="other emoji"),
        pytest.param("a\u00a0b\u3000c", "a\u00a0b\u3000c", id="spaces of other widths"),
        pytest.param("[red]x[/red][/]", "[red]x[/red][/]", id="markup"),
        pytest.param("\x1b[2J\x07\x9b", r"\x1b[2J\x07\x9b", id="terminal codes"),
        pytest.param("a\r\n\tb", r"a\r\n\tb", id="line breaks"),
        pytest.param("a\u202eb\u2066", r"a\u202eb\u2066", id="direction overrides"),
        pytest.param("a\u200bb\ufeff\u200d", r"a\u200bb\ufeff\u200d", id="invisible"),
        pytest.param("👨\u200d", r"👨\u200d", id="joiner that joins nothing"),
        pytest.param("\u2028\u2029", r"\u2028\u2029", id="separators"),
        pytest.param("a\ud800b", r"a\ud800b", id="lone surrogate"),
    ],
)
def test_what_is_seen_of_a_text(text: str, shown: str) -> None:
    """What can't be seen or steers the terminal is escaped; the rest stays."""
    assert visible(text) == shown


@given(st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    """Nothing of the categories control, format, surrogate or separator is left, but joiners inside emoji."""
    left = {unicodedata.category(character) for character in visible(text).replace("\u200d", "")}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        pytest.param("12 Elm St", "12 Elm Street", "", "reet", id="added at the end"),
        pytest.param("Unit 12 Elm", "12 Elm", "Unit ", "", id="removed at the start"),
        pytest.param("14 Oak", "15 Oak", "4", "5", id="in the middle"),
        pytest.param("aa", "aaa", "", "a", id="repeated letters"),
        pytest.param("abc", "xyz", "abc", "xyz", id="nothing in common"),
        pytest.param("cafe\u0301", "cafe", "e\u0301", "e", id="an accent stays with its letter"),
        pytest.param("👨‍👩‍👧 A", "👨‍👩‍👦 A", "👨‍👩‍👧", "👨‍👩‍👦", id="a family stays together"),
        pytest.param("🇩🇪", "🇩🇰", "🇩🇪", "🇩🇰", id="a flag stays together"),
        pytest.param("a\u202e", "a\u202d", r"\u202e", r"\u202d", id="an escape stays together"),
    ],
)
def test_the_differing_part_is_marked(old: str, new: str, removed: str, added: str) -> None:
    """Exactly what differs bears the mark, in whole letters as a person sees them."""
    line = name_change(old, new, width=80)
    assert (marked(line, "removed"), marked(line, "added")) == (removed, added)


@pytest.mark.parametrize("old", [None, ""])
def test_an_order_without_a_name_is_said_to_have_none(old: str | None) -> None:
    """Nothing is not shown as nothing."""
    assert plain(name_change(old, "Elm", width=80)) == "(no name) → Elm"


@pytest.mark.parametrize("place", [0, 150, 299], ids=["start", "middle", "end"])
def test_a_long_name_is_cut_around_the_difference(place: int) -> None:
    """Wherever one letter of 300 differs, it is seen."""
    old = "x" * place + "A" + "x" * (299 - place)
    line = name_change(old, old.replace("A", "B"), width=60)
    assert (marked(line, "removed"), marked(line, "added")) == ("A", "B")
    assert cells_of(plain(line)) <= 60


def test_a_long_difference_is_cut_in_its_middle() -> None:
    """Some of what is around it is kept."""
    line = name_change("Elm " + "x" * 500 + " Lane", "Elm Lane", width=60)
    assert plain(line).startswith("Elm xxx")
    assert "…" in marked(line, "removed")


def test_a_short_side_leaves_its_room_to_the_long_one() -> None:
    """Nothing is cut while both fit."""
    assert plain(name_change("a", "b" * 50, width=54)) == "a → " + "b" * 50


@given(old=st.none() | names, new=names, width=st.integers(24, 120))
def test_two_names_never_take_more_than_their_room(old: str | None, new: str, width: int) -> None:
    """Whatever the names, the line fits, and a difference is never without a mark."""
    line = name_change(old, new, width=width)
    assert cells_of(plain(line)) <= width
    if old and new and visible(old) != visible(new):
        assert marked(line, "removed") or marked(line, "added")


@given(text=names, width=st.integers(0, 40))
def test_a_cut_text_fits(text: str, width: int) -> None:
    """A cut text keeps to its width, wide letters and all."""
    assert cells_of(cut_middle(text, width)) <= width


def test_stacked_accents_are_cut_as_well() -> None:
    """Ten thousand accents on one letter take no column, and are not printed all the same."""
    assert len(cut_middle("a" + "\u0301" * 10_000, 20)) < 300


@given(text=st.text(st.sampled_from("ab 山`\u0301"), max_size=200), width=st.integers(4, 60))
def test_a_line_is_broken_at_spaces_alone(text: str, width: int) -> None:
    """No word is lost or cut; a part is longer than the terminal only where one word, or one command, is."""
    parts = [plain(part) for part in wrapped((Span(text),), width)]
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        assert cells_of(part) <= width or not part.strip() or " " not in part.strip().replace("`", "") or "`" in part


@pytest.mark.parametrize("style", ["command", "path"])
def test_what_is_copied_is_never_broken(style: Style) -> None:
    """A line end in a command line would end the command."""
    line = (Span("Report  ", "dim"), Span("/a path/with spaces/in it.xlsx", style))
    assert [plain(part) for part in wrapped(line, 12)][-1].endswith("/a path/with spaces/in it.xlsx")


def test_later_parts_begin_below_the_text() -> None:
    """The words of a table's cell stay in their column."""
    line = (Span("  3  "), Span("renamed  ", "good"), Span("the API confirmed the new name", "dim"))
    assert [plain(part) for part in wrapped(line, 30)] == [
        "  3  renamed  the API",
        "              confirmed the",
        "              new name",
    ]
