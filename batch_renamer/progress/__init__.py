"""What a person sees of a run: a bar or lines while it works, and a summary at its end; and what the log gets.

Everything that is shown is first a line of plain spans (`texts`), made without I/O; `output` alone prints them.
"""

from __future__ import annotations

from batch_renamer.progress.cutting import broken, cells_of, cut_middle
from batch_renamer.progress.every_row import every_row_lines
from batch_renamer.progress.headline import sentence_of
from batch_renamer.progress.live import Progress, make_progress
from batch_renamer.progress.log_fields import about, every_line
from batch_renamer.progress.logs import level_of, logging_to, why_no_log
from batch_renamer.progress.meanings import meanings_in_reports
from batch_renamer.progress.notebook import notebook_progress
from batch_renamer.progress.numbers import ranges
from batch_renamer.progress.output import at_words, is_live_terminal, show_lines, show_run
from batch_renamer.progress.paging import LinesForWidth, longer_than_screen, print_to_pager
from batch_renamer.progress.screen import run_lines
from batch_renamer.progress.spans import Line, Span, Style
from batch_renamer.progress.stage import Stage
from batch_renamer.progress.understood import understood_line
from batch_renamer.progress.view import NextStep, RunView
from batch_renamer.visible import visible

__all__ = [
    "Line",
    "LinesForWidth",
    "NextStep",
    "Progress",
    "RunView",
    "Span",
    "Stage",
    "Style",
    "about",
    "at_words",
    "broken",
    "cells_of",
    "cut_middle",
    "every_line",
    "every_row_lines",
    "is_live_terminal",
    "level_of",
    "logging_to",
    "longer_than_screen",
    "make_progress",
    "meanings_in_reports",
    "notebook_progress",
    "print_to_pager",
    "ranges",
    "run_lines",
    "sentence_of",
    "show_lines",
    "show_run",
    "understood_line",
    "visible",
    "why_no_log",
]
