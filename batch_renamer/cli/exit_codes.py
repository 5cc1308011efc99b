"""The exit codes in words, for the help and the manual; README's table says the same at more length."""

from __future__ import annotations

__all__ = ["EXIT_CODES", "in_one_sentence"]

EXIT_CODES = (
    ("0", "all well"),
    ("1", "some rows are bad"),
    ("2", "unusable input, nothing was sent"),
    ("3", "the key was refused"),
    ("4", "stopped early"),
    ("5", "another run is at work in this account"),
    ("70", "a fault in the program"),
    ("129, 130, 143", "stopped by a signal, such as Ctrl-C"),
    ("141", "the reader of the output has gone"),
)


def in_one_sentence() -> str:
    """Return the codes as the end of the help has them."""
    return f"Exit codes: {'; '.join(f'{code}: {meaning}' for code, meaning in EXIT_CODES)}."
