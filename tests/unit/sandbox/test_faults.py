"""The sandbox's faults: which request gets which, and when the API is out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Outage, OutageMode, Poison, Rule, Share, script


def kinds(plan: FaultPlan, times: int, *, method: str = "PATCH", order_id: str | None = "a1") -> list[str | None]:
    """Draw for the same request again and again."""
    drawn = [plan.draw(method, order_id) for _ in range(times)]
    return [fault.kind.value if fault else None for fault in drawn]


def test_a_script_gives_each_request_its_fault_in_turn() -> None:
    """The first, second and third request get what the script says, later ones nothing."""
    plan = FaultPlan(rules=script("500", None, "reset-after"))
    assert kinds(plan, 4) == ["500", None, "reset-after", None]


def test_a_script_counts_only_what_it_is_about() -> None:
    """Requests of another method or order use nothing of an order's script up."""
    plan = FaultPlan(rules=script("500", order_id="a1"))
    assert kinds(plan, 2, order_id="b2") == [None, None]
    assert kinds(plan, 2, method="GET") == [None, None]
    assert kinds(plan, 2) == ["500", None]


def test_a_script_for_any_order_counts_all_of_them() -> None:
    """The second PATCH is the second whatever its order."""
    plan = FaultPlan(rules=script(None, "503"))
    assert kinds(plan, 1, order_id="a1") + kinds(plan, 1, order_id="b2") == [None, "503"]


def test_a_script_can_be_about_the_collection() -> None:
    """The list has no order id, and a script for GET covers it once, not twice."""
    plan = FaultPlan(rules=script("500", "503", method="GET"))
    assert kinds(plan, 3, method="GET", order_id=None) == ["500", "503", None]


def test_a_rule_may_apply_from_then_on() -> None:
    """Without an end a rule covers every later request."""
    plan = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), nth=2, times=None)])
    assert kinds(plan, 4) == [None, "slow", "slow", "slow"]


def test_a_script_comes_before_a_share() -> None:
    """An order that the script wants answered properly is, whatever the shares."""
    everything_fails = [Share(fault=Fault(kind=FaultKind.SERVER_ERROR), share=1.0)]
    plan = FaultPlan(rules=script(None), shares=everything_fails)
    assert kinds(plan, 2) == [None, "500"]


def test_the_same_seed_draws_the_same_faults() -> None:
    """A run can be repeated, and another seed is another run."""
    first, again, other = (kinds(FaultPlan(mix=0.5, seed=seed), 200) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_mix_has_every_kind_and_its_share() -> None:
    """Five percent are five percent, of all kinds that a rename can meet."""
    drawn = Counter(kinds(FaultPlan(mix=0.05, seed=3), 40_000))
    faults = 40_000 - drawn[None]
    assert 0.045 < faults / 40_000 < 0.055
    fitting = {kind for kind in FaultKind if kind.fits("PATCH", one_order=True)}
    assert set(drawn) - {None} == {kind for kind in fitting if not kind.makes_names}


OF_RENAMES = {"wrong-name", "202", "204", "401", "422"} | {
    kind.value for kind in FaultKind if kind.late or kind.makes_names or kind.startswith("applied-")
}


@pytest.mark.parametrize(
    ("method", "order_id", "never"),
    [
        pytest.param("GET", "a1", {*OF_RENAMES, "stale-list", "foreign-offset"}, id="read"),
        pytest.param("GET", None, {*OF_RENAMES, "wrong-id", "message-200", "wrapped-200", "stale-read"}, id="list"),
        pytest.param("PATCH", "a1", {"stale-list", "stale-read", "foreign-offset"}, id="rename"),
    ],
)
def test_a_share_draws_only_what_a_client_could_see_through(method: str, order_id: str | None, never: set[str]) -> None:
    """A read that lies about a name is no fair test of a client; a mix of nothing else shows what is drawn."""
    shares = [Share(fault=Fault(kind=kind), share=1 / len(FaultKind)) for kind in FaultKind]
    drawn = set(kinds(FaultPlan(shares=shares), 5000, method=method, order_id=order_id))
    assert drawn - {None} == set(FaultKind) - never


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: FaultPlan(mix=1.1), id="mix over 1"),
        pytest.param(lambda: FaultPlan(mix=-0.1), id="mix below 0"),
        pytest.param(
            lambda: FaultPlan(mix=0.6, shares=[Share(fault=Fault(kind=FaultKind.HTML), share=0.5)]), id="sum over 1"
        ),
        pytest.param(lambda: script("501"), id="no such kind"),
        pytest.param(lambda: Rule(fault=None, nth=0), id="zeroth request"),
        pytest.param(lambda: Rule(fault=None, times=0), id="no times"),
        pytest.param(lambda: Outage(start_s=5, end_s=5), id="outage without length"),
        pytest.param(lambda: Poison(fault=Fault(kind=FaultKind.HTML), first=0, last=2), id="zeroth order"),
        pytest.param(lambda: Outage(start_s=-1), id="outage before the first request"),
    ],
)
def test_impossible_plans_are_refused(make: Callable[[], object]) -> None:
    """What could never happen is refused where it is made."""
    with pytest.raises(ValueError, match=r".+"):
        make()


@pytest.mark.parametrize(
    ("since_first_s", "method", "mode"),
    [
        pytest.param(9.99, "PATCH", None, id="before"),
        pytest.param(10.0, "PATCH", OutageMode.HANG, id="as it starts"),
        pytest.param(39.9, "PATCH", OutageMode.HANG, id="just before its end"),
        pytest.param(40.0, "PATCH", None, id="as it ends"),
        pytest.param(20.0, "GET", None, id="another method"),
        pytest.param(1e9, "GET", OutageMode.REFUSE, id="for good"),
    ],
)
def test_an_outage_covers_its_span_and_methods(since_first_s: float, method: str, mode: OutageMode | None) -> None:
    """The start belongs to an outage, the end does not, and other methods pass."""
    plan = FaultPlan(
        outages=[
            Outage(start_s=10, end_s=40, mode=OutageMode.HANG, methods=frozenset({"PATCH"})),
            Outage(start_s=100, mode=OutageMode.REFUSE),
        ]
    )
    found = plan.outage(since_first_s, method)
    assert (found and found.mode) == mode


def test_poisoned_orders_always_fail_and_the_others_never() -> None:
    """Which they are is told by the order in which orders are first renamed; reads are left alone."""
    plan = FaultPlan(poisons=[Poison(fault=Fault(kind=FaultKind.UNAUTHORIZED), first=2, last=3)])
    for _ in range(3):
        drawn = [plan.draw("PATCH", order_id) for order_id in ("a", "b", "c", "d")]
        assert [fault.kind.value if fault else None for fault in drawn] == [None, "401", "401", None]
        assert plan.draw("GET", "b") is None
