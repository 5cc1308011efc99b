"""`notify --test`: sends a test message to every address, and says what each answered. It renames nothing."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping

import anyio

from batch_renamer.cli.at_words import at_words
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import NOTIFY
from batch_renamer.errors import SettingsError
from batch_renamer.model import Delivery
from batch_renamer.nightly import Trial, send_test_message
from batch_renamer.progress import Line, Span, show_lines, visible

__all__ = ["notify"]

_SOME_FAILED = 1
_VERDICTS = len("delivered") + 2


def notify(given: Mapping[str, object], *, test: bool) -> int:
    """Send the test message; return 0 if it was delivered to every address, 1 otherwise."""

    def body(session: Session) -> int:
        if not test:
            raise SettingsError("Give --test: notify sends a test message to every address, and nothing else.")
        with session.screen() as progress:
            if not session.settings.json:
                progress.note("A test message is sent to each address; that takes a few seconds.")
            trial = anyio.run(_send, session)
        code = 0 if trial.all_well else _SOME_FAILED
        with to_standard_output():
            if session.settings.json:
                _write_json(trial, code)
            elif error := show_lines(lambda width: _lines(trial, width, quiet=session.settings.quiet), sys.stdout):
                raise error
        return code

    return within(NOTIFY, given, body)


async def _send(session: Session) -> Trial:
    return await send_test_message(
        session.settings.nightly.notify_file, environ=os.environ, sender=socket.gethostname()
    )


def _write_json(trial: Trial, code: int) -> None:
    deliveries = [
        {"address": one.address, "delivered": one.delivered, "said": one.said, "repair": one.repair}
        for one in trial.deliveries
    ]
    answer = {
        "command": NOTIFY.word,
        "exit_code": code,
        "deliveries": deliveries,
        "mistakes": trial.mistakes,
        "warning": trial.warning,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


def _lines(trial: Trial, width: int, *, quiet: bool) -> Iterator[Line]:
    """Yield a line for each address, with the way to repair it; quietly only for those that did not get it."""
    for one in trial.deliveries:
        if not (quiet and one.delivered):
            yield from _of_one(one, width)
    for mistake in (*trial.mistakes, *filter(None, [trial.warning])):
        yield from ((Span(line, "warn"),) for line in at_words(visible(mistake), width))
    if not quiet:
        delivered = sum(one.delivered for one in trial.deliveries)
        yield (Span(f"The test message was delivered to {delivered} of {len(trial.deliveries)}."),)


def _of_one(one: Delivery, width: int) -> Iterator[Line]:
    if one.delivered:
        yield (Span(f"{'delivered':<{_VERDICTS}}", "good"), Span(visible(one.address)))
        return
    first, *rest = at_words(visible(f"{one.address}: {one.said}"), max(width - _VERDICTS, 20))
    yield (Span(f"{'failed':<{_VERDICTS}}", "bad"), Span(first))
    rest += at_words(f"→ {visible(one.repair)}", max(width - _VERDICTS, 20))
    yield from ((Span(" " * _VERDICTS), Span(line)) for line in rest)
