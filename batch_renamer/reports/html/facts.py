"""What a page says of a run besides its rows: a sentence, the results in numbers, where and how it was made."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from batch_renamer.model import Result, ResultMeaning, RunSummary
from batch_renamer.text import counted, duration

__all__ = ["Fact", "counts_of", "facts_of", "headline_of", "meaning_of"]


class Fact(NamedTuple):
    """A line about the run: what it is about, and what is said; ``is_code``: it is something that was typed."""

    name: str
    text: str
    is_code: bool = False


def headline_of(summary: RunSummary) -> str:
    """Return one sentence that says what happened.

    Example:
        >>> headline_of(RunSummary(run_id="k3", command="apply", counts={}))
        'Run k3'
    """
    return summary.facts.sentence or f"Run {summary.run_id}"


def facts_of(summary: RunSummary, *, picture_note: str = "") -> list[Fact]:
    """Return where, when and how the run was made, as far as it is known; ``picture_note`` is about its pictures."""
    facts = summary.facts
    took = [duration(summary.seconds) + facts.since] if summary.seconds else []
    took += [counted(summary.requests, "request")] if summary.requests else []
    took += [f"{summary.throttled:,} of them told to slow down (429)"] if summary.throttled else []
    lines = (
        Fact("Account", facts.account),
        Fact("Spreadsheet", facts.sheet or ""),
        Fact("About", facts.about),
        Fact("Began", _moment(facts.began_at)),
        Fact("Ended", _moment(facts.ended_at)),
        Fact("Took", ", ".join(took)),
        Fact("Pictures", picture_note),
        Fact("Command", facts.command_line, is_code=True),
        *(Fact(f"Setting {given.name}", f"{given.value} ({given.source})") for given in facts.settings),
    )
    return [line for line in lines if line.text]


def counts_of(summary: RunSummary) -> list[tuple[ResultMeaning, int]]:
    """Return the results that occur, in the order in which people are shown them, with their numbers of rows."""
    order = {**{meaning.result: None for meaning in summary.facts.meanings}, **dict.fromkeys(summary.counts)}
    return [(meaning_of(result, summary), count) for result in order if (count := summary.counts.get(result, 0))]


def meaning_of(result: Result, summary: RunSummary) -> ResultMeaning:
    """Return what a result means in a run."""
    meanings = {meaning.result: meaning for meaning in summary.facts.meanings}
    return meanings.get(result) or ResultMeaning(result, "", "quiet")


def _moment(seconds: float | None) -> str:
    """Return a time in the zone of this machine, which is that of the reader's clock most often."""
    return "" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
