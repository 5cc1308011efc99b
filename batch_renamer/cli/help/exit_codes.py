"""The exit codes in words, for the help and the manual; README has them in more detail."""

from __future__ import annotations

__all__ = ["EXIT_CODES"]

EXIT_CODES = (
    ("0", "All well."),
    ("1", "Some rows are bad."),
    ("2", "Unusable input, nothing was sent."),
    ("3", "The key was refused."),
    ("4", "Stopped early."),
    ("5", "Another run is at work in this account."),
    ("10", "With plan --exit-code: something would be renamed."),
    ("70", "A fault in the program."),
    ("129, 130, 143", "Stopped by a signal, such as Ctrl-C."),
    ("141", "The reader of the output has gone."),
)
