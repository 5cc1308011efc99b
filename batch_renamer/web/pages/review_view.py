"""What the page of a kept plan shows: what the plan comes to, what to look at, its rows, and what a commit does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from urllib.parse import urlencode

from batch_renamer.command_line import command_line
from batch_renamer.commands import APPLY
from batch_renamer.jobs import forecast_of, named, never_there, summary_of, went_before
from batch_renamer.journal import Chosen, Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, Forecast, ReasonGroup, Result, ResultMeaning, RunSummary
from batch_renamer.progress import ranges
from batch_renamer.settings import Settings
from batch_renamer.text import counted, duration
from batch_renamer.web.accounts import Account
from batch_renamer.web.pages.repairs import way_to_repair
from batch_renamer.web.row_pages import Obstacle, PlanFacts, RowsPage, RowsQuery, obstacle_to, rows_page
from batch_renamer.web.work import Offers

__all__ = ["Group", "Review", "review_of"]

_MOST_GROUPS = 40
_MOST_NUMBERS = 12
_OLD_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that need a look, for one cause: their result ("" for a warning), the address of their rows, and their text.

    ``numbers`` are the first few of the rows, in words.
    """

    result: str
    count: int
    address: str
    text: str
    numbers: str = ""

    @property
    def count_in_words(self) -> str:
        """How many rows they are."""
        return counted(self.count, "row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the page of a kept plan shows.

    ``obstacle`` stands in the way of a commit (None: nothing does). ``command`` does the same as the commit on the
    command line, ``plan_command`` is the shortest one that does ("" where there is none).
    """

    run: RunRecord
    account: Account | None
    headline: str
    kind: str
    notes: tuple[str, ...]
    groups: tuple[Group, ...]
    facts: tuple[tuple[str, str], ...]
    meanings: tuple[ResultMeaning, ...]
    obstacle: Obstacle | None
    chosen: Chosen
    rows: RowsPage
    command: str
    plan_command: str

    @property
    def puts_back(self) -> bool:
        """Whether it is the plan of an undo."""
        return self.run.spec.puts_back

    @property
    def title(self) -> str:
        """The title of the window."""
        return f"Review: {_sheet_name(self.run) or self.run.id}"

    @property
    def verb(self) -> str:
        """What is done to the orders that are chosen."""
        return "Put back" if self.puts_back else "Rename"

    @property
    def question(self) -> str:
        """The heading of the last question before the commit."""
        return "Give these orders their old names back?" if self.puts_back else "Rename these orders?"

    @property
    def what_happens(self) -> str:
        """What the commit does, in two sentences."""
        what = "Each order is read again first. An order that has another name by then is left alone."
        return f"{what} {'You can do this undo, too, back.' if self.puts_back else 'You can take it back afterwards.'}"


def review_of(
    journal: Journal,
    run: RunRecord,
    *,
    offers: Offers,
    settings: Settings,
    query: RowsQuery,
    now_s: float | None = None,
) -> Review:
    """Return what is shown of a kept plan; ``settings`` are those of its account. Must not be called in the event loop.

    ``now_s`` are seconds since the epoch.
    """
    summary = summary_of(journal, run)
    chosen = journal.unchecked.chosen(run)
    obstacle = obstacle_to(plan_facts(summary, chosen, offers, run), settings)
    can_choose = not offers.committed_by and not offers.at_work
    forecast = forecast_of(journal, run, settings, renames=chosen.renames)
    now_s = time.time() if now_s is None else now_s
    return Review(
        run=run,
        account=offers.account,
        headline=_headline(journal, run, summary),
        kind=" · ".join(filter(None, ("Undo" if run.spec.puts_back else "Plan", _sheet_name(run), f"run {run.id}"))),
        notes=(*summary.warnings, *_notes_on_age(run, now_s)),
        groups=tuple(_groups(journal, run, summary)),
        facts=tuple(_facts(run, offers, summary, forecast if chosen.renames else None)),
        meanings=tuple(meaning for meaning in summary.facts.meanings if summary.counts.get(meaning.result)),
        obstacle=obstacle,
        chosen=chosen,
        rows=rows_page(journal, run, query, can_choose=can_choose),
        command=offers.commands.get("commit", "") if obstacle is None else "",
        plan_command=command_line(APPLY, [], {"plan": run.id}) if run.spec.from_sheet and chosen.unchecked else "",
    )


def plan_facts(summary: RunSummary, chosen: Chosen, offers: Offers, run: RunRecord) -> PlanFacts:
    """Return what decides whether a plan can be committed."""
    return PlanFacts(
        counts=summary.counts,
        chosen=chosen,
        puts_back=run.spec.puts_back,
        trouble=offers.trouble,
        committed_by=offers.committed_by,
        at_work=offers.at_work,
    )


def _headline(journal: Journal, run: RunRecord, summary: RunSummary) -> str:
    planned, total = summary.counts.get(Result.PLANNED, 0), summary.total
    if not planned:
        return summary.facts.sentence
    if run.spec.puts_back:
        about = went_before(journal, run)
        whose = f" to undo {named(about)}" if about is not None else ""
        return f"The plan{whose}: {planned:,} of {counted(total, 'name')} would be put back."
    return f"{planned:,} of {counted(total, 'row')} would be renamed. Nothing was sent yet."


def _sheet_name(run: RunRecord) -> str:
    return PurePath(run.sheet).name if run.sheet is not None else ""


def _notes_on_age(run: RunRecord, now_s: float) -> Iterator[str]:
    age_s = now_s - (run.finished_at or run.created_at)
    if age_s >= _OLD_S:
        yield (
            f"This plan is {counted(int(age_s // _OLD_S), 'day')} old. Each order is read again before it is renamed; "
            "an order that has another name by then is left alone."
        )


def _groups(journal: Journal, run: RunRecord, summary: RunSummary) -> Iterator[Group]:
    """Yield the rows with problems by reason, then those with warnings by kind."""
    path = f"/pages/runs/{run.id}/rows"
    for group in journal.results.reasons(run, sorted(BAD_RESULTS & summary.counts.keys()))[:_MOST_GROUPS]:
        result = group.result.value
        yield Group(
            result=result,
            count=group.count,
            address=f"{path}?{urlencode({'results': result, 'text': group.reason})}",
            text=f"{group.reason} {_way_out(group, run)}".strip(),
        )
    for warning in journal.results.warning_groups(run, rows_each=0, most_numbers=_MOST_NUMBERS)[:_MOST_GROUPS]:
        more = ", ..." if warning.count > len(warning.numbers) else ""
        yield Group(
            result="",
            count=warning.count,
            address=f"{path}?{urlencode({'text': warning.kind})}",
            text=f"{warning.kind}.".replace("..", "."),
            numbers=f"{'row' if warning.count == 1 else 'rows'} {ranges(warning.numbers)}{more}",
        )


def _way_out(group: ReasonGroup, run: RunRecord) -> str:
    """Return what helps rows of a plan; those that could not be read have not failed to be renamed."""
    if group.result is Result.FAILED and not never_there([group]):
        return "To read these orders once more, plan it again."
    return way_to_repair(group, run)


def _facts(run: RunRecord, offers: Offers, summary: RunSummary, forecast: Forecast | None) -> Iterator[tuple[str, str]]:
    if offers.account is not None:
        yield "Account", f"{offers.account.title}, {offers.account.base_url}"
    else:
        yield "Account", summary.facts.account
    if summary.facts.about:
        yield "Undoes", summary.facts.about
    planned_at = datetime.fromtimestamp(run.finished_at or run.created_at).astimezone()
    yield "Planned", planned_at.strftime("%Y-%m-%d %H:%M")
    if forecast is not None:
        rate = f"{forecast.rate_per_s:,.0f}" if forecast.rate_per_s >= 10 else f"{forecast.rate_per_s:.2g}"
        time_needed = duration(max(forecast.seconds, 1.0), tenths=False)
        yield "The commit takes", f"about {time_needed}: {counted(forecast.requests, 'request')}, {rate} a second"
