"""Why a workbook can't be read, as a code that the parent process turns into a sentence."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):  # noqa: N818 - a refusal, not an error of the program
    """The workbook can't be read; ``code`` says why, and ``row`` where, if it is about one row (counted from 1)."""

    def __init__(self, code: str, row: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
