"""What the page of a run that is over shows, as values from the journal: everything that its HTML report has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.commands import UNDO
from batch_renamer.html_pages import Plot
from batch_renamer.jobs import ListedRun, broken_off, committed, listed_now, summary_of
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, ReasonGroup, Result, ResultMeaning, RunSummary, WarningGroup
from batch_renamer.reports import Fact, Figures, counts_of, facts_of, headline_of, plots_over_time
from batch_renamer.web.pages.repairs import way_to_repair
from batch_renamer.web.pages.run_words import in_page_words

__all__ = ["Problem", "ResultView", "result_view"]

_MOST_REASONS = 40
"""Reasons that are shown; the table has the rows of all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Rows of one result that the same helps: their reasons, each with its number of rows and the first few of them."""

    result: Result
    repair: str
    reasons: tuple[ReasonGroup, ...]

    @property
    def count(self) -> int:
        """The number of rows."""
        return sum(group.count for group in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """All that is said of a run: ``listed`` is the run as lists show it, ``summary`` its figures.

    ``headline`` is one sentence, ``stopped`` why it ended early ("": it did not, or the headline says it). ``counts``
    are the results that occur, with what they mean. ``problems`` are the rows that need a look, the largest group
    first; ``more_problems`` further rows have other reasons. ``left_out`` are the skipped rows by reason.
    ``no_spreadsheet`` says why results can't be written into the user's spreadsheet ("": they can). ``undone_by`` is
    the id of the newest run that put its names back ("": none); ``put_back`` are all such runs that stand, each with
    the number of names.
    """

    listed: ListedRun
    summary: RunSummary
    headline: str
    stopped: str
    counts: tuple[tuple[ResultMeaning, int], ...]
    problems: tuple[Problem, ...]
    more_problems: int
    left_out: tuple[ReasonGroup, ...]
    row_warnings: tuple[WarningGroup, ...]
    facts: tuple[Fact, ...]
    plots: tuple[Plot, ...]
    no_spreadsheet: str
    undone_by: str
    put_back: tuple[tuple[str, int], ...]

    @property
    def run(self) -> RunRecord:
        """The run."""
        return self.listed.run

    @property
    def total(self) -> int:
        """The number of rows; each has one result."""
        return self.summary.total

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the whole run."""
        return tuple(map(in_page_words, self.summary.warnings))

    @property
    def renamed(self) -> int:
        """How many orders it renamed."""
        return self.summary.counts.get(Result.RENAMED, 0)


def result_view(journal: Journal, run: RunRecord, *, uploads: Path, trouble: str = "") -> ResultView:
    """Return what is shown of a run that no page follows live; must not be called in the event loop.

    ``uploads`` is the folder of spreadsheets that came from the browser: where these are stored means nothing to users.
    ``trouble`` is what is known of its last job besides: a journal on a full disk takes no reason.

    Raises:
        BatchRenamerError: the run was forgotten meanwhile, or its totals do not add up.
    """
    listed = listed_now(journal, run)
    run = listed.run
    summary = summary_of(journal, run, at_work=listed.at_work)
    if trouble and summary.stopped and not run.stopped:  # it was guessed from the state of the run
        summary = replace(summary, stopped=trouble)
    headline = headline_of(summary)
    to_look_at = BAD_RESULTS & summary.counts.keys()
    if listed.at_work:
        to_look_at -= {Result.UNKNOWN}  # these rows have no outcome yet, so there are no reasons
    groups = journal.results.reasons(run, sorted(to_look_at))
    undo = journal.runs.begun_from(run, command=UNDO.recorded_as)
    return ResultView(
        listed=listed,
        summary=summary,
        headline=headline,
        stopped="" if summary.stopped in (headline, trouble) else in_page_words(summary.stopped),
        counts=tuple(counts_of(summary)),
        problems=tuple(_problems(groups[:_MOST_REASONS], run)),
        more_problems=sum(group.count for group in groups[_MOST_REASONS:]),
        left_out=tuple(map(_in_page_words, journal.results.left_out(run))),
        row_warnings=tuple(journal.results.warning_groups(run)),
        facts=tuple(_facts(summary, uploads)),
        plots=tuple(_plots(journal, run)),
        no_spreadsheet=_why_no_spreadsheet(run),
        undone_by=undo.id if undo is not None else "",
        put_back=tuple(journal.lineage.put_back_in_part(run)) if undo is not None else (),
    )


def _in_page_words(group: ReasonGroup) -> ReasonGroup:
    return replace(group, reason=in_page_words(group.reason))


def _problems(groups: Sequence[ReasonGroup], run: RunRecord) -> Iterator[Problem]:
    alike: dict[tuple[Result, str], list[ReasonGroup]] = {}
    for group in groups:
        alike.setdefault((group.result, way_to_repair(group, run)), []).append(_in_page_words(group))
    for (result, repair), reasons in alike.items():
        yield Problem(result=result, repair=repair, reasons=tuple(reasons))


def _facts(summary: RunSummary, uploads: Path) -> Iterator[Fact]:
    for fact in facts_of(summary):
        uploaded = fact.text == summary.facts.sheet and Path(fact.text).is_relative_to(uploads)
        yield fact._replace(text=Path(fact.text).name) if uploaded else fact


def _plots(journal: Journal, run: RunRecord) -> Iterator[Plot]:
    figures = Figures()
    for result, started_at, seconds in journal.results.ends(run):
        figures.add_end(result, started_at=started_at, seconds=seconds)
    yield from plots_over_time(journal.timeline.of(run), figures)


def _why_no_spreadsheet(run: RunRecord) -> str:
    if not run.spec.from_sheet or run.sheet is None:
        return "This run has no spreadsheet of its own. The reports have every row."
    if not committed(run) or broken_off(run):
        return "The spreadsheet gets results when the run has renamed something. The reports have every row."
    if not Path(run.sheet).is_file():
        return f'The spreadsheet "{Path(run.sheet).name}" is not where it was any more. The reports have every row.'
    return ""
