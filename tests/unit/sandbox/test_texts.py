"""The words of ``--faults``, ``--limit`` and ``--latency``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.sandbox import (
    Fault,
    FaultKind,
    Latency,
    LimitSpec,
    Outage,
    OutageMode,
    parse_faults,
    parse_latency,
    parse_limit,
)


@pytest.mark.parametrize("text", ["", "none", "off", "0", " None "])
def test_nothing_asked_for_is_nothing_given(text: str) -> None:
    """Every way to say "none" means it, in all three options."""
    assert parse_faults(text).draw("PATCH", "a1") is None
    assert parse_limit(text) is None
    assert parse_latency(text) == Latency()


def test_a_share_of_one_kind_has_its_seconds() -> None:
    """What follows the slash is how long the fault lasts."""
    fault = parse_faults("slow=100%/2.5").draw("GET", "a1")
    assert fault is not None
    assert (fault.kind, fault.seconds) == (FaultKind.SLOW, 2.5)


def test_a_bare_share_is_all_kinds() -> None:
    """With 100 % every request goes wrong in some way."""
    plan = parse_faults("100%")
    drawn = [plan.draw("PATCH", "a1") for _ in range(500)]
    assert None not in drawn
    of_a_rename = {kind for kind in FaultKind if kind.fits("PATCH", one_order=True)}
    assert {fault.kind for fault in drawn if fault} == {kind for kind in of_a_rename if not kind.makes_names}


def test_shares_stand_side_by_side() -> None:
    """Two shares that fill everything leave nothing without a fault."""
    plan = parse_faults("429=50%, reset-after=50%")
    drawn = {fault.kind.value if fault else None for fault in (plan.draw("PATCH", "a1") for _ in range(100))}
    assert drawn == {"429", "reset-after"}


def test_a_seed_in_the_text_is_used() -> None:
    """The text alone repeats a run."""
    drawn = [[bool(plan.draw("PATCH", "a")) for _ in range(50)] for plan in map(parse_faults, ["50%", "50%,seed=9"])]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(
    ("text", "outage"),
    [
        pytest.param("outage=10-40", Outage(start_s=10, end_s=40), id="span"),
        pytest.param("outage=2.5-", Outage(start_s=2.5), id="for good"),
        pytest.param("outage=0-1/hang", Outage(end_s=1, mode=OutageMode.HANG), id="mode"),
        pytest.param(
            "outage=0-/refuse/PATCH",
            Outage(mode=OutageMode.REFUSE, methods=frozenset({"PATCH"})),
            id="mode and method",
        ),
        pytest.param("outage=0-/GET/PATCH", Outage(methods=frozenset({"GET", "PATCH"})), id="two methods"),
    ],
)
def test_an_outage_is_read(text: str, outage: Outage) -> None:
    """Span, mode and methods are what the text says."""
    assert parse_faults(text).outages == (outage,)


@pytest.mark.parametrize(
    ("text", "place", "fault"),
    [
        pytest.param("poison=500/1-60", 60, Fault(kind=FaultKind.SERVER_ERROR), id="block"),
        pytest.param("poison=401/5", 5, Fault(kind=FaultKind.UNAUTHORIZED), id="one order"),
        pytest.param(
            "poison=429-retry-after/2/86400", 2, Fault(kind=FaultKind.THROTTLED_SECONDS, seconds=86_400), id="seconds"
        ),
    ],
)
def test_poison_is_read(text: str, place: int, fault: Fault) -> None:
    """Kind, orders and seconds are what the text says; the order after the last one is well."""
    plan = parse_faults(text)
    drawn = [plan.draw("PATCH", f"o{number}") for number in range(1, place + 2)]
    assert drawn[-2:] == [fault, None]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        pytest.param("300", LimitSpec(requests=300), id="number"),
        pytest.param("300/sliding", LimitSpec(requests=300), id="sliding"),
        pytest.param("5/sliding-all", LimitSpec(requests=5, algorithm="sliding-all"), id="all counted"),
        pytest.param("50/Bucket", LimitSpec(requests=50, algorithm="bucket"), id="bucket"),
        pytest.param("9/fixed+retry-after", LimitSpec(requests=9, algorithm="fixed", retry_after=True), id="told"),
    ],
)
def test_a_limit_is_read(text: str, limit: LimitSpec) -> None:
    """Number, algorithm and announcement are what the text says."""
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        pytest.param("100ms", Latency(base_s=0.1), id="milliseconds"),
        pytest.param("0.2s", Latency(base_s=0.2), id="seconds"),
        pytest.param("1s + 500ms", Latency(base_s=1.0, jitter_s=0.5), id="jitter"),
    ],
)
def test_a_latency_is_read(text: str, latency: Latency) -> None:
    """Both units are understood."""
    assert parse_latency(text) == latency


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        pytest.param(parse_faults, "5", id="share without %"),
        pytest.param(parse_faults, "501=1%", id="no such kind"),
        pytest.param(parse_faults, "500=", id="kind without share"),
        pytest.param(parse_faults, "60%,500=60%", id="more than all"),
        pytest.param(parse_faults, "outage=40-10", id="backwards"),
        pytest.param(parse_faults, "outage=soon", id="no span"),
        pytest.param(parse_faults, "outage=0-/sometimes", id="no such mode"),
        pytest.param(parse_faults, "seed=x", id="no seed"),
        pytest.param(parse_faults, "poison=500", id="poison without orders"),
        pytest.param(parse_faults, "poison=501/1", id="poison of no such kind"),
        pytest.param(parse_faults, "poison=500/9-3", id="poison backwards"),
        pytest.param(parse_limit, "fast", id="no number"),
        pytest.param(parse_limit, "300/leaky", id="no such algorithm"),
        pytest.param(parse_limit, "-3", id="negative limit"),
        pytest.param(parse_latency, "100", id="no unit"),
        pytest.param(parse_latency, "1s+1s+1s", id="too many times"),
        pytest.param(parse_latency, "1s+soon", id="no time"),
    ],
)
def test_nonsense_is_refused_with_an_example(parse: Callable[[str], object], text: str) -> None:
    """The sentence repeats what was typed and shows what would do."""
    with pytest.raises(SettingsError, match=r"example|such as|Examples") as refused:
        parse(text)
    assert f" {text}: " in str(refused.value)


def test_every_mistake_is_named_at_once() -> None:
    """Two wrong parts need one correction, not two tries."""
    with pytest.raises(SettingsError, match=r"'x'.*'outage=y'"):
        parse_faults("x,500=1%,outage=y")
