"""The log of a command: where its lines go while it works."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.progress.log_handlers import check_log_file, private_file, screen
from batch_renamer.progress.log_rotation import rotate_log

__all__ = ["level_of", "logging_to", "why_no_log"]


def level_of(exit_code: int) -> int:
    """Return the level of a line about an end: a warning where rows are bad or it was stopped, an error otherwise.

    10 is a dry run that would rename something, so nothing is wrong.

    Example:
        >>> [logging.getLevelName(level_of(code)) for code in (0, 10, 1, 4, 143)]
        ['INFO', 'INFO', 'WARNING', 'ERROR', 'WARNING']
    """
    if exit_code in (0, 10):
        return logging.INFO
    return logging.WARNING if exit_code == 1 or exit_code > 128 else logging.ERROR


@contextmanager
def logging_to(
    file: Path | None, *, verbose: bool, secrets: list[str], must: bool = True, keep_days: int | None = None
) -> Iterator[list[str]]:
    """Log to ``file`` (and, verbosely, to standard error) until the end of the block; ``secrets`` may still grow.

    Gives the sentences about what goes wrong with the log, of which there may be more at the end of the block. If the
    file can't be opened, this is said on standard error, too, and nothing is logged there, because the journal is
    enough to go on. The same is true of a file that holds something else, unless the log is a ``must``. ``keep_days``
    is for how many days the lines of earlier days are kept, each day in a file of its own (`rotate_log`).

    Raises:
        SettingsError: the file holds something that is no log.
    """
    logger = logging.getLogger("batch_renamer")
    # Without any handler, Python would print warnings on standard error.
    handlers: list[logging.Handler] = [logging.NullHandler()]
    troubles: list[str] = []
    if file is not None:
        try:
            handlers.append(_opened(file, secrets=secrets, troubles=troubles, keep_days=keep_days))
        except SettingsError as error:
            if must:
                raise
            _say_without_log(str(error), troubles)
        except OSError as error:
            _say_without_log(_cannot_be_written(file, error), troubles)
    if verbose:
        handlers.append(screen(secrets=secrets))
    for handler in handlers:
        logger.addHandler(handler)
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
    for trouble in troubles:
        logger.warning("%s", trouble)
    try:
        yield troubles
    finally:
        logger.setLevel(level)
        logger.propagate = propagate
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def why_no_log(file: Path) -> str:
    """Say why nothing can be logged to a file, as far as can be told without writing; "" if it can."""
    try:
        check_log_file(file)
    except SettingsError as error:
        return str(error)
    except OSError as error:
        return _cannot_be_written(file, error)
    return ""


def _opened(file: Path, *, secrets: list[str], troubles: list[str], keep_days: int | None) -> logging.Handler:
    check_log_file(file)
    try:
        rotate_log(file, keep_days=keep_days, now=time.time())
    except OSError as error:
        # The log can still be written, as a rule: to write to a file takes other rights than to rename it.
        troubles.append(f"The log file {file} can't be rotated: {error.strerror}. It grows until that is repaired.")
    return private_file(file, secrets=secrets, troubles=troubles)


def _cannot_be_written(file: Path, error: OSError) -> str:
    folder_missing = isinstance(error, FileNotFoundError) and not file.parent.exists()
    why = f"there is no folder {file.parent}" if folder_missing else error.strerror
    return f"The log file {file} can't be written: {why}."


def _say_without_log(sentence: str, troubles: list[str]) -> None:
    troubles.append(sentence)
    with suppress(OSError):
        sys.stderr.write(f"{sentence} This goes on without it.\n")
