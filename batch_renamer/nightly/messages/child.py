"""Sends one message to one address, as a process of its own; it reads and writes lines of JSON and imports Apprise.

`delivery` starts it. Standard input has a line with the message: ``address``, ``title``, ``body``, ``kind`` (one of
Apprise's notify types), ``attach`` (paths of files) and ``without`` (the sentence that takes their place if the
service refuses them). It answers with ``{"ready": true}`` before it sends, and at last with ``{"answer": name}``, which
is one of `answers.Answer`; ``status`` is beside it where the service answered with the number of an error.

The address holds secrets, and Apprise's log may repeat them. So no text of Apprise or of the service leaves this
process: what Apprise logs is compared with the patterns below, and only the name of the answer is passed on.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apprise import Apprise, AppriseAsset
    from apprise.plugins.base import NotifyBase

__all__ = ["main"]

_LONGEST_RECORD = 4_000
_BEGINNING = 40
_REST_S = 1.0
_ROOM = 100
"""For what Apprise puts between a title and a body, and for the sentence about files that were refused."""

_STATUSES = {401: "credentials", 403: "credentials", 404: "gone", 410: "gone", 413: "too large", 429: "busy"}
_PATTERNS = (
    # What the exceptions of requests, urllib3, ssl, socket and smtplib say, in the order in which they are looked for.
    ("no host", r"NameResolutionError|Name or service not known|nodename nor servname|getaddrinfo|name resolution"),
    ("certificate", r"CERTIFICATE_VERIFY|SSLError|SSL: |certificate"),
    ("proxy", r"ProxyError"),
    ("refused", r"Connection refused|Errno 111|Errno 61\b|WinError 10061"),
    ("unreachable", r"unreachable|No route to host|Errno 101\b|Errno 113\b"),
    ("not offered", r"(?:AUTH|STARTTLS) extension not supported|No suitable authentication method"),
    ("credentials", r"SMTPAuthenticationError|\((?:530|534|535|538), "),
    ("too large", r"\((?:523|552), "),
    ("recipient", r"was refused: |SMTPRecipientsRefused|Recipients? refused|\((?:550|551|553|554), "),
    ("late", r"timed out|[Tt]imeout"),
)
_TRY_WITHOUT_FILES = frozenset({"too large", "other", "status"})
"""The answers after which the message is sent again without its files: they may be what the service refuses."""


class _Heard(logging.Handler):
    """Keeps in memory what Apprise logs of failures; other lines repeat the message, and so could mislead."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()[:_LONGEST_RECORD]
        if record.levelno >= logging.WARNING or "Exception" in text[:_BEGINNING]:
            self.texts.append(text)


def main() -> None:
    """Send the message that standard input describes."""
    # A plugin that prints something must not disturb the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    message = json.loads(sys.stdin.readline())
    heard = _listen()
    try:
        import apprise  # noqa: PLC0415 - slow, and may be missing
    except ImportError:
        _say(answers, answer="no apprise")
        return
    service = apprise.Apprise.instantiate(message["address"], asset=_asset(apprise.AppriseAsset))
    if service is None:
        _say(answers, answer="malformed")
        return
    service.optional = False  # `?optional=yes` in an address would turn a failure into a success
    # Some services take each file in a request of its own, and Apprise rests 5.5 s between two: longer than the limit.
    service.request_rate_per_sec = min(service.request_rate_per_sec, _REST_S)
    too_long = len(message["title"]) + len(message["body"]) + _ROOM > service.body_maxlen
    if too_long and service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        # Else the service refuses the message. Never for others: this mode leaves out all attachments but the first.
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    _say(answers, ready=True)
    _say(answers, **_send(apprise.Apprise(), service, message, heard))


def _listen() -> _Heard:
    """Return what Apprise logs; nothing of it goes anywhere else."""
    logging.raiseExceptions = False
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(heard)
    logging.getLogger().addHandler(logging.NullHandler())  # without a handler, warnings go to standard error
    return heard


def _asset(kind: type[AppriseAsset]) -> AppriseAsset:
    """Return what Apprise says of the sender, with all that it would fetch or keep turned off."""
    return kind(
        app_id="batch-renamer",
        app_desc="batch-renamer",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        interpret_emojis=False,  # a file name may look like one
        storage_mode="memory",
    )


def _send(sender: Apprise, service: NotifyBase, message: dict[str, Any], heard: _Heard) -> dict[str, Any]:
    """Send the message; if the service does not take it with its files, once more without them."""
    sender.add(service)
    files = message["attach"] if service.attachment_support else []
    answer = _send_once(sender, message, files, heard)
    if files and answer["answer"] in _TRY_WITHOUT_FILES:
        heard.texts.clear()
        answer = _send_once(sender, {**message, "body": f"{message['body']}\n\n{message['without']}"}, [], heard)
    return answer


def _send_once(sender: Apprise, message: dict[str, Any], files: list[str], heard: _Heard) -> dict[str, Any]:
    from apprise import AppriseAttachment  # noqa: PLC0415 - slow
    from apprise.attachment.file import AttachFile  # noqa: PLC0415 - slow

    # Given as objects: Apprise would read a path as an address, in which % and ? have a meaning.
    attach = AppriseAttachment([AttachFile(path) for path in files]) if files else None  # type: ignore[no-untyped-call]  # its own types are partial
    try:
        taken = sender.notify(
            message["body"], title=message["title"], notify_type=message["kind"], body_format="text", attach=attach
        )
    except Exception:  # a plugin may fail at anything, as at a file whose name is no text
        return {"answer": "other"}
    return {"answer": "delivered"} if taken else _answer_in(heard.texts)


def _answer_in(texts: list[str]) -> dict[str, Any]:
    """Return which answer the texts are about."""
    text = "\n".join(texts)
    if status := re.search(r"error[=:] ?([1-5][0-9]{2})\b", text):
        code = int(status[1])
        return {"answer": _STATUSES.get(code, "status"), "status": code}
    return {"answer": next((name for name, pattern in _PATTERNS if re.search(pattern, text)), "other")}


def _say(answers: IO[str], **answer: Any) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
