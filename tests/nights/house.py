"""An office: its inbox, its account, its mailbox; and one night of it, from its start to what it has left."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import batch_renamer
from batch_renamer.sandbox import LoggedRequest, Sandbox, running
from tests.nights.pagetext import text_of
from tests.support import offline
from tests.support.command import KEY, Ended, Started, start
from tests.support.listeners import MailServer, WebServer, listening_for_mail, listening_on_the_web
from tests.support.offline import other_date

__all__ = ["BEAT_SECRET", "MAIL_SECRET", "ZONE", "House", "Seen", "body_of", "digests", "open_house"]

ZONE = "Europe/Berlin"
MAIL_SECRET = "mail-Pw-7731"
BEAT_SECRET = "5f0c7d1e-beat"
_FIRST_DAY = datetime.date(2027, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that a night left: what people and programs could see of it, and what the API really got."""

    began: datetime.datetime
    ended: Ended
    before: dict[str, str]
    after: dict[str, str]
    page: str
    month: str
    mails: list[str]
    attached: list[str]
    hooks: list[str]
    beats: list[str]
    log: list[dict[str, Any]]
    log_text: str
    metrics: str
    requests: list[LoggedRequest]
    names: dict[str, str | None]

    @property
    def patched(self) -> Counter[str]:
        """How often each order was renamed by an answered PATCH."""
        return Counter(str(one.order_id) for one in self.requests if one.method == "PATCH" and one.status == 200)


@dataclass(slots=True, kw_only=True)
class House:
    """The office. ``put`` are the spreadsheets that people have put into the inbox, by digest.

    ``line`` is the shell line of the scheduler; None: nights are forked, which takes less time. ``addresses`` are those
    of messages.
    """

    folder: Path
    sandbox: Sandbox
    base_url: str
    mail: MailServer
    hook: WebServer
    beat: WebServer
    day: datetime.date = _FIRST_DAY
    settings: dict[str, Any] = field(default_factory=dict)
    nightly: dict[str, Any] = field(default_factory=dict)
    key: str = KEY
    line: str | None = None
    addresses: tuple[str, ...] = ("mail", "webhook")
    put: Counter[str] = field(default_factory=Counter)
    nights: list[Seen] = field(default_factory=list)

    def path(self, *parts: str) -> Path:
        """Return a place in the office."""
        return self.folder.joinpath(*parts)

    @property
    def inbox(self) -> Path:
        """The folder of the spreadsheets; done, problems and reports are in it."""
        return self.path("share", "orders")

    @property
    def evening(self) -> datetime.datetime:
        """The evening before the next night, when people have put their spreadsheets into the inbox."""
        yesterday = self.day - datetime.timedelta(days=1)
        return datetime.datetime.combine(yesterday, datetime.time(17, 40), ZoneInfo(ZONE))

    def install(self) -> None:
        """Make the folders, the configuration, the key and the addresses of messages."""
        for parts in (("etc",), ("share", "orders"), ("log",), ("home",)):
            self.path(*parts).mkdir(parents=True, exist_ok=True)
        _private(self.path("etc", "office.key"), f"{self.key}\n")
        addresses = {
            "mail": f"mailto://nightly:{MAIL_SECRET}@127.0.0.1:{self.mail.port}"
            "?from=nightly@example.com&to=office@example.com&mode=insecure",
            "webhook": f"json://127.0.0.1:{self.hook.url.rpartition(':')[2]}/hook",
        }
        _private(self.path("etc", "notify.txt"), "".join(f"{addresses[name]}\n" for name in self.addresses))
        top = {
            "base_url": self.base_url,
            "rate": 2000,
            "state_dir": str(self.path("state")),
            "log_file": str(self.path("log", "nightly.jsonl")),
            "quiet": True,
            "no_progress": True,
        }
        nightly = {
            "inbox": str(self.inbox),
            **({"notify_file": "notify.txt"} if self.addresses else {}),
            "heartbeat_url": f"{self.beat.url}/ping/{BEAT_SECRET}",
            "metrics_file": str(self.path("log", "nightly.prom")),
        }
        text = _toml(top | self.settings)
        text += '\n[profiles.office]\napi_key_file = "office.key"\n\n[nightly]\n' + _toml(nightly | self.nightly)
        self.path("etc", "nightly.toml").write_text(text, encoding="utf-8")

    def put_in(self, name: str, content: bytes, *, at: datetime.datetime | None = None) -> Path:
        """Let a person put a spreadsheet into the inbox, in the evening unless said otherwise."""
        path = self.inbox / name
        path.write_bytes(content)
        self.put[_digest(content)] += 1
        return self.dated(path, at)

    def dated(self, path: Path, at: datetime.datetime | None = None) -> Path:
        """Give a file the time at which a person wrote it."""
        moment_s = (at or self.evening).timestamp()
        os.utime(path, (moment_s, moment_s))
        return path

    def taken_away(self, path: Path) -> bytes:
        """Let a person take a spreadsheet out of its folder."""
        content = path.read_bytes()
        path.unlink()
        self.put -= Counter([_digest(content)])
        return content

    def forget_done(self) -> None:
        """Let everything that was done before go, as the days of the configuration say."""
        for path, digest in digests(self.inbox).items():
            if path.startswith("done/") and digest in self.put:
                self.put -= Counter([digest])

    async def night(
        self,
        *words: str,
        at: tuple[int, int] = (3, 30),
        fold: int = 0,
        line: str | None = None,
        meanwhile: Callable[[], Awaitable[object]] | None = None,
        kill_after_s: float | None = None,
        failpoint: str = "",
        env: Mapping[str, str | None] | None = None,
        **how: Any,
    ) -> Seen:
        """Let the command run at this time of the next night, and look at what it has left; then the day passes.

        ``line`` is a shell line that starts it, as cron would; without, it is forked. ``meanwhile`` goes on beside it,
        until it ends.
        It is killed after ``kill_after_s``, or at a ``failpoint``.
        """
        began = self._moment(at).replace(fold=fold)
        now_s = time.time()
        shift_s = began.timestamp() - now_s
        before, heard = digests(self.inbox), self._heard()
        log_size = _size(self.path("log", "nightly.jsonl"))
        if failpoint:
            how["prelude"] = f"from tests.support.failpoints import arm\narm({failpoint!r})"
        if not words and not failpoint:
            line = line or self.line
        async with self._started(words or self.words, line=line, shift_s=shift_s, env=env, **how) as run:
            beside = asyncio.ensure_future(meanwhile()) if meanwhile is not None else None
            if kill_after_s is not None:
                await asyncio.sleep(kill_after_s)
                run.process.kill()
            ended = await run.ended()
            if beside is not None:
                if not beside.done():
                    beside.cancel()
                await asyncio.wait([beside])
                if not beside.cancelled():
                    beside.result()
        other_date.settle(self.folder, now_s=now_s, shift_s=shift_s)
        seen = self._seen(began, ended, before, heard, log_size)
        self.nights.append(seen)
        self.day += datetime.timedelta(days=1)
        return seen

    @property
    def words(self) -> tuple[str, ...]:
        """The words that begin a night."""
        return "nightly", "--config", str(self.path("etc", "nightly.toml")), "--profile", "office"

    async def beside(self, *, hours: float) -> Ended:
        """Let another night begin so much later, while one is at work; return its end."""
        shift_s = self._moment((3, 30)).timestamp() + hours * 3_600 - time.time()
        async with self._started(self.words, shift_s=shift_s) as run:
            return await run.ended()

    async def ask(self, *words: str, at: tuple[int, int] = (8, 0)) -> Ended:
        """Let a person or a program call another command, on the day of the last night at this time."""
        shift_s = (self._moment(at) - datetime.timedelta(days=1)).timestamp() - time.time()
        async with self._started((*words, *self.words[1:]), shift_s=shift_s) as run:
            return await run.ended()

    async def cron_line(self) -> str:
        """Return what cron hands to a shell of the line that `schedule cron` prints for this office."""
        printed = await self.ask("schedule", "cron")
        [line] = [line for line in printed.out.splitlines() if re.match("[0-9]", line)]
        return re.split(r"(?<!\\)%", line.split(maxsplit=5)[5])[0].replace(r"\%", "%")

    def _moment(self, at: tuple[int, int]) -> datetime.datetime:
        return datetime.datetime.combine(self.day, datetime.time(*at), ZoneInfo(ZONE))

    def _started(
        self,
        words: Sequence[str],
        *,
        shift_s: float,
        line: str | None = None,
        env: Mapping[str, str | None] | None = None,
        **how: Any,
    ) -> AbstractAsyncContextManager[Started]:
        given = {name: value for name, value in (self._bare(shift_s) | dict(env or {})).items() if value is not None}
        if line is not None:
            return start("-c", line, cwd=self.path("home"), env=given, program=["/bin/sh"], **how)
        return start(*words, cwd=self.path("home"), env=given, **how)

    def _bare(self, shift_s: float) -> dict[str, str | None]:
        """Return what cron gives to a command, and what a test needs: the guard, the program and the date."""
        guard = (offline.__path__[0], Path(batch_renamer.__file__).parents[1])
        return {
            "HOME": str(self.path("home")),
            "LOGNAME": "batch-renamer",
            "SHELL": "/bin/sh",
            "PATH": "/usr/bin:/bin",
            "TZ": ZONE,
            "PYTHONPATH": os.pathsep.join(map(str, guard)),
            other_date.SHIFT: str(shift_s),
        }

    def _heard(self) -> tuple[int, int, int, int]:
        return len(self.mail.mails), len(self.hook.heard), len(self.beat.heard), len(self.sandbox.log)

    def _seen(
        self,
        began: datetime.datetime,
        ended: Ended,
        before: dict[str, str],
        heard: tuple[int, int, int, int],
        log_size: int,
    ) -> Seen:
        mails, hooks, beats, requests = heard
        log_text = _text(self.path("log", "nightly.jsonl"))
        new_log = log_text.encode()[log_size if log_size <= len(log_text.encode()) else 0 :].decode()
        reports = self.inbox / "reports"
        return Seen(
            began=began,
            ended=ended,
            before=before,
            after=digests(self.inbox),
            page=text_of(_text(reports / str(began.date()) / "index.html")),
            month=text_of(_text(reports / "index.html")),
            mails=[f"{mail['Subject']}\n{body_of(mail)}" for mail in self.mail.mails[mails:]],
            attached=[
                part.get_filename() or "" for mail in self.mail.mails[mails:] for part in mail.iter_attachments()
            ],
            hooks=[one.body for one in self.hook.heard[hooks:]],
            beats=[f"{one.path.removeprefix(f'/ping/{BEAT_SECRET}')}" for one in self.beat.heard[beats:]],
            log=[json.loads(line) for line in new_log.splitlines()],
            log_text=new_log,
            metrics=_text(self.path("log", "nightly.prom")),
            requests=list(self.sandbox.log)[requests:],
            names=self.sandbox.store.names(),
        )


@asynccontextmanager
async def open_house(folder: Path, orders: Mapping[str, str], **more: Any) -> AsyncIterator[House]:
    """Open an office whose account has these orders, for as long as the block lasts; ``more`` are fields of `House`."""
    sandbox = Sandbox(api_key=KEY)
    sandbox.store.seed_many(orders.items())
    async with (
        running(sandbox) as base_url,
        listening_for_mail() as mail,
        listening_on_the_web() as hook,
        listening_on_the_web() as beat,
    ):
        house = House(folder=folder, sandbox=sandbox, base_url=base_url, mail=mail, hook=hook, beat=beat, **more)
        house.install()
        yield house


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): _digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")


def _toml(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def body_of(mail: EmailMessage) -> str:
    """Return the text of a mail as a person reads it."""
    body = mail.get_body(preferencelist=("plain", "html"))
    text: str = body.get_content() if body is not None else ""
    return text_of(text) if "<" in text else text
