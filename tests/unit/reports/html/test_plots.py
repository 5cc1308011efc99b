"""The plots: what is drawn is what was counted, and everything stays within the drawing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.html_pages import HEIGHT, WIDTH, Plot, Scale
from batch_renamer.model import Result, Second
from batch_renamer.reports.html.plots import durations_plot, outcomes_plot, requests_plot
from batch_renamer.reports.html.plots.time_axis import TimeAxis

DAY_S = 86_400
moments = st.integers(1_700_000_000, 1_700_000_000 + 3 * DAY_S)
counts = st.integers(0, 400)
a_second = st.builds(
    Second, at=moments, requests=counts, throttled=counts, limit_per_s=st.floats(0, 1_000), outage=st.booleans()
)


def drawn(plot: Plot | None) -> Plot:
    """Return a plot that is there; nothing of it stands outside."""
    assert plot is not None
    assert all(bar.x >= -0.01 and bar.x + bar.width <= WIDTH + 0.01 for bar in plot.bars)
    assert all(bar.y >= -1.01 and bar.y + bar.height <= HEIGHT + 0.01 for bar in plot.bars)
    assert all(0 <= point.x <= WIDTH + 0.01 and -0.01 <= point.y <= HEIGHT for point in plot.line)
    assert all(0 <= mark <= WIDTH for mark in plot.marks)
    assert all(0 <= label.at <= WIDTH for label in plot.x_labels)
    assert all(-0.01 <= label.at <= HEIGHT for label in plot.y_labels)
    assert all(len(line) == len(plot.headings) for line in plot.table)
    assert len(plot.table) <= 150
    return plot


def number(text: str) -> int:
    """Return the number that a table shows."""
    return int(text.replace(",", ""))


# -- Axes ------------------------------------------------------------------------------------------------------------


@given(st.sets(moments, min_size=1, max_size=300))
def test_every_second_has_its_bucket(seconds: set[int]) -> None:
    """Each is within the bucket that is found for it; there are few, one after the other."""
    axis = TimeAxis(seconds)
    for second in seconds:
        bucket = axis.buckets[axis.index(second)]
        assert bucket.start <= second < bucket.start + bucket.seconds
    assert len(axis.buckets) <= 150
    assert all(one.place < other.place for one, other in zip(axis.buckets, axis.buckets[1:], strict=False))
    assert axis.x(axis.buckets[-1]) + axis.unit == pytest.approx(WIDTH)


def test_an_hour_is_half_minutes() -> None:
    """So the page stays small however long a run is."""
    axis = TimeAxis(range(1_700_000_000, 1_700_003_600))
    assert (axis.size_s, len(axis.buckets)) == (30, 120)


def test_a_pause_between_two_parts_is_left_out() -> None:
    """A run that was resumed the next day has two parts, and times with the day."""
    first, second = range(1_700_000_000, 1_700_000_010), range(1_700_000_000 + DAY_S, 1_700_000_010 + DAY_S)
    axis = TimeAxis([*first, *second])
    assert (axis.size_s, len(axis.buckets)) == (1, 20)
    assert axis.buckets[10].place == 13
    assert len(axis.moment(axis.buckets[0])) == len("11-14 22:13:20")


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        pytest.param(0, ["0", "1"], id="nothing"),
        pytest.param(1, ["0", "1"], id="one"),
        pytest.param(3, ["0", "1", "2", "3"], id="three"),
        pytest.param(290, ["0", "100", "200", "300"], id="hundreds"),
        pytest.param(300.5, ["0", "200", "400"], id="a little more"),
        pytest.param(12_000, ["0", "5,000", "10,000", "15,000"], id="thousands"),
    ],
)
def test_the_scale_has_few_round_labels(most: float, labels: list[str]) -> None:
    """The highest value fits in, and nothing is counted in parts."""
    assert [label.text for label in Scale(most).labels] == labels


# -- Requests --------------------------------------------------------------------------------------------------------


@given(st.lists(a_second, min_size=1, max_size=80, unique_by=lambda second: second.at))
def test_the_table_of_requests_adds_up(seconds: list[Second]) -> None:
    """Whatever the buckets: no 429 and no outage is lost, and the busiest second is the busiest one."""
    plot = drawn(requests_plot(sorted(seconds, key=lambda second: second.at)))
    assert sum(number(line[4]) for line in plot.table) == sum(second.throttled for second in seconds)
    assert max(number(line[2]) for line in plot.table) == max(second.requests for second in seconds)
    assert any(line[5] == "yes" for line in plot.table) == any(second.outage for second in seconds)
    assert len(plot.marks) == sum(line[4] != "0" for line in plot.table)


def test_requests_stand_beside_the_limit() -> None:
    """The line goes down where the limit did; 429s and outages are marked, and the legend says how."""
    seconds = [
        Second(at=100, requests=300, limit_per_s=300),
        Second(at=101, requests=150, throttled=30, limit_per_s=300),
        Second(at=102, requests=120, limit_per_s=120),
        Second(at=103, outage=True),
    ]
    plot = drawn(requests_plot(seconds))
    assert [bar.kind for bar in plot.bars] == ["outage", "sent", "sent", "sent"]
    assert [point.y for point in plot.line] == [0.0, 0.0, 108.0, 108.0]
    assert len(plot.marks) == 1
    assert [kind for kind, _ in plot.legend] == ["sent", "limit", "mark", "outage"]
    assert plot.text == (
        "570 requests, at most 300 in one second; 30 of them were told to slow down (429); "
        "the run waited 1 s for the API."
    )
    assert plot.table[1][1:] == ("150", "150", "300", "30", "no")


def test_no_requests_make_no_plot() -> None:
    """A journal of an older version has no seconds."""
    assert requests_plot([]) is None


# -- Outcomes and durations ------------------------------------------------------------------------------------------


@given(st.dictionaries(moments, st.dictionaries(st.sampled_from(Result), st.integers(1, 50), min_size=1), min_size=1))
def test_the_table_of_outcomes_adds_up(by_second: dict[int, dict[Result, int]]) -> None:
    """Each result has its column, and each row is counted in it."""
    outcomes = {second: Counter(found) for second, found in by_second.items()}
    total: Counter[Result] = sum(outcomes.values(), Counter())
    plot = drawn(outcomes_plot(outcomes))
    columns = zip(*(line[1:] for line in plot.table), strict=True)
    assert dict(zip(plot.headings[1:], [sum(map(number, column)) for column in columns], strict=True)) == {
        result.value: count for result, count in total.items()
    }


def test_rows_that_need_a_look_stand_on_the_others() -> None:
    """They have a pattern of their own, and the legend says what it means."""
    plot = drawn(outcomes_plot({100: Counter({Result.RENAMED: 3, Result.FAILED: 1})}))
    done, failed = plot.bars
    assert (done.kind, failed.kind) == ("done", "failed")
    assert failed.y + failed.height == done.y
    assert [text for _, text in plot.legend] == ["done", "has a problem"]


@given(st.lists(st.floats(0, 100_000), min_size=1, max_size=200))
def test_every_duration_is_counted_once(durations_s: list[float]) -> None:
    """From a rename that took no time to one that took a day."""
    plot = drawn(durations_plot(durations_s))
    assert sum(number(line[1]) for line in plot.table) == len(durations_s)


def test_durations_are_said_in_words() -> None:
    """The middle, nearly all, and the slowest."""
    plot = drawn(durations_plot([*[0.12] * 50, *[0.3] * 45, 2.0, 3.0, 4.0, 5.0, 75.0]))
    assert plot.text == (
        "Half of 100 renames took at most 0.12 s, 95 % at most 0.3 s, the slowest 1 min 15 s; "
        "waits and repeated tries are included."
    )
    assert [line[0] for line in plot.table][:2] == ["0.1 to 0.15 s", "0.15 to 0.2 s"]


@pytest.mark.parametrize("plot", [outcomes_plot({}), durations_plot([])], ids=["outcomes", "durations"])
def test_nothing_that_was_sent_makes_no_plot(plot: Plot | None) -> None:
    """A dry run has neither outcomes nor durations."""
    assert plot is None
