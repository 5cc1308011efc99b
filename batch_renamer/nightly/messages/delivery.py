"""Delivers a message: one call of Apprise for each address, in a process of its own that is killed when it takes long.

Apprise can't take a call back that hangs, and its threads keep a program from ending. A child process can be killed.
It gets the address through a pipe, so that no list of processes and no environment has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import anyio
from anyio import open_process
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from batch_renamer.model import Delivery
from batch_renamer.nightly.messages.addresses import Address
from batch_renamer.nightly.messages.answers import Answer

__all__ = ["LIMIT_S", "Message", "apprise_is_there", "deliver"]

LIMIT_S = 20.0
"""How long one address may take, in seconds."""

_START_LIMIT_S = 60.0
"""How long a process may take until it is ready to send; Apprise alone needs two seconds of a processor."""

_AT_ONCE = 2
_LONGEST_ANSWER = 65_536
_START = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.stdin.readline()); runpy.run_path(sys.argv[1])['main']()"
)
_CHILD = str(Path(__file__).with_name("child.py"))
_WITHOUT = "The report could not be attached."
_OF_BROKEN_PIPES = (
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.DelimiterNotFound,
    anyio.EndOfStream,
    anyio.IncompleteRead,
)
_NEEDED_FROM_ENVIRONMENT = frozenset(
    {
        *("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),  # to start Python
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
        *("HOME", "LANG", "LC_ALL", "TEMP", "TMP", "TMPDIR", "TZ"),
    }
)
"""The variables that are passed on, in small letters, too; above all not the API key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: ``kind`` is one of Apprise's (info, success, warning, failure), ``attach`` are paths of files."""

    title: str
    body: str
    kind: str = "info"
    attach: tuple[str, ...] = ()


def apprise_is_there() -> bool:
    """Tell whether Apprise is installed; it is not imported, which would take a second."""
    return find_spec("apprise") is not None


async def deliver(message: Message, addresses: Sequence[Address], *, limit_s: float = LIMIT_S) -> tuple[Delivery, ...]:
    """Send a message to each address, and return what became of it, in the order of the addresses.

    Args:
        message: What is sent.
        addresses: To whom.
        limit_s: Seconds that an address may take from when its process is ready; then the process is killed.
    """
    answers: dict[int, Delivery] = {}
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def one(place: int, address: Address) -> None:
        async with limiter:
            answers[place] = await _deliver_one(message, address, limit_s)

    async with anyio.create_task_group() as tasks:
        for place, address in enumerate(addresses):
            tasks.start_soon(one, place, address)
    return tuple(answers[place] for place in sorted(answers))


async def _deliver_one(message: Message, address: Address, limit_s: float) -> Delivery:
    try:
        process = await open_process(
            [sys.executable, "-I", "-X", "utf8", "-c", _START, _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # so that Ctrl-C reaches only this process
        )
    except OSError:
        return _delivery(address, Answer.FAULT)
    try:
        return await _conversation(process, message, address, limit_s)
    except (OSError, ValueError, *_OF_BROKEN_PIPES):
        return _delivery(address, Answer.FAULT)
    finally:
        with anyio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.aclose()


def _environment() -> dict[str, str]:
    """Return the variables for a process; of the two libraries below Apprise, each reads another for certificates."""
    passed_on = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED_FROM_ENVIRONMENT}
    if certificates := passed_on.get("SSL_CERT_FILE"):
        passed_on.setdefault("REQUESTS_CA_BUNDLE", certificates)
    return passed_on


async def _conversation(process: Process, message: Message, address: Address, limit_s: float) -> Delivery:
    """Send the message to the process, and wait for its answers."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("The process has no pipes.")
    answers = BufferedByteReceiveStream(process.stdout)
    with anyio.move_on_after(_START_LIMIT_S):
        await process.stdin.send(_lines(sys.path, _job(message, address)))
        answer = await _answer(answers)
        if "answer" not in answer:  # it is ready
            with anyio.move_on_after(limit_s):
                return _in_words(address, await _answer(answers))
            return _delivery(address, Answer.CUT, limit_s=limit_s)
        return _in_words(address, answer)
    return _delivery(address, Answer.CUT, limit_s=_START_LIMIT_S)


def _job(message: Message, address: Address) -> Mapping[str, object]:
    return {
        "address": address.url,
        "title": message.title,
        "body": message.body,
        "kind": message.kind,
        "attach": [] if address.text_only else message.attach,
        "without": _WITHOUT,
    }


def _lines(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


async def _answer(answers: BufferedByteReceiveStream) -> Mapping[str, object]:
    answer = json.loads(await answers.receive_until(b"\n", _LONGEST_ANSWER))
    return answer if isinstance(answer, dict) else {}


def _in_words(address: Address, answer: Mapping[str, object]) -> Delivery:
    status = answer.get("status")
    return _delivery(address, Answer(str(answer.get("answer"))), status=status if isinstance(status, int) else None)


def _delivery(address: Address, answer: Answer, *, status: int | None = None, limit_s: float = 0) -> Delivery:
    return Delivery(
        address=address.shown,
        delivered=answer is Answer.DELIVERED,
        said=answer.said(status=status, limit_s=limit_s),
        repair=answer.repair,
    )
