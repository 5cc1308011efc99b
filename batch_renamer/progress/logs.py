"""What goes to the log file: log records enter, JSON lines leave, private (0600) and without the key."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from batch_renamer.errors import SettingsError
from batch_renamer.files import open_regular, read_regular
from batch_renamer.settings import redact

__all__ = ["about", "level_of", "logging_to"]


def about(*, on_screen: bool = False, **fields: object) -> dict[str, object]:
    """Return what a record is about, as its ``extra``: fields of its line, those that are known.

    ``on_screen`` tells that its sentence is shown to people anyway, so that ``--verbose`` doesn't say it twice.

    Example:
        >>> about(run_id="k3f9", sheet=None)
        {'fields': {'run_id': 'k3f9'}, 'on_screen': False}
    """
    return {"fields": {name: value for name, value in fields.items() if value is not None}, "on_screen": on_screen}


def level_of(exit_code: int) -> int:
    """Return the level of a line about an end: a warning where rows are bad or it was stopped, an error otherwise.

    Example:
        >>> [logging.getLevelName(level_of(code)) for code in (0, 1, 4, 143)]
        ['INFO', 'WARNING', 'ERROR', 'WARNING']
    """
    if exit_code == 0:
        return logging.INFO
    return logging.WARNING if exit_code == 1 or exit_code > 128 else logging.ERROR


_BEGINNING_BYTES = 65_536


class _Redacting(logging.Formatter):
    """No record should ever hold a secret; if one does all the same, it stops here."""

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
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": self.redact(record.getMessage()),
        }
        # What a line about a row is to be found by: its number, its order and its result.
        for name, value in getattr(record, "fields", {}).items():
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
    """Standard error, as far as it is there: a terminal that has gone is no reason to say anything to it."""

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        self.setLevel(logging.CRITICAL + 1)

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "on_screen", False):
            super().emit(record)


class _LogFile(logging.FileHandler):
    """Says once, on standard error, that it can't be written, and lets the run go on.

    The usual way would be a traceback for each record, with arguments that were not redacted, and an error when closed.
    """

    _said = False

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
        # With standard error gone as well, nobody is left to be told.
        with suppress(OSError):
            sys.stderr.write(f"The log file {self.baseFilename} can't be written to its end: {why}.\n")


@contextmanager
def logging_to(file: Path | None, *, verbose: bool, secrets: list[str], must: bool = True) -> Iterator[None]:
    """Log to ``file`` (and, verbosely, to standard error) until the end of the block; ``secrets`` may still grow.

    A file that can't be opened is said on standard error, and nothing is logged there: what the journal keeps is enough
    to work with. So is one that holds something else, unless a log there is a ``must``.

    Raises:
        SettingsError: the file holds something that is no log.
    """
    logger = logging.getLogger("batch_renamer")
    # Without any handler, Python would print warnings on standard error.
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if file is not None:
        try:
            handlers.append(_private_file(file))
        except SettingsError as error:
            if must:
                raise
            _say_without_log(str(error))
        except OSError as error:
            folder_missing = isinstance(error, FileNotFoundError) and not file.parent.exists()
            why = f"there is no folder {file.parent}" if folder_missing else error.strerror
            _say_without_log(f"The log file {file} can't be written: {why}.")
        else:
            handlers[-1].setFormatter(_JsonLines(secrets))
    if verbose:
        handlers.append(_Screen(sys.stderr))
        handlers[-1].setFormatter(_OnScreen(secrets))
    for handler in handlers:
        logger.addHandler(handler)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagate
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def _say_without_log(sentence: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{sentence} This goes on without it.\n")


def _private_file(file: Path) -> logging.Handler:
    _refuse_foreign_file(file)
    os.close(open_regular(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, devices=True))
    return _LogFile(file, encoding="utf-8", errors="backslashreplace")


def _refuse_foreign_file(file: Path) -> None:
    """Refuse to append to what is no log: lines behind a spreadsheet, a key or a journal would damage it.

    Raises:
        SettingsError: the file holds something else.
    """
    try:
        beginning, _ = read_regular(file, limit_bytes=_BEGINNING_BYTES)
    except OSError:
        return  # not there yet, a device, or to be written only: opening it says what is wrong
    if beginning and not any(line.startswith(b'{"time": "') for line in beginning.splitlines()):
        msg = f"The log file {file} holds something that is no log of batch-renamer; give another --log-file."
        raise SettingsError(msg)
