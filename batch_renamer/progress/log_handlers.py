"""Where log records go, and how each is written: as a JSON line in a private file, or as a line on the screen."""

from __future__ import annotations

import errno
import json
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from batch_renamer.errors import SettingsError
from batch_renamer.files import FileIdentity, open_regular, read_regular
from batch_renamer.progress.log_fields import fields_of_every_line
from batch_renamer.settings import redact

__all__ = ["check_log_file", "private_file", "screen"]

_BEGINNING_BYTES = 65_536


def private_file(file: Path, *, secrets: list[str], troubles: list[str]) -> logging.Handler:
    """Return the handler that writes JSON lines to a log file (0600); ``troubles`` gets what goes wrong with it.

    Raises:
        SettingsError: the file holds something that is no log.
        OSError: it can't be opened.
    """
    _refuse_foreign_file(file)
    handler = _LogFile(file, troubles)
    handler.setFormatter(_JsonLines(secrets))
    return handler


def check_log_file(file: Path) -> None:
    """Find out whether a log file can be written, as far as can be told without making or changing it.

    Raises:
        SettingsError: the file holds something that is no log.
        OSError: it can't be opened or created.
    """
    _refuse_foreign_file(file)
    if file.exists():
        os.close(open_regular(file, os.O_WRONLY | os.O_APPEND, devices=True))
    elif not os.access(file.parent, os.W_OK):
        number = errno.EACCES if file.parent.is_dir() else errno.ENOENT
        raise OSError(number, os.strerror(number), str(file))


def screen(*, secrets: list[str]) -> logging.Handler:
    """Return the handler that writes lines for people to standard error."""
    handler = _Screen(sys.stderr)
    handler.setFormatter(_OnScreen(secrets))
    return handler


class _Redacting(logging.Formatter):
    """Removes secrets. No record should hold one; this is the last place where one is stopped."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(message)s")
        self._secrets = secrets

    def redact(self, text: str) -> str:
        return redact(text, self._secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))


class _JsonLines(_Redacting):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": self.redact(record.getMessage()),
        }
        # A line about a row can be found by these: its number, its order and its result.
        for name, value in {**fields_of_every_line(), **getattr(record, "fields", {})}.items():
            line[name] = self._without_secrets(value)
        if record.exc_info:
            line["traceback"] = self.redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)

    def _without_secrets(self, value: object) -> object:
        match value:
            case str():
                return self.redact(value)
            case Mapping():
                return {self.redact(str(name)): self._without_secrets(one) for name, one in value.items()}
            case list() | tuple():
                return [self._without_secrets(one) for one in value]
        return value


class _OnScreen(_Redacting):
    """One line for a person, in which texts of a spreadsheet or the API can't steer the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in super().format(record)
        )


class _Screen(logging.StreamHandler[TextIO]):
    """Standard error, until it is lost, such as a terminal that was closed."""

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        self.setLevel(logging.CRITICAL + 1)

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "on_screen", False):
            super().emit(record)


class _LogFile(logging.FileHandler):
    """Appends to the file that has the name of the log, also after another program has rotated it.

    It says once, on standard error, that the file can't be written, and lets the run go on. The usual way would be a
    traceback for each record, with arguments that were not redacted, and an error when closed.
    """

    def __init__(self, file: Path, troubles: list[str]) -> None:
        self._said = False
        self._troubles = troubles
        super().__init__(file, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        file = Path(self.baseFilename)
        descriptor = open_regular(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, devices=True)
        self._identity = FileIdentity(file)
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        if not self._identity.is_in_place():
            self._follow_name(record)
        super().emit(record)

    def _follow_name(self, record: logging.LogRecord) -> None:
        """Go on in the file that has the log's name now, made if there is none; else in the old one."""
        try:
            fresh = self._open()
        except OSError:
            self.handleError(record)
            return
        if self.stream is not None:
            self.stream.close()
        self.stream = fresh

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        self._say(sys.exc_info()[1])

    def close(self) -> None:
        try:
            super().close()
        except OSError as error:  # what is still buffered is written now
            self._say(error)

    def _say(self, error: BaseException | None) -> None:
        if self._said:
            return
        self._said = True
        why = getattr(error, "strerror", None) or type(error).__name__
        sentence = f"The log file {self.baseFilename} can't be written to its end: {why}."
        self._troubles.append(sentence)
        # Standard error may be lost as well; then there is no place to say it.
        with suppress(OSError):
            sys.stderr.write(f"{sentence}\n")


def _refuse_foreign_file(file: Path) -> None:
    """Refuse to append to a file that is no log: lines at the end of a spreadsheet, a key or a journal would damage it.

    Raises:
        SettingsError: the file holds something else.
    """
    try:
        beginning, _ = read_regular(file, limit_bytes=_BEGINNING_BYTES)
    except OSError:
        return  # not there yet, a device, or to be written only: opening it says what is wrong
    if beginning and not any(line.startswith(b'{"time": "') for line in beginning.splitlines()):
        raise SettingsError(
            f"The log file {file} holds something that is no log of batch-renamer; give another --log-file."
        )
