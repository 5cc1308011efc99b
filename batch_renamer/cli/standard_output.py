"""The result on standard output, and what is raised where it can't be written there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from batch_renamer.errors import ReportWriteError

__all__ = ["OutputLostError", "ReaderGoneError", "output_lost", "to_standard_output"]


class ReaderGoneError(Exception):
    """The reader of the result has gone (``| head``), and the command would do nothing else."""


class OutputLostError(ReportWriteError):
    """The result could not be written to standard output."""


def output_lost(error: OSError) -> OutputLostError:
    """Say that standard output took not all of the result."""
    return OutputLostError(f"The result could not be written to standard output: {error.strerror}.")


@contextmanager
def to_standard_output() -> Iterator[None]:
    """Wrap writing the result of a command that only shows.

    Raises:
        ReaderGoneError: its reader has gone.
        OutputLostError: it can't be written.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise output_lost(error) from None
