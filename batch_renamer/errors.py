"""The exceptions that end a run, each with its exit code. ``str()`` of one is a sentence for the user.

::

    BatchRenamerError             70  a fault in the program
    ├── InputError                 2  nothing was sent: the user's input can't be used
    │   ├── SheetError                the spreadsheet can't be read
    │   │   └── UnfinishedSheetError      it may still be being written, and no person is there to say
    │   ├── SettingsError             flags, environment or configuration are wrong
    │   ├── ReportTargetError         a report could never be written where it was asked for
    │   ├── WriteBackError            the results can't be written into the user's own spreadsheet
    │   └── NeverBeganError           the journal could not be opened, or not take the run's rows
    ├── KeyRefusedError            3  the API refused the key
    ├── StoppedEarlyError          4  the run ended before its last row, and can be taken up again
    │   ├── TooManyFailuresError
    │   ├── ApiUnavailableError
    │   ├── CertificateError
    │   ├── ProxyRefusedError         the proxy wants a password
    │   ├── JournalError              the journal can't be read or written (disk full, damaged)
    │   │   └── StateLostError            it was removed or replaced while the run was at work
    │   └── ReportWriteError          the report could not be written at the end
    ├── InterruptedRunError      128  plus the number of the signal that asked the run to stop
    ├── LockedError                5  another run holds the lock
    ├── ProblemsError              1  rows need a look, or were not reached; raised on request, in the library alone
    └── AccountingError           70  the totals of a run do not add up

What goes wrong with one row is a value (`model.RowProblem`, `model.Outcome`), never an exception of this tree.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping

__all__ = [
    "AccountingError",
    "ApiUnavailableError",
    "BatchRenamerError",
    "CertificateError",
    "InputError",
    "InterruptedRunError",
    "JournalError",
    "KeyRefusedError",
    "LockedError",
    "NeverBeganError",
    "ProblemsError",
    "ProxyRefusedError",
    "ReportTargetError",
    "ReportWriteError",
    "SettingsError",
    "SheetError",
    "StateLostError",
    "StoppedEarlyError",
    "TooManyFailuresError",
    "UnfinishedSheetError",
    "WriteBackError",
]


class BatchRenamerError(Exception):
    """The base class of every exception that ends a run; ``str()`` is one sentence for the user.

    Example:
        >>> SheetError("orders.csv is empty.").exit_code
        2
    """

    exit_code: int = 70


class InputError(BatchRenamerError):
    """The user's input can't be used; nothing was sent."""

    exit_code = 2


class SheetError(InputError):
    """The spreadsheet can't be read as rows of (order_id, new_name)."""


class UnfinishedSheetError(SheetError):
    """The spreadsheet may still be being written, and no person is there who could say that it is whole."""


class SettingsError(InputError):
    """Flags, environment or configuration are wrong; the text names every mistake."""


class ReportTargetError(InputError):
    """A report can't be written to the path that was given; found before the first request."""


class WriteBackError(InputError):
    """The results can't be written into the user's own spreadsheet, which stays as it is; the text says why.

    Example:
        >>> str(WriteBackError("The workbook is signed, and a change would break its signature."))
        'The workbook is signed, and a change would break its signature.'
    """


class NeverBeganError(InputError):
    """The journal could not be opened or could not store the run's rows: nothing was sent, and no run is left in it."""


class KeyRefusedError(BatchRenamerError):
    """The API refused the key (401, or nothing but 403)."""

    exit_code = 3


class StoppedEarlyError(BatchRenamerError):
    """The run ended before its last row; rows that were not sent are ``pending``."""

    exit_code = 4


class TooManyFailuresError(StoppedEarlyError):
    """More rows failed than ``max_failures`` allows."""


class ApiUnavailableError(StoppedEarlyError):
    """The API answered no request successfully for longer than ``patience_s``."""


class CertificateError(StoppedEarlyError):
    """The server's TLS certificate can't be verified; waiting would not help."""


class ProxyRefusedError(StoppedEarlyError):
    """The proxy wants another user name or password; waiting would not help."""


class JournalError(StoppedEarlyError):
    """The journal can't be read or written: disk full, damaged, or of a newer version."""


class StateLostError(JournalError):
    """The journal or a lock was removed or replaced while the run was at work.

    Example:
        >>> str(StateLostError("/state/locks/1.lock", journal=False)).partition(";")[0]
        '/state/locks/1.lock was removed or replaced while the run was at work'
    """

    def __init__(self, place: str, *, journal: bool) -> None:
        what = (
            "later commands don't know this run: it can't be resumed or undone. Keep its report: it has the old names"
            if journal
            else "without that lock another run could begin beside this one"
        )
        super().__init__(
            f"{place} was removed or replaced while the run was at work; {what}. "
            "Find out what cleans up that folder, or give another --state-dir."
        )


class RowsLeftError(StoppedEarlyError):
    """The user chose some of a run's rows, and the others are left for another time."""


class ReportWriteError(StoppedEarlyError):
    """A report could not be written after the run; the journal still holds it."""


_SIGNALS = {
    "SIGINT": "Stopped by Ctrl-C.",
    "SIGHUP": "The terminal was closed.",
    "SIGTERM": "Stopped by another program, or the system (SIGTERM).",
}


class InterruptedRunError(BatchRenamerError):
    """A signal asked the run to stop. Requests in flight were finished; rows that were not sent are ``pending``.

    Example:
        >>> InterruptedRunError(15).exit_code
        143
    """

    def __init__(self, signal_number: int) -> None:
        name = signal.Signals(signal_number).name
        super().__init__(_SIGNALS.get(name, f"Stopped by {name}."))
        self.exit_code = 128 + signal_number


class LockedError(BatchRenamerError):
    """Another run is renaming in this account and this state directory; ``who`` names it in a few words.

    Example:
        >>> str(LockedError("Run k3f9ab"))
        'Not started: run k3f9ab is at work in this account. Wait until it has ended, or give --wait SECONDS.'
    """

    exit_code = 5

    def __init__(self, who: str) -> None:
        super().__init__(
            f"Not started: {who[:1].lower()}{who[1:]} is at work in this account. "
            "Wait until it has ended, or give --wait SECONDS."
        )
        self.who = who


class ProblemsError(BatchRenamerError):
    """Rows of a run need a look, or were not reached; only `raise_for_problems` of the library raises it.

    ``counts`` has the number of rows by result. ``exit_code`` is that of the command line for such a run.

    Example:
        >>> ProblemsError("1 of 2 rows has a problem.", run_id="k3f9ab", counts={"renamed": 1, "failed": 1}).counts
        {'renamed': 1, 'failed': 1}
    """

    def __init__(self, text: str, *, run_id: str, counts: Mapping[str, int], exit_code: int = 1) -> None:
        super().__init__(text)
        self.run_id, self.counts, self.exit_code = run_id, counts, exit_code


class AccountingError(BatchRenamerError):
    """The results of a run do not add up to the rows of its spreadsheet."""
