"""A page enters; what went wrong in it leaves: errors of its console, of its scripts and of its content policy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError

__all__ = ["Watched", "watch"]

_SERVER_HAS_ENDED = re.compile(
    r"net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)\b"
)
"""A test ends its server before its page is closed. What the page asks for in between says nothing about the page."""


@dataclass(slots=True, kw_only=True)
class Watched:
    """What went wrong in the pages of a context, and which addresses they asked for."""

    faults: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    _allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect faults whose text has this pattern: the test is about them."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """The faults that the test does not expect."""
        expected = (_SERVER_HAS_ENDED, *self._allowed)
        return [fault for fault in self.faults if not any(pattern.search(fault) for pattern in expected)]


def watch(context: BrowserContext) -> Watched:
    """Watch every page that the context opens."""
    watched = Watched()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):  # a breach of the content policy is among them
            watched.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_error(error: WebError) -> None:
        watched.faults.append(f"uncaught: {error.error}")

    def on_request(request: Request) -> None:
        watched.addresses.append(request.url)

    def on_page(page: Page) -> None:
        page.on("crash", lambda crashed: watched.faults.append(f"crashed: {crashed.url}"))

    context.on("console", on_console)
    context.on("weberror", on_error)
    context.on("request", on_request)
    context.on("page", on_page)
    return watched
