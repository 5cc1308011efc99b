"""One rename with faults: its outcome is true of what the API holds, and says why."""

from __future__ import annotations

import itertools
from http import HTTPStatus

import pytest

from batch_renamer.model import Result
from tests.support.bench import Bench, changes_of
from tests.support.fake_api import (
    Fault,
    ForeignName,
    Hang,
    Refused,
    Stale,
    Throttled,
    Transient,
    Unconfirmed,
    Unsent,
)
from tests.unit.renaming.pool_cases import FOREIGN, LOST, MADE, REFUSED, api_of, check_truth, rename_one

TABLE = {
    # what the server did and the client saw: (renames, reads, result, name at the end)
    "applied, 503": ([MADE], [], Result.RENAMED, "new o0"),
    "applied, reset": ([Transient(applied=True, status=None)], [], Result.RENAMED, "new o0"),
    "applied in time, timed out": ([Hang(applied_after_s=1)], [], Result.RENAMED, "new o0"),
    "not applied, 503": ([LOST], [], Result.UNKNOWN, "old 0"),
    "not applied, reset": ([Transient(status=None)], [], Result.UNKNOWN, "old 0"),
    "never applied, timed out": ([Hang()], [], Result.UNKNOWN, "old 0"),
    "applied much later, timed out": ([Hang(applied_after_s=90)], [], Result.UNKNOWN, "old 0"),
    "applied, 503, unreadable": ([MADE], [Transient()] * 9, Result.UNKNOWN, None),
    "not applied, 503, unreadable": ([LOST], [Refused(status=403)], Result.UNKNOWN, None),
    "timed out, unreadable": ([Hang()], [Transient()] * 9, Result.UNKNOWN, None),
    "applied, 503, read after a 429": ([MADE], [Throttled()], Result.RENAMED, "new o0"),
    "not applied, 503, not found": ([LOST], [Refused(status=404)], Result.UNKNOWN, None),
    "applied, 502, not found": ([Transient(applied=True, status=502)], [Refused(status=410)], Result.UNKNOWN, None),
    "accepted and applied, not found": ([Unconfirmed(applied_after_s=0)], [Refused(status=404)], Result.UNKNOWN, None),
    "another name kept": ([ForeignName(kept=FOREIGN)], [], Result.FAILED, FOREIGN),
    "another name kept, unreadable": ([ForeignName(kept=FOREIGN)], [Transient()] * 9, Result.UNKNOWN, None),
    "refused": ([REFUSED], [], Result.FAILED, "old 0"),
    "not there": ([Refused(status=404)], [Refused(status=404)], Result.UNKNOWN, None),
    "gone": ([Refused(status=410)], [Refused(status=410)], Result.UNKNOWN, None),
    "refused, unreadable": ([REFUSED], [Refused(status=403)], Result.UNKNOWN, None),
    "refused and applied, unreadable": (
        [Refused(status=409, applied=True)],
        [Transient()] * 9,
        Result.UNKNOWN,
        None,
    ),
    "refused and applied": ([Refused(status=409, applied=True)], [], Result.RENAMED, "new o0"),
    "said to be gone, and applied": ([Refused(status=404, applied=True)], [], Result.RENAMED, "new o0"),
    "accepted and applied": ([Unconfirmed(applied_after_s=0)], [], Result.RENAMED, "new o0"),
    "accepted, applied later": ([Unconfirmed(applied_after_s=9)], [], Result.UNKNOWN, "old 0"),
    "accepted and not applied": ([Unconfirmed()], [], Result.UNKNOWN, "old 0"),
    "another form kept": ([ForeignName(kept=" new  o0")], [], Result.RENAMED, " new  o0"),
    "another case kept, lost": ([Transient(applied=True, kept="NEW O0")], [], Result.FAILED, "NEW O0"),
    "another form kept, lost": ([Transient(applied=True, kept="new o0 ")], [], Result.RENAMED, "new o0 "),
    "the old name shown, applied later": ([Stale(applied_after_s=9)], [], Result.UNKNOWN, "old 0"),
    "never arrived": ([Unsent()], [], Result.FAILED, "old 0"),
    "throttled, refused": ([Throttled(), REFUSED], [], Result.FAILED, "old 0"),
}


@pytest.mark.virtual_time
@pytest.mark.parametrize(("renames", "reads", "result", "final_name"), TABLE.values(), ids=TABLE)
async def test_the_outcome_of_a_single_try_is_true(
    renames: list[Fault], reads: list[Fault], result: Result, final_name: str | None
) -> None:
    """What the server did, what the client saw and what the reading back shows decide; doubt is never hidden."""
    api = api_of(1)
    api.add("o0", script={"rename": renames, "get": reads})
    changes = changes_of(api)
    outcome = await rename_one(api, attempts=1)
    assert outcome is not None
    assert (outcome.result, outcome.final_name) == (result, final_name)
    assert outcome.attempts == api.count("rename", "o0") == len(renames)
    assert bool(outcome.reason) == (result != Result.RENAMED)
    assert bool(outcome.warning) == (result == Result.RENAMED and outcome.final_name != "new o0")
    await check_truth(api, changes, {2: outcome})


SEVERAL = {
    "503 before and after": ([LOST, MADE, LOST], Result.RENAMED),
    "applied, then refused": ([MADE, REFUSED], Result.RENAMED),
    "not applied, then refused": ([LOST, REFUSED], Result.UNKNOWN),
    "applied, then never arrived": ([MADE, Unsent(), Unsent()], Result.RENAMED),
    "timed out and applied late, then 409": ([Hang(applied_after_s=70), Refused(status=409)], Result.UNKNOWN),
    "timed out and applied late, then 503": ([Hang(applied_after_s=90), LOST, LOST], Result.UNKNOWN),
    "timed out and applied late, then never arrived": (
        [Hang(applied_after_s=90), Unsent(), Unsent()],
        Result.UNKNOWN,
    ),
    "timed out, then another name twice": (
        [Hang(applied_after_s=90), ForeignName(kept=FOREIGN), ForeignName(kept=FOREIGN)],
        Result.UNKNOWN,
    ),
    "another name once": ([ForeignName(kept=FOREIGN)], Result.RENAMED),
    "another name twice": ([ForeignName(kept=FOREIGN)] * 2, Result.FAILED),
    "never arrived at all": ([Unsent()] * 3, Result.FAILED),
    "timed out, then good": ([Hang(applied_after_s=60)], Result.RENAMED),
}


@pytest.mark.virtual_time
@pytest.mark.parametrize(("renames", "result"), SEVERAL.values(), ids=SEVERAL)
async def test_the_outcome_of_several_tries_is_true(renames: list[Fault], result: Result) -> None:
    """A request that was lost early is not forgotten over the clear answer to a later one."""
    api = api_of(1)
    api.add("o0", script={"rename": renames})
    changes = changes_of(api)
    outcome = await rename_one(api, attempts=3)
    assert outcome is not None
    assert outcome.result == result
    await check_truth(api, changes, {2: outcome})


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("renames", "reads", "reason"),
    [
        pytest.param(
            [REFUSED], [], f'The API refused the new name: 422 {HTTPStatus(422).phrase}: "Too long".', id="422"
        ),
        pytest.param(
            [Unsent()] * 2, [], "The last of 2 tries ended with a refused connection; nothing was sent.", id="unsent"
        ),
        pytest.param(
            [LOST] * 2,
            [],
            "The last of 2 tries ended with 503 Service Unavailable; read back, the order has its old name, but the "
            "API may yet change it.",
            id="503",
        ),
        pytest.param(
            [LOST] * 2,
            [Refused(status=403)],
            "The last of 2 tries ended with 503 Service Unavailable, and the order could not be read back "
            "(403 Forbidden).",
            id="unreadable",
        ),
        pytest.param(
            [Hang()] * 2,
            [],
            "The last of 2 tries ended with no answer in time; read back, the order has its old name, but the API may "
            "yet change it.",
            id="timeout",
        ),
        pytest.param(
            [ForeignName(kept=FOREIGN)] * 2,
            [],
            "The last of 2 tries ended with an answer with another name; the API changed the order to another name "
            "than the one sent.",
            id="another name",
        ),
        pytest.param(
            [LOST] * 2,
            [Refused(status=404)],
            "The last of 2 tries ended with 503 Service Unavailable; read back, the order was not found.",
            id="not found",
        ),
    ],
)
async def test_the_reason_is_one_plain_sentence(renames: list[Fault], reads: list[Fault], reason: str) -> None:
    """It says how the tries ended, and what the order itself shows."""
    api = api_of(1)
    api.add("o0", script={"rename": renames, "get": reads})
    outcome = await rename_one(api, attempts=2)
    assert outcome is not None
    assert outcome.reason == reason


@pytest.mark.virtual_time
async def test_eighty_rows_answered_204_are_settled_by_one_read_each() -> None:
    """An API that renames and shows nothing is no outage, and no rename is sent twice."""
    api = api_of(80)
    for order_id in api.names:
        api.add(order_id, script={"rename": [Unconfirmed(status=204, applied_after_s=0)]})
    bench, changes = Bench.of(api), changes_of(api)
    outcomes = await bench.rename(changes)
    assert {outcome.result for outcome in outcomes.values()} == {Result.RENAMED}
    assert (len(api.times("rename")), len(api.times("get"))) == (80, 80)
    assert bench.said == []
    await check_truth(api, changes, outcomes)


@pytest.mark.virtual_time
async def test_a_refused_order_with_another_hands_name_is_not_taken_for_changed_by_this_run() -> None:
    """What an undo would put back must have been changed by the run that is undone."""
    api = api_of(1)
    api.add("o0", script={"rename": [REFUSED]})
    changes = changes_of(api)
    api.names["o0"] = "by another hand"
    outcome = (await Bench.of(api).rename(changes))[2]
    assert (outcome.result, outcome.final_name) == (Result.UNKNOWN, "by another hand")


@pytest.mark.virtual_time
async def test_tries_count_what_was_sent() -> None:
    """429s are among the attempts of the report, reads are not."""
    api = api_of(1)
    api.add("o0", script={"rename": [Throttled(), LOST, Throttled(), MADE], "get": [Transient()]})
    outcome = await rename_one(api, attempts=2)
    assert outcome is not None
    assert (outcome.attempts, outcome.http_status, outcome.result) == (4, 503, Result.RENAMED)


@pytest.mark.virtual_time
async def test_one_failing_row_leaves_its_siblings_alone() -> None:
    """The others are renamed as if it weren't there."""
    api = api_of(60)
    api.add("o20", script={"rename": itertools.repeat(LOST)})
    api.add("o30", script={"rename": [REFUSED]})
    api.add("o40", script={"rename": itertools.repeat(Unsent())})
    changes = changes_of(api)
    outcomes = await Bench.of(api).rename(changes)
    assert [row for row, outcome in sorted(outcomes.items()) if outcome.result != Result.RENAMED] == [22, 32, 42]
    assert all(api.count("rename", f"o{number}") == 1 for number in range(60) if number not in (20, 30, 40))
    await check_truth(api, changes, outcomes)
