"""All that is shown of a run at its end, or above the question before it: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from batch_renamer.commands import COMMANDS, Command
from batch_renamer.model import Forecast, ReasonGroup, ReportRow, RunSummary, WarningGroup

__all__ = ["NextStep", "RunView"]


class NextStep(NamedTuple):
    """What can be done next, in words, and the command line that does it; "" if no command can."""

    words: str
    command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """All that is shown at the end of a run.

    ``left_out`` are the skipped rows by reason. ``planned`` are the first rows of a plan, to be shown old → new.
    ``next_steps`` say what can be done next, the likeliest last. ``asking`` is the plan above a question,
    ``putting_back`` the view of an undo. ``about`` names the run that an undo or an audit is about, ``about_undo``
    tells that it is an undo itself. ``at_work`` tells that the run goes on, ``dry`` that it ends with its plan.
    ``all_rows`` says where all rows can be seen. ``row_warnings`` are the warnings of rows by kind.

    Example:
        >>> RunView(summary=RunSummary(run_id="k3", command="plan", counts={})).next_steps
        ()
    """

    summary: RunSummary
    problems: tuple[ReasonGroup, ...] = ()
    left_out: tuple[ReasonGroup, ...] = ()
    planned: tuple[ReportRow, ...] = ()
    forecast: Forecast | None = None
    next_steps: tuple[NextStep, ...] = ()
    asking: bool = False
    putting_back: bool = False
    about: str = ""
    about_undo: bool = False
    at_work: bool = False
    dry: bool = False
    all_rows: str = "--report FILE.xlsx writes every row"
    row_warnings: tuple[WarningGroup, ...] = ()

    @property
    def command(self) -> Command:
        """The command whose result is shown."""
        return COMMANDS[self.summary.command]
