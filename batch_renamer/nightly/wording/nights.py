"""What a night was, in words for the person who looks in the morning. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby

from batch_renamer.model import BAD_RESULTS, FileEnd, Night, NightFile, NightKind, Result, Weight
from batch_renamer.text import counted

__all__ = [
    "bad_rows",
    "day",
    "days_in_words",
    "headline",
    "headline_of_day",
    "local_day",
    "moment",
    "neighbours",
    "next_night",
    "short_day",
    "still_needs_a_person",
    "time_of",
    "weight_of",
    "weight_of_day",
    "what_happened",
    "what_to_do",
]

_OUTAGE = 4  # or a full disk: the next night goes on, and perhaps stops for the same reason

_STARTS: dict[Weight, str] = {
    "good": "Nothing needs you",
    "quiet": "Nothing needs you",
    "doubtful": "Nothing needs you yet",
    "bad": "Something needs you",
}
_NOT_READ = frozenset({FileEnd.WAITING, FileEnd.PASSED})
_COME_AGAIN = (Result.FAILED, Result.UNKNOWN)

_WHAT_TO_DO = {
    FileEnd.PROBLEMS: "Open its report. Correct the rows that have a problem, and put the spreadsheet into the inbox.",
    FileEnd.REFUSED: "Correct the spreadsheet, and put it into the inbox.",
    FileEnd.STOPPED: "It stays in the inbox; the next night goes on with it.",
    FileEnd.WAITING: "It stays in the inbox; the next night looks at it again.",
    FileEnd.PASSED: "It is no spreadsheet that can be read.",
    FileEnd.SAME: "The same rows were done before, so nothing was sent.",
}


def headline(night: Night) -> str:
    """Return the first line: whether anything needs a person, and what happened.

    Example:
        >>> headline(Night(date="2026-11-26", began_at=0.0, ended_at=9.0, exit_code=0, begun=True))
        'Nothing needs you: no spreadsheet was in the inbox.'
    """
    if night.kind is NightKind.AT_WORK:
        return "This night has not ended yet, or it was cut off."
    start = _STARTS[weight_of(night)]
    happened = what_happened(night)
    return f"{start}: {happened[0].lower()}{happened[1:]}"


def headline_of_day(nights: Sequence[Night]) -> str:
    """Return the first line about the nights of one date, the newest first: that of the first one that needs a person.

    Without any, it is that of the newest.
    """
    needing = next((night for night in nights if still_needs_a_person(night, newest=nights[0])), nights[0])
    if needing is nights[0]:
        return headline(needing)
    happened = what_happened(needing)
    return f"Something of the night at {time_of(needing.began_at)} needs you: {happened[0].lower()}{happened[1:]}"


def weight_of_day(nights: Sequence[Night]) -> Weight:
    """Return how much the nights of one date, the newest first, matter to a person."""
    return "bad" if any(still_needs_a_person(night, newest=nights[0]) for night in nights) else weight_of(nights[0])


def still_needs_a_person(night: Night, *, newest: Night) -> bool:
    """Tell whether a night needs a person after later ones: what stopped it is over if it did not stop the newest."""
    return weight_of(night) == "bad" if night is newest else any(file.end.needs_a_person for file in night.files)


def what_happened(night: Night) -> str:
    """Return what happened in a night, in a sentence or two."""
    files = night.files
    match night.kind:
        case NightKind.AT_WORK:
            return "It has not ended yet, or it was cut off."
        case NightKind.CUT_OFF:
            return "This night was cut off; the next one goes on with what it left."
        case NightKind.NOT_BEGUN:
            return "This night could not begin."
        case NightKind.FAILED:
            return f"This night was stopped early. {_done(files)}".rstrip()
        case NightKind.PARTLY:
            bad = sum(file.end.needs_a_person for file in files)
            read = sum(file.end not in _NOT_READ for file in files)
            return f"{_of(bad, read)} {'has' if bad == 1 else 'have'} problems."
        case NightKind.GOOD:
            return _done(files)
        case NightKind.NOTHING:
            return " ".join(_not_read(files)) or "No spreadsheet was in the inbox."


def weight_of(night: Night) -> Weight:
    """Return how much a night matters to a person; ``quiet`` is that of a night without anything to do."""
    waiting = any(file.end is FileEnd.WAITING for file in night.files)
    match night.kind:
        case NightKind.GOOD:
            return "doubtful" if waiting else "good"
        case NightKind.NOTHING:
            return "doubtful" if waiting else "quiet"
        case NightKind.CUT_OFF:
            return "bad" if any(file.end.needs_a_person for file in night.files) else "quiet"
        case NightKind.AT_WORK:
            return "doubtful"
        case NightKind.PARTLY:
            return "bad"
        case NightKind.NOT_BEGUN | NightKind.FAILED:
            if any(file.end.needs_a_person for file in night.files):
                return "bad"
            return "quiet" if night.goes_on_by_itself else "doubtful" if night.exit_code == _OUTAGE else "bad"


def what_to_do(file: NightFile) -> str:
    """Return what became of a file and what to do, in a sentence or two; "" where there is nothing to say."""
    return file.sentence or _WHAT_TO_DO.get(file.end, "")


def next_night(night: Night) -> list[str]:
    """Return what the next night does by itself, in sentences."""
    if night.kind is NightKind.NOT_BEGUN:
        return ["It tries again. All files stay in the inbox until then."]
    said = ["It finishes what this night left in the middle."] if night.kind is NightKind.CUT_OFF else []
    for file in night.files:
        if file.end is FileEnd.STOPPED:
            said.append(f"{file.name}: it goes on where this night stopped.")
        elif file.end is FileEnd.WAITING:
            said.append(f"{file.name}: it looks at the file again.")
        elif file.end is not FileEnd.SAME and (again := _comes_again(file)):
            said.append(f"{file.name}: {again}")
    return [*said, "It does every spreadsheet that is put into the inbox by then."]


def _comes_again(file: NightFile) -> str:
    if not any(file.counts.get(result) for result in _COME_AGAIN):
        return ""
    if not file.tries_left:
        return "its failed rows are not tried again."
    nights = "the next night" if file.tries_left == 1 else f"the next {file.tries_left} nights"
    return f"its failed rows are tried again on {nights}, except those whose orders don't exist."


def _done(files: Sequence[NightFile]) -> str:
    """Return how many files are done, what was renamed, and how many were not read; "" without a file."""
    read = [file for file in files if file.end not in _NOT_READ]
    done = sum(file.end in (FileEnd.DONE, FileEnd.SAME) for file in read)
    renamed = sum(file.new_counts.get(Result.RENAMED, 0) for file in read if file.end is not FileEnd.SAME)
    said = [f"{_of(done, len(read))} {_is(done, len(read))} done, {counted(renamed, 'order')} renamed."] if read else []
    return " ".join([*said, *_not_read(files)])


def _not_read(files: Sequence[NightFile]) -> list[str]:
    waiting, passed = (sum(file.end is end for file in files) for end in (FileEnd.WAITING, FileEnd.PASSED))
    said = [f"{counted(waiting, 'file')} {'waits' if waiting == 1 else 'wait'} in the inbox."] if waiting else []
    return said + ([f"{counted(passed, 'file')} in the inbox {_is(passed, passed)} never read."] if passed else [])


def _is(part: int, whole: int) -> str:
    return "is" if 1 in (part, whole) else "are"


def _of(part: int, whole: int) -> str:
    return counted(whole, "file") if part == whole else f"{part:,} of {counted(whole, 'file')}"


def bad_rows(counts: Mapping[str, int]) -> int:
    """Return how many rows need a look."""
    return sum(counts.get(result, 0) for result in BAD_RESULTS)


def moment(seconds: float) -> str:
    """Return a time of day by this machine's clock, with its date, as a person writes it."""
    return f"{day(local_day(seconds))} at {time_of(seconds)}"


def local_day(seconds: float) -> datetime.date:
    """Return the date on this machine's clock."""
    return _local(seconds).date()


def time_of(seconds: float) -> str:
    """Return a time of day by this machine's clock."""
    return f"{_local(seconds):%H:%M}"


def _local(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds).astimezone()


def day(date: datetime.date) -> str:
    """Return a date as a person writes it.

    Example:
        >>> day(datetime.date(2026, 11, 26))
        'Thursday, 26 November 2026'
    """
    return f"{date:%A}, {date.day} {date:%B %Y}"


def neighbours(dates: Sequence[datetime.date]) -> list[list[datetime.date]]:
    """Return dates, which are in order, in groups of those that follow each other."""
    groups = groupby(enumerate(dates), key=lambda pair: pair[1].toordinal() - pair[0])
    return [[date for _, date in pairs] for _, pairs in groups]


def short_day(date: datetime.date) -> str:
    """Return a date in a table.

    Example:
        >>> short_day(datetime.date(2026, 11, 26))
        'Thu 26 Nov'
    """
    return f"{date:%a} {date.day} {date:%b}"


def days_in_words(dates: Sequence[datetime.date]) -> str:
    """Return dates in words, where those that follow each other are joined.

    Example:
        >>> days = [datetime.date(2026, 11, number) for number in (24, 25, 28)]
        >>> days_in_words(days), days_in_words(days[:2])
        ('24, 25 and 28 November', '24 and 25 November')
    """
    parts: list[str] = []
    for run in neighbours(dates):
        parts += [f"{_short(run[0])} to {_short(run[-1])}"] if len(run) > 2 else [_short(date) for date in run]
    months = [part.partition(" ")[2] for part in parts]
    named = [
        part.partition(" ")[0] if following == month and " to " not in part else part
        for part, month, following in zip(parts, months, [*months[1:], ""], strict=True)
    ]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _short(date: datetime.date) -> str:
    return f"{date.day} {date:%B}"
