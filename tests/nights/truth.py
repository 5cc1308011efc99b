"""What a night left and what it should have left enter; every difference, as a sentence, leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.nights.house import BEAT_SECRET, MAIL_SECRET, House, Seen, digests

__all__ = ["AGAIN", "Told", "differences"]

AGAIN = ("works again|a good night again",)
"""What the first good message after trouble says."""


_REPORT = re.compile(r"\.report-[^/]+\.(?:xlsx|html|csv|json)$")
_UNFINISHED = re.compile(r"\.(?:part|tmp|moving)$|/\.[^/]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one night should leave; words are regular expressions, without regard to case.

    ``done`` and ``problems`` are the files that were moved there in this night, ``stays`` those in the inbox after it.
    ``renamed`` are the orders with another name after it. ``message`` are words of the one message of this night;
    None: there is none. ``mail_only``: a webhook need not hear.
    ``two_nights``: another night began meanwhile. ``elsewhere``: requests went to another account.
    ``beats`` are the heartbeat's calls; None: a start, and an end with the exit code.
    """

    code: int | tuple[int, ...] = 0
    done: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    page: tuple[str, ...] = ()
    page_never: tuple[str, ...] = ()
    no_page: bool = False
    message: tuple[str, ...] | None = None
    message_never: tuple[str, ...] = ()
    mail_only: bool = False
    log: tuple[str, ...] = ()
    no_log: bool = False
    said: tuple[str, ...] = ()
    silent: bool = False
    beats: tuple[str, ...] | None = None
    may_send_again: bool = False
    no_reports: bool = False
    two_nights: bool = False
    elsewhere: bool = False


def differences(house: House, seen: Seen, told: Told, *, truth: Mapping[str, str | None]) -> list[str]:
    """Return all that is untrue or missing; ``truth`` is what the orders should be called now."""
    return [
        *_in_the_api(seen, told, truth),
        *_in_the_folder(house, seen, told),
        *_in_words(house, seen, told),
        *_by_programs(seen, told),
        *_secrets(house, seen),
    ]


def _in_the_api(seen: Seen, told: Told, truth: Mapping[str, str | None]) -> Iterator[str]:
    odd = [order for order in sorted(truth.keys() | seen.names.keys()) if seen.names.get(order) != truth.get(order)]
    if odd:
        order, more = odd[0], f" (and {len(odd) - 1} more)" if odd[1:] else ""
        yield f"order {order} is called {seen.names.get(order)!r}, not {truth.get(order)!r}{more}"
    for order, times in seen.patched.items():
        if order not in told.renamed:
            yield f"order {order} was sent, and nobody had asked"
        elif times > 1 and not told.may_send_again:
            yield f"order {order} was sent {times} times"


def _in_the_folder(house: House, seen: Seen, told: Told) -> Iterator[str]:
    new = {path for path in seen.after if path not in seen.before}
    for folder, names in (("done", told.done), ("problems", told.problems)):
        place = f"{folder}/{seen.began.date()}/"
        moved = {path.removeprefix(place) for path in new if path.startswith(place) and not _REPORT.search(path)}
        if moved != set(names):
            yield f"{place} got {sorted(moved)}, not {sorted(names)}"
        beside = [path for path in new if path.startswith(place) and _REPORT.search(path)]
        if names and not beside and not told.no_reports:
            yield f"there is no report beside the files in {place}"
    stay = {path for path in seen.after if "/" not in path}
    if stay != set(told.stays):
        yield f"the inbox holds {sorted(stay)}, not {sorted(told.stays)}"
    kept = Counter(
        digest for path, digest in seen.after.items() if not path.startswith("reports/") and not _REPORT.search(path)
    )
    if lost := house.put - kept:
        yield f"{lost.total()} of the spreadsheets that people have put there is lost: {lost}"
    more = Counter({digest: kept[digest] for digest in house.put}) - house.put
    if more:
        yield f"{more.total()} of the spreadsheets that people have put there is there twice"
    for path in sorted(new):
        if _UNFINISHED.search(path):
            yield f"{path} was left behind"
    snapshots = [path for path in digests(house.path("state")) if "snapshot" in path]
    if snapshots and not told.stays:
        yield f"snapshots were left behind: {snapshots}"


def _in_words(house: House, seen: Seen, told: Told) -> Iterator[str]:
    yield from _lacking("the page", seen.page, told.page)
    yield from _wrong("the page", seen.page, told.page_never)
    if bool(seen.page) is told.no_page:
        yield "there is a page of the night" if told.no_page else "there is no page of the night"
    wanted = [told.message] if told.message is not None else []
    for kind, texts in (("mail", seen.mails), ("webhook", seen.hooks)):
        if kind in house.addresses and len(texts) != len(wanted) and not (kind == "webhook" and told.mail_only):
            yield f"{len(texts)} messages by {kind}, not {len(wanted)}: {texts}"
        for text, words in zip(texts, wanted, strict=False):
            yield from _lacking(f"the {kind}", text, words)
            yield from _wrong(f"the {kind}", text, told.message_never)
    said = seen.ended.out + seen.ended.err
    yield from _lacking("what it printed", said, told.said)
    if told.silent and said:
        yield f"it printed {said!r}"
    if "Traceback" in said:
        yield f"it printed a traceback: {said}"


def _by_programs(seen: Seen, told: Told) -> Iterator[str]:
    codes = (told.code,) if isinstance(told.code, int) else told.code
    if seen.ended.code not in codes:
        yield f"exit code {seen.ended.code}, not {told.code}: {seen.ended.out}{seen.ended.err}"
    beats = told.beats if told.beats is not None else ("/start", f"/{seen.ended.code}" if seen.ended.code else "")
    if tuple(seen.beats) != beats:
        yield f"the heartbeat got {seen.beats}, not {list(beats)}"
    yield from _lacking("the log", seen.log_text, told.log)
    if bool(seen.log_text) is told.no_log:
        yield "the log has lines" if told.no_log else "the log has no line of this night"
    if not (told.no_log or told.two_nights or told.elsewhere or seen.ended.code < 0):
        yield from _in_figures(seen, told)
    for line in seen.log:
        if lacking := {"time", "level"} - line.keys():
            yield f"a line of the log lacks {lacking}: {line}"


def _in_figures(seen: Seen, told: Told) -> Iterator[str]:
    """Compare the figures of the log's last line and of Prometheus with what the API got."""
    said = seen.log[-1] if seen.log else {}
    for name, real in (("exit_code", seen.ended.code), ("requests", len(seen.requests))):
        if said.get(name) != real:
            yield f"the log says {name} {said.get(name)}, not {real}: {said.get('message')}"
        found = re.search(rf"^batch_renamer_nightly_{name}\{{.*\}} (.*)$", seen.metrics, re.MULTILINE)
        if found is None or float(found[1]) != real:
            yield f"the metrics say {name} {found and found[1]}, not {real}"
    renamed = (said.get("counts") or {}).get("renamed", 0)
    if renamed != len(told.renamed):
        yield f"the log says that {renamed} orders were renamed, not {len(told.renamed)}"


def _secrets(house: House, seen: Seen) -> Iterator[str]:
    printed = seen.ended.out + seen.ended.err + "".join(seen.mails + seen.hooks)
    own = {house.path("etc", "office.key"), house.path("etc", "notify.txt"), house.path("etc", "nightly.toml")}
    for secret in (house.key, MAIL_SECRET, BEAT_SECRET):
        if secret in printed:
            yield f"a secret is shown: {printed}"
        for path in _files(house.folder):
            if path not in own and secret.encode() in path.read_bytes():
                yield f"a secret is in {path.relative_to(house.folder)}"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _lacking(what: str, text: str, words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if not re.search(word, text, re.IGNORECASE | re.DOTALL):
            yield f"{what} does not say {word!r}: {text!r}"


def _wrong(what: str, text: str, words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if re.search(word, text, re.IGNORECASE | re.DOTALL):
            yield f"{what} says {word!r}: {text!r}"
