"""The planner's decisions, read as a table in the order in which they are promised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batch_renamer.model import Change, Found, Missing, Order, Outcome, Reading, RenameRequest, Result, Unreadable
from batch_renamer.planning.planner import decide, same_name

DELETED = "The order is deleted; nothing was sent."
LEFT_ALONE = "The order does not have the current name that the spreadsheet gives; it was left alone."


def row(new_name: str = "new", current_name: str | None = None) -> RenameRequest:
    """Return row 7 of a sheet."""
    return RenameRequest(row=7, order_id="a1", new_name=new_name, current_name=current_name)


def found(name: str | None, *, is_deleted: bool | None = None) -> Found:
    """Return a reading of its order."""
    return Found(order=Order(order_id="a1", name=name, status="processed", is_deleted=is_deleted), read_at=12.5)


@pytest.mark.parametrize(
    ("request_row", "reading", "result", "reason", "names"),
    [
        (row(), Missing(), Result.FAILED, "There is no order with this id in this account.", (None, None)),
        (row("new", "old"), Missing(), Result.FAILED, "There is no order with this id in this account.", (None, None)),
        (row(), Unreadable(reason="no answer in time"), Result.FAILED,
         "Its current name could not be read (no answer in time); nothing was sent.", (None, None)),
        (row(), found("old", is_deleted=True), Result.FAILED, DELETED, ("old", "old")),
        (row(), found("new", is_deleted=True), Result.FAILED, DELETED, ("new", "new")),
        (row(), found("new"), Result.UNCHANGED, "", ("new", "new")),
        (row("new", "old"), found("new"), Result.UNCHANGED, "", ("new", "new")),
        (row("new", "old"), found("other"), Result.DRIFTED, LEFT_ALONE, ("old", "other")),
        (row("new", "old"), found(None), Result.DRIFTED, LEFT_ALONE, ("old", None)),
        (row("new", "old"), found("OLD"), Result.DRIFTED, LEFT_ALONE, ("old", "OLD")),
        (row("new", "old"), found("o ld"), Result.DRIFTED, LEFT_ALONE, ("old", "o ld")),
    ],
    ids=["missing", "missing with guard", "unreadable", "deleted", "deleted before unchanged", "unchanged",
         "unchanged before drifted", "drifted", "drifted to none", "drifted in case", "drifted within"],
)  # fmt: skip
def test_row_that_needs_no_rename_has_its_outcome(
    request_row: RenameRequest,
    reading: Reading,
    result: Result,
    reason: str,
    names: tuple[str | None, str | None],
) -> None:
    """Missing or deleted, unchanged, drifted: whichever comes first decides, and the order's state is kept."""
    old_name, final_name = names
    assert decide(request_row, reading) == Outcome(
        row=7,
        result=result,
        reason=reason,
        old_name=old_name,
        final_name=final_name,
        order=reading.order if isinstance(reading, Found) else None,
    )


@pytest.mark.parametrize(
    ("request_row", "reading"),
    [
        (row(), found("old")),
        (row(), found(None)),
        (row(), found("old", is_deleted=False)),
        (row("new", "old"), found("old")),
        (row("new", "old"), found(" old\u200b\u00a0\n")),
        (row("new", "Caf\u00e9"), found("Cafe\u0301")),
        (row("new", ""), found(None)),
        (row("New"), found("new")),
        (row("new"), found("new ")),
        (row("Caf\u00e9"), found("Cafe\u0301")),
    ],
    ids=["another name", "no name", "not deleted", "guarded", "guarded, trimmed", "guarded, composed", "guarded, none",
         "new in case", "new in space", "new in composition"],
)  # fmt: skip
def test_row_that_is_to_be_renamed_becomes_a_change(request_row: RenameRequest, reading: Found) -> None:
    """New names are compared exactly, guards as people see them."""
    assert decide(request_row, reading) == Change(
        row=7, new_name=request_row.new_name, order=reading.order, read_at=12.5
    )


def test_status_of_an_unreadable_order_is_kept() -> None:
    """The report shows what the API said."""
    outcome = decide(row(), Unreadable(reason="403 Forbidden", http_status=403))
    assert isinstance(outcome, Outcome)
    assert outcome.http_status == 403


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("", None, True),
        (" \u200b", None, True),
        ("\ufeffa\u2060", "a", True),
        ("\u1e9b\u0323", "\u1e9b\u0323", True),
        ("\u212b", "\u00c5", True),
        ("\ufb01", "fi", False),
        ("a\u200bb", "ab", False),
        ("a", "A", False),
        ("a", None, False),
    ],
    ids=ascii,
)
def test_guards_compare_trimmed_and_composed(one: str, other: str | None, same: bool) -> None:
    """Nothing else is forgiven, and it doesn't matter which is which."""
    assert same_name(one, other) is same_name(other, one) is same


INVISIBLE = st.text(st.sampled_from(" \t\n\u00a0\u200b\u200d\u2060\ufeff\u3000\u180e"), max_size=4)
READINGS = st.one_of(
    st.just(Missing()),
    st.builds(Unreadable, reason=st.text()),
    st.builds(
        Found,
        order=st.builds(Order, order_id=st.just("a1"), name=st.none() | st.sampled_from(["x", "y", "x "])),
        read_at=st.floats(0, 1e9),
    ),
)


@given(st.text(), INVISIBLE, INVISIBLE)
@example("\u0344", "", "")
def test_a_guard_knows_its_name_again(name: str, before: str, after: str) -> None:
    """However spreadsheet and API compose it, and whatever invisible stands around it."""
    decomposed = unicodedata.normalize("NFD", name)
    assert same_name(name, decomposed)
    assert same_name(before + name + after, name) or unicodedata.combining((name or " ")[0])


@given(st.sampled_from(["x", "y"]), st.none() | st.sampled_from(["x", "y", "z"]), READINGS)
def test_nothing_is_renamed_that_should_be_left_alone(new_name: str, guard: str | None, reading: Reading) -> None:
    """A change is made only of an order that was found, lives, has another name, and the expected one."""
    request_row = row(new_name, guard)
    decision = decide(request_row, reading)
    renames = (
        isinstance(reading, Found)
        and not reading.order.is_deleted
        and reading.order.name != new_name
        and (guard is None or same_name(guard, reading.order.name))
    )
    assert isinstance(decision, Change) is renames
    assert decision.row == 7
