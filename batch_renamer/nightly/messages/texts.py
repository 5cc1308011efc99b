"""Puts a night into words for a phone: what happened, how many, what to do, where the reports are. It does no I/O.

A message names spreadsheets and counts rows. Ids and names of orders are in the reports, which stay where they are or
are attached. What comes from outside, such as the name of a file, is shown without control characters, cut, and so that
no chat takes it for a call to all its members.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import PurePath

from batch_renamer.errors import LockedError
from batch_renamer.model import FileEnd, Night, NightFile, NoticeKind, Told
from batch_renamer.nightly.messages.kinds import WAITING_NIGHTS, Notice
from batch_renamer.nightly.wording import advice_on, day_of_month, renamed_in, rows_in_short
from batch_renamer.progress import cut_middle, visible
from batch_renamer.text import counted

__all__ = ["Text", "text_of"]

_PRODUCT = "batch-renamer"
_MOST_FILES = 8
_LONGEST_NAME = 60
_LONGEST_SENTENCE = 500
_LONGEST_PATH = 200
_CALL_TO_ALL = re.compile(r"@(?=(?:everyone|here|channel|all)\b)|<!", re.IGNORECASE)
_TONES = {
    NoticeKind.GOOD: "success",
    NoticeKind.RECOVERED: "success",
    NoticeKind.PARTLY: "warning",
    NoticeKind.WAITING: "warning",
    NoticeKind.NOTHING_CAME: "warning",
    NoticeKind.CUT_OFF: "warning",
    NoticeKind.FAILED: "failure",
    NoticeKind.NOT_BEGUN: "failure",
}
"""How Apprise marks each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message in words; ``tone`` is how Apprise marks it: success, warning or failure."""

    title: str
    body: str
    tone: str


def text_of(
    night: Night, notice: Notice, *, place: str, orders: Sequence[str] = (), notes: Sequence[str] = (), sender: str = ""
) -> Text:
    """Return a message about a night.

    Args:
        night: The night that it is about.
        notice: What is to be told of it.
        place: Where the reports of the night are; "" if there are none.
        orders: A line for each order that a person must look at, if messages may name orders.
        notes: Sentences for the end, such as that the message may repeat an earlier one.
        sender: The computer that sends it.
    """
    parts = (
        [_opening(night, notice)],
        _of_trouble(night, notice),
        _of_files(night),
        orders,
        _advice(night, notice),
        [f"Reports: {_place_in_words(place, night.inbox)}"] if place else [],
        _of_the_last_message(notice),
        [*notes, f"{_PRODUCT} on {sender}" if sender else ""],
    )
    paragraphs = ("\n".join(filter(None, part)) for part in parts)
    return Text(title=_title(night, notice), body="\n\n".join(filter(None, paragraphs)), tone=_TONES[notice.kind])


def _title(night: Night, notice: Notice) -> str:
    account = f" ({_shown(night.profile)})" if night.profile else ""
    reminder = ", reminder" if notice.reminder else ""
    return f"{_PRODUCT}{account}{reminder}: {_short(night, notice)}"


def _short(night: Night, notice: Notice) -> str:
    """Return what happened in a few words."""
    match notice.kind:
        case NoticeKind.NOT_BEGUN:
            return "the night could not begin"
        case NoticeKind.FAILED:
            return f"stopped early, {_spreadsheets_done(night)}"
        case NoticeKind.NOTHING_CAME:
            return f"no spreadsheet came for {counted(notice.empty_nights, 'night')}"
        case NoticeKind.WAITING if not _read(night):
            return f"{counted(len(notice.waiting), 'spreadsheet')} can't be read for {WAITING_NIGHTS} nights"
        case NoticeKind.CUT_OFF:
            return f"the night of {_day(notice.cut_off[0])} was cut off, {_spreadsheets_done(night)}"
        case NoticeKind.RECOVERED:
            broken = notice.after is not None and notice.after.kind in (NoticeKind.FAILED, NoticeKind.NOT_BEGUN)
            return f"{'works again' if broken else 'a good night again'}, {_spreadsheets_done(night)}"
    return _spreadsheets_done(night)


def _spreadsheets_done(night: Night) -> str:
    read = _read(night)
    if not read:
        return "no spreadsheet came" if not night.files else "no spreadsheet was read"
    done = sum(file.end.is_done for file in read)
    needing = sum(file.end.needs_a_person for file in read)
    waiting = len(night.files) - len(read)
    said = [f"{done} of {counted(len(read), 'spreadsheet')} done"]
    said += [f"{needing} need{'s' if needing == 1 else ''} you"] if needing else []
    said += [f"{waiting} wait{'s' if waiting == 1 else ''}"] if waiting else []
    return ", ".join(said)


def _read(night: Night) -> list[NightFile]:
    return [file for file in night.files if file.end.was_read]


def _opening(night: Night, notice: Notice) -> str:
    said = _spreadsheets_done(night) if notice.kind is NoticeKind.CUT_OFF else _short(night, notice)
    sentence = f"Night of {_day(night)}: {said}."
    if notice.kind in (NoticeKind.PARTLY, NoticeKind.FAILED):
        renamed = renamed_in(night)
        sentence += f" {counted(renamed, 'order')} {'was' if renamed == 1 else 'were'} renamed."
    if notice.reminder and notice.after is not None:
        sentence += f" Nothing has changed since the message of {_day(notice.after)}."
    return sentence


def _of_trouble(night: Night, notice: Notice) -> Iterator[str]:
    """Yield why the night could not begin or stopped early, and which nights before were cut off."""
    if night.stopped:
        yield from map(_sentence, night.stopped.splitlines())
    else:  # the first one, because it stopped the others
        stopped = (file for file in night.files if file.end is FileEnd.STOPPED)
        yield from map(_with_sentence, islice(stopped, 1))
    for earlier in notice.cut_off:
        yield (
            f"The night of {_day(earlier)} was cut off before its end, as by a power cut. This night has "
            "gone on with what it left."
        )


def _of_files(night: Night) -> Iterator[str]:
    yield from _list(
        "Needs you:", night, lambda file: file.end.needs_a_person, partial(_with_sentence, inbox=night.inbox)
    )
    yield from _list("Goes on the next night:", night, lambda file: file.end is FileEnd.STOPPED, _with_counts)
    yield from _list("Done:", night, lambda file: file.end is FileEnd.DONE, _with_counts)
    yield from _list("The same as before, so nothing was sent:", night, lambda file: file.end is FileEnd.SAME, _name)
    yield from _list("Stays in the inbox:", night, lambda file: not file.end.was_read, _with_sentence)


def _list(
    heading: str, night: Night, belongs: Callable[[NightFile], bool], say: Callable[[NightFile], str]
) -> Iterator[str]:
    files = [file for file in night.files if belongs(file)]
    if files:
        yield heading
        yield from (f"- {say(file)}" for file in files[:_MOST_FILES])
        if len(files) > _MOST_FILES:
            yield f"- and {len(files) - _MOST_FILES:,} more"


def _with_sentence(file: NightFile, *, inbox: str = "") -> str:
    """Return what became of a file and what to do; most sentences name the file themselves."""
    said = _sentence(file.sentence)
    named = said if file.name in file.sentence else f"{_name(file)}: {said}" if said else _name(file)
    return f"{named} {_where_it_is(file.moved_to, inbox)}".rstrip() if file.moved_to else named


def _where_it_is(moved_to: str, inbox: str) -> str:
    folder = PurePath(moved_to).parent
    return f"It is in {_path(folder.relative_to(inbox) if _is_within(folder, inbox) else folder)}."


def _place_in_words(place: str, inbox: str) -> str:
    """Return a path; the reader may know the inbox by another path than the computer that sends this."""
    path = PurePath(place)
    return f"{_path(path.relative_to(inbox))} in {_path(PurePath(inbox))}" if _is_within(path, inbox) else _path(path)


def _is_within(path: PurePath, inbox: str) -> bool:
    return bool(inbox) and path.is_relative_to(inbox)


def _path(path: PurePath) -> str:
    return _shown(str(path), width=_LONGEST_PATH)


def _with_counts(file: NightFile) -> str:
    return f"{_name(file)} ({rows_in_short(file.new_counts)})" if file.new_counts else _name(file)


def _advice(night: Night, notice: Notice) -> Iterator[str]:
    match notice.kind:
        case NoticeKind.NOT_BEGUN:
            if night.exit_code != LockedError.exit_code:  # then another night reads them
                yield "No spreadsheet was read, and nothing was renamed; all stay in the inbox."
            yield from advice_on(night)
        case NoticeKind.FAILED:
            yield from advice_on(night)
        case NoticeKind.NOTHING_CAME:
            yield f"If spreadsheets should have come: they belong into {_shown(night.inbox, width=_LONGEST_PATH)}"
        case NoticeKind.WAITING:
            names = ", ".join(map(_shown, notice.waiting))
            yield f"For {WAITING_NIGHTS} nights now nothing could be done with {names}. Close, save or remove it."
        case NoticeKind.RECOVERED if notice.after is not None and notice.after.kind is NoticeKind.PARTLY:
            yield "What earlier messages named stays in the folder of problems until it is corrected."


def _of_the_last_message(notice: Notice) -> Iterator[str]:
    """Yield at which addresses the last message did not arrive."""
    if notice.after is None:
        return
    for one in notice.after.deliveries:
        if not one.delivered:
            day = _day(notice.after)
            yield f"The message of {day} could not be delivered to {one.address}: {one.said}. {one.repair}".rstrip()


def _day(of: Night | Told) -> str:
    return day_of_month(date.fromisoformat(of.date))


def _name(file: NightFile) -> str:
    return f"{_shown(file.name)}{' (from an earlier night)' if file.again else ''}"


def _shown(text: str | None, *, width: int = _LONGEST_NAME) -> str:
    return cut_middle(_CALL_TO_ALL.sub("(at)", visible(text or "")), width)


def _sentence(text: str) -> str:
    return _shown(text, width=_LONGEST_SENTENCE)
