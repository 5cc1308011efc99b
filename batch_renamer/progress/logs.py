"""The log of a run: what its lines are about, and where they go while a command works."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.progress.log_handlers import check_log_file, private_file, screen

__all__ = ["about", "level_of", "logging_to", "why_no_log"]


def about(*, on_screen: bool = False, **fields: object) -> dict[str, object]:
    """Return the ``extra`` of a record: the fields of its line that are not None.

    ``on_screen`` tells that its sentence is shown to people anyway, so that ``--verbose`` doesn't say it twice.

    Example:
        >>> about(run_id="k3f9", sheet=None)
        {'fields': {'run_id': 'k3f9'}, 'on_screen': False}
    """
    return {"fields": {name: value for name, value in fields.items() if value is not None}, "on_screen": on_screen}


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
def logging_to(file: Path | None, *, verbose: bool, secrets: list[str], must: bool = True) -> Iterator[None]:
    """Log to ``file`` (and, verbosely, to standard error) until the end of the block; ``secrets`` may still grow.

    If the file can't be opened, this is said on standard error and nothing is logged there, because the journal is
    enough to go on. The same is true of a file that holds something else, unless the log is a ``must``.

    Raises:
        SettingsError: the file holds something that is no log.
    """
    logger = logging.getLogger("batch_renamer")
    # Without any handler, Python would print warnings on standard error.
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if file is not None:
        try:
            handlers.append(private_file(file, secrets=secrets))
        except SettingsError as error:
            if must:
                raise
            _say_without_log(str(error))
        except OSError as error:
            _say_without_log(_cannot_be_written(file, error))
    if verbose:
        handlers.append(screen(secrets=secrets))
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


def why_no_log(file: Path) -> str:
    """Say why nothing can be logged to a file, as far as can be told without writing; "" if it can."""
    try:
        check_log_file(file)
    except SettingsError as error:
        return str(error)
    except OSError as error:
        return _cannot_be_written(file, error)
    return ""


def _cannot_be_written(file: Path, error: OSError) -> str:
    folder_missing = isinstance(error, FileNotFoundError) and not file.parent.exists()
    why = f"there is no folder {file.parent}" if folder_missing else error.strerror
    return f"The log file {file} can't be written: {why}."


def _say_without_log(sentence: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{sentence} This goes on without it.\n")
