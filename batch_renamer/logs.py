"""What goes to the log file: log records enter, JSON lines leave, private (0600) and without the key."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from batch_renamer.errors import SettingsError

__all__ = ["logging_to"]


class _Redacting(logging.Formatter):
    """No record should ever hold a secret; if one does all the same, it stops here."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__("%(message)s")
        self._secrets = secrets

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "********")
        return text

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))


class _JsonLines(_Redacting):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": self.redact(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = self.redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


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
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
        return logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        msg = f"The log file {file} can't be written: {error.strerror}."
        raise SettingsError(msg) from None
