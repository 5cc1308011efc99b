"""The spreadsheet of a command as the source of a job's rows; the file is opened by the job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from batch_renamer.cli.session import Session
from batch_renamer.cli.standard_input import STANDARD_INPUT, copied, take_input
from batch_renamer.files import digest_of
from batch_renamer.jobs import SheetSource, load_options
from batch_renamer.loader import open_sheet
from batch_renamer.naming import NamingRules

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
    options = load_options(settings, unattended=settings.yes and not session.on_a_terminal)
    read_as = f"{replace(load_options(settings), allow_guessed_encoding=True)!r}{NamingRules.of(settings).as_text()}"
    return SheetSource(
        open=lambda stopped: open_sheet(file, options, stopped=stopped, label=label),
        path=file,
        digest=_digest(file, read_as),
        file_digest=_digest(file),
        read_as=read_as,
    )


def _digest(file: Path, read_as: str = "") -> str | None:
    """Return what tells whether a spreadsheet is the same as before; ``read_as`` is how it is read.

    Whether a person can be asked is no part of that, because it doesn't change what is read.
    """
    try:
        return digest_of(file, begin=read_as.encode())
    except (OSError, ValueError):
        return None  # The loader will say what is wrong with it.
