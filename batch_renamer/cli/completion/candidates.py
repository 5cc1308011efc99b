"""Shell completion: says what could come after the words typed so far. The shells' own part is in `shells/`.

A key press waits for this, so it reads typer's parameters without parsing a command line (that would import pydantic).
It creates nothing and contacts nothing, and says nothing when something is wrong.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import typer.main

from batch_renamer.cli.app import app
from batch_renamer.cli.arguments import SCHEDULERS, SHEET_ENDINGS
from batch_renamer.cli.completion.known import Given, profiles, runs

__all__ = ["Candidates", "complete"]

_REPORTS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class Candidates:
    """What could come next: words and what they mean, or files with certain endings (none: any), or folders.

    ``kind`` is ``words``, ``runs`` (words whose meaning must be seen to choose one), ``files`` or ``folders``.
    """

    kind: str = "words"
    words: tuple[tuple[str, str], ...] = ()
    endings: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what the scripts of the shells read: the kind, then a word and its meaning, or an ending, a line."""
        return [self.kind, *(f"{word}\t{meaning}" for word, meaning in self.words), *self.endings]


@dataclass(slots=True)
class _Typed:
    """The words of a command so far: its options with their values, and the option whose value is being typed."""

    options: dict[str, list[str]] = field(default_factory=dict)
    arguments: int = 0
    awaiting: Any = None
    only_arguments: bool = False


def complete(words: Sequence[str]) -> int:
    """Write for the script of a shell what could stand in place of the last word; return the exit code."""
    try:
        lines = candidates(words, os.environ).lines()
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except Exception:  # an error must not disturb the typing; the command itself reports it
        return 1
    return 0


def candidates(words: Sequence[str], environ: Mapping[str, str]) -> Candidates:
    """Return what could stand in place of the last word."""
    program: Any = typer.main.get_command(app)
    *before, typed = _joined(words)
    word = next((one for one in before if not one.startswith("-")), None)
    if word in (None, "help"):
        commands = tuple((name, _first_sentence(one.help)) for name, one in program.commands.items() if not one.hidden)
        return _beginning(typed, _options(program, _Typed()) if typed.startswith("-") else commands)
    command = program.commands.get(word)
    if command is None:
        return Candidates()
    return _of_command(command, before[before.index(str(word)) + 1 :], typed, environ)


def _joined(words: Sequence[str]) -> list[str]:
    """Return the words with ``--option=value`` as two words; bash makes three of it, a lone ``=`` among them."""
    made: list[str] = []
    for word in words or [""]:
        flag, sign, value = word.partition("=")
        if word == "=" and made and made[-1].startswith("--"):
            made.append("")
        elif made and made[-1] == "" and len(made) > 1 and made[-2].startswith("--"):
            made[-1] = word  # what stands after bash's "="
        elif sign and word.startswith("--"):
            made += [flag, value]
        else:
            made.append(word)
    return made


def _of_command(command: Any, before: Sequence[str], typed: str, environ: Mapping[str, str]) -> Candidates:
    seen = _read(command, before)
    given = {name: values[-1] for name, values in seen.options.items()}
    if seen.awaiting is not None:
        return _beginning(typed, _values(command, seen.awaiting, given, environ))
    if typed.startswith("-") and not seen.only_arguments:
        return _beginning(typed, _options(command, seen))
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    if seen.arguments < len(arguments):
        return _beginning(typed, _values(command, arguments[seen.arguments], given, environ))
    return _beginning(typed, _options(command, seen))


def _read(command: Any, before: Sequence[str]) -> _Typed:
    """Read the words of a command, as far as the next word depends on them."""
    by_flag = {flag: param for param in command.params for flag in param.opts if flag.startswith("-")}
    seen = _Typed()
    for word in before:
        if seen.awaiting is not None:
            seen.options.setdefault(seen.awaiting.name, []).append(word)
            seen.awaiting = None
        elif word == "--":
            seen.only_arguments = True
        elif word.startswith("-") and not seen.only_arguments:
            param = by_flag.get(word)
            if param is not None and param.is_flag:
                seen.options[param.name] = [word]
            else:
                seen.awaiting = param
        else:
            seen.arguments += 1
    return seen


def _options(command: Any, seen: _Typed) -> tuple[tuple[str, str], ...]:
    """Return the options that were not given yet."""
    left = [
        (max(param.opts, key=len), _first_sentence(param.help))
        for param in command.params
        if param.param_type_name == "option" and (param.multiple or param.name not in seen.options)
    ]
    return (*left, ("--help", "Show this page."))


def _values(
    command: Any, param: Any, given: Given, environ: Mapping[str, str]
) -> Candidates | tuple[tuple[str, str], ...]:
    """Return what an option or an argument can be, by its name or by what stands for it in the help."""
    if param.metavar == "ID":
        return Candidates("runs", runs(command.name if param.name == "run" else param.name, given, environ))
    if param.name in _BY_NAME:
        return _BY_NAME[param.name](given, environ)
    if param.metavar in _BY_METAVAR:
        return _BY_METAVAR[param.metavar]
    choices = [one for one in str(param.metavar).split("|") if re.fullmatch("[a-z]+", one)]
    return tuple((choice, "") for choice in choices)


_SPREADSHEETS = Candidates("files", endings=tuple(ending.removeprefix(".") for ending in SHEET_ENDINGS))
_BY_NAME: Mapping[str, Callable[[Given, Mapping[str, str]], Candidates | tuple[tuple[str, str], ...]]] = {
    "file": lambda *_: _SPREADSHEETS,
    "write_back": lambda *_: _SPREADSHEETS,
    "config": lambda *_: Candidates("files", endings=("toml",)),
    "profile": profiles,
    "command": lambda *_: (),
    "scheduler": lambda *_: tuple((one, "") for one in SCHEDULERS),
}
_BY_METAVAR: Mapping[str, Candidates] = {
    "FILE": Candidates("files"),
    "PATH": Candidates("files", endings=_REPORTS),
    "DIR": Candidates("folders"),
}


def _beginning(typed: str, found: Candidates | tuple[tuple[str, str], ...]) -> Candidates:
    """Return those of the words that begin with what was typed; for files the shell does this."""
    made = found if isinstance(found, Candidates) else Candidates(words=found)
    return Candidates(made.kind, tuple(one for one in made.words if one[0].startswith(typed)), made.endings)


def _first_sentence(text: str | None) -> str:
    return re.split(r"(?<=[.?!]) ", " ".join((text or "").split()), maxsplit=1)[0].rstrip(".")
