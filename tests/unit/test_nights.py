"""Nights as values: what a night was like as a whole follows from its files."""

from __future__ import annotations

import pytest

from batch_renamer.model import FileEnd, Night, NightFile, NightKind, worst_exit_code


def a_night(*ends: FileEnd, **fields: object) -> Night:
    """Return a night with a file for each end."""
    files = tuple(NightFile(name=f"{end}.xlsx", end=end, counts={"renamed": 2}) for end in ends)
    values: dict[str, object] = {"ended_at": 60.0, "exit_code": 0, "begun": True, "files": files, **fields}
    return Night(date="2026-11-26", began_at=0.0, **values)  # type: ignore[arg-type]  # fields by their names


@pytest.mark.parametrize(
    ("night", "kind"),
    [
        (a_night(), NightKind.NOTHING),
        (a_night(FileEnd.WAITING), NightKind.NOTHING),
        (a_night(FileEnd.DONE, FileEnd.SAME), NightKind.GOOD),
        (a_night(FileEnd.DONE, FileEnd.PROBLEMS), NightKind.PARTLY),
        (a_night(FileEnd.REFUSED, FileEnd.STOPPED), NightKind.FAILED),
        (a_night(FileEnd.DONE, stopped="Stopped by SIGTERM."), NightKind.FAILED),
        (a_night(begun=False, exit_code=2), NightKind.NOT_BEGUN),
        (a_night(ended_at=None, exit_code=None), NightKind.AT_WORK),
        (a_night(ended_at=None, exit_code=None, cut_off=True), NightKind.CUT_OFF),
    ],
    ids=["empty", "waiting", "done", "problems", "stopped", "ended early", "not begun", "at work", "cut off"],
)
def test_kind_of_a_night_follows_from_its_worst_file(night: Night, kind: NightKind) -> None:
    """One file that needs a person makes the night one that needs a person."""
    assert night.kind is kind


def test_figures_of_a_night_are_those_of_its_files() -> None:
    """Rows are added up by their results."""
    night = a_night(FileEnd.DONE, FileEnd.DONE)
    assert (night.counts, night.seconds) == ({"renamed": 4}, 60.0)


@pytest.mark.parametrize(
    ("codes", "worst"),
    [([], 0), ([0, 1], 1), ([1, 2, 0], 2), ([2, 5], 5), ([5, 3], 3), ([3, 4, 1], 4), ([70, 4], 70), ([130, 70], 130)],
)
def test_exit_code_of_a_night_is_the_worst_of_its_files(codes: list[int], worst: int) -> None:
    """The order is stated in the README."""
    assert worst_exit_code(codes) == worst


def test_ends_are_counted_in_words() -> None:
    """Messages, lists and monitoring say the same."""
    night = a_night(FileEnd.DONE, FileEnd.PROBLEMS, FileEnd.DONE, FileEnd.SAME, FileEnd.PASSED)
    assert night.ends_in_words == "2 done, 1 done before, 1 with problems, 1 passed over"
    assert a_night().ends_in_words == ""


def test_every_end_and_every_kind_has_words_of_its_own() -> None:
    """Two that a person could not tell apart would be one."""
    for words in ([end.words for end in FileEnd], [kind.words for kind in NightKind]):
        assert len(set(words)) == len(words)


def test_an_end_is_done_or_stays_or_needs_a_person() -> None:
    """Exactly one of them, so that no file is left out of a list, or named in two."""
    assert [end for end in FileEnd if [end.is_done, end.stays, end.needs_a_person].count(True) != 1] == []
    assert [end for end in FileEnd if not end.was_read] == [FileEnd.WAITING, FileEnd.PASSED]


def test_a_night_without_an_exit_code_counts_as_a_fault() -> None:
    """A heartbeat service is told a number all the same."""
    assert (a_night(exit_code=None).code, a_night(exit_code=3).code) == (70, 3)


@pytest.mark.parametrize(("exit_code", "goes_on"), [(0, False), (3, False), (4, False), (5, True), (143, True)])
def test_a_night_that_another_run_or_a_signal_ended_goes_on_by_itself(exit_code: int, goes_on: bool) -> None:
    """A refused key or an outage may last."""
    assert a_night(exit_code=exit_code).goes_on_by_itself is goes_on


def test_a_night_whose_clock_is_set_back_takes_no_negative_time() -> None:
    """Pages and figures show how long it took."""
    assert a_night(ended_at=-10.0).seconds == 0.0
