"""The questions that are asked before anything is renamed.

They are asked on standard error and answered on a terminal; standard output is for results alone.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

import anyio
import anyio.to_thread

from batch_renamer.cli.pager import show_in_pager_meanwhile
from batch_renamer.jobs import Run, named, went_before
from batch_renamer.journal import RunRecord
from batch_renamer.model import RunSummary
from batch_renamer.progress import Line, RunView, at_words, every_row_lines, show_run, visible
from batch_renamer.text import counted

__all__ = ["ask", "ask_to_go_on", "ask_to_rename_again", "orders"]

_WAYS_IN_WORDS = "Please answer y or n, or a to show all rows. [y/N/a] "
_MOST_SHOWN = 20
_MOST_ASKED = 3
_MOST_NAMED = 3
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}
_SHOW_ALL = frozenset({"a", "all", "show", "show all", "\u0430"})


async def ask(run: Run) -> bool:
    """Show the plan and ask whether to do it."""
    # In a thread: to count a large plan takes a while.
    view, open_rows = await run.job.journal.in_thread(_planned, run)
    shown = 0
    if not run.job.command.resumes:
        show_run(view, sys.stderr)
        shown = len(view.planned)
    profile = f" (profile {run.job.settings.profile})" if run.job.settings.profile else ""
    if run.job.command.resumes:
        what = f"Go on with {orders(open_rows)} of {_taken_up(run, view.about)}"
    elif run.job.command.puts_back:
        names = "the names back that they had before it" if view.about_undo else "their old names back"
        if open_rows == 1:
            names = "the name back that it had before it" if view.about_undo else "its old name back"
        what = f"Undo {visible(view.about)}: give {orders(open_rows)} {names}"
    else:
        what = f"Rename {orders(open_rows)}"
    question = f"\n{what} at {run.job.destination.base_url}{profile}?"
    total = view.summary.total
    with run.context.waiting_for_answer():
        if total <= shown:
            return await _yes(f"{question} [y/N] ")
        ways = f"[y/N, a: show all {counted(total, 'row')}]"
        return await _yes(f"{question} {ways} ", show_all=lambda: _show_every_row(run, view))


async def _show_every_row(run: Run, view: RunView) -> None:
    """Show the plan with all of its rows: in the pager, or at once where there is none or little to show."""

    def make(width: int) -> Iterable[Line]:
        return every_row_lines(view, run.rows(), width=width)

    if not await show_in_pager_meanwhile(make, sys.stderr, settings=run.job.settings):
        await anyio.to_thread.run_sync(lambda: show_run(view, sys.stderr, rows=run.rows()))


def _planned(run: Run) -> tuple[RunView, int]:
    """Return the plan as it is shown, and how many orders it would rename."""
    about = went_before(run.job.journal, run.record)
    view = RunView(
        summary=RunSummary(
            run_id=run.record.id,
            command=run.job.command.word,
            counts=run.counts(),
            warnings=tuple(run.context.warnings),
        ),
        problems=tuple(run.reasons()),
        left_out=tuple(run.left_out()),
        row_warnings=tuple(run.row_warnings()),
        planned=tuple(run.planned(limit=_MOST_SHOWN)),
        forecast=run.forecast(),
        asking=True,
        all_rows="answer a to see all rows",
        putting_back=run.puts_back,
        about=named(about) if about is not None else "",
        about_undo=about is not None and about.spec.puts_back,
    )
    return view, run.open_rows()


def _taken_up(run: Run, about: str) -> str:
    """Return which run is resumed, in words; an undo is called one, because it puts names back."""
    if run.puts_back:
        return f"run {run.record.id}, the undo of {visible(about)}"
    return visible(named(run.record))


def ask_to_go_on(last: RunRecord, *, left: int) -> bool:
    """Ask whether to finish an interrupted run of the same rows; if not, a new one begins."""
    profile = f" (profile {last.profile})" if last.profile else ""
    question = (
        f"Run {last.id} of the same rows was interrupted with {orders(left)} left.\n"
        f"Go on with it at {last.base_url}{profile}? (If not, a new run begins.) [y/N] "
    )
    return anyio.run(_yes, question)


async def ask_to_rename_again(run: Run, count: int, undos: Sequence[tuple[str, int]]) -> bool:
    """Ask whether orders that were renamed since an earlier run of the same rows are to be renamed again.

    ``undos`` are the ids of those that put old names back, each with how many of the orders.
    """
    have, them, are = ("has", "it", "it is") if count == 1 else ("have", "them", "they are")
    question = (
        f"\nAn earlier run of these rows renamed {orders(count)}, which {have} another name now{_by(undos, count)}.\n"
        f"Rename {them} again? (If not, {are} left alone.) [y/N] "
    )
    with run.context.waiting_for_answer():
        return await _yes(question)


def _by(undos: Sequence[tuple[str, int]], count: int) -> str:
    """Return which undos gave orders the names that they have now, in words; "" for none."""
    shown = [f"run {undo} (an undo) put {_names_of(changed, count)} back" for undo, changed in undos[:_MOST_NAMED]]
    return f": {', '.join(shown)}" if shown else ""


def _names_of(changed: int, count: int) -> str:
    if changed < count:
        return counted(changed, "old name")
    return "its old name" if count == 1 else "their old names"


def orders(count: int) -> str:
    """Return a number of orders in words."""
    return counted(count, "order")


async def _yes(question: str, *, show_all: Callable[[], Awaitable[None]] | None = None) -> bool:
    """Ask until the answer is yes or no; before that, ``show_all`` shows what the question is about if it is wanted."""
    _forget_what_was_typed()
    asked, whole_question = 0, question
    while asked < _MOST_ASKED:
        sys.stderr.write(at_words(question, sys.stderr))
        sys.stderr.flush()
        try:
            answer = unicodedata.normalize("NFKC", await _line()).strip().casefold()
        except anyio.get_cancelled_exc_class():
            with suppress(OSError):  # the terminal may have gone
                sys.stderr.write("\n")  # what follows begins a line of its own
                sys.stderr.flush()
            raise
        if answer in _ANSWERS:
            return _ANSWERS[answer]
        if show_all is not None and answer in _SHOW_ALL:
            await show_all()
            _forget_what_was_typed()
            question = whole_question
            continue
        asked += 1
        question = "Please answer y or n. [y/N] " if show_all is None else _WAYS_IN_WORDS
    return False


async def _line() -> str:
    """Return the line that is typed next; "" at the end of the input."""
    if os.name == "posix":
        # Waiting in the event loop, not in a thread: a thread that reads can't be interrupted by Ctrl-C.
        await anyio.wait_readable(sys.stdin)
        return sys.stdin.readline()
    return await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)


def _forget_what_was_typed() -> None:
    """Drop what was typed before the question: it was meant for something else."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only Windows has it

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios  # noqa: PLC0415 - Windows has none

        with suppress(termios.error, OSError, ValueError):  # reading the answer tells that the terminal has gone
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
