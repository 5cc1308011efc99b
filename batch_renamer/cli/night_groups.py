"""Past runs by the night that they belong to; a night is a line of its own, also where it has no run."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from batch_renamer.jobs import ListedRun, utc_moment
from batch_renamer.model import FileEnd, Night, NightKind
from batch_renamer.progress import Line, Span, Style, broken, visible
from batch_renamer.text import counted, duration

__all__ = ["Group", "by_night", "night_as_json", "night_lines"]

_STYLES: Mapping[NightKind, Style] = {
    NightKind.GOOD: "good",
    NightKind.NOTHING: "dim",
    NightKind.AT_WORK: "strong",
}
"""All other kinds are bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The runs of a night, the newest first; ``night`` is None for a run that a person began."""

    night: Night | None = None
    entries: tuple[ListedRun, ...] = ()

    @property
    def began_at(self) -> float:
        """When it began, in seconds since the epoch."""
        return self.night.began_at if self.night is not None else self.entries[0].run.created_at


def by_night(entries: Sequence[ListedRun], nights: Sequence[Night], *, empty: Callable[[Night], bool]) -> list[Group]:
    """Return runs, which are in order, in groups by night; a run stands in the last night that worked on it.

    ``nights`` has the newest first. A group stands where the first of its runs does. Nights without such a run for
    which ``empty`` is true stand among them by their time.
    """
    night_of: dict[str, Night] = {}
    numbered = {night.number: night for night in nights}
    for night in nights:
        for file in night.files:
            if file.run_id is not None and file.end is not FileEnd.SAME:
                night_of.setdefault(file.run_id, night)
    groups: dict[object, Group] = {}
    for entry in entries:
        # A night that was cut off has noted no end of the run that was at work.
        found = night_of.get(entry.run.id) or numbered.get(entry.run.night or 0)
        key = entry.run.id if found is None else found.number
        before = groups.get(key, Group(night=found))
        groups[key] = replace(before, entries=(*before.entries, replace(entry, night=found)))
    shown = list(groups.values())
    for night in filter(empty, nights):
        if night.number not in groups:
            place = next((place for place, group in enumerate(shown) if group.began_at < night.began_at), len(shown))
            shown.insert(place, Group(night=night))
    return shown


def night_lines(night: Night, *, width: int) -> Iterator[Line]:
    """Yield a night as a line, or several where it is too long: when it was, how it ended, and what became of files."""
    began = _local(night.began_at)
    until = "" if night.ended_at is None else f" to {_local(night.ended_at):%H:%M} ({duration(night.seconds)})"
    code = "" if night.exit_code is None else f", exit code {night.exit_code}"
    files = f"{counted(len(night.files), 'file')}: {night.ends_in_words}" if night.files else ""
    said = ". ".join(filter(None, (night.kind.words, files, night.stopped)))
    for line in broken(visible(f"Night of {began:%Y-%m-%d %H:%M}{until}{code}: {said}"), width):
        yield (Span(line, _STYLES.get(night.kind, "bad")),)


def night_as_json(night: Night) -> dict[str, object]:
    """Return a night as one object for programs; what is known of a run stands in the list of runs."""
    return {
        "night_id": night.id,
        "state": night.kind.value,
        "base_url": night.base_url,
        "profile": night.profile,
        "inbox": night.inbox,
        "began_at": utc_moment(night.began_at),
        "ended_at": None if night.ended_at is None else utc_moment(night.ended_at),
        "seconds": None if night.ended_at is None else round(night.seconds, 3),
        "exit_code": night.exit_code,
        "stopped": night.stopped,
        "notes": list(night.notes),
        "files": [
            {
                "name": file.name,
                "end": file.end.value,
                "run_id": file.run_id,
                "exit_code": file.exit_code,
                "counts": dict(file.counts),
                "reports": list(file.reports),
                "moved_to": file.moved_to,
                "sentence": file.sentence,
            }
            for file in night.files
        ],
    }


def _local(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds).astimezone()
