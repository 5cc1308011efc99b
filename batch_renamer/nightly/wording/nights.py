"""What a night was, in words for the person who looks in the morning. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.model import FileEnd, Night, NightFile, NightKind, Result, Weight
from batch_renamer.nightly.wording.dates import next_nights, time_of
from batch_renamer.text import counted
from batch_renamer.visible import visible

__all__ = [
    "headline",
    "headline_of_day",
    "left_in_words",
    "next_night",
    "renamed_in",
    "still_needs_a_person",
    "weight_of",
    "weight_of_day",
    "what_happened",
]

_OUTAGE = 4  # or a full disk: the next night goes on, and perhaps stops for the same reason

_STARTS: dict[Weight, str] = {
    "good": "Nothing needs you",
    "quiet": "Nothing needs you",
    "doubtful": "Nothing needs you yet",
    "bad": "Something needs you",
}
_MOST_LEFT = 3  # names; the folder has all of them
_COME_AGAIN = (Result.FAILED, Result.UNKNOWN)


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
            read = sum(file.end.was_read for file in files)
            said = f"{_of(bad, read)} {'has' if bad == 1 else 'have'} problems"
            return f"{said}; {counted(renamed_in(night), 'order')} renamed."
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


def next_night(night: Night) -> list[str]:
    """Return what the next night does by itself, in sentences."""
    if night.kind is NightKind.NOT_BEGUN:
        return ["It tries again. All spreadsheets stay in the inbox until then."]
    said = ["It finishes what this night left in the middle."] if night.kind is NightKind.CUT_OFF else []
    for file in night.files:
        if file.end is FileEnd.STOPPED:
            said.append(f"{file.name}: it goes on where this night stopped.")
        elif file.end is FileEnd.WAITING:
            said.append(f"{file.name}: it looks at the spreadsheet again.")
        elif file.end is not FileEnd.SAME and (again := _comes_again(file)):
            said.append(f"{file.name}: {again}")
    return [*said, "It does every spreadsheet that is put into the inbox by then."]


def _comes_again(file: NightFile) -> str:
    if not any(file.counts.get(result) for result in _COME_AGAIN):
        return ""
    if not file.tries_left:
        return "its failed rows are not tried again until it is put into the inbox again."
    return f"its failed rows are tried again on {next_nights(file.tries_left)}, except those whose orders don't exist."


def _done(files: Sequence[NightFile]) -> str:
    """Return how many files are done, what was renamed, and how many were not read; "" without a file."""
    read = [file for file in files if file.end.was_read]
    done = sum(file.end.is_done for file in read)
    renamed = counted(_renamed(read), "order")
    said = [f"{_of(done, len(read))} {_is(done, len(read))} done, {renamed} renamed."] if read else []
    return " ".join([*said, *_not_read(files)])


def renamed_in(night: Night) -> int:
    """Return how many orders a night itself renamed.

    Example:
        >>> bad = NightFile(name="b.csv", end=FileEnd.PROBLEMS, counts={"renamed": 5, "invalid": 1})
        >>> renamed_in(Night(date="2026-11-26", began_at=0.0, files=(bad,)))
        5
    """
    return _renamed(night.files)


def _renamed(files: Sequence[NightFile]) -> int:
    return sum(file.new_counts.get(Result.RENAMED, 0) for file in files if file.end is not FileEnd.SAME)


def _not_read(files: Sequence[NightFile]) -> list[str]:
    waiting, passed = (sum(file.end is end for file in files) for end in (FileEnd.WAITING, FileEnd.PASSED))
    said = [f"{counted(waiting, 'spreadsheet')} {'waits' if waiting == 1 else 'wait'} in the inbox."] if waiting else []
    return said + ([f"{counted(passed, 'file')} in the inbox {_is(passed, passed)} never read."] if passed else [])


def _is(part: int, whole: int) -> str:
    return "is" if 1 in (part, whole) else "are"


def _of(part: int, whole: int) -> str:
    return counted(whole, "spreadsheet") if part == whole else f"{part:,} of {counted(whole, 'spreadsheet')}"


def left_in_words(names: Sequence[str]) -> str:
    """Return which spreadsheets of earlier nights still lie in the folder of problems; "" without any.

    Example:
        >>> left_in_words(["orders.xlsx"])
        'orders.xlsx of an earlier night is still in the folder of problems. Take it out when it is dealt with.'
    """
    if not names:
        return ""
    if len(names) == 1:
        what, them, is_dealt = f"{visible(names[0])} of an earlier night is", "it", "it is"
    else:
        shown = ", ".join(visible(name) for name in names[:_MOST_LEFT])
        more = f" and {len(names) - _MOST_LEFT} more" if len(names) > _MOST_LEFT else ""
        what, them, is_dealt = f"{len(names)} spreadsheets of earlier nights ({shown}{more}) are", "them", "they are"
    return f"{what} still in the folder of problems. Take {them} out when {is_dealt} dealt with."
