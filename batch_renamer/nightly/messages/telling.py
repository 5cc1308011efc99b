"""Tells people of a night: decides whether, writes the message, delivers it, and keeps what was told.

What goes wrong is a sentence for the notes of the night, and never more. If the journal can't say what was told before,
trouble is told: a message too many is better than none.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from batch_renamer.errors import BatchRenamerError, SettingsError
from batch_renamer.journal import Journal
from batch_renamer.model import Delivery, Night, NoticeKind, Told
from batch_renamer.nightly.messages.addresses import read_addresses
from batch_renamer.nightly.messages.attached import attach_to
from batch_renamer.nightly.messages.delivery import LIMIT_S, Message, deliver
from batch_renamer.nightly.messages.kinds import WAITING_NIGHTS, Notice, notice_of, with_what_was_cut_off
from batch_renamer.nightly.messages.orders import orders_of
from batch_renamer.nightly.messages.texts import text_of
from batch_renamer.nightly.watching import log_message
from batch_renamer.progress import visible
from batch_renamer.settings import NightlySettings

__all__ = ["Telling", "tell"]

_NIGHTS_BACK = 30
_MAY_REPEAT = "What was told before is not known, because the journal can't be read; so this may repeat it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What became of telling people of a night; ``kind`` is None if nothing is to be told, or to no address.

    ``notes`` are sentences about what went wrong.
    """

    kind: NoticeKind | None = None
    deliveries: tuple[Delivery, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the journal knows: the nights before, and the last message; and what it could not say."""

    before: Sequence[Night] = ()
    told: Told | None = None
    trouble: str = ""


def tell(
    night: Night,
    settings: NightlySettings,
    journal: Journal | None,
    *,
    environ: Mapping[str, str],
    page: Path | None = None,
    limit_s: float = LIMIT_S,
) -> Telling:
    """Tell people of a night that has ended, also of one that could not begin.

    Args:
        night: The night.
        settings: Those of the night; of a configuration with a mistake, those that can be used.
        journal: The journal; None if it can't be opened.
        environ: The environment.
        page: The page of the night, if it was written.
        limit_s: Seconds that one address may take.
    """
    if settings.notify_file is None:
        return Telling()
    known = _known(night, journal, nights=max(_NIGHTS_BACK, settings.nothing_came_nights, WAITING_NIGHTS))
    night = with_what_was_cut_off(night, known.before)
    notice = notice_of(
        night,
        known.before,
        known.told,
        tell_good=settings.tell_good,
        remind_days=settings.remind_days,
        nothing_came_nights=settings.nothing_came_nights,
    )
    if notice is None:
        return Telling()
    orders = orders_of(night, journal) if settings.show_orders and journal is not None else ()
    message = _message(night, notice, page=page, orders=orders, trouble=known.trouble)
    deliveries, wrong = _sent(message, settings.notify_file, environ=environ, limit_s=limit_s)
    for one in deliveries:
        log_message(notice.kind.value, place=one.address, trouble="" if one.delivered else one.said)
    notes = [*map(_undelivered, (one for one in deliveries if not one.delivered)), *wrong]
    told = Told(
        date=night.date,
        told_at=night.ended_at or night.began_at,
        kind=notice.kind,
        causes=notice.causes,
        deliveries=deliveries,
    )
    notes += _kept(told, journal, inbox=night.inbox)
    return Telling(kind=notice.kind, deliveries=deliveries, notes=tuple(notes))


def _sent(
    message: Message, notify_file: Path, *, environ: Mapping[str, str], limit_s: float
) -> tuple[tuple[Delivery, ...], tuple[str, ...]]:
    """Send the message to every address of the file; return what became of it, and what is wrong with the file."""
    try:
        book = read_addresses(notify_file, environ=environ)
    except SettingsError as error:
        return (_to_no_address(str(error)),), ()
    wrong = (*book.mistakes, *filter(None, [book.warning]))
    if not book.addresses:
        return (_to_no_address(f"there is none in {notify_file}"),), wrong
    return anyio.run(lambda: deliver(message, book.addresses, limit_s=limit_s)), wrong


def _known(night: Night, journal: Journal | None, *, nights: int) -> _Known:
    if journal is None:
        return _Known(trouble=_MAY_REPEAT)
    try:
        newest = journal.nights.newest(nights + 1, inbox=night.inbox or None)
        before = [one for one in newest if not night.number or one.number < night.number]
        return _Known(before=before[:nights], told=journal.messages.last(inbox=night.inbox))
    except BatchRenamerError:
        return _Known(trouble=_MAY_REPEAT)


def _message(night: Night, notice: Notice, *, page: Path | None, orders: Sequence[str], trouble: str) -> Message:
    attached = attach_to(night, page)
    notes = [trouble] if trouble else []
    if attached.left_out:
        notes.append(
            f"Not attached, because they are too many or too large: {', '.join(map(visible, attached.left_out))}"
        )
    text = text_of(night, notice, place=_place(night, page), orders=orders, notes=notes, sender=socket.gethostname())
    return Message(title=text.title, body=text.body, kind=text.tone, attach=attached.paths)


def _place(night: Night, page: Path | None) -> str:
    """Return where a person finds the reports of a night; "" if there are none."""
    if page is not None:
        return str(page)
    folder = Path(night.reports) / night.date
    return str(folder) if night.reports and folder.is_dir() else ""


def _to_no_address(why: str) -> Delivery:
    return Delivery(address="any address", delivered=False, said=why.rstrip("."))


def _undelivered(one: Delivery) -> str:
    return f"The message of this night could not be delivered to {one.address}: {one.said}. {one.repair}".rstrip()


def _kept(told: Told, journal: Journal | None, *, inbox: str) -> list[str]:
    """Keep what was told; return what went wrong with that."""
    if journal is not None:
        try:
            journal.messages.add(told, inbox=inbox)
        except BatchRenamerError as error:
            return [f"What was told of this night could not be kept, so the next message may repeat it: {error}"]
    return []
