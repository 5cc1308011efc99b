"""The commands of the command line and their options. Each command has its module, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from batch_renamer.cli.arguments import (
    SCHEDULERS,
    DoneFolder,
    Inbox,
    NewSpreadsheet,
    ProblemsFolder,
    ReportsFolder,
    RunToAudit,
    RunToFinish,
    RunToShow,
    RunToUndo,
    Scheduler,
    Spreadsheet,
    SpreadsheetOrPlan,
)
from batch_renamer.cli.help.groups import (
    AFTER_A_RUN,
    HELP,
    NIGHTS,
    OUTPUT,
    PAST_RUNS,
    PRACTISE,
    RENAME,
    ROWS,
    SAFETY,
    SET_UP,
    SPREADSHEET,
)
from batch_renamer.cli.options import SameAccount, with_options
from batch_renamer.cli.parsing import ProgramCommand, ProgramGroup, WrongWordsError
from batch_renamer.commands import (
    APPLY,
    AUDIT,
    CHECK,
    DOCTOR,
    EXPORT,
    INIT,
    MAKING_NAMES,
    NIGHTLY,
    NOTIFY,
    PLAN,
    REPORT,
    RESUME,
    RUNS,
    SCHEDULE,
    SHOW,
    STATUS,
    UNDO,
    WEB,
)
from batch_renamer.version import __version__

__all__ = ["app"]

F = TypeVar("F", bound=Callable[..., Any])

app = typer.Typer(
    name="batch-renamer",
    cls=ProgramGroup,
    help="Rename Autoenhance orders in bulk from a spreadsheet, and account for every row.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _command(group: str) -> Callable[[F], F]:
    """Make a function a command of its name, in a group of the help, which says its docstring."""
    return app.command(cls=ProgramCommand, rich_help_panel=group)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"batch-renamer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", help="Print the version.", callback=_print_version, is_eager=True, rich_help_panel=HELP
        ),
    ] = False,
) -> None:
    """Rename Autoenhance orders in bulk from a spreadsheet, and account for every row."""


@_command(RENAME)
@with_options(CHECK)
def check(file: Spreadsheet, **given: object) -> None:
    """Read the spreadsheet and say which rows are bad. It needs no key and sends nothing."""
    from batch_renamer.cli.commands.check import check as run

    _exit(run(file, given))


@_command(RENAME)
@with_options(PLAN)
def plan(
    file: Spreadsheet,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help="Exit with 10 where something would be renamed; 0 then means nothing to do.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    **given: object,
) -> None:
    """Show the old and the new name of each row, and keep the plan. Nothing is renamed."""
    from batch_renamer.cli.commands.apply import plan as run

    _exit(run(file, given, tells_changes=exit_code))


@_command(RENAME)
@with_options(APPLY)
def apply(
    file: SpreadsheetOrPlan = None,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            help="Instead of FILE: do exactly this kept plan, without what was unchecked in the browser; "
            "latest: the newest one.",
            metavar="ID",
            rich_help_panel=SPREADSHEET,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Rename nothing, only show: the same as plan.", rich_help_panel=SAFETY)
    ] = False,
    **given: object,
) -> None:
    """Read the orders' current names, show the plan, ask, rename, and write a report."""
    if (file is None) == (plan is None) or (plan is not None and dry_run):
        raise WrongWordsError("Give either a spreadsheet or --plan ID (and --dry-run only with a spreadsheet).")
    from batch_renamer.cli.commands import apply as run

    if plan is not None:
        if given.get("where"):
            raise WrongWordsError(
                "--where chooses rows of a spreadsheet when it is planned; choose rows of a plan by --only or --except."
            )
        if given.get("sandbox_reset"):
            raise WrongWordsError("--sandbox-reset would forget the plan that --plan names; leave it out.")
        if making := [name for name in MAKING_NAMES if given.get(name)]:
            flag = f"--{making[0].replace('_', '-')}"
            raise WrongWordsError(f"The plan that --plan names has its new names already; leave {flag} out.")
        _exit(run.apply_plan(plan, given))
    elif file is not None:
        _exit(run.plan(file, given) if dry_run else run.apply(file, given))


@_command(RENAME)
@with_options(EXPORT)
def export(
    file: NewSpreadsheet = None,
    *,
    name_contains: Annotated[
        str | None,
        typer.Option("--name-contains", help="Only orders with this text in their names, in any case.", metavar="TEXT"),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Only orders created on this day or later (2026-11-01), or in the last days or weeks (14d, 8w).",
            metavar="DATE|AGE",
        ),
    ] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="Only orders with this status, such as processed.", metavar="STATUS")
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            help="Sort by name or date; -name and -date: backwards. Without it: newest first.",
            metavar="name|date",
        ),
    ] = None,
    limit: Annotated[str | None, typer.Option("--limit", help="Only the first N orders.", metavar="N")] = None,
    template: Annotated[
        bool,
        typer.Option("--template", help="Instead: an empty spreadsheet with an example row. It needs no key."),
    ] = False,
    **given: object,
) -> None:
    """Write the account's orders into a new spreadsheet, ready to fill in. Nothing is renamed."""
    from batch_renamer.cli.commands import export as run

    chosen = run.Chosen(name_contains=name_contains, since=since, status=status, sort=sort, limit=limit)
    if not template:
        _exit(run.export(file, given, chosen))
    if chosen:
        raise WrongWordsError(f"A template has no orders to choose from: leave out {chosen.words()[0]}.")
    _exit(run.export_template(file, given))


@_command(NIGHTS)
@with_options(NIGHTLY)
def nightly(
    *,
    inbox: Inbox = None,
    done: DoneFolder = None,
    problems: ProblemsFolder = None,
    reports: ReportsFolder = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Instead: say whether a night could begin, as this user. Nothing is renamed or sent."
        ),
    ] = False,
    **given: object,
) -> None:
    """Rename the orders of every spreadsheet in a folder, unattended, and say in the morning what happened."""
    from batch_renamer.cli.commands import nightly as night

    folders = {"inbox": inbox, "done": done, "problems": problems, "reports": reports}
    _exit(night.check_night(given, folders) if check else night.nightly(given, folders))


@_command(NIGHTS)
@with_options(SCHEDULE)
def schedule(
    scheduler: Scheduler = None,
    *,
    inbox: Inbox = None,
    done: DoneFolder = None,
    problems: ProblemsFolder = None,
    reports: ReportsFolder = None,
    at: Annotated[str, typer.Option("--at", help="The time of day, local.", metavar="HH:MM")] = "03:30",
    image: Annotated[
        str | None, typer.Option("--image", help="For kubernetes: the image, as the cluster finds it.", metavar="NAME")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Print it even if no night could begin here.")] = False,
    **given: object,
) -> None:
    """Print the file that makes a scheduler start the nights of this configuration."""
    from batch_renamer.cli.commands.schedule import schedule as run

    if scheduler not in SCHEDULERS:
        raise WrongWordsError(f"There are files for {', '.join(SCHEDULERS)}. Name one of them.")
    folders = {"inbox": inbox, "done": done, "problems": problems, "reports": reports}
    _exit(run(scheduler, given, folders, at=at, image=image, anyway=anyway))


@_command(RENAME)
@with_options(WEB)
def web(
    *,
    port: Annotated[int, typer.Option("--port", help="The port on 127.0.0.1; 0 takes any free one.", metavar="N")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Start no browser; the link is printed.")] = False,
    idle: Annotated[
        float | None,
        typer.Option(
            "--idle", help="End by itself when no page is open and no run at work for so long.", metavar="SECONDS"
        ),
    ] = None,
    **given: object,
) -> None:
    """Open a page in the browser: choose a spreadsheet, look at every new name, rename, and undo it."""
    from batch_renamer.cli.commands.web import serve_page

    _exit(serve_page(given, port=port, idle_s=idle, opens=not no_open))


@_command(AFTER_A_RUN)
@with_options(RESUME)
def resume(
    run: RunToFinish = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Try the failed rows again, too.", rich_help_panel=ROWS)
    ] = False,
    same_account: SameAccount = False,
    **given: object,
) -> None:
    """Finish an interrupted run. Orders that may have been renamed are read first."""
    from batch_renamer.cli.commands.resume import resume as finish

    _exit(finish(run, given, failed=failed, same_account=same_account))


@_command(AFTER_A_RUN)
@with_options(UNDO)
def undo(
    run: RunToUndo = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Rename nothing, only show what would be put back.", rich_help_panel=SAFETY),
    ] = False,
    same_account: SameAccount = False,
    **given: object,
) -> None:
    """Put the old names of a run back, where the order still has the name that the run gave it."""
    from batch_renamer.cli.commands.undo import undo as put_back

    _exit(put_back(run, given, dry_run=dry_run, same_account=same_account))


@_command(AFTER_A_RUN)
@with_options(AUDIT)
def audit(run: RunToAudit = None, same_account: SameAccount = False, **given: object) -> None:
    """Read the orders of a run again and say which still have its names. Nothing is renamed."""
    from batch_renamer.cli.commands.audit import audit as compare

    _exit(compare(run, given, same_account=same_account))


@_command(PAST_RUNS)
@with_options(RUNS)
def runs(
    *,
    limit: Annotated[str | None, typer.Option("--limit", help="List only the newest N runs.", metavar="N")] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order", help="List only the runs that had this order, and what became of it.", metavar="ORDER-ID"
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(
            "--file", help="List only the runs of spreadsheets with this text in their names.", metavar="TEXT"
        ),
    ] = None,
    prune: Annotated[
        str | None,
        typer.Option(
            "--prune",
            help="First forget runs older than this (90d, 12h, 8w), or all but the newest N. On a terminal it asks.",
            metavar="AGE|N",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --prune: ask no question.", rich_help_panel=SAFETY)] = False,
    dismiss: Annotated[
        str | None,
        typer.Option(
            "--dismiss",
            help="First note that this interrupted run will not be finished, so that no message reminds of it.",
            metavar="ID",
        ),
    ] = None,
    **given: object,
) -> None:
    """List past runs, newest first, those of a night below its line."""
    from batch_renamer.cli.commands.runs import Chosen, list_runs

    chosen = Chosen(limit=limit, order=order, file=file)
    _exit(list_runs(given, prune=prune, dismiss=dismiss, chosen=chosen, yes=yes))


@_command(PAST_RUNS)
@with_options(SHOW)
def show(run: RunToShow = None, **given: object) -> None:
    """Show one past run with each of its rows."""
    from batch_renamer.cli.commands.show import show_one

    _exit(show_one(run, given))


@_command(PAST_RUNS)
@with_options(REPORT)
def report(
    run: RunToShow = None,
    write_back: Annotated[
        Path | None,
        typer.Option(
            "--write-back",
            help="Instead of a report: write the results into this spreadsheet, which has the rows of the run.",
            metavar="FILE",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    **given: object,
) -> None:
    """Write the report of a past run again."""
    from batch_renamer.cli.commands import report as again

    _exit(again.report_again(run, given) if write_back is None else again.write_back(run, write_back, given))


@_command(PAST_RUNS)
@with_options(STATUS)
def status(
    *,
    max_age: Annotated[
        str,
        typer.Option(
            "--max-age", help="How old the last night may be (26h, 2d), and a file that waits.", metavar="AGE"
        ),
    ] = "26h",
    inbox: Annotated[
        Path | None,
        typer.Option("--inbox", help="The nights of this inbox. Without it: the one of [nightly].", metavar="DIR"),
    ] = None,
    **given: object,
) -> None:
    """Say in one line how the last night was, for monitoring. Exits 0 ok, 1 warning, 2 critical, 3 unknown."""
    from batch_renamer.cli.commands.status import status as tell

    _exit(tell({**given, "nightly": {} if inbox is None else {"inbox": str(inbox)}}, max_age=max_age))


@_command(SET_UP)
@with_options(INIT)
def init(**given: object) -> None:
    """Write a first configuration and a private key file, asking for what is needed. Nothing is sent."""
    from batch_renamer.cli.commands.init import init as set_up

    _exit(set_up(given))


@_command(SET_UP)
@with_options(DOCTOR)
def doctor(**given: object) -> None:
    """Check everything that a run needs, and say how to repair what is wrong. Nothing is renamed."""
    from batch_renamer.cli.commands.doctor import doctor as examine

    _exit(examine(given))


@_command(SET_UP)
@with_options(NOTIFY)
def notify(
    *,
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message to every address, and say what each answered.")
    ] = False,
    **given: object,
) -> None:
    """Test the messages about the night: every address of notify_file gets one. Nothing is renamed."""
    from batch_renamer.cli.commands.notify import notify as send_test

    _exit(send_test(given, test=test))


@_command(PRACTISE)
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.", metavar="N")] = 0,
    orders: Annotated[
        int,
        typer.Option(
            help="How many orders to begin with; their ids are order-0001, order-0002 and so on.", metavar="N"
        ),
    ] = 25,
    images: Annotated[int, typer.Option(help="Images of each order.", metavar="N")] = 3,
    faults: Annotated[
        str, typer.Option(help='What goes wrong: "5%", "429=2%,reset-after=1%", "outage=10-40".', metavar="FAULTS")
    ] = "none",
    limit: Annotated[str, typer.Option(help='Rate limit, such as "300/sliding".', metavar="LIMIT")] = "none",
    latency: Annotated[str, typer.Option(help='Delay of every answer, such as "100ms".', metavar="TIME")] = "none",
    orders_file: Annotated[Path | None, typer.Option(help="Keep the orders in this file.", metavar="FILE")] = None,
    log_file: Annotated[Path | None, typer.Option(help="Log every request to this file.", metavar="FILE")] = None,
) -> None:
    """Serve a local stand-in for the Orders API, with faults on request. Ctrl-C stops it."""
    from batch_renamer.cli.commands.sandbox import run_sandbox

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


@_command(SET_UP)
def completion(
    shell: Annotated[
        str | None,
        typer.Argument(
            metavar="bash|zsh|fish", help="The shell. Without it: the one that you use.", show_default=False
        ),
    ] = None,
) -> None:
    """Print the script that lets a shell complete commands, options, run ids and files with the Tab key."""
    from batch_renamer.cli.completion.shells import SHELLS, script_of, usual_shell

    shell = shell or usual_shell()
    if shell not in SHELLS:
        raise WrongWordsError(f"There is completion for {', '.join(SHELLS)}. Name one of them.")
    typer.echo(script_of(shell), nl=False)


@_command(SET_UP)
def man(context: typer.Context) -> None:
    """Print the manual page, for the program man."""
    from batch_renamer.cli.help.manual import manual

    program = context.find_root()
    typer.echo(manual(program.command, program), nl=False)


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)
