"""A run's rows, each with its line, in the order of the spreadsheet."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from collections.abc import Iterator

import pytest

from batch_renamer.model import HERE, ReportRow, Result, RunSummary
from batch_renamer.progress import NextStep, RunView
from batch_renamer.progress.every_row import every_row_lines
from batch_renamer.progress.paging import longer_than_screen, print_to_pager
from batch_renamer.progress.spans import Line, Span

R = Result


def a_view(counts: dict[Result, int], command: str = "plan") -> RunView:
    """Return a run with a next command."""
    summary = RunSummary(run_id="k3f9", command=command, counts=counts)
    return RunView(summary=summary, dry=True, next_steps=(NextStep("To do this:", "renamer apply"),))


def a_row(result: Result, *, row: int = 2, old: str | None = "14 Oak", new: str = "15 Oak", **more: str) -> ReportRow:
    """Return a row that renames 14 Oak to 15 Oak."""
    return ReportRow(row=row, order_id=f"id-{row}", old_name=old, new_name=new, result=result, **more)  # type: ignore[arg-type]  # named by the tests


def shown(*rows: ReportRow, width: int | None = 100, height: int | None = None, command: str = "plan") -> list[str]:
    """Return the lines of a run of these rows, without their styles."""
    counts = {result: len(list(group)) for result, group in itertools.groupby(sorted(row.result for row in rows))}
    lines = every_row_lines(a_view(counts, command), iter(rows), width=width, height=height)
    return ["".join(span.text for span in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        pytest.param(a_row(R.PLANNED), "14 Oak → 15 Oak", id="planned"),
        pytest.param(a_row(R.RENAMED), "14 Oak → 15 Oak", id="renamed"),
        pytest.param(a_row(R.UNCHANGED, old="15 Oak"), "15 Oak · unchanged", id="unchanged"),
        pytest.param(
            a_row(R.SKIPPED, new="", reason="Left as it is."), "14 Oak · skipped: Left as it is.", id="skipped, blank"
        ),
        pytest.param(a_row(R.SKIPPED, old=None, reason="No."), "15 Oak · skipped: No.", id="skipped, with a name"),
        pytest.param(
            a_row(R.INVALID, reason=f"The id is blank.{HERE}cell A2."),
            "15 Oak · cell A2 · invalid: The id is blank.",
            id="invalid",
        ),
        pytest.param(
            a_row(R.DRIFTED, final_name="16 Oak", reason="No longer."),
            'expected "14 Oak", found "16 Oak" · changed meanwhile: No longer.',
            id="drifted",
        ),
        pytest.param(
            a_row(R.FAILED, old=None, reason="There is no such order."),
            "15 Oak · failed: There is no such order.",
            id="failed",
        ),
        pytest.param(
            a_row(R.PLANNED, warning="Line break: became a space."),
            "14 Oak → 15 Oak · warning: Line break: became a space.",
            id="with a warning",
        ),
        pytest.param(
            a_row(R.FAILED, reason="a\x1b[31mb"), "14 Oak → 15 Oak · failed: a\\x1b[31mb", id="an untrusted reason"
        ),
    ],
)
def test_each_row_says_what_becomes_of_it(row: ReportRow, line: str) -> None:
    """A row that is simply renamed has its names; any other has its result and the reason, too."""
    assert f"  row 2  id-2  {line}" in shown(row)


def test_rows_stand_below_the_counts_in_the_order_of_the_sheet() -> None:
    """Then comes what can be done next, as at the end of a shorter plan."""
    lines = shown(a_row(R.PLANNED), a_row(R.UNCHANGED, row=3), a_row(R.PLANNED, row=4))
    assert [line[:7] for line in lines if line.startswith("  row")] == ["  row 2", "  row 3", "  row 4"]
    assert lines.index("All 3 rows, in the order of the spreadsheet:") > lines.index("  2  planned    would be renamed")
    assert lines[-3:] == ["", "To do this:", "renamer apply"]


def test_neighbours_that_are_skipped_for_one_reason_have_a_line_together() -> None:
    """Of an exported list few names are filled in, and these few have to be found in it."""
    blank = {"new": "", "reason": "Left as it is: the new name is blank."}
    rows = [
        *(a_row(R.SKIPPED, row=number, **blank) for number in range(2, 10)),
        a_row(R.PLANNED, row=10),
        *(a_row(R.SKIPPED, row=number, **blank) for number in (11, 12)),
        *(a_row(R.SKIPPED, row=number, reason=f"Repeats row {number - 3}.") for number in (13, 14, 15)),
        *(a_row(R.SKIPPED, row=number, **blank) for number in (16, 17, 18)),
    ]
    lines = shown(*rows)
    assert [line for line in lines if line.startswith("  row")] == [
        "  rows 2-9 · skipped: Left as it is: the new name is blank.",
        "  row 10  id-10  14 Oak → 15 Oak",
        "  row 11  id-11  14 Oak · skipped: Left as it is: the new name is blank.",
        "  row 12  id-12  14 Oak · skipped: Left as it is: the new name is blank.",
        "  row 13  id-13  15 Oak · skipped: Repeats row 10.",
        "  row 14  id-14  15 Oak · skipped: Repeats row 11.",
        "  row 15  id-15  15 Oak · skipped: Repeats row 12.",
        "  rows 16-18 · skipped: Left as it is: the new name is blank.",
    ]


def test_rows_in_two_lines_stay_together_beside_folded_ones() -> None:
    """On a narrow screen each row has a line for its id and one for its names."""
    skipped = [a_row(R.SKIPPED, row=number, reason="Left.") for number in (2, 3, 4)]
    long = "12 Elm Street, corner of Old Market Road"
    lines = shown(*skipped, a_row(R.PLANNED, row=5, new=long), width=40)
    at = lines.index("  rows 2-4 · skipped: Left.")
    assert lines[at + 1].startswith("  row 5  id-5")
    assert lines[at + 2].lstrip().startswith("14 Oak → 12 Elm")


@pytest.mark.parametrize(("height", "times"), [(None, 1), (24, 2), (60, 1)])
def test_headline_and_counts_come_again_below_more_rows_than_the_screen_has(height: int | None, times: int) -> None:
    """Where no pager is, they have left the screen."""
    lines = shown(*(a_row(R.PLANNED, row=number) for number in range(2, 32)), height=height)
    assert sum("30  planned" in line for line in lines) == times


def test_rows_are_taken_as_they_are_shown() -> None:
    """A hundred thousand rows are not in memory at once, and the first page does not wait for the last."""
    taken = itertools.count()

    def rows() -> Iterator[ReportRow]:
        for number in range(2, 100_002):
            next(taken)
            yield a_row(R.PLANNED, row=number)

    lines = every_row_lines(a_view({R.PLANNED: 100_000}), rows(), width=80)
    tracemalloc.start()
    assert len(list(itertools.islice(lines, 500))) == 500
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert next(taken) <= 1_000
    assert peak < 10_000_000


class _ClosedAfter(io.StringIO):
    """A pager that is closed after so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.left = lines

    def write(self, text: str) -> int:
        self.left -= text.count("\n")
        if self.left < 0:
            raise BrokenPipeError
        return super().write(text)


def test_a_pager_that_is_closed_gets_nothing_more() -> None:
    """The rest of the rows is not even made."""
    made = itertools.count(1)

    def lines(_width: int) -> Iterator[Line]:
        for number in made:
            yield (Span(f"row {number}"),)

    pages = _ClosedAfter(3)
    print_to_pager(lines, pages, screen=io.StringIO(), coloured=False)
    assert pages.getvalue() == "row 1\nrow 2\nrow 3\n"
    assert next(made) == 5


@pytest.mark.parametrize(
    ("lines", "longer"), [(23, False), (24, True)], ids=["with room for the prompt", "one more line"]
)
def test_what_fits_the_screen_is_not_longer(lines: int, longer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line is left for the prompt; a line that is broken counts as two."""
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "20")
    assert longer_than_screen(lambda _: [(Span("row"),)] * lines, io.StringIO()) is longer
    broken = [(Span("a line that is broken"),), *[(Span("row"),)] * (lines - 2)]
    assert longer_than_screen(lambda _: broken, io.StringIO()) is longer
