"""What stands in the way of a commit: a table of plans, and the words for each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from batch_renamer.journal import Chosen
from batch_renamer.model import Result
from batch_renamer.settings import MaxFailures, Settings, resolve_settings
from batch_renamer.web.pages.obstacles import PlanFacts, accepting, obstacle_to

R = Result


def settings(**given: object) -> Settings:
    """Return settings of an account."""
    return resolve_settings({"state_dir": str(Path("nowhere")), "config": "none", **given}, environ={})


def plan(counts: Mapping[Result, int], *, checked: int | None = None, **facts: object) -> PlanFacts:
    """Return a plan with these results, of whose renames so many are checked."""
    planned = counts.get(R.PLANNED, 0)
    chosen = Chosen(renames=planned if checked is None else checked, of=planned)
    return PlanFacts(counts=counts, chosen=chosen, **facts)  # type: ignore[arg-type]  # the fields by name


def test_nothing_stands_in_the_way_of_a_good_plan() -> None:
    """A few bad rows are no obstacle: they are left as they are."""
    assert obstacle_to(plan({R.PLANNED: 287, R.INVALID: 4, R.DRIFTED: 9}), settings()) is None


@pytest.mark.parametrize(
    ("facts", "given", "sentence", "advice"),
    [
        pytest.param(
            plan({R.PLANNED: 2}, committed_by="k3f9ab"),
            {},
            "This plan was committed already, as run k3f9ab.",
            "To do more of it, drop the spreadsheet again: what is done stays as it is.",
            id="committed",
        ),
        pytest.param(
            plan({R.PLANNED: 2}, committed_by="k3f9ab", puts_back=True),
            {},
            "This plan was committed already, as run k3f9ab.",
            "To do more of it, undo that run again.",
            id="undone",
        ),
        pytest.param(plan({R.PLANNED: 2}, at_work=True), {}, "This plan is at work at this moment.", "", id="at work"),
        pytest.param(
            plan({R.PLANNED: 2}, trouble="There is no API key."),
            {},
            "There is no API key.",
            "Repair that, then reload the page.",
            id="no key",
        ),
        pytest.param(
            plan({R.PLANNED: 2}, another_key=True),
            {},
            "The key was changed after this plan was made, so the plan may be another account's.",
            "To rename with the key of now, drop the spreadsheet again.",
            id="another key",
        ),
        pytest.param(
            plan({R.PLANNED: 2}, another_key=True, puts_back=True),
            {},
            "The key was changed after this plan was made, so the plan may be another account's.",
            "To rename with the key of now, undo that run again.",
            id="undo with another key",
        ),
        pytest.param(
            plan({R.PLANNED: 2}, checked=0),
            {},
            "No row is checked.",
            "Check those that you want to rename.",
            id="nothing checked",
        ),
        pytest.param(
            plan({R.PLANNED: 2}, checked=0, puts_back=True),
            {},
            "No row is checked.",
            "Check those that you want to put back.",
            id="nothing checked in an undo",
        ),
        pytest.param(
            plan({R.INVALID: 3, R.FAILED: 1, R.SKIPPED: 2}),
            {},
            "Every row has a problem, and there is nothing to rename.",
            "Repair these rows in the spreadsheet, save it, and drop it again.",
            id="all rows bad",
        ),
        pytest.param(
            plan({R.INVALID: 1, R.UNCHANGED: 1}),
            {},
            "1 row has a problem, and there is nothing to rename.",
            "Repair these rows in the spreadsheet, save it, and drop it again.",
            id="one bad row",
        ),
        pytest.param(
            plan({R.UNCHANGED: 7}), {}, "There is nothing to rename: every order has its name already.", "", id="done"
        ),
        pytest.param(
            plan({R.PLANNED: 5, R.INVALID: 1}),
            {"strict": True},
            "1 row has a problem, and --strict allows none.",
            "Repair these rows in the spreadsheet, save it, and drop it again. "
            "Or remove that setting and start batch-renamer web again.",
            id="strict",
        ),
        pytest.param(
            plan({R.PLANNED: 30}, checked=21),
            {"max_renames": 20},
            "21 renames would be sent, more than --max-renames 20 allows.",
            "Uncheck rows until 20 are left, or raise that limit and start batch-renamer web again.",
            id="too many renames",
        ),
        pytest.param(
            plan({R.PLANNED: 10, R.INVALID: 15}),
            {},
            "15 of the 25 rows have a problem, more than --max-failures 50% (the default) allows.",
            "Repair these rows in the spreadsheet, save it, and drop it again. Or rename the others all the same.",
            id="too many bad rows",
        ),
        pytest.param(
            plan({R.PLANNED: 100, R.INVALID: 15}, checked=10),
            {},
            "15 of the 25 rows that are not left out have a problem, "
            "more than --max-failures 50% (the default) allows.",
            "Repair these rows in the spreadsheet, save it, and drop it again. "
            "Or check more of the renames, or rename the others all the same.",
            id="too few checked beside the bad rows",
        ),
        pytest.param(
            plan({R.PLANNED: 10, R.FAILED: 15}, puts_back=True),
            {"max_failures": 14},
            "15 of the 25 rows have a problem, more than --max-failures 14 allows.",
            "You can put back the others all the same.",
            id="too many bad rows of an undo",
        ),
    ],
)
def test_a_refusal_is_said_before_the_commit_with_the_advice(
    facts: PlanFacts, given: Mapping[str, object], sentence: str, advice: str
) -> None:
    """The reader learns what the job would say while there is still something to do about it."""
    found = obstacle_to(facts, settings(**given))
    assert found is not None
    assert (found.sentence, found.advice) == (sentence, advice)


def test_unchecked_rows_count_for_none_of_the_limits() -> None:
    """With as many unchecked as the limit wants, the plan can be committed."""
    assert obstacle_to(plan({R.PLANNED: 30}, checked=20), settings(max_renames=20)) is None


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [
        pytest.param("10%", 15 + 4, id="a share of the renames"),
        pytest.param("3", 15 + 3, id="a number"),
        pytest.param("0", 15, id="none"),
    ],
)
def test_bad_rows_that_are_accepted_leave_the_limit_for_the_renames(limit: str, allowed: int) -> None:
    """Of the renames, as many may fail as without the bad rows; then the run stops."""
    facts, given = plan({R.PLANNED: 40, R.INVALID: 15}), settings(max_failures=limit)
    found = obstacle_to(facts, given)
    assert found is not None
    accepted = accepting(found.bad, facts, given)
    assert accepted.max_failures == MaxFailures(count=allowed)
    assert obstacle_to(facts, accepted) is None
