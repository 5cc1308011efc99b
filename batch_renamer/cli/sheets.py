"""The spreadsheet of a command as the source of a job's rows; the file is opened by the job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from batch_renamer.cli.session import Session
from batch_renamer.cli.standard_input import STANDARD_INPUT, copied, take_input
from batch_renamer.jobs import SheetSource, source_of

__all__ = ["as_typed", "sheet_source"]

_LABEL = "standard input"


@contextmanager
def sheet_source(file: Path, session: Session) -> Iterator[SheetSource]:
    """Give a file, or what is piped in, as the source of the session's job.

    Raises:
        SettingsError: no person can be asked, and the command needs an answer.
        InputError: standard input can't be read.
    """
    if file != STANDARD_INPUT:
        session.needs_yes()
        yield _source(file, session)
        return
    piped = take_input()
    session.needs_yes()
    with copied(piped) as path:
        yield replace(_source(path, session, label=_LABEL), path=None)


def as_typed(file: Path) -> str | Path:
    """Return the file as it stands in a command line that is printed; a path alone would come out as ./-."""
    return str(file) if file == STANDARD_INPUT else file


def _source(file: Path, session: Session, *, label: str | None = None) -> SheetSource:
    settings = session.settings
    return source_of(file, settings, unattended=settings.yes and not session.on_a_terminal, label=label)
