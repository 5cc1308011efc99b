"""The renames of a kept plan that its reader does not want."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.journal import Journal, NewRun
from batch_renamer.model import Result, RowChoice, RowNumbers
from tests.support.plans import plan_of

KINDS = st.sampled_from([Result.PLANNED, Result.PLANNED, Result.FAILED, Result.SKIPPED])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["check", "uncheck", "check_only", "check_all"]),
        st.frozensets(st.integers(1, 25), min_size=1),
    ),
    max_size=6,
)


@given(rows=st.lists(st.tuples(st.integers(1, 2), KINDS), min_size=1, max_size=12), steps=STEPS)
def test_checking_and_unchecking_is_that_of_a_set_of_rows(
    rows: Sequence[tuple[int, Result]], steps: Sequence[tuple[str, frozenset[int]]]
) -> None:
    """After any steps, exactly the renames that such steps leave in a plain set are chosen, and no other row is."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(gap, result, "a1", "new", "old") for gap, result in rows])
        every = {row.row: row.result for row in journal.results.report_rows(plan)}
        planned = {row for row, result in every.items() if result is Result.PLANNED}
        wanted = set(planned)
        chosen = journal.unchecked.chosen(plan)
        for step, numbers in steps:
            which = RowNumbers.parse(numbers)
            match step:
                case "check":
                    wanted |= numbers & planned
                    chosen = journal.unchecked.check(plan, which)
                case "uncheck":
                    wanted -= numbers
                    chosen = journal.unchecked.uncheck(plan, which)
                case "check_only":
                    wanted = planned & numbers
                    chosen = journal.unchecked.check_only(plan, which)
                case _:
                    wanted = set(planned)
                    chosen = journal.unchecked.check_all(plan)
        assert chosen == journal.unchecked.chosen(plan)
    assert (chosen.renames, chosen.of, chosen.unchecked) == (len(wanted), len(planned), len(planned - wanted))
    assert {row for row in planned if row in chosen} == wanted
    left_out = {row for row, result in every.items() if result is not Result.SKIPPED and row not in chosen}
    assert left_out == planned - wanted, "a bad row must stay in the result"


def test_the_choice_can_be_typed_and_committed() -> None:
    """Its text is what `--except` takes, and a run that commits the plan with it leaves these rows out."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, f"a{row}", "new", "old") for row in range(9)])
        choice = journal.unchecked.uncheck(plan, RowNumbers.parse("3,5-7")).choice
        assert str(choice) == "--except 3,5-7"
        assert choice == RowChoice(except_rows=RowNumbers.parse("3,5-7"))
        run = journal.runs.begin(NewRun(command="apply", base_url="u", account="a", parent=plan))
        journal.lineage.load_plan(run, plan, choice)
        left_out = [row.row for row in journal.results.report_rows(run) if row.result is Result.SKIPPED]
    assert left_out == [3, 5, 6, 7]


def test_another_choice_of_as_many_renames_has_another_fingerprint() -> None:
    """So a page can tell that it shows a choice that was changed elsewhere, even if the number is the same."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, f"a{row}", "new", "old") for row in range(3)])
        one = journal.unchecked.uncheck(plan, RowNumbers.parse("2"))
        other = journal.unchecked.check_only(plan, RowNumbers.parse("2,4"))
    assert one.renames == other.renames
    assert one.fingerprint != other.fingerprint


def test_what_is_unchecked_is_forgotten_with_its_plan() -> None:
    """A pruned journal has nothing left of it."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, "a1", "new", "old")])
        journal.unchecked.uncheck(plan, RowNumbers.parse("2"))
        assert journal.count("SELECT COUNT(*) FROM unchecked", ()) == 1
        journal.runs.discard(plan)
        assert journal.count("SELECT COUNT(*) FROM unchecked", ()) == 0
