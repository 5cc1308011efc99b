"""Spreadsheets of several nights: what is done once, what contradicts, and what comes again; with a fake API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import anyio.to_thread
import pytest

from batch_renamer.model import FileEnd, Order, Result
from batch_renamer.nightly.contents.earlier_runs import tries_of
from tests.support.fake_api import FakeOrdersApi, Fault, Refused
from tests.support.small_nights import SmallNights, sheet_of, small_nights

NAMES = {"a": "old a", "b": "old b", "c": "old c"}
NEW = {"a": "new a", "b": "new b", "c": "new c"}


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(work: Callable[..., object], *args: object, **_: object) -> object:
        return work(*args)

    monkeypatch.setattr(anyio.to_thread, "run_sync", at_once)


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[SmallNights]:
    """Give an account with three orders, and a night for each call."""
    with ExitStack() as opened:
        yield opened.enter_context(small_nights(tmp_path, FakeOrdersApi(dict(NAMES), latency_s=0.001)))


def api_of(nights: SmallNights) -> FakeOrdersApi:
    """Return the account."""
    assert isinstance(nights.api, FakeOrdersApi)
    return nights.api


def refuse(nights: SmallNights, order: str, times: int = 99) -> None:
    """Have the API refuse the next renames of an order."""
    faults: list[Fault] = [Refused()] * times
    api_of(nights).add(order, script={"rename": faults})


# Once per content


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(sheet_of(NEW), id="the very file"),
        pytest.param(sheet_of(NEW, notes="seen by Ann"), id="another note"),
        pytest.param(sheet_of(dict(reversed(NEW.items()))), id="other order of the rows"),
    ],
)
def test_the_same_rows_are_done_once(nights: SmallNights, same: str) -> None:
    """The file of the second night is done; it names the run, and nothing is sent."""
    nights.inbox["orders.csv"] = sheet_of(NEW)
    first = nights.over()["orders.csv"]
    assert (first.end, nights.inbox) == (FileEnd.DONE, {})
    sent = len(api_of(nights).calls)
    nights.inbox["orders (1).csv"] = same
    second = nights.over()["orders (1).csv"]
    assert (second.end, second.run_id, len(api_of(nights).calls)) == (FileEnd.SAME, first.run_id, sent)
    assert second.sentence.startswith(f"The same rows as run {first.run_id} of 20")


def test_what_is_the_same_is_done_anyway_on_request(nights: SmallNights) -> None:
    """Where another person has renamed an order since, it gets its name again."""
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.over()
    api_of(nights).names["a"] = "by hand"
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.options = {"again": True}
    again = nights.over()["orders.csv"]
    assert again.counts == {"renamed": 1, "unchanged": 2}
    assert api_of(nights).names == NEW


def test_of_a_corrected_sheet_only_what_changed_is_sent(nights: SmallNights) -> None:
    """The rest comes out unchanged."""
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.over()
    nights.inbox["orders.csv"] = sheet_of(NEW | {"b": "better b"})
    assert nights.over()["orders.csv"].counts == {"renamed": 1, "unchanged": 2}
    assert api_of(nights).names_given["a"] == ["new a"]


def test_an_old_sheet_again_says_what_was_renamed_since(nights: SmallNights) -> None:
    """Its orders don't have its names any more; that is the later sheet's will, and told."""
    for sheet in (NEW, {"a": "newer a"}):
        nights.inbox["orders.csv"] = sheet_of(sheet)
        nights.over()
    nights.inbox["orders.csv"] = sheet_of(NEW)
    last = nights.over()["orders.csv"]
    assert last.end is FileEnd.SAME
    assert last.sentence.partition(", so ")[2] == (
        "nothing was sent. 1 order of it has been renamed by later runs since; "
        "`nightly --again` gives back the names of this spreadsheet."
    )
    nights.options = {"again": True}
    nights.inbox["orders.csv"] = sheet_of(NEW)
    assert nights.over()["orders.csv"].counts == {"renamed": 1, "unchanged": 2}


def test_a_run_that_was_undone_does_not_count(nights: SmallNights) -> None:
    """The file is read, and what the undo took back is left alone and told, as `apply` does it unattended."""
    nights.inbox["orders.csv"] = sheet_of(NEW)
    run = nights.over()["orders.csv"].run_id
    assert run is not None
    nights.undone(run)
    nights.inbox["orders.csv"] = sheet_of(NEW)
    second = nights.over()["orders.csv"]
    assert (second.end, second.counts) == (FileEnd.PROBLEMS, {"drifted": 3})
    assert second.run_id is not None
    tries = tries_of(nights.journal, nights.journal.runs.get(second.run_id), retry_nights=3)
    assert tries.renamed_since == 3, "so that the person is told of --again, and not to correct these rows"
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.options = {"again": True}
    assert nights.over()["orders.csv"].counts == {"renamed": 3}


def test_a_trial_by_hand_is_not_the_whole_sheet(nights: SmallNights) -> None:
    """A run that was to do only the first row has left the others."""
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.options = {"first": 1}
    assert nights.over()["orders.csv"].counts == {"renamed": 1, "skipped": 2}
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.options = {}
    whole = nights.over()["orders.csv"]
    assert whole.counts == {"renamed": 2, "unchanged": 1}
    assert "left 2 rows open (2 left out)" in whole.sentence


def test_the_same_rows_with_open_ones_are_looked_at_again(nights: SmallNights) -> None:
    """After a person has put an order right by hand, the same file does what was left; the file says so."""
    nights.inbox["orders.csv"] = sheet_of(NEW, guards={"a": "another a"})
    first = nights.over()["orders.csv"]
    assert first.counts == {"renamed": 2, "drifted": 1}
    api_of(nights).names["a"] = "another a"
    nights.inbox["orders.csv"] = sheet_of(NEW, guards={"a": "another a"})
    second = nights.over()["orders.csv"]
    assert second.counts == {"renamed": 1, "unchanged": 2}
    assert f"run {first.run_id} of" in second.sentence
    assert "left 1 row open (1 drifted)" in second.sentence


# Two files of one night


def test_two_files_that_contradict_each_other_send_neither(nights: SmallNights) -> None:
    """Both rows name the other file and row; the rest of both files is done."""
    nights.inbox |= {
        "orders-a.csv": sheet_of({"a": "one", "b": "new b"}),
        "orders-b.csv": sheet_of({"c": "x", "a": "two"}),
    }
    files = nights.over()
    a, b = (nights.rows(files[f"orders-{which}.csv"].run_id) for which in "ab")
    assert [(row.result, row.reason.partition(" Here: ")[2]) for row in (a["a"], b["a"])] == [
        (Result.INVALID, "orders-b.csv, row 3."),
        (Result.INVALID, "orders-a.csv, row 2."),
    ]
    assert api_of(nights).names == {"a": "old a", "b": "new b", "c": "x"}


def test_two_files_with_the_same_name_send_it_once(nights: SmallNights) -> None:
    """The second row comes out unchanged."""
    nights.inbox |= {"1.csv": sheet_of({"a": "new a"}), "2.csv": sheet_of({"a": "new a", "b": "new b"})}
    files = nights.over()
    assert [files[name].counts for name in ("1.csv", "2.csv")] == [{"renamed": 1}, {"renamed": 1, "unchanged": 1}]
    assert api_of(nights).names_given["a"] == ["new a"]


def test_a_rule_is_applied_once_where_two_files_have_an_order(nights: SmallNights) -> None:
    """Applied twice, it would change its own result."""
    nights.options = {"replace": "old=old old"}
    nights.inbox |= {"1.csv": sheet_of({"a": ""}), "2.csv": sheet_of({"a": "", "b": ""})}
    files = nights.over()
    assert [files[name].counts for name in ("1.csv", "2.csv")] == [{"renamed": 1}, {"renamed": 1, "skipped": 1}]
    assert api_of(nights).names == {"a": "old old a", "b": "old old b", "c": "old c"}


def test_a_rule_is_applied_once_where_a_corrected_sheet_has_the_order_again(nights: SmallNights) -> None:
    """Only the row that came new gets a name by the rule; what a person has renamed since is done as asked."""
    nights.options = {"replace": "old=old old"}
    nights.inbox["1.csv"] = sheet_of({"a": "", "b": ""})
    nights.over()
    api_of(nights).names["b"] = "old, by hand"
    nights.inbox["1.csv"] = sheet_of({"a": "", "b": "", "c": ""})
    assert nights.over()["1.csv"].counts == {"renamed": 2, "unchanged": 1}
    assert api_of(nights).names == {"a": "old old a", "b": "old old, by hand", "c": "old old c"}
    nights.options |= {"again": True}
    nights.inbox["1.csv"] = sheet_of({"a": ""})
    assert nights.over()["1.csv"].counts == {"renamed": 1}


def test_when_one_of_two_is_taken_away_the_other_is_done(nights: SmallNights) -> None:
    """The same file as before, which was refused that row because of another file, is not called done."""
    nights.inbox |= {"1.csv": sheet_of({"a": "one"}), "2.csv": sheet_of({"a": "two"})}
    nights.over()
    nights.inbox["2.csv"] = sheet_of({"a": "two"})
    assert nights.over()["2.csv"].counts == {"renamed": 1}
    assert api_of(nights).names["a"] == "two"


# What failed comes again


def test_what_failed_is_tried_on_three_more_nights(nights: SmallNights) -> None:
    """Then it is not, and the sentence says so; the run keeps its id."""
    refuse(nights, "b")
    nights.inbox["orders.csv"] = sheet_of(NEW)
    came = [nights.over() for _ in range(6)]
    run = came[0]["orders.csv"].run_id
    assert [night["orders.csv"].tries_left for night in came if night] == [3, 2, 1, 0]
    assert {night["orders.csv"].run_id for night in came if night} == {run}
    assert [night["orders.csv"].again for night in came if night] == [False, True, True, True]
    assert came[3]["orders.csv"].sentence == "1 row is not tried again, because that has failed on 4 nights."
    assert api_of(nights).count("rename", "b") == 4


def test_what_failed_once_is_renamed_the_next_night(nights: SmallNights) -> None:
    """It is then done, and nothing comes any more."""
    refuse(nights, "b", times=1)
    nights.inbox["orders.csv"] = sheet_of(NEW)
    assert nights.over()["orders.csv"].end is FileEnd.PROBLEMS
    assert nights.over()["orders.csv"].counts == {"renamed": 3}
    assert nights.over() == {}
    assert api_of(nights).names == NEW


def test_a_newer_row_is_not_overtaken_by_a_retry(nights: SmallNights) -> None:
    """The old name is not sent any more, tonight or later; other failed rows are."""
    refuse(nights, "a", times=2)
    refuse(nights, "b", times=1)
    nights.inbox["orders.csv"] = sheet_of(NEW)
    assert nights.over()["orders.csv"].counts == {"renamed": 1, "failed": 2}
    nights.inbox["more.csv"] = sheet_of({"a": "newer a"})
    second = nights.over()
    assert second["orders.csv"].counts == {"renamed": 2, "failed": 1}
    assert second["orders.csv"].sentence.startswith("1 row of it is left out: newer rows are about the same orders.")
    assert second["more.csv"].counts == {"failed": 1}
    assert [*nights.over()] == ["more.csv"]
    assert api_of(nights).names == NEW | {"a": "newer a"}


def test_an_order_that_is_not_there_is_not_tried_again(nights: SmallNights) -> None:
    """It would fail in the same way."""
    nights.inbox["orders.csv"] = sheet_of({"a": "new a", "z": "new z"})
    first = nights.over()["orders.csv"]
    assert (first.end, first.tries_left) == (FileEnd.PROBLEMS, 0)
    assert "1 order is not in this account or deleted" in first.sentence
    assert nights.over() == {}


# What was interrupted is finished first


def stop_at(nights: SmallNights, order: str) -> None:
    """Have the machine shut down at the next rename of an order; it is the last one that is sent."""
    api = api_of(nights)
    rename = api.rename

    async def stopping(order_id: str, new_name: str) -> Order:
        if order_id == order:
            del api.rename  # the next one is as before
            nights.stop()
        return await rename(order_id, new_name)

    api.rename = stopping  # type: ignore[method-assign]


def test_an_interrupted_run_is_finished_and_its_file_goes_with_it(nights: SmallNights) -> None:
    """The run keeps its id, and its spreadsheet, which stayed in the inbox, is not done once more."""
    nights.options = {"workers": 1}
    stop_at(nights, "b")
    nights.inbox["orders.csv"] = sheet_of(NEW)
    first = nights.over()["orders.csv"]
    assert (first.end, [*nights.inbox]) == (FileEnd.STOPPED, ["orders.csv"])
    second = nights.over()
    assert [*second] == ["orders.csv"]
    assert (second["orders.csv"].run_id, second["orders.csv"].again) == (first.run_id, True)
    assert (second["orders.csv"].counts, nights.inbox) == ({"renamed": 3}, {})
    assert nights.over() == {}


def test_a_newer_row_takes_the_place_of_one_that_was_not_reached(nights: SmallNights) -> None:
    """The interrupted run leaves it to the newer file; nothing contradicts, for the one is older."""
    nights.options = {"workers": 1}
    stop_at(nights, "b")
    nights.inbox["orders.csv"] = sheet_of(NEW)
    nights.over()
    nights.inbox["newer.csv"] = sheet_of({"c": "newer c"})
    second = nights.over()
    assert second["orders.csv"].counts == {"renamed": 2, "skipped": 1}
    left = nights.rows(second["orders.csv"].run_id)["c"]
    assert left.reason == "Left out: a newer row is about this order. Here: newer.csv, row 2."
    assert api_of(nights).names == NEW | {"c": "newer c"}
    assert api_of(nights).names_given["c"] == ["newer c"]


def test_a_file_whose_run_was_finished_by_hand_is_only_moved(nights: SmallNights) -> None:
    """Nothing is sent; it goes where its run says."""
    nights.options = {"workers": 1}
    stop_at(nights, "b")
    nights.inbox["orders.csv"] = sheet_of(NEW)
    run = nights.over()["orders.csv"].run_id
    assert run is not None
    nights.resumed(run)
    sent = len(api_of(nights).calls)
    second = nights.over()["orders.csv"]
    assert (second.end, second.run_id, len(api_of(nights).calls)) == (FileEnd.DONE, run, sent)
    assert nights.inbox == {}


def test_a_run_that_too_many_failures_stopped_waits_for_a_person(nights: SmallNights) -> None:
    """It would go on failing each night; put into the inbox again, the file is done anew."""
    nights.options = {"max_failures": "0", "workers": 1}
    refuse(nights, "a", times=1)
    nights.inbox["orders.csv"] = sheet_of(NEW)
    assert nights.over()["orders.csv"].end is FileEnd.REFUSED
    assert nights.over() == {}
    nights.inbox["orders.csv"] = sheet_of(NEW)
    again = nights.over()["orders.csv"]
    assert again.sentence.startswith("The same rows as run")
    assert (again.again, again.counts) == (False, {"renamed": 3})


def test_rows_that_contradict_stay_refused_when_the_night_stops_between_the_files(nights: SmallNights) -> None:
    """The second file is done on the next night, when the first has gone; its row is refused all the same."""
    nights.inbox |= {"1.csv": sheet_of({"a": "one"}), "2.csv": sheet_of({"b": "new b", "a": "two"})}
    nights.stops_at = "2.csv"
    assert [*nights.over()] == ["1.csv"]
    second = nights.over()["2.csv"]
    assert second.counts == {"renamed": 1, "invalid": 1}
    assert nights.rows(second.run_id)["a"].reason.endswith(" Here: 1.csv, row 2.")
    nights.inbox["2.csv"] = sheet_of({"b": "new b", "a": "two"})
    assert nights.over()["2.csv"].counts == {"renamed": 1, "unchanged": 1}


def test_a_copy_of_a_sheet_that_contradicts_stays_refused_when_the_night_stops_before_it(nights: SmallNights) -> None:
    """The run of the first copy has the same rows and is another file's: it says nothing of what was refused here."""
    first = sheet_of({"a": "one", "b": "new b"})
    nights.inbox |= {"1.csv": first, "2.csv": sheet_of({"a": "two"}), "x1.csv": first}
    nights.stops_at = "x1.csv"
    assert [*nights.over()] == ["1.csv", "2.csv"]
    assert nights.over()["x1.csv"].counts == {"unchanged": 1, "invalid": 1}


def test_an_undone_run_is_not_tried_again(nights: SmallNights) -> None:
    """A person has taken it back."""
    refuse(nights, "b", times=1)
    nights.inbox["orders.csv"] = sheet_of(NEW)
    run = nights.over()["orders.csv"].run_id
    assert run is not None
    nights.undone(run)
    assert nights.over() == {}
    assert api_of(nights).names == NAMES
