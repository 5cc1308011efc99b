"""The address of a heartbeat service, and what is called there when a night begins, ends well, or fails.

A service notices by these calls that a night fails, or that none comes any more. Who knows the address can make such
calls, so it is treated like a secret: it is never shown or logged.

Services say in different ways which call it is. healthchecks.io and those that follow it take ``/start`` and an exit
code behind the address; the others that are known are listed in `_SERVICES`. For any other service the address itself
says where the words of the service go (checked on their documentation in 2026-11).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from batch_renamer.settings.address import is_loopback

__all__ = ["HeartbeatAddress"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_EXIT_CODE, _TEXT = "exit_code", "text"
_LIKE_HEALTHCHECKS = ("/start", "", "/{exit_code}")
_WITHOUT_START = (None, "", "/{exit_code}")
_KUMA_PATH = "/api/push/"
_SERVICES = {
    "nosnch.in": "s={exit_code}&m={text}",
    "cronitor.link": "state={run|complete|fail}&message={text}",
}
"""Services that take the state in the query, by their hosts; Uptime Kuma, which has any host, is known by its path."""

_KUMA_QUERY = "status={up|down}&msg={text}"
_NO_START_HOSTS = (".betterstack.com", ".betteruptime.com")
_NEAR_NAMES = (".corp", ".home", ".home.arpa", ".internal", ".intranet", ".lan", ".local", ".localdomain", ".svc")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatAddress:
    """What is called when a night begins, ends well, or fails; made by `parse`.

    ``host`` may be shown, the rest may not. ``posts``: the text about the night is the body of a POST. A service that
    is told the state in the query gets a GET.

    Example:
        >>> kuma = HeartbeatAddress.parse("https://kuma.example.com/api/push/T0k3n?status=up&msg=OK&ping=")
        >>> kuma.for_start("begins") is None, kuma.for_end(1, "2 failed")
        (True, 'https://kuma.example.com/api/push/T0k3n?status=down&msg=2%20failed')
        >>> HeartbeatAddress.parse("https://hc-ping.com/5f3a").for_end(4, "stopped")
        'https://hc-ping.com/5f3a/4'
    """

    host: str
    posts: bool
    given: str = field(repr=False)
    start: str | None = field(repr=False)
    success: str = field(repr=False)
    failure: str = field(repr=False)

    @classmethod
    def parse(cls, value: object) -> HeartbeatAddress:
        """Read an address as its service shows it, or with placeholders of the user.

        Raises:
            ValueError: it can't be used; the text continues a sentence after its name, and never shows it.
        """
        if isinstance(value, cls):
            return value
        parts = _checked(value)
        templates = _of_service(parts) if "{" not in str(value) else _of_placeholders(parts.geturl())
        start, success, failure = templates
        failure_query = urlsplit(failure).query
        return cls(
            host=parts.netloc,
            posts="{" not in failure_query and urlsplit(success).query == failure_query,
            given=str(value),
            start=start,
            success=success,
            failure=failure,
        )

    def for_start(self, text: str) -> str | None:
        """Return what is called when a night begins; None if the service takes no such call."""
        return None if self.start is None else _filled(self.start, exit_code="", text=text)

    def for_end(self, exit_code: int, text: str) -> str:
        """Return what is called when a night has ended."""
        return _filled(self.failure if exit_code else self.success, exit_code=str(exit_code), text=text)

    def __str__(self) -> str:
        return "set"


def _checked(value: object) -> SplitResult:
    if not isinstance(value, str) or not (text := value.strip()):
        raise ValueError("must be the address that the service shows")
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("must be plain ASCII without spaces or backslashes")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a usable address") from None
    if parts.scheme not in ("https", "http"):
        raise ValueError("must begin with https://")
    if "@" in parts.netloc:
        raise ValueError("must not hold a user name or password")
    if parts.fragment or not host or "{" in parts.netloc:
        raise ValueError("is not a usable address")
    if parts.scheme == "http" and not _is_near(host):
        # Who reads the address on the way could report good nights that never were.
        raise ValueError(
            "must begin with https://; plain http is only for a service in this network (an address such as"
            " 192.168.1.5, or a name such as kuma or kuma.lan)"
        )
    return parts


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine or one of a local network, as far as its name or address says."""
    try:
        return is_loopback(host) or ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_NEAR_NAMES)


def _of_service(parts: SplitResult) -> tuple[str | None, str, str]:
    """Return the addresses of start, success and failure for an address without placeholders."""
    host = parts.hostname or ""
    query = _KUMA_QUERY if _KUMA_PATH in parts.path else _SERVICES.get(host)
    if query is not None:
        own = {name for name, _ in parse_qsl(query)}
        others = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name not in own])
        return _of_placeholders(parts._replace(query="&".join(filter(None, (query, others)))).geturl())
    endings = _WITHOUT_START if host.endswith(_NO_START_HOSTS) else _LIKE_HEALTHCHECKS
    path = parts.path.rstrip("/")
    start, success, failure = (
        None if ending is None else parts._replace(path=path + ending).geturl() for ending in endings
    )
    return start, success or "", failure or ""


def _of_placeholders(address: str) -> tuple[str | None, str, str]:
    """Return the addresses of start, success and failure for one with placeholders."""
    choices = [found[1].split("|") for found in _PLACEHOLDER.finditer(address)]
    if any(sign in _PLACEHOLDER.sub("", address) for sign in "{}") or any(map(_is_unknown, choices)):
        raise ValueError(
            "has placeholders that are not known: there are {exit_code}, {text}, {GOOD|BAD} and"
            " {START|GOOD|BAD}, with the words of the service in place of the capitals"
        )

    def of_state(position: int) -> str:
        def word(found: re.Match[str]) -> str:
            words = found[1].split("|")
            return found[0] if len(words) == 1 else words[position]

        return _PLACEHOLDER.sub(word, address)

    takes_start = any(len(words) == 3 for words in choices) and all(len(words) != 2 for words in choices)
    return (of_state(-3) if takes_start else None), of_state(-2), of_state(-1)


def _is_unknown(words: list[str]) -> bool:
    return len(words) > 3 or (len(words) == 1 and words[0] not in (_EXIT_CODE, _TEXT))


def _filled(template: str, *, exit_code: str, text: str) -> str:
    return template.replace("{exit_code}", exit_code).replace("{text}", quote(text, safe=""))
