"""What reports for people say of a run besides its rows and figures; every format takes it from here."""

from __future__ import annotations

from dataclasses import replace

from batch_renamer.jobs.past_runs import named, went_before
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import GivenSetting, RunFacts, RunSummary
from batch_renamer.progress import RunView, meanings_in_reports, sentence_of
from batch_renamer.settings import Settings, describe

__all__ = ["given_settings", "with_facts"]

_SAID_ELSEWHERE = frozenset({"base_url", "config", "profile", "report", "sandbox"})
_SCREEN_ALONE = frozenset({"json", "log_file", "no_progress", "order_links", "quiet", "verbose", "wait", "yes"})
_PLACES = frozenset({"api_key_file", "profile_api_key_file", "sandbox_reset", "state_dir"})
_LEFT_OUT = _SAID_ELSEWHERE | _SCREEN_ALONE | _PLACES
"""The settings that change neither which orders are renamed nor how, or that a report says in another place."""


def given_settings(settings: Settings) -> tuple[GivenSetting, ...]:
    """Return the settings that change what a run does and that are not at their defaults; never a secret.

    Example:
        >>> from pathlib import Path
        >>> given_settings(Settings(state_dir=Path("/tmp"), rate=5.0, sources=(("rate", "--rate"),)))
        (GivenSetting(name='rate', value='5', source='--rate'),)
    """
    given = {name for name, _ in settings.sources} - _LEFT_OUT
    return tuple(GivenSetting(*setting) for setting in describe(settings) if setting.name in given)


def with_facts(
    summary: RunSummary,
    journal: Journal,
    run: RunRecord,
    *,
    command_line: str = "",
    settings: tuple[GivenSetting, ...] = (),
    ended_at: float | None = None,
    resumed: bool = False,
    dry: bool = False,
    at_work: bool = False,
) -> RunSummary:
    """Return the figures of a run with the facts about it; ``dry``: it ends with its plan, ``at_work``: it goes on.

    ``resumed``: the figures are those since it was resumed.
    """
    about = went_before(journal, run)
    view = RunView(
        summary=summary,
        putting_back=run.spec.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
        at_work=at_work,
        dry=dry,
    )
    facts = RunFacts(
        sentence=sentence_of(view),
        meanings=meanings_in_reports(view),
        base_url=run.base_url,
        profile=run.profile,
        sheet=run.sheet,
        about=view.about,
        command_line=command_line,
        settings=settings,
        began_at=run.created_at,
        ended_at=ended_at,
        resumed=resumed,
    )
    return replace(summary, facts=facts)
