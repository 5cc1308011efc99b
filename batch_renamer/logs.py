"""What goes to the log file: log records enter, JSON lines leave, private (0600) and without the key."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.files import open_regular
from batch_renamer.redaction import redact

__all__ = ["logging_to"]


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
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": self.redact(record.getMessage()),
        }
        # What a line about a row is to be found by: its number, its order and its result.
        for name, value in getattr(record, "fields", {}).items():
            line[name] = self.redact(value) if isinstance(value, str) else value
        if record.exc_info:
            line["traceback"] = self.redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


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
def logging_to(file: Path | None, *, verbose: bool, secrets: list[str]) -> Iterator[None]:
    """Log to ``file`` (and, verbosely, to standard error) until the end of the block; ``secrets`` may still grow.

    Raises:
        SettingsError: the file can't be written.
    """
    logger = logging.getLogger("batch_renamer")
    # Without any handler, Python would print warnings on standard error.
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if file is not None:
        handlers.append(_private_file(file))
        handlers[-1].setFormatter(_JsonLines(secrets))
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[-1].setFormatter(_Redacting(secrets))
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


def _private_file(file: Path) -> logging.Handler:
    try:
        os.close(open_regular(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, devices=True))
        return _LogFile(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        msg = f"The log file {file} can't be written: {error.strerror}."
        raise SettingsError(msg) from None
