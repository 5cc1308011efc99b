"""`status`: says in one line how the nights are, for a monitoring system that runs it every few minutes.

It reads the journal and nothing else: no key, no request, and nothing is made or changed. Whatever keeps it from
knowing is the state "unknown". It imports no more than that takes, because it is started so often.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import time
from collections.abc import Mapping

from batch_renamer.cli.ages import seconds_of_age
from batch_renamer.cli.night_status import Seen, State, Status, line_of, status_of
from batch_renamer.errors import BatchRenamerError, InputError, SettingsError
from batch_renamer.journal import Journal, held_by, inbox_lock, left_in_the_middle
from batch_renamer.model import Night
from batch_renamer.settings import Settings, journal_path, lacks_state_dir, resolve_settings

__all__ = ["status"]

_NIGHTS = 60
"""So many nights are looked at for files that wait, and for the inboxes that there are."""


def status(given: Mapping[str, object], *, max_age: str) -> int:
    """Print the status; return its number as the exit code."""
    given = {name: value for name, value in given.items() if value not in (None, False, [], {})}
    seen: Seen | None = None
    try:
        seen, max_age_s = _seen(given), _max_age_s(max_age)
        found = status_of(seen, max_age_s=max_age_s)
    except BatchRenamerError as error:
        found = Status(state=State.UNKNOWN, said=tuple(str(error).splitlines()))
    except Exception as error:  # exit code 1 would be a warning
        found = Status(state=State.UNKNOWN, said=(f"A fault in batch-renamer: {type(error).__name__}.",))
    text = json.dumps(_as_json(found, seen)) if given.get("json") else line_of(found)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
    return int(found.state)


def _max_age_s(text: str) -> float:
    if (seconds := seconds_of_age(text)) is None or not seconds:
        raise SettingsError(f"--max-age {text}: must be an age such as 26h, 2d or 1w.")
    return float(seconds)


def _seen(given: Mapping[str, object]) -> Seen:
    settings = resolve_settings(given, environ=os.environ)
    if lacks_state_dir(settings):
        raise SettingsError("There is no home folder with a journal: give --state-dir DIR or --config FILE.")
    with Journal.open_to_read(journal_path(settings)) as journal:
        inbox = _inbox(settings, journal)
        nights = tuple(journal.nights.newest(_NIGHTS, inbox=inbox))
        return Seen(
            nights=nights,
            now=time.time(),
            at_work=_at_work(settings, nights),
            undelivered=_undelivered(journal, nights, inbox),
            interrupted=tuple(run.id for run in left_in_the_middle(journal)),
        )


def _inbox(settings: Settings, journal: Journal) -> str:
    """Return the inbox that is meant: the one of the settings, else the only one that the journal knows.

    Raises:
        InputError: the journal knows several.
    """
    if settings.nightly.inbox is not None:
        return str(settings.nightly.inbox)
    inboxes = sorted({night.inbox for night in journal.nights.newest(_NIGHTS)})
    if len(inboxes) > 1:
        raise InputError(f"There are nights of {', '.join(inboxes)}: name one with --inbox, --config or --profile.")
    return inboxes[0] if inboxes else ""


def _at_work(settings: Settings, nights: tuple[Night, ...]) -> bool:
    """Tell whether a process is at work in the inbox of the newest night."""
    return bool(nights) and bool(held_by(settings.state_dir, names=[inbox_lock(nights[0].inbox)]))


def _undelivered(journal: Journal, nights: tuple[Night, ...], inbox: str) -> int:
    """Return how many addresses did not get the message of the last night that has ended."""
    ended = next((night for night in nights if night.ended_at is not None), None)
    told = journal.messages.last(inbox=inbox)
    if ended is None or told is None or told.told_at < ended.began_at:
        return 0
    return sum(not one.delivered for one in told.deliveries)


def _as_json(found: Status, seen: Seen | None) -> dict[str, object]:
    last = seen.last if seen is not None else None
    answer: dict[str, object] = {
        "command": "status",
        "exit_code": int(found.state),
        "state": found.state.name.lower(),
        "said": list(found.said),
        "figures": {figure.name: round(figure.value, 1) for figure in found.figures},
        "at_work": seen is not None and seen.current is not None,
        "waiting": [{"file": name, "seconds": round(age, 1)} for name, age in (seen.waiting if seen else {}).items()],
        "interrupted": list(seen.interrupted if seen is not None else ()),
        "night": None,
    }
    if last is not None:
        answer["night"] = {
            "night_id": last.id,
            "date": last.date,
            "state": last.kind.value,
            "exit_code": last.exit_code,
            "began_at": _moment(last.began_at),
            "ended_at": None if last.ended_at is None else _moment(last.ended_at),
            "counts": dict(last.counts),
            "stopped": last.stopped,
        }
    return answer


def _moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")
