"""What stands in the way of a commit, and what helps, in words of the page; pure.

The job would refuse the same. The page says it before, while the reader can still do something about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from batch_renamer.commands import flag_of
from batch_renamer.jobs import failures_in
from batch_renamer.journal import Chosen
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.settings import MaxFailures, Settings, as_given
from batch_renamer.text import counted

__all__ = ["Obstacle", "PlanFacts", "accepting", "obstacle_to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a plan can't be committed, and what helps ("" if nothing does or nothing is needed).

    ``run`` is the run to look at instead ("": none). ``is_fine``: there is nothing to worry about. ``is_choice``: the
    next row that is checked ends it, so it is said where it moves no row away from the pointer. ``bad``: it is that so
    many rows are bad; the reader can accept them, and rename the others all the same.
    """

    sentence: str
    advice: str = ""
    run: str = ""
    is_fine: bool = False
    is_choice: bool = False
    bad: int = 0

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What is known of a plan: how many rows have each result, and which renames are wanted.

    ``puts_back``: it is the plan of an undo. ``trouble`` says why its account can't be used,
    ``another_key`` that it was made with another key than that of now, ``committed_by`` is the
    run that has committed it, ``at_work`` tells that some process is at work on it.
    """

    counts: Mapping[Result, int]
    chosen: Chosen
    puts_back: bool = False
    trouble: str = ""
    another_key: bool = False
    committed_by: str = ""
    at_work: bool = False


def obstacle_to(plan: PlanFacts, settings: Settings) -> Obstacle | None:
    """Return what stands in the way of a commit; None if nothing does.

    ``settings`` are those of the plan's account: their limits hold for the commit.
    """
    if plan.committed_by:
        again = "undo that run again" if plan.puts_back else "drop the spreadsheet again: what is done stays as it is"
        return Obstacle(
            sentence=f"This plan was committed already, as run {plan.committed_by}.",
            advice=f"To do more of it, {again}.",
            run=plan.committed_by,
            is_fine=True,
        )
    if plan.at_work:
        return Obstacle(sentence="This plan is at work at this moment.", is_fine=True)
    if plan.trouble:
        return Obstacle(sentence=plan.trouble, advice="Repair that, then reload the page.")
    if plan.another_key:
        again = "undo that run again" if plan.puts_back else "drop the spreadsheet again"
        return Obstacle(
            sentence="The key was changed after this plan was made, so the plan may be another account's.",
            advice=f"To rename with the key of now, {again}.",
        )
    return _nothing_to_rename(plan) or _beyond_limits(plan, settings)


def _nothing_to_rename(plan: PlanFacts) -> Obstacle | None:
    rows, bad = sum(plan.counts.values()), _bad(plan)
    if plan.chosen.renames:
        return None
    if plan.chosen.of:
        return Obstacle(
            sentence="No row is checked.",
            advice=f"Check those that you want to {'put back' if plan.puts_back else 'rename'}.",
            is_choice=True,
        )
    if bad:
        all_of_them = bad == rows - plan.counts.get(Result.SKIPPED, 0)
        what = "Every row has a problem" if all_of_them else f"{counted(bad, 'row')} {_have(bad)} a problem"
        return Obstacle(
            sentence=f"{what}, and there is nothing to rename.",
            advice="" if plan.puts_back else "Repair these rows in the spreadsheet, save it, and drop it again.",
        )
    return Obstacle(sentence="There is nothing to rename: every order has its name already.", is_fine=True)


def _beyond_limits(plan: PlanFacts, settings: Settings) -> Obstacle | None:
    bad, renames = _bad(plan), plan.chosen.renames
    repair = "" if plan.puts_back else "Repair these rows in the spreadsheet, save it, and drop it again. "
    if settings.strict and bad:
        return Obstacle(
            sentence=f"{counted(bad, 'row')} {_have(bad)} a problem, and {as_given(settings, 'strict')} allows none.",
            advice=f"{repair}Or remove that setting and start batch-renamer web again.",
        )
    if settings.max_renames is not None and renames > settings.max_renames:
        limit = as_given(settings, "max_renames", settings.max_renames)
        return Obstacle(
            sentence=f"{counted(renames, 'rename')} would be sent, more than {limit} allows.",
            advice=f"Uncheck rows until {settings.max_renames:,} are left, or raise that limit and start "
            "batch-renamer web again.",
        )
    counts = {**plan.counts, Result.PLANNED: renames}
    failures, rows = failures_in(counts, puts_back=plan.puts_back)
    if settings.max_failures.exceeded(failed=failures, rows=rows):
        limit = as_given(settings, "max_failures", settings.max_failures)
        more = "check more of the renames, or " if plan.chosen.unchecked else ""
        ways = f"{more}{'put back' if plan.puts_back else 'rename'} the others all the same."
        left = " that are not left out" if plan.chosen.unchecked or counts.get(Result.SKIPPED) else ""
        return Obstacle(
            sentence=f"{failures:,} of the {counted(rows, 'row')}{left} {_have(failures)} a problem, "
            f"more than {limit} allows.",
            advice=f"{repair}Or {ways}" if repair else f"You can {ways}",
            bad=failures,
        )
    return None


def accepting(bad: int, plan: PlanFacts, settings: Settings) -> Settings:
    """Return the settings for a commit whose reader accepts so many bad rows.

    Of the renames, as many may fail as without these rows.

    Example:
        >>> from pathlib import Path
        >>> plan = PlanFacts(counts={}, chosen=Chosen(renames=40, of=40))
        >>> accepting(60, plan, Settings(state_dir=Path("/tmp"), max_failures=MaxFailures.parse("10%"))).max_failures
        MaxFailures(count=64, percent=None)
    """
    limit = MaxFailures(count=bad + settings.max_failures.allowed(plan.chosen.renames))
    sources = {**dict(settings.sources), "max_failures": flag_of("max_failures")}
    return replace(settings, max_failures=limit, sources=tuple(sources.items()))


def _bad(plan: PlanFacts) -> int:
    return sum(plan.counts.get(result, 0) for result in BAD_RESULTS)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
