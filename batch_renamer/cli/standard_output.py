"""Writing a result to standard output, and the errors for a result that can't be written there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from batch_renamer.errors import ReportWriteError

__all__ = ["OutputLostError", "ReaderGoneError", "output_lost", "to_standard_output"]


class ReaderGoneError(Exception):
    """The program that reads the result has ended (``| head``), so the command has nothing left to do."""


class OutputLostError(ReportWriteError):
    """The result could not be written to standard output."""


def output_lost(error: OSError) -> OutputLostError:
    """Return the error for a result of which standard output took only a part, or nothing."""
    return OutputLostError(f"The result could not be written to standard output: {error.strerror}.")


@contextmanager
def to_standard_output() -> Iterator[None]:
    """Wrap the writing of a result, in a command that does nothing else.

    Raises:
        ReaderGoneError: the program that reads it has ended.
        OutputLostError: it can't be written, for example because the disk is full.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise output_lost(error) from None
