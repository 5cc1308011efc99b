"""The command line: words enter, an exit code leaves. Each command has its module, imported when it is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
import typer.core

from batch_renamer.cli.options import (
    RunToAudit,
    RunToFinish,
    RunToShow,
    RunToUndo,
    SameAccount,
    Spreadsheet,
    with_options,
)
from batch_renamer.commands import APPLY, AUDIT, CHECK, PLAN, REPORT, RESUME, RUNS, SHOW, UNDO
from batch_renamer.version import __version__

__all__ = ["app"]

_WrongWords: Any = typer.BadParameter.__base__  # ``UsageError``, which typer keeps to itself


class _Group(typer.core.TyperGroup):
    """A group whose help option has a default: typer would import pydantic to make one of nothing (0.29.2)."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option


class _Command(typer.core.TyperCommand):
    """A command that says in a sentence what is one word too many: a shell makes many files of ``*.xlsx``."""

    allow_extra_args = True

    def invoke(self, ctx: Any) -> Any:
        if ctx.args:
            taken = {"FILE": "one spreadsheet at a time; run it once for each", "ID": "one run at a time"}
            what = next((taken[param.metavar] for param in self.params if param.metavar in taken), "no such word")
            msg = f"{self.name} takes {what}. Too many: {_listed(ctx.args)}."
            raise _WrongWords(msg, ctx=ctx)
        return super().invoke(ctx)


def _listed(words: list[str]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


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


@app.command(cls=_Command)
@with_options(CHECK)
def check(file: Spreadsheet, **given: object) -> None:
    """Read the spreadsheet and report every bad row; offline."""
    from batch_renamer.cli.check import check as run

    _exit(run(file, given))


@app.command(cls=_Command)
@with_options(PLAN)
def plan(file: Spreadsheet, **given: object) -> None:
    """The dry run: show old -> new for every row, and keep the plan. Nothing is renamed."""
    from batch_renamer.cli.apply import plan as run

    _exit(run(file, given))


@app.command(cls=_Command)
@with_options(APPLY)
def apply(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", readable=False, help="The spreadsheet.", show_default=False),
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", help="Instead of FILE: commit exactly this kept plan.", metavar="ID")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen; the same as plan.")] = False,
    **given: object,
) -> None:
    """Rename: read the orders' current names, show the plan, ask, rename, report."""
    if (file is None) == (plan is None) or (plan is not None and dry_run):
        raise _WrongWords("Give either a spreadsheet or --plan ID (and --dry-run only with a spreadsheet).")
    from batch_renamer.cli import apply as run

    if plan is not None:
        if given.get("sandbox_reset"):
            raise _WrongWords("--sandbox-reset would forget the plan that --plan names; leave it out.")
        _exit(run.apply_plan(plan, given))
    elif file is not None:
        _exit(run.plan(file, given) if dry_run else run.apply(file, given))


@app.command(cls=_Command)
@with_options(RESUME)
def resume(
    run: RunToFinish = None,
    failed: Annotated[bool, typer.Option("--failed", help="Try the failed rows again, too.")] = False,
    same_account: SameAccount = False,
    **given: object,
) -> None:
    """Finish an interrupted run: what it did not come to, and what may have been applied after reading it back."""
    from batch_renamer.cli.resume import resume as finish

    _exit(finish(run, given, failed=failed, same_account=same_account))


@app.command(cls=_Command)
@with_options(UNDO)
def undo(
    run: RunToUndo = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be put back.")] = False,
    same_account: SameAccount = False,
    **given: object,
) -> None:
    """Put the old names of a run back, where the order still has the name that the run gave it."""
    from batch_renamer.cli.undo import undo as put_back

    _exit(put_back(run, given, dry_run=dry_run, same_account=same_account))


@app.command(cls=_Command)
@with_options(AUDIT)
def audit(run: RunToAudit = None, same_account: SameAccount = False, **given: object) -> None:
    """Re-read the orders of a run and say which still have its names. Nothing is renamed."""
    from batch_renamer.cli.audit import audit as compare

    _exit(compare(run, given, same_account=same_account))


@app.command(cls=_Command)
@with_options(RUNS)
def runs(
    prune: Annotated[
        str | None, typer.Option("--prune", help="First forget runs older than an age (90d), or all but the newest N.")
    ] = None,
    dismiss: Annotated[
        str | None,
        typer.Option("--dismiss", help="First note that this interrupted run will not be finished.", metavar="ID"),
    ] = None,
    **given: object,
) -> None:
    """List past runs, newest first."""
    from batch_renamer.cli.runs import list_runs

    _exit(list_runs(given, prune=prune, dismiss=dismiss))


@app.command(cls=_Command)
@with_options(SHOW)
def show(run: RunToShow = None, **given: object) -> None:
    """Show one past run."""
    from batch_renamer.cli.show import show_one

    _exit(show_one(run, given))


@app.command(cls=_Command)
@with_options(REPORT)
def report(run: RunToShow = None, **given: object) -> None:
    """Write the report of a past run again."""
    from batch_renamer.cli.report import report_again

    _exit(report_again(run, given))


@app.command(cls=_Command)
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
    from batch_renamer.cli.sandbox import run_sandbox

    _exit(
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


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)
