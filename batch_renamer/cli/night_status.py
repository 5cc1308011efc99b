"""What monitoring is told about the nights: one of four states, a sentence for people, and figures. Pure.

The states, their numbers and the line are those of monitoring plugins. Nagios, Icinga, Checkmk, Zabbix and others run
such a command and read ``STATE - sentences | figures``, as https://www.monitoring-plugins.org/doc/guidelines.html tells
(2026-11).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from batch_renamer.cli.ages import age_in_words
from batch_renamer.model import Night, NightKind, waiting_since
from batch_renamer.text import counted
from batch_renamer.visible import visible

__all__ = ["Figure", "Seen", "State", "Status", "line_of", "status_of"]

_MOST_NAMED = 3
_LONGEST = 300  # characters of a sentence


class State(IntEnum):
    """How urgent it is; the number is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the journal knows of the nights of one inbox.

    ``nights`` are the newest ones, the newest first. ``now`` is in seconds since the epoch. ``at_work``: a process
    holds the inbox now. ``undelivered`` is how many messages of the last night were not delivered. ``interrupted`` are
    the ids of runs that were left in the middle.
    """

    nights: tuple[Night, ...]
    now: float
    at_work: bool = False
    undelivered: int = 0
    interrupted: tuple[str, ...] = ()

    @property
    def current(self) -> Night | None:
        """The night that is at work now."""
        unended = (night for night in self.nights if night.kind is NightKind.AT_WORK)
        return next(unended, None) if self.at_work else None

    @property
    def last(self) -> Night | None:
        """The last night that has ended, or was cut off."""
        return next((night for night in self.nights if night is not self.current), None)

    @property
    def age_s(self) -> float:
        """Seconds since the last sign of a night: since it ended, or began if it is at work or was cut off."""
        newest = self.nights[0]
        return max(self.now - (newest.began_at if newest.ended_at is None else newest.ended_at), 0.0)

    @property
    def waiting(self) -> dict[str, float]:
        """The files that wait in the inbox, each with the seconds that it does, the longest first."""
        since = sorted(waiting_since(self.nights).items(), key=lambda one: (one[1], one[0]))
        return {name: max(self.now - at, 0.0) for name, at in since}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number for a graph; ``warning`` and ``critical`` are the bounds above which it counts as bad."""

    name: str
    value: float
    unit: str = ""
    warning: float | None = None
    critical: float | None = None

    def __str__(self) -> str:
        numbers = ("" if bound is None else f"{bound:g}" for bound in (self.warning, self.critical, 0.0))
        return f"{self.name}={math.floor(self.value)}{self.unit};{';'.join(numbers)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A state, the sentences that say why, the worst first, and figures."""

    state: State
    said: tuple[str, ...]
    figures: tuple[Figure, ...] = field(default=())


def status_of(seen: Seen, *, max_age_s: float) -> Status:
    """Decide how urgent it is; a night, and a file that waits, may be ``max_age_s`` seconds old."""
    if not seen.nights:
        return Status(state=State.UNKNOWN, said=("No night is known yet.",))
    found = sorted(_findings(seen, max_age_s), key=lambda finding: -finding[0])
    said = tuple(sentence for _, sentence in found)
    return Status(state=found[0][0], said=said, figures=tuple(_figures(seen, max_age_s)))


def line_of(status: Status) -> str:
    """Return the line that monitoring reads.

    Example:
        >>> line_of(Status(state=State.OK, said=("All is well.",), figures=(Figure(name="age", value=9.5, unit="s"),)))
        'BATCH-RENAMER OK - All is well. | age=9s;;;0'
    """
    # A bar would end the sentences, and a line break the line.
    said = " ".join(visible(sentence) for sentence in status.said).replace("|", "/")
    figures = f" | {' '.join(map(str, status.figures))}" if status.figures else ""
    return f"BATCH-RENAMER {status.state.name} - {said}{figures}"


def _findings(seen: Seen, max_age_s: float) -> Iterator[tuple[State, str]]:
    """Yield everything that is to be said; there is always something."""
    last, current = seen.last, seen.current
    if current is not None:
        at_work_s = max(seen.now - current.began_at, 0.0)
        began = f"A night has been at work for {age_in_words(at_work_s)}"
        too_long = at_work_s > max_age_s
        yield (State.CRITICAL, f"{began}, which is too long.") if too_long else (State.OK, f"{began}.")
    elif seen.age_s > max_age_s:
        yield State.CRITICAL, f"No night for {age_in_words(seen.age_s)}: look whether the scheduler starts it."
    if last is not None:
        yield _outcome(last, seen)
    if long := [f'"{_cut(name)}" ({age_in_words(age_s)})' for name, age_s in seen.waiting.items() if age_s > max_age_s]:
        more = f" and {len(long) - _MOST_NAMED:,} more" if len(long) > _MOST_NAMED else ""
        yield State.WARNING, f"Long in the inbox: {', '.join(long[:_MOST_NAMED])}{more}."
    if seen.undelivered:
        was = "was" if seen.undelivered == 1 else "were"
        yield State.WARNING, f"{counted(seen.undelivered, 'message')} of the last night {was} not delivered."
    if seen.interrupted:
        ids = ", ".join(seen.interrupted[:_MOST_NAMED])
        one = len(seen.interrupted) == 1
        yield State.OK, f"{'Run' if one else 'Runs'} {ids} {'was' if one else 'were'} interrupted; `resume` goes on."


def _outcome(night: Night, seen: Seen) -> tuple[State, str]:
    """Return how the last night went, and how urgent that is."""
    when = f"The night of {night.date}"
    ago = f"{age_in_words(max(seen.now - (night.ended_at or night.began_at), 0.0))} ago"
    why = f" {_cut(night.stopped.splitlines()[0])}" if night.stopped else ""
    goes_on = night.goes_on_by_itself
    match night.kind:
        case NightKind.CUT_OFF | NightKind.AT_WORK:  # nothing is at work, so it will have no end
            return State.WARNING, f"{when} was cut off, {ago}; the next one goes on."
        case NightKind.NOT_BEGUN:
            return State.WARNING if goes_on else State.CRITICAL, f"{when} could not begin, {ago}.{why}"
        case NightKind.FAILED:
            return State.WARNING if goes_on else State.CRITICAL, f"{when} was stopped, {ago}.{why} {_files(night)}"
        case NightKind.PARTLY:
            return State.WARNING, f"{when} ended {ago}, and a person must look. {_files(night)}"
        case NightKind.GOOD | NightKind.NOTHING:
            return State.OK, f"{when} ended well, {ago}. {_files(night)}"


def _files(night: Night) -> str:
    return f"Files: {night.ends_in_words}." if night.files else "No files."


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _figures(seen: Seen, max_age_s: float) -> Iterator[Figure]:
    yield Figure(name="age", value=seen.age_s, unit="s", critical=max_age_s)
    oldest_s = max(seen.waiting.values(), default=0.0)
    yield Figure(name="waiting", value=len(seen.waiting))
    yield Figure(name="oldest_waiting", value=oldest_s, unit="s", warning=max_age_s)
    yield Figure(name="undelivered", value=seen.undelivered, warning=0)
    yield Figure(name="interrupted", value=len(seen.interrupted))
    if (night := seen.last) is not None:
        counts: Mapping[str, int] = night.counts
        yield Figure(name="exit_code", value=night.exit_code or 0)
        yield Figure(name="duration", value=night.seconds, unit="s")
        yield Figure(name="files", value=len(night.files))
        yield Figure(name="renamed", value=counts.get("renamed", 0))
        yield Figure(name="bad_rows", value=night.bad_rows)
        yield Figure(name="requests", value=night.requests)
        yield Figure(name="throttled", value=night.throttled)
