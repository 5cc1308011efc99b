"""The headings for commands and options in the help, in its order."""

from __future__ import annotations

__all__ = [
    "AFTER_A_RUN",
    "ARGUMENTS",
    "CODES",
    "COMMAND_GROUPS",
    "HELP",
    "NAMES",
    "NIGHTS",
    "OPTIONS",
    "OPTION_GROUPS",
    "OUTPUT",
    "PAST_RUNS",
    "PRACTISE",
    "RENAME",
    "ROWS",
    "SAFETY",
    "SET_UP",
    "SPEED",
    "SPREADSHEET",
    "WHERE",
]

RENAME = "Rename"
AFTER_A_RUN = "After a run"
PAST_RUNS = "Past runs"
NIGHTS = "Every night"
PRACTISE = "Practise"
SET_UP = "Set up"
COMMAND_GROUPS = (RENAME, AFTER_A_RUN, PAST_RUNS, NIGHTS, SET_UP, PRACTISE)

ARGUMENTS = "Arguments"
OPTIONS = "Options"
"""The heading for options that only one command has."""
SPREADSHEET = "Spreadsheet"
NAMES = "Make names"
ROWS = "Choose rows"
SPEED = "Speed"
SAFETY = "Safety"
OUTPUT = "Output"
WHERE = "Where"
HELP = "Help"
OPTION_GROUPS = (ARGUMENTS, OPTIONS, SPREADSHEET, NAMES, ROWS, SAFETY, OUTPUT, SPEED, WHERE, HELP)
CODES = "Exit codes"
