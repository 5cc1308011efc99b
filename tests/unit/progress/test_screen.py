"""The lines that a person reads at the end of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from batch_renamer.errors import LockedError
from batch_renamer.model import HERE, Forecast, ReasonGroup, ReportRow, Result, RunSummary, WarningGroup
from batch_renamer.progress import NextStep, RunView
from batch_renamer.progress.cutting import cells_of
from batch_renamer.progress.numbers import ranges
from batch_renamer.progress.screen import run_lines
from batch_renamer.text import duration

R = Result
ABOUT = "run qw23am (oak.csv)"


def summary(command: str = "apply", counts: Mapping[Result, int] | None = None, **more: object) -> RunSummary:
    """Return a run's summary."""
    return RunSummary(run_id="k3f9", command=command, counts=dict(counts or {}), **more)  # type: ignore[arg-type]  # named by the tests


def a_row(row: int = 2, *, result: Result = R.PLANNED, old: str | None = "14 Oak", **more: object) -> ReportRow:
    """Return a row that renames 14 Oak to 15 Oak."""
    texts: dict[str, object] = {"order_id": f"id-{row}", "new_name": "15 Oak", "old_name": old, **more}
    return ReportRow(row=row, result=result, **texts)  # type: ignore[arg-type]  # named by the tests


def a_group(*rows: ReportRow, count: int | None = None) -> ReasonGroup:
    """Return the group that the rows are the first of."""
    return ReasonGroup(result=rows[0].result, reason=rows[0].reason, count=count or len(rows), rows=rows)


def shown(view: RunView, *, width: int | None = 100, quiet: bool = False) -> list[str]:
    """Return the lines without their styles."""
    lines = run_lines(view, width=width, quiet=quiet)
    return ["".join(span.text for span in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("run", "headline"),
    [
        pytest.param(
            summary(counts={R.RENAMED: 480, R.UNCHANGED: 20}), "Done: 480 of 500 rows renamed.", id="all is well"
        ),
        pytest.param(
            summary(counts={R.RENAMED: 1_000, R.FAILED: 2, R.DRIFTED: 1, R.INVALID: 1, R.UNKNOWN: 1}),
            "Finished, but 5 of 1,005 rows have problems.",
            id="some failed",
        ),
        pytest.param(
            summary(counts={R.RENAMED: 1, R.FAILED: 1}), "Finished, but 1 of 2 rows has a problem.", id="one failed"
        ),
        pytest.param(
            summary(counts={R.RENAMED: 1, R.PENDING: 3}, stopped="The API refused the key."),
            "Stopped before the end: 3 of 4 rows not reached.",
            id="stopped",
        ),
        pytest.param(
            summary(counts={R.FAILED: 290, R.UNCHANGED: 10}, stopped="290 of 300 rows are bad."),
            "Stopped: nothing was renamed; 290 of 300 rows failed.",
            id="stopped in the plan",
        ),
        pytest.param(
            summary("plan", {R.PLANNED: 4, R.INVALID: 1}, stopped="1 of 5 rows is bad, and --strict was asked for."),
            "Stopped: nothing was renamed; 1 of 5 rows has a problem.",
            id="dry run that was refused",
        ),
        pytest.param(
            summary(counts={R.RENAMED: 3}, stopped="The result could not be written to standard output."),
            "Done: 3 of 3 rows renamed.",
            id="all done, and stopped after that",
        ),
        pytest.param(
            summary("plan", {R.PLANNED: 3, R.UNCHANGED: 1}),
            "Dry run: 3 of 4 rows would be renamed. Nothing was sent.",
            id="dry run",
        ),
        pytest.param(
            summary("check", {R.PLANNED: 3, R.INVALID: 1}),
            "Checked 4 rows: 3 ready, 1 to repair. Nothing was sent.",
            id="check",
        ),
        pytest.param(summary(), "The spreadsheet has no rows to work on.", id="no rows"),
        pytest.param(
            summary(counts={R.UNCHANGED: 300}),
            "Nothing to do: all 300 orders have these names already.",
            id="all named already",
        ),
        pytest.param(
            summary(counts={R.UNCHANGED: 1, R.SKIPPED: 2}),
            "Nothing to do: the order has this name already; 2 rows are skipped.",
            id="one named already, others skipped",
        ),
        pytest.param(summary(counts={R.SKIPPED: 1}), "Nothing to do: 1 row is skipped.", id="all skipped"),
        pytest.param(
            summary(counts={R.PENDING: 3}, stopped="Stopped by Ctrl-C."),
            "Stopped: nothing was renamed; 3 of 3 rows not reached.",
            id="stopped before the first",
        ),
        pytest.param(
            summary(counts={R.PENDING: 3}, stopped=str(LockedError("Run 8jvw9g")), exit_code=5),
            "Not started: run 8jvw9g is at work in this account. Wait until it has ended, or give --wait SECONDS.",
            id="another run at work",
        ),
    ],
)
def test_the_first_line_says_how_it_went(run: RunSummary, headline: str) -> None:
    """One line tells it."""
    assert shown(RunView(summary=run))[0] == headline


def test_rows_under_way_are_not_called_outcomes() -> None:
    """A run at work has sent its unconfirmed rows, or is about to; their reasons are not below, for there are none."""
    lines = shown(RunView(summary=summary(counts={R.RENAMED: 1, R.UNKNOWN: 2}), at_work=True))
    assert "  2  unknown    sent, or about to be sent; not confirmed yet" in lines


@pytest.mark.parametrize(
    ("view", "headline"),
    [
        pytest.param(
            RunView(summary=summary(counts={R.PLANNED: 3, R.UNCHANGED: 1}), asking=True),
            "The plan: 3 of 4 rows will be renamed. Nothing has been sent yet.",
            id="the question of an apply",
        ),
        pytest.param(
            RunView(summary=summary("undo", {R.PLANNED: 1}), asking=True, putting_back=True, about=ABOUT),
            "The plan to undo run qw23am (oak.csv): 1 of 1 name will be put back. Nothing has been sent yet.",
            id="the question of an undo",
        ),
        pytest.param(
            RunView(summary=summary("undo", {R.PLANNED: 2}), putting_back=True, about=ABOUT),
            "Dry run, to undo run qw23am (oak.csv): 2 of 2 names would be put back. Nothing was sent.",
            id="the dry run of an undo",
        ),
        pytest.param(
            RunView(summary=summary("plan", {R.UNCHANGED: 4}), dry=True),
            "Nothing to do: all 4 orders have these names already.",
            id="a dry run with nothing to do",
        ),
        pytest.param(
            RunView(summary=summary("undo", {R.UNCHANGED: 2}), dry=True, putting_back=True, about=ABOUT),
            "Dry run, to undo run qw23am (oak.csv): 0 of 2 names would be put back. Nothing was sent.",
            id="the dry run of an undo with nothing to do",
        ),
        pytest.param(
            RunView(summary=summary(counts={R.RENAMED: 1, R.PENDING: 3, R.FAILED: 1}), at_work=True),
            "At work at this moment: 3 of 5 rows still to come.",
            id="a run that goes on",
        ),
        pytest.param(
            RunView(summary=summary("undo"), putting_back=True, about=ABOUT),
            "There is nothing to put back: no order has its name from run qw23am (oak.csv).",
            id="an undo of a run that renamed nothing",
        ),
        pytest.param(
            RunView(summary=summary("undo", {R.RENAMED: 2}), putting_back=True, about=ABOUT),
            "Undid run qw23am (oak.csv): 2 of 2 names put back.",
            id="an undo",
        ),
        pytest.param(
            RunView(summary=summary("undo", {R.RENAMED: 2, R.UNCHANGED: 1}), putting_back=True, about=ABOUT),
            "Undid run qw23am (oak.csv): 2 of 3 names put back; 1 had its old name already.",
            id="an undo after an undo of some rows",
        ),
        pytest.param(
            RunView(summary=summary("resume", {R.RENAMED: 2}), putting_back=True, about=ABOUT),
            "Undid run qw23am (oak.csv): 2 of 2 names put back.",
            id="an undo taken up again",
        ),
    ],
)
def test_the_first_line_says_what_it_is_about(view: RunView, headline: str) -> None:
    """What is about to be done is no dry run, and what was taken back was not simply renamed."""
    assert shown(view)[0] == headline


def test_an_undo_says_what_its_results_mean() -> None:
    """``renamed`` is the word of the reports; in an undo it means that the old name is back."""
    lines = shown(RunView(summary=summary("undo", {R.RENAMED: 2}), putting_back=True))
    assert lines[2] == "  2  renamed    the order has its old name back; the API confirmed it"


def test_counts_are_in_plain_words_and_only_those_that_occur() -> None:
    """Each result has its number, its word as in the report, and its meaning; numbers are aligned."""
    lines = shown(RunView(summary=summary(counts={R.FAILED: 7, R.RENAMED: 1_480})))
    assert lines[2:4] == [
        "  1,480  renamed    the API confirmed the new name",
        "      7  failed     not renamed as asked; the reasons are below",
    ]
    assert len([line for line in lines if line]) == 3


@pytest.mark.parametrize("result", list(Result), ids=str)
def test_every_result_has_a_meaning(result: Result) -> None:
    """No result is left out of the counts; the word of the reports is there, too."""
    (line,) = (line for line in shown(RunView(summary=summary(counts={result: 1}))) if line.startswith("  1  "))
    assert result.value in line


def test_planned_rows_show_old_and_new() -> None:
    """Row, order, old name and new name, aligned although letters are of different widths."""
    rows = (a_row(2), a_row(1000, order_id="山", old="15"))
    lines = shown(RunView(summary=summary("plan", {R.PLANNED: 480}, reports=("r.csv",)), planned=rows))
    assert lines[4:7] == [
        "  row    2  id-2  14 Oak → 15 Oak",
        "  row 1000  山    15 → 15 Oak",
        "  … and 478 more in the report",
    ]


def test_names_that_do_not_fit_beside_the_id_have_a_line_of_their_own() -> None:
    """A narrow terminal shows whole names; where all of them fit, a row stays one line."""
    row = a_row(order_id="order-0012", old="Practice order 12", new_name="12 Rua São João")
    lines = shown(RunView(summary=summary("plan", {R.PLANNED: 1}), planned=(row,)), width=44)
    assert lines[-2:] == ["  row 2  order-0012", "      Practice order 12 → 12 Rua São João"]
    short = dataclasses.replace(row, old_name="14 Oak", new_name="15 Oak")
    assert (
        shown(RunView(summary=summary("plan", {R.PLANNED: 1}), planned=(short,)), width=44)[-1]
        == "  row 2  order-0012  14 Oak → 15 Oak"
    )


def test_a_short_name_leaves_its_room_to_the_longer_one() -> None:
    """Neither the expected nor the found name is cut where both fit."""
    row = a_row(result=R.DRIFTED, old="5 Calle Muñoz", final_name="Practice order 5, the one with the pool")
    lines = shown(RunView(summary=summary(counts={R.DRIFTED: 1}), problems=(a_group(row),)), width=94)
    assert '    row 2  id-2  expected "5 Calle Muñoz", found "Practice order 5, the one with the pool"' in lines


def test_ids_and_names_are_whole_in_a_pipe() -> None:
    """Another program, or a person with a pager, reads them; quotes show where a name begins and ends."""
    row = a_row(order_id="i" * 256, old="14 Oak" * 40, new_name="15 Oak ")
    lines = shown(RunView(summary=summary("plan", {R.PLANNED: 1}), planned=(row,)), width=None)
    assert f'  row 2  {"i" * 256}  "{"14 Oak" * 40}" → "15 Oak "' in lines


@pytest.mark.parametrize(("height", "times"), [(None, 1), (24, 2), (60, 1)])
def test_a_plan_longer_than_the_screen_ends_with_its_headline_and_counts(height: int | None, times: int) -> None:
    """What was shown above the rows has left the screen; where all of it fits, or in a file, nothing is said twice."""
    rows = tuple(a_row(number) for number in range(2, 32))
    view = RunView(
        summary=summary("plan", {R.PLANNED: 30}), planned=rows, dry=True, next_steps=(NextStep("To do this:", "x"),)
    )
    lines = ["".join(span.text for span in line) for line in run_lines(view, width=80, height=height)]
    assert [line.startswith("Dry run: 30 of 30 rows") for line in lines].count(True) == times
    assert sum("  30  planned" in line for line in lines) == times
    assert lines[-1] == "x"


def test_without_a_report_none_is_promised() -> None:
    """The rest of the plan is only said to be in a report where there is one."""
    view = RunView(summary=summary("plan", {R.PLANNED: 3}), planned=(a_row(),))
    assert "  … and 2 more; --report FILE.xlsx writes every row" in shown(view)


def test_a_check_shows_new_names_alone() -> None:
    """Offline the old name is not known, and an unknown name is not shown as no name."""
    view = RunView(summary=summary("check", {R.PLANNED: 1}), planned=(a_row(old=None),))
    assert "  row 2  id-2  15 Oak" in shown(view)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        pytest.param(a_row(result=R.FAILED), "14 Oak → 15 Oak", id="failed"),
        pytest.param(a_row(result=R.FAILED, old=None), "15 Oak", id="failed before its name was read"),
        pytest.param(a_row(result=R.UNKNOWN), "14 Oak → 15 Oak", id="unknown"),
        pytest.param(a_row(result=R.DRIFTED, final_name="9 Oak"), 'expected "14 Oak", found "9 Oak"', id="drifted"),
        pytest.param(
            a_row(result=R.DRIFTED, final_name=None), 'expected "14 Oak", found (no name)', id="lost its name"
        ),
        pytest.param(a_row(result=R.INVALID, new_name=""), "(no name)", id="invalid"),
    ],
)
def test_a_row_that_went_wrong_shows_what_helps(row: ReportRow, line: str) -> None:
    """Each kind of problem shows the names that explain it."""
    view = RunView(summary=summary(counts={row.result: 1}), problems=(a_group(row),))
    assert f"    row 2  id-2  {line}" in shown(view)


def test_problems_are_grouped_by_reason() -> None:
    """A reason is said once, with its first rows and how many more there are."""
    rows = (a_row(number, result=R.FAILED, old=None, reason="No such order.") for number in range(2, 5))
    lines = shown(RunView(summary=summary(counts={R.FAILED: 7}), problems=(a_group(*rows, count=7),)))
    assert lines[4:] == [
        "failed · 7 rows · No such order.",
        "    row 2  id-2  15 Oak",
        "    row 3  id-3  15 Oak",
        "    row 4  id-4  15 Oak",
        "    … and 4 more",
    ]


def test_many_reasons_do_not_flood_the_screen() -> None:
    """Eight reasons are shown, the rest counted; where they are to be seen is said."""
    groups = tuple(a_group(a_row(number, result=R.FAILED, reason=f"Reason {number}.")) for number in range(2, 22))
    lines = shown(RunView(summary=summary("plan", counts={R.FAILED: 20}), problems=groups))
    assert lines[-1] == "… and 12 rows with 12 other reasons; --report FILE.xlsx writes every row"
    with_report = shown(RunView(summary=summary(counts={R.FAILED: 20}, reports=("r.csv",)), problems=groups))
    assert "… and 12 rows with 12 other reasons; all of them are in the report" in with_report
    assert sum("failed · " in line for line in lines) == 8


def test_a_check_shows_every_reason() -> None:
    """It is there to find what is to be repaired."""
    groups = tuple(a_group(a_row(number, result=R.INVALID, reason=f"Reason {number}.")) for number in range(2, 22))
    lines = shown(RunView(summary=summary("check", counts={R.INVALID: 20}), problems=groups))
    assert sum("invalid · " in line for line in lines) == 20


def test_time_requests_forecast_and_reports_are_said() -> None:
    """What it took, what it would take, and where the reports are."""
    run = summary("plan", {R.PLANNED: 2}, seconds=12.5, requests=500, throttled=3, reports=("a.csv", "b.xlsx"))
    view = RunView(summary=run, forecast=Forecast(requests=1_480, seconds=75.0, rate_per_s=50.0))
    assert shown(view)[-4:] == [
        "Will take about 1 min 15 s, 1,480 requests at 50 a second",
        "Took      12 s, 500 requests (40 a second), 3 of them told to slow down (429)",
        "Report    a.csv",
        "Report    b.xlsx",
    ]


@pytest.mark.parametrize(("seconds", "requests"), [(0.9, 300), (30.0, 19)], ids=["under a second", "few requests"])
def test_no_speed_is_said_where_it_means_nothing(seconds: float, requests: int) -> None:
    """The start would be most of it."""
    run = summary(counts={R.RENAMED: 9}, seconds=seconds, requests=requests)
    assert shown(RunView(summary=run))[-1] == f"Took      {duration(seconds)}, {requests} requests"


def test_a_forecast_of_a_moment_is_no_figure() -> None:
    """A tenth of a second is none that a person plans with."""
    view = RunView(summary=summary("plan"), forecast=Forecast(requests=7, seconds=0.02, rate_per_s=298.0))
    assert shown(view)[-1] == "Will take less than a second"


def test_what_several_machines_would_change_stands_below_the_forecast() -> None:
    """Where the user has asked for them."""
    forecast = Forecast(requests=1_000_000, seconds=3_360.0, rate_per_s=298.0, remark="14 min from four addresses.")
    view = RunView(summary=summary("plan"), forecast=forecast)
    assert shown(view)[-1] == "Machines  14 min from four addresses."


def test_warnings_are_shown_and_counted() -> None:
    """Five are shown, the rest counted."""
    run = summary(counts={R.RENAMED: 1}, warnings=tuple(f"Warning {number}." for number in range(1, 9)))
    lines = shown(RunView(summary=run))
    assert "Note: Warning 5." in lines
    assert lines[-1] == "… and 3 more notes"


def test_why_it_stopped_is_said_last_before_the_command() -> None:
    """Above a plan of a thousand rows it would have left the screen."""
    view = RunView(
        summary=summary(counts={R.PENDING: 1}, stopped="The disk is full.", seconds=2.0),
        next_steps=(NextStep("To go on with what is left:", "batch-renamer resume k3f9"),),
    )
    ending = ["", "The disk is full.", "To go on with what is left:", "batch-renamer resume k3f9"]
    assert shown(view)[-4:] == ending


@pytest.mark.parametrize("quiet", [False, True], ids=["normal", "quiet"])
def test_the_last_line_is_exactly_the_command(quiet: bool) -> None:
    """Whatever else is shown, the command stands last, alone and uncut, however narrow the terminal."""
    command = "batch-renamer resume k3f9 --config '/a/rather/long/path/to the/file.toml' --failed"
    view = RunView(summary=summary(counts={R.FAILED: 1}), next_steps=(NextStep("To try again:", command),))
    assert shown(view, width=30, quiet=quiet)[-2:] == ["To try again:", command]


def test_quiet_leaves_the_headline_and_the_reason_of_a_stop() -> None:
    """Nothing but what has to be known."""
    run = summary(counts={R.PENDING: 1}, stopped="The API refused the key.", warnings=("w",), reports=("r",), seconds=1)
    assert shown(RunView(summary=run, problems=(ReasonGroup(result=R.PENDING, reason="", count=1),)), quiet=True) == [
        "Stopped: nothing was renamed; 1 of 1 row not reached.",
        "The API refused the key.",
    ]


def test_quiet_keeps_the_reasons_and_the_report_where_rows_are_bad() -> None:
    """A nightly job's mail says why; the counts and the figures stay away."""
    run = summary(counts={R.FAILED: 1}, exit_code=1, warnings=("w",), reports=("/r.xlsx",), seconds=1)
    group = a_group(a_row(result=R.FAILED, old=None, reason="Gone."))
    assert shown(RunView(summary=run, problems=(group,)), quiet=True) == [
        "Finished, but 1 of 1 row has a problem.",
        "",
        "failed · 1 row · Gone.",
        "    row 2  id-2  15 Oak",
        "",
        "Report    /r.xlsx",
    ]


def test_no_text_from_outside_steers_the_terminal() -> None:
    """Names, ids, reasons, warnings, paths and commands are all shown escaped."""
    evil = "\x1b[2J\u202e\n"
    row = a_row(result=R.FAILED, order_id=evil, old=evil, new_name=evil + "x", reason=evil)
    drifted = a_row(result=R.DRIFTED, old=evil, final_name=evil, reason=evil)
    view = RunView(
        summary=summary(counts={R.PLANNED: 1}, stopped=evil, warnings=(evil,), reports=(evil,)),
        problems=(a_group(row), a_group(drifted)),
        planned=(row,),
        next_steps=(NextStep(evil, evil),),
    )
    assert not {"\x1b", "\u202e", "\n"} & set("".join(shown(view)))


@pytest.mark.parametrize("width", [44, 60, 80, 120])
def test_rows_fit_the_screen(width: int) -> None:
    """Long ids and long names are cut so that a row is a line."""
    rows = (a_row(order_id="i" * 256, old="山" * 10_000, new_name="x" * 10_000), a_row(1_048_576))
    lines = shown(RunView(summary=summary("plan", {R.PLANNED: 2}), planned=rows), width=width)
    assert max(cells_of(line) for line in lines if line.startswith(("  row", "      "))) <= width


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3_599.7, "1 h 0 min"),
        (86_400, "24 h 0 min"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    """Rounding never gives 60 s or 60 min."""
    assert duration(seconds) == text


def test_warnings_of_rows_are_shown_in_groups_with_row_numbers() -> None:
    """Above the question and at the end: who reads no report sees them too."""
    first = tuple(a_row(number, new_name="12-Oct") for number in (2, 3, 5))
    group = WarningGroup(kind="The new name reads like a date", numbers=(2, 3, 5, 6, 7, 9), count=8, rows=first)
    lines = shown(RunView(summary=summary("plan", counts={R.PLANNED: 9}), row_warnings=(group,), asking=True))
    begin = lines.index("Warning · 8 rows · The new name reads like a date.")
    assert lines[begin + 1 : begin + 5] == [
        "    row 2  id-2  12-Oct",
        "    row 3  id-3  12-Oct",
        "    row 5  id-5  12-Oct",
        "    … and 5 more: rows 6-7, 9, ...",
    ]
    assert not any("Warning" in line for line in shown(RunView(summary=summary(), row_warnings=(group,)), quiet=True))


@pytest.mark.parametrize(
    ("warning", "shown_as"),
    [
        ('A word in the skip column: "later".', '12 Elm · "later"'),
        ('A word in the skip column: "12 Elm". Another warning: x.', "12 Elm"),
        ('A word in the skip column: "a. b" may be "c". Another warning: x.', '12 Elm · "a. b" may be "c"'),
    ],
)
def test_what_a_warning_says_of_its_row_is_shown_beside_the_name(warning: str, shown_as: str) -> None:
    """A word in a column that isn't shown otherwise, say."""
    row = dataclasses.replace(a_row(2, new_name="12 Elm"), warning=warning)
    group = WarningGroup(kind="A word in the skip column", numbers=(2,), count=1, rows=(row,))
    lines = shown(RunView(summary=summary("plan", counts={R.PLANNED: 1}), row_warnings=(group,)))
    assert f"    row 2  id-2  {shown_as}" in lines


def test_a_long_name_leaves_room_for_what_is_odd_in_its_row() -> None:
    """The line does not break, and the remark is whole."""
    row = a_row(result=R.INVALID, new_name="n" * 200, reason=f"Several rows name it.{HERE}rows 4 and 5.")
    [line] = [line for line in shown(RunView(summary=summary(), problems=(a_group(row),)), width=80) if "n…n" in line]
    assert line.endswith(" · rows 4 and 5")
    assert cells_of(line) <= 80


def test_what_a_reason_says_of_its_row_is_shown_in_the_row() -> None:
    """The group has one reason, and each row what was found in it, for the name is blank."""
    row = dataclasses.replace(a_row(2, result=R.INVALID), new_name="", reason=f"Too many cells.{HERE}Smith, John.")
    group = ReasonGroup(result=R.INVALID, reason="Too many cells.", count=1, rows=(row,))
    lines = shown(RunView(summary=summary("check", counts={R.INVALID: 1}), problems=(group,)))
    assert "    row 2  id-2  Smith, John" in lines


def test_ascending_numbers_are_shown_in_short() -> None:
    """A range where numbers follow one another."""
    assert (ranges([]), ranges([4]), ranges([2, 3, 5, 7, 8, 9])) == ("", "4", "2-3, 5, 7-9")


def test_failed_rows_that_were_changed_all_the_same_are_counted_apart() -> None:
    """They need a look more than the others: their orders have neither the old name nor the new one."""
    lines = shown(RunView(summary=summary(counts={R.RENAMED: 12, R.FAILED: 7}, changed_otherwise=3)))
    assert "   7  failed     not renamed as asked; the reasons are below" in lines
    assert "                 of these, 3 changed to another name than the one sent" in lines
    lines = shown(RunView(summary=summary(counts={R.FAILED: 7})))
    assert not any("changed to another name" in line for line in lines)
