"""The command line: words enter, an exit code leaves. The work is done in `commands`, imported when it is wanted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
import typer.core

from batch_renamer.version import __version__
from batch_renamer.words import (
    API,
    INPUT,
    LIMITS,
    OUTPUT,
    PRACTICE,
    RESUMING,
    SANDBOX,
    SCREEN,
    WHERE,
    WRITING,
    RunToAudit,
    RunToFinish,
    RunToShow,
    RunToUndo,
    Spreadsheet,
    takes,
)

__all__ = ["app", "main"]


class _Group(typer.core.TyperGroup):
    """A group whose help option has a default: typer would import pydantic to make one of nothing (0.29.2)."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option


app = typer.Typer(
    name="batch-renamer",
    cls=_Group,
    help="Rename Autoenhance orders in bulk from a spreadsheet, and account for every row.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 all well, 1 some rows are bad, 2 unusable input, 3 key refused, 4 stopped early, "
        "5 another run is at work, 70 a fault."
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"batch-renamer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Rename Autoenhance orders in bulk from a spreadsheet, and account for every row."""


@app.command()
@takes(INPUT, OUTPUT, WHERE)
def check(file: Spreadsheet, **given: Any) -> None:
    """Read the spreadsheet and report every bad row; offline."""
    _exit(_commands().with_sheet("check", file, given))


@app.command()
@takes(INPUT, API, LIMITS, RESUMING, SANDBOX, OUTPUT, WHERE)
def plan(file: Spreadsheet, **given: Any) -> None:
    """The dry run: show old -> new for every row, and keep the plan. Nothing is renamed."""
    _exit(_commands().with_sheet("plan", file, given))


@app.command()
@takes(WRITING, INPUT, API, LIMITS, RESUMING, SANDBOX, OUTPUT, WHERE)
def apply(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The spreadsheet.", show_default=False)] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", help="Instead of FILE: commit exactly this kept plan.", metavar="ID")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen; the same as plan.")] = False,
    **given: Any,
) -> None:
    """Rename: read the orders' current names, show the plan, ask, rename, report."""
    if (file is None) == (plan is None) or (plan is not None and dry_run):
        raise typer.BadParameter("Give either a spreadsheet or --plan ID (and --dry-run only with a spreadsheet).")
    if plan is not None:
        _exit(_commands().apply_plan(plan, given))
    elif file is not None:
        _exit(_commands().with_sheet("plan" if dry_run else "apply", file, given))


@app.command()
@takes(WRITING, API, RESUMING, SANDBOX, OUTPUT, WHERE)
def resume(
    run: RunToFinish = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try the failed rows again, too.")] = False,
    **given: Any,
) -> None:
    """Finish an interrupted run: what it did not come to, and what may have been applied after reading it back."""
    _exit(_commands().resume(run, given, failed=failed))


@app.command()
@takes(WRITING, API, LIMITS, RESUMING, SANDBOX, OUTPUT, WHERE)
def undo(
    run: RunToUndo = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be put back.")] = False,
    **given: Any,
) -> None:
    """Put the old names of a run back, where the order still has the name that the run gave it."""
    _exit(_commands().undo(run, given, dry_run=dry_run))


@app.command()
@takes(API, SANDBOX, OUTPUT, WHERE)
def audit(run: RunToAudit = None, **given: Any) -> None:
    """Re-read the orders of a run and say which still have its names. Nothing is renamed."""
    _exit(_commands().audit(run, given))


@app.command()
@takes(PRACTICE, SCREEN, WHERE)
def runs(
    prune: Annotated[
        str | None, typer.Option("--prune", help="First forget runs older than an age (90d), or all but the newest N.")
    ] = None,
    **given: Any,
) -> None:
    """List past runs, newest first."""
    _exit(_commands().list_runs(given, prune=prune))


@app.command()
@takes(PRACTICE, SCREEN, WHERE)
def show(run: RunToShow = None, **given: Any) -> None:
    """Show one past run."""
    _exit(_commands().show_one(run, given))


@app.command()
@takes(PRACTICE, OUTPUT, WHERE)
def report(run: RunToShow = None, **given: Any) -> None:
    """Write the report of a past run again."""
    _exit(_commands().report_again(run, given))


@app.command()
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.", metavar="N")] = 0,
    orders: Annotated[int, typer.Option(help="How many orders to begin with.", metavar="N")] = 25,
    images: Annotated[int, typer.Option(help="Images of each order.", metavar="N")] = 3,
    faults: Annotated[
        str, typer.Option(help='What goes wrong: "5%", "429=2%,reset-after=1%", "outage=10-40".', metavar="FAULTS")
    ] = "none",
    limit: Annotated[str, typer.Option(help='Rate limit, such as "300/sliding".', metavar="LIMIT")] = "none",
    latency: Annotated[str, typer.Option(help='Delay of every answer, such as "100ms".', metavar="TIME")] = "none",
    orders_file: Annotated[Path | None, typer.Option(help="Keep the orders in this file.", metavar="FILE")] = None,
    log_file: Annotated[Path | None, typer.Option(help="Log every request to this file.", metavar="FILE")] = None,
) -> None:
    """Serve a local stand-in for the Orders API, with faults on request; stop it with Ctrl-C."""
    options = {"port": port, "orders": orders, "images": images, "faults": faults, "limit": limit, "latency": latency}
    _exit(_commands().run_sandbox(orders_file=orders_file, log_file=log_file, **options))


def _commands() -> Any:
    from batch_renamer import commands  # noqa: PLC0415 - heavy; --help does without it

    return commands


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        _let_go_of_lost_streams()


def _let_go_of_lost_streams() -> None:
    """Give up what nobody can read any more (a closed window, ``| head``): Python would exit 120 for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
