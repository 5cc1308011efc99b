"""The command line: words enter, an exit code leaves. The work is done in `commands`, imported when it is wanted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from batch_renamer.version import __version__
from batch_renamer.words import API, INPUT, OUTPUT, SANDBOX, WHERE, WRITING, Spreadsheet, takes

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
    epilog="Exit codes: 0 all well, 1 some rows are bad, 2 unusable input, 3 key refused, 4 stopped early, 70 a fault.",
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
    _run("check", file, given)


@app.command()
@takes(INPUT, API, SANDBOX, OUTPUT, WHERE)
def plan(file: Spreadsheet, **given: Any) -> None:
    """The dry run: show old -> new for every row. Nothing is renamed."""
    _run("plan", file, given)


@app.command()
@takes(WRITING, INPUT, API, SANDBOX, OUTPUT, WHERE)
def apply(
    file: Spreadsheet,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen; the same as plan.")] = False,
    **given: Any,
) -> None:
    """Rename: read the orders' current names, show the plan, ask, rename, report."""
    _run("plan" if dry_run else "apply", file, given)


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
    from batch_renamer.commands import run_sandbox  # noqa: PLC0415 - heavy

    raise typer.Exit(
        run_sandbox(
            port=port,
            orders=orders,
            images=images,
            faults=faults,
            limit=limit,
            latency=latency,
            orders_file=orders_file,
            log_file=log_file,
        )
    )


def _run(command: str, file: Path, given: dict[str, Any]) -> None:
    from batch_renamer.commands import run_command  # noqa: PLC0415 - heavy

    raise typer.Exit(run_command(command, file, given))


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
