"""How typer reads the command line, and what it says of words that it can't read; the help is `help_page`'s."""

from __future__ import annotations

import difflib
import sys
from pathlib import PurePath
from typing import Any

import typer
import typer.core

from batch_renamer.cli.arguments import SHEET_ENDINGS
from batch_renamer.cli.at_words import terminal_width
from batch_renamer.cli.help.groups import HELP
from batch_renamer.cli.help.help_page import colour_wanted, page_of, shown, shown_start

__all__ = ["ProgramCommand", "ProgramGroup", "WrongWordsError"]

WrongWordsError: Any = typer.BadParameter.__base__  # ``UsageError``, which typer keeps to itself

_HELP_WORD = "help"


class _Helped:
    """What the program and its commands have in common: a page of help, and a hint where a word is wrong."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return typer's help option with a default: without one, typer would import pydantic (0.29.2)."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # the class beside this one has it
        if option is not None:
            option.default, option.help, option.rich_help_panel = False, "Show this page.", HELP
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page of this command."""
        ctx.color = colour_wanted(sys.stdout)
        formatter.write(shown(page_of(self, ctx), width=terminal_width(), colour=ctx.color))


class ProgramCommand(_Helped, typer.core.TyperCommand):
    """A command that says which word is too many: a shell may replace ``*.xlsx`` by many files."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of this command."""
        try:
            return super().parse_args(ctx, args)
        except WrongWordsError as error:
            _name_the_near_option(error)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command, unless a word is left over."""
        if ctx.args:
            taken = {"FILE": "one spreadsheet at a time; run it once for each", "ID": "one run at a time"}
            # Options name a file or a run, too, and say nothing of the words that a command takes.
            arguments = [param.metavar for param in self.params if param.param_type_name == "argument"]
            what = next((taken[name] for name in arguments if name in taken), "no such word")
            raise WrongWordsError(f"{self.name} takes {what}. Too many: {_listed(ctx.args)}.", ctx=ctx)
        return super().invoke(ctx)


class ProgramGroup(_Helped, typer.core.TyperGroup):
    """The program: what it says without arguments, and about a word that is no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words up to the command; none at all get the first page, and ``help COMMAND`` is understood."""
        if not args and not ctx.resilient_parsing:
            sys.stderr.write(shown_start(width=terminal_width(), colour=colour_wanted(sys.stderr)))
            raise typer.Exit(2)
        if args[:1] == [_HELP_WORD]:
            args = [*args[1:2], "--help"]
        try:
            return super().parse_args(ctx, args)
        except WrongWordsError as error:
            _name_the_near_option(error)
            self._say_where_an_option_goes(error, ctx)
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was typed; a spreadsheet alone is answered with what can be done with it."""
        if args[0] not in self.commands and PurePath(args[0]).suffix.lower() in SHEET_ENDINGS:
            raise WrongWordsError(f"Say what to do with {args[0]}: put check, plan or apply before it.", ctx=ctx)
        return super().resolve_command(ctx, args)

    def _say_where_an_option_goes(self, error: Any, ctx: Any) -> None:
        name = getattr(error, "option_name", None)
        taken_by = [word for word, one in self.commands.items() if name in _flags(one, ctx)]
        if taken_by:
            error.message, error.possibilities = f"{name}: goes after the command, as in {taken_by[0]} {name}.", None


def _flags(command: Any, ctx: Any) -> set[str]:
    return {flag for param in command.get_params(ctx) for flag in param.opts}


def _name_the_near_option(error: Any) -> None:
    """Suggest for an unknown option the one that was probably meant, instead of all with the same beginning."""
    known = getattr(error, "possibilities", None) or ()
    if near := difflib.get_close_matches(getattr(error, "option_name", ""), known, n=1):
        error.message, error.possibilities = f"{error.message}. Did you mean {near[0]}?", None


def _listed(words: list[str]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
