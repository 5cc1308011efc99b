"""Decides whether a night is told, and as what: one message for each change of state, not one for each bad night.

Each trouble of a night has a name, its cause. A cause that the last message named is no news, until a night was good
again. So two nights with a refused key are told once, and a refused key and then an outage are told twice. A sheet that
is new and has problems is always news. Nothing here has an effect, and no time is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from batch_renamer.model import FileEnd, Night, NightKind, NoticeKind, Told

__all__ = ["WAITING_NIGHTS", "Notice", "notice_of", "with_what_was_cut_off"]

WAITING_NIGHTS = 3
"""After so many nights in a row a spreadsheet that can't be read is told."""

_KINDS_OF_TROUBLE = {
    NightKind.NOT_BEGUN: NoticeKind.NOT_BEGUN,
    NightKind.FAILED: NoticeKind.FAILED,
    NightKind.PARTLY: NoticeKind.PARTLY,
}
_WAITS = "waiting "
_NOTHING_CAME = "nothing came"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told of a night.

    ``causes`` are all its troubles. ``reminder`` tells that nothing is new. ``waiting`` are the names of spreadsheets
    that can't be read for several nights, ``empty_nights`` is for how many nights none came, ``cut_off`` are the
    nights just before that were cut off, ``after`` is the last message.
    """

    kind: NoticeKind
    causes: frozenset[str] = frozenset()
    reminder: bool = False
    waiting: tuple[str, ...] = ()
    empty_nights: int = 0
    cut_off: tuple[Night, ...] = ()
    after: Told | None = None


def notice_of(
    night: Night,
    before: Sequence[Night],
    told: Told | None,
    *,
    tell_good: bool,
    remind_days: int,
    nothing_came_nights: int,
) -> Notice | None:
    """Return what is to be told of a night; None if nothing is.

    Args:
        night: The night that has just ended.
        before: The nights before it of the same inbox, the newest first.
        told: The last message about this inbox.
        tell_good: Whether a good night is told, too.
        remind_days: Days after which trouble that goes on is told again.
        nothing_came_nights: Nights without a spreadsheet after which that is told; 0: never.

    Example:
        >>> good = Night(date="2026-11-26", began_at=0.0, exit_code=0, begun=True)
        >>> notice_of(good, [], None, tell_good=True, remind_days=7, nothing_came_nights=0)
        >>> bad = Night(date="2026-11-26", began_at=0.0, exit_code=2, stopped="There is no folder /srv/orders.")
        >>> notice_of(bad, [], None, tell_good=False, remind_days=7, nothing_came_nights=0).kind.value
        'not begun'
    """
    nights = (night, *before)
    waiting = _waiting(nights)
    empty = _empty_nights(nights)
    nothing_came = 0 < nothing_came_nights <= empty
    cut_off = tuple(_cut_off_just_before(before))
    small = frozenset((*(_WAITS + name for name in waiting), *([_NOTHING_CAME] * nothing_came)))
    if not night.begun and told is not None:  # it could not look, so these are as they were
        small = frozenset(cause for cause in told.causes if cause.startswith((_WAITS, _NOTHING_CAME)))
    causes = frozenset(_causes(night)) | small
    known = told.causes if told is not None and told.arrived else frozenset()
    trouble = _KINDS_OF_TROUBLE.get(night.kind)
    if trouble is not None:
        kind: NoticeKind | None = trouble
        news = not known or bool(cut_off) or _has_news(night, causes - known)
    else:
        kind = _kind_of_small(small - known) or (NoticeKind.CUT_OFF if cut_off else None)
        kind = kind or _kind_of_good(night, told, small, tell_good=tell_good)
        news = kind is not None
        kind = kind or _kind_of_small(small)
    if kind is None or not (news or told is None or _days_between(told.date, night.date) >= remind_days):
        return None
    return Notice(
        kind=kind,
        causes=causes,
        reminder=not news,
        waiting=waiting,
        empty_nights=empty if nothing_came else 0,
        cut_off=cut_off,
        after=told,
    )


def with_what_was_cut_off(night: Night, before: Sequence[Night]) -> Night:
    """Return a night with the spreadsheets that need a person since nights that were cut off just before.

    No message has named these: a night is told at its end.

    Example:
        >>> from batch_renamer.model import NightFile
        >>> bad = NightFile(name="b.xlsx", end=FileEnd.PROBLEMS, run_id="k3f9ab", moved_to="/in/problems/b.xlsx")
        >>> killed = Night(date="2026-11-25", began_at=0.0, cut_off=True, files=(bad,))
        >>> tonight = Night(date="2026-11-26", began_at=0.0, exit_code=0, begun=True)
        >>> [file.name for file in with_what_was_cut_off(tonight, [killed]).files]
        ['b.xlsx']
    """
    earlier = [file for other in _cut_off_just_before(before) for file in other.files if file.end.needs_a_person]
    runs, names = {file.run_id for file in night.files}, {file.name for file in night.files}
    untold = [
        file
        for file in earlier
        if not (file.name in names if file.moved_to is None or file.run_id is None else file.run_id in runs)
    ]
    return replace(night, files=(*untold, *night.files)) if untold else night


def _kind_of_small(causes: frozenset[str]) -> NoticeKind | None:
    """Return the kind of trouble with what lies in the inbox, or does not; a night may be good beside that."""
    if any(cause.startswith(_WAITS) for cause in causes):
        return NoticeKind.WAITING
    return NoticeKind.NOTHING_CAME if causes else None


def _kind_of_good(night: Night, told: Told | None, small: frozenset[str], *, tell_good: bool) -> NoticeKind | None:
    """Return the kind of a night without trouble; an empty one says nothing of sheets that need a person."""
    is_good = night.kind is NightKind.GOOD
    if told is not None and told.kind is not NoticeKind.GOOD and (is_good or told.kind is NoticeKind.NOT_BEGUN):
        is_over = told.kind in _KINDS_OF_TROUBLE.values() or bool(told.causes - small) or not told.arrived
        if is_over and night.began_at >= told.told_at:  # a long night may end after one that could not begin
            return NoticeKind.RECOVERED
    return NoticeKind.GOOD if tell_good and is_good else None


def _has_news(night: Night, new_causes: frozenset[str]) -> bool:
    fresh = any(file.end.needs_a_person and not file.again for file in night.files)
    return fresh or bool(new_causes)


def _causes(night: Night) -> Iterator[str]:
    """Yield the names of a night's troubles, which stay the same as long as the trouble does."""
    if night.kind is NightKind.NOT_BEGUN:
        yield f"not begun {night.exit_code} {_gist(night.stopped)}"
    elif night.stopped:
        yield _stopped(night.exit_code, night.stopped)
    for file in night.files:
        if file.end is FileEnd.STOPPED:
            yield _stopped(file.exit_code, file.sentence)
        elif file.end.needs_a_person:
            yield f"{file.end.value} {file.name}"
            if file.again and not file.tries_left:
                yield f"given up {file.name}"


def _stopped(exit_code: int | None, sentence: str) -> str:
    """Return the name of an early stop: its sentence has figures that change from night to night."""
    return f"stopped {exit_code}{' disk' if 'disk' in sentence.lower() else ''}"


def _gist(sentence: str) -> str:
    """Return a sentence without its figures, as of times and processes."""
    return re.sub(r"\d+", "#", sentence)


def _waiting(nights: Sequence[Night]) -> tuple[str, ...]:
    """Return the spreadsheets that could not be read in any of the last nights."""
    looked = [night for night in nights if night.begun][:WAITING_NIGHTS]
    if len(looked) < WAITING_NIGHTS or not nights[0].begun:
        return ()
    each = [{file.name for file in night.files if not file.end.was_read} for night in looked]
    return tuple(sorted(set.intersection(*each)))


def _empty_nights(nights: Iterable[Night]) -> int:
    """Return for how many nights no spreadsheet came; nights that did not look are passed over."""
    empty = 0
    for night in nights:
        if any(not file.again and file.end.was_read for file in night.files):
            break
        empty += night.begun and not night.cut_off
    return empty


def _cut_off_just_before(before: Iterable[Night]) -> Iterator[Night]:
    """Yield the nights that were cut off since a night had an end, the newest first."""
    return takewhile(lambda night: night.cut_off, before)


def _days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
