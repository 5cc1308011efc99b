"""Logs the requests to the sandbox: each one when it arrives and when it is done.

The log has no key, only whether the request had one.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from batch_renamer.errors import SettingsError
from batch_renamer.files import open_regular
from batch_renamer.sandbox.pictures import free_preview_of, is_about_an_image

__all__ = ["LoggedRequest", "RequestLog"]


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request; the only value here that changes, once, when it is answered.

    ``at_s`` is its arrival by the sandbox's clock in seconds, ``wall_s`` in seconds since the epoch. ``order_id`` is
    ``None`` for the collection and for a path that points at nothing (``resolved`` is false then). ``status`` is
    ``None`` while there is no answer, and for ever if the connection was reset.
    """

    at_s: float
    wall_s: float
    method: str
    raw_path: str
    order_id: str | None
    resolved: bool
    has_key: bool
    user_agent: str
    fault: str = ""
    status: int | None = None


class RequestLog:
    """Keeps requests in the order they came, at most ``max_entries`` (the oldest go first; ``None``: all).

    ``path`` is a JSON-lines file (made 0600) that gets each request when it is finished with.

    Raises:
        SettingsError: the file can't be opened.
    """

    def __init__(self, *, max_entries: int | None = 500_000, path: Path | None = None) -> None:
        """Open the file, if there is to be one."""
        self._entries: deque[LoggedRequest] = deque(maxlen=max_entries)
        self._file = _open(path) if path is not None else None
        self._under_way = 0
        self.most_at_once = 0
        self.total = 0
        self.purchases = 0
        """How many requests asked for an image in a way that costs money."""

    def arrived(self, entry: LoggedRequest) -> None:
        """Take note of a request before anything is done about it."""
        self._entries.append(entry)
        self.total += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)

    def finished(self, entry: LoggedRequest) -> None:
        """Take note that a request was answered, or never will be."""
        if is_about_an_image(entry.raw_path) and (entry.method != "GET" or free_preview_of(entry.raw_path) is None):
            self.purchases += 1
        self._under_way -= 1
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry)) + "\n")

    def clear(self) -> None:
        """Forget the requests so far; the file keeps them."""
        self._entries.clear()
        self.most_at_once = self._under_way
        self.total = self.purchases = 0

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        """Return the number of requests kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[LoggedRequest]:
        """Go through the requests kept, the earliest first."""
        return iter(self._entries)


def _open(path: Path) -> TextIO:
    try:
        descriptor = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, devices=True)
    except OSError as error:
        raise SettingsError(
            f"The request log {path} can't be written ({error.strerror}); choose another file."
        ) from error
    # Line by line, so that who watches the file sees each request at once.
    return os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
