"""What the page of a kept plan shows: what the plan comes to, what to look at, its rows, and what a commit does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from batch_renamer.jobs import forecast_of, named, summary_of, went_before
from batch_renamer.journal import Chosen, Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, Result, ResultMeaning, RunSummary
from batch_renamer.settings import Settings
from batch_renamer.text import counted, duration
from batch_renamer.web.accounts import Account
from batch_renamer.web.job_runner import Offers
from batch_renamer.web.pages.obstacles import Obstacle, PlanFacts, obstacle_to
from batch_renamer.web.pages.plan_problems import Cause, Problem, problems_of, warnings_of
from batch_renamer.web.pages.sheet_fields import as_fields
from batch_renamer.web.row_pages import RowsPage, RowsQuery, rows_page

__all__ = ["Review", "command_of", "plan_facts", "review_of", "takes"]

_LONGEST_COMMAND = 1_000
_OLD_S = 86_400.0
_WOULD_BE_REFUSED = " would refuse this plan: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the page of a kept plan shows.

    ``problems`` are its bad rows, ``warnings`` what is odd in its other rows. ``takes`` is what a commit takes. The
    ``obstacle`` stands in the way of a commit (None: nothing does). ``command`` does the same on the command line ("":
    there is none).
    """

    run: RunRecord
    account: Account | None
    headline: str
    kind: str
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Cause, ...]
    takes: str
    facts: tuple[tuple[str, str], ...]
    meanings: tuple[ResultMeaning, ...]
    obstacle: Obstacle | None
    chosen: Chosen
    rows: RowsPage
    command: str

    @property
    def puts_back(self) -> bool:
        """Whether it is the plan of an undo."""
        return self.run.spec.puts_back

    @property
    def noted(self) -> int:
        """How many warnings the rows have."""
        return sum(cause.count for cause in self.warnings)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be decided: the plan was committed, or has no renames."""
        return self.is_committed or not self.chosen.of

    @property
    def is_committed(self) -> bool:
        """Whether the plan was committed."""
        return self.obstacle is not None and bool(self.obstacle.run)

    @property
    def can_commit(self) -> bool:
        """Whether it can be committed, perhaps beside many bad rows."""
        return self.obstacle is None or self.obstacle.bad > 0

    @property
    def title(self) -> str:
        """The title of the window."""
        return f"Review: {_sheet_name(self.run) or self.run.id}"

    @property
    def verb(self) -> str:
        """What is done to the orders that are chosen."""
        return "Put back" if self.puts_back else "Rename"

    @property
    def noun(self) -> str:
        """What the verb is about; its plural has an s."""
        return "name" if self.puts_back else "order"

    @property
    def question(self) -> str:
        """The heading of the last question before the commit."""
        return "Give these orders their old names back?" if self.puts_back else "Rename these orders?"

    @property
    def what_happens(self) -> str:
        """What the commit does."""
        then = "You can undo this, too." if self.puts_back else "You can undo the renames afterwards."
        return f"Each order is read again first. An order that has another name by then is left alone. {then}"


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
    obstacle = obstacle_to(plan_facts(summary.counts, chosen, offers, run), settings)
    can_choose = not offers.committed_by and not offers.at_work
    now_s = time.time() if now_s is None else now_s
    return Review(
        run=run,
        account=offers.account,
        headline=_headline(journal, run, summary, committed_by=offers.committed_by),
        kind=" · ".join(filter(None, ("Undo" if run.spec.puts_back else "Plan", _sheet_name(run), f"run {run.id}"))),
        notes=(*_notes(summary), *_notes_on_age(run, now_s)),
        problems=tuple(problems_of(journal, run, summary.counts)),
        warnings=tuple(warnings_of(journal, run)),
        takes=takes(journal, run, settings, chosen),
        facts=tuple(_facts(run, offers, summary)),
        meanings=tuple(meaning for meaning in summary.facts.meanings if summary.counts.get(meaning.result)),
        obstacle=obstacle,
        chosen=chosen,
        rows=rows_page(journal, run, query, can_choose=can_choose),
        command=command_of(offers),
    )


def plan_facts(counts: Mapping[Result, int], chosen: Chosen, offers: Offers, run: RunRecord) -> PlanFacts:
    """Return what decides whether a plan can be committed."""
    return PlanFacts(
        counts=counts,
        chosen=chosen,
        puts_back=run.spec.puts_back,
        trouble=offers.trouble,
        another_key=offers.another_key,
        committed_by=offers.committed_by,
        at_work=offers.at_work,
    )


def _headline(journal: Journal, run: RunRecord, summary: RunSummary, *, committed_by: str) -> str:
    if committed_by:
        return f"This plan was committed, as run {committed_by}."
    planned, total = summary.counts.get(Result.PLANNED, 0), summary.total
    if not planned:
        bad = sum(summary.counts.get(result, 0) for result in BAD_RESULTS)
        problems = f"{bad:,} of {counted(total, 'row')} {'has a problem' if bad == 1 else 'have problems'}"
        return (
            f"Nothing to {'put back' if run.spec.puts_back else 'rename'}: {problems}."
            if bad
            else summary.facts.sentence
        )
    if run.spec.puts_back:
        about = went_before(journal, run)
        whose = f" to undo {named(about)}" if about is not None else ""
        return f"The plan{whose}: {planned:,} of {counted(total, 'name')} can be put back. Nothing has been sent yet."
    return f"{planned:,} of {counted(total, 'row')} can be renamed. Nothing has been sent yet."


def _sheet_name(run: RunRecord) -> str:
    return PurePath(run.sheet).name if run.sheet is not None else ""


def _notes(summary: RunSummary) -> Iterator[str]:
    """Yield the warnings of the plan; what a commit would refuse now is an obstacle."""
    yield from (as_fields(warning) for warning in summary.warnings if _WOULD_BE_REFUSED not in warning)


def _notes_on_age(run: RunRecord, now_s: float) -> Iterator[str]:
    age_s = now_s - (run.finished_at or run.created_at)
    if age_s >= _OLD_S:
        yield (
            f"This plan is {counted(int(age_s // _OLD_S), 'day')} old. Each order is read again before it is renamed; "
            "an order that has another name by then is left alone."
        )


def takes(journal: Journal, run: RunRecord, settings: Settings, chosen: Chosen) -> str:
    """Return what it takes to commit the renames that are wanted, in words."""
    forecast = forecast_of(journal, run, settings, renames=chosen.renames)
    rate = f"{forecast.rate_per_s:,.0f}" if forecast.rate_per_s >= 10 else f"{forecast.rate_per_s:.2g}"
    time_needed = duration(forecast.seconds, tenths=False) if forecast.seconds >= 1 else "a second"
    return f"about {time_needed} ({counted(forecast.requests, 'request')}, {rate} a second)"


def command_of(offers: Offers) -> str:
    """Return the command line that does what a commit does; "" if there is none, or if it is too long to be pasted."""
    command = offers.commands.get("commit", "")
    return command if len(command) <= _LONGEST_COMMAND else ""


def _facts(run: RunRecord, offers: Offers, summary: RunSummary) -> Iterator[tuple[str, str]]:
    account = offers.account
    yield "Account", f"{account.title}, {account.base_url}" if account is not None else summary.facts.account
    if summary.facts.about:
        yield "Undoes", summary.facts.about
    planned_at = datetime.fromtimestamp(run.finished_at or run.created_at).astimezone()
    yield "Planned", planned_at.strftime("%Y-%m-%d %H:%M")
    yield "Run", run.id
