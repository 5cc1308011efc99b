"""The result of a run in the library: its rows as a DataFrame, its figures, and a way to raise for problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Self

import pandas as pd

from batch_renamer.commands import Command
from batch_renamer.errors import InputError, ProblemsError
from batch_renamer.library.access import Access, Done
from batch_renamer.library.calls import Call, Prepare
from batch_renamer.library.options import names_of
from batch_renamer.library.progress import OnProgress
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.text import counted

__all__ = ["RunResult"]

_ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RunResult:
    """The result of a run.

    Attributes:
        outcomes: One line for each row, with the index and the other columns of the caller's DataFrame. The columns
            of the report and their dtypes, whatever the values and also without rows:

            ====================================================================  =======================
            ``order_id old_name new_name final_name skip result reason warning``  string
            ``status``                                                            string
            ``row attempts http_status``                                          Int64
            ``is_processing is_merging is_deleted``                               boolean
            ``total_images``, ``seconds`` (that the row took)                     Float64
            ``last_updated_at started_at``                                        datetime64[us, UTC]
            ====================================================================  =======================

            A column of the caller's with one of these names has ``_given`` after it, unless it was read. ``row`` is the
            number in a spreadsheet: 2 is the first row of the DataFrame. Blank rows are passed over.
        summary: The run in figures; ``exit_code`` is that of the command line, and ``stopped`` says why it ended early.
        state_dir: Where its journal is; None where none was kept.
    """

    _WITHOUT_JOURNAL: ClassVar[str] = ""
    """What the caller can do instead of what needs the journal."""

    outcomes: pd.DataFrame
    summary: RunSummary
    state_dir: Path | None = None
    _access: Access = field(default_factory=lambda: Access(given={"state_dir": None}))

    @classmethod
    def of(cls, done: Done) -> Self:
        """Return what a call came to as this kind of result."""
        return cls(outcomes=done.outcomes, summary=done.summary, state_dir=done.state_dir, _access=done.access)

    @property
    def run_id(self) -> str:
        """The run's id, by which `open_run` and the command line know it."""
        return self.summary.run_id

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {result}" for result, count in self.summary.counts.items()) or "no rows"
        stopped = f". {self.summary.stopped}" if self.summary.stopped else ""
        return f"<{type(self).__name__} {self.run_id}: {counts}{stopped}>"

    def raise_for_problems(self) -> Self:
        """Return the result itself, unless a row needs a look or the run was stopped.

        Raises:
            ProblemsError: rows are failed, unknown, drifted or invalid, or the run ended early; its text has the counts
                and the first rows.

        Example:
            >>> from batch_renamer import plan_orders
            >>> orders = pd.DataFrame({"order_id": ["a1", "a/2"], "new_name": ["12 Elm St", "14 Elm St"]})
            >>> try:
            ...     plan_orders(orders, sandbox=True).raise_for_problems()
            ... except ProblemsError as error:
            ...     print(str(error).splitlines()[0])
            1 of 2 rows has a problem: 1 invalid.
        """
        counts, stopped = self.summary.counts, self.summary.stopped
        wrong = BAD_RESULTS | ({Result.PENDING} if stopped else set())
        if not stopped and not wrong & counts.keys():
            return self
        raise ProblemsError(
            "\n".join([*([f"Stopped: {stopped}"] if stopped else []), *self._about(wrong)]),
            run_id=self.run_id,
            counts={result.value: count for result, count in counts.items()},
            exit_code=self.summary.exit_code or 1,
        )

    def _about(self, wrong: frozenset[Result]) -> list[str]:
        """Return how many rows have these results, and the first of them, in lines."""
        counts = {result: count for result, count in self.summary.counts.items() if result in wrong}
        if not (bad := sum(counts.values())):
            return []
        each = ", ".join(f"{count:,} {result}" for result, count in counts.items())
        rows = self.outcomes[["row", "order_id", "result", "reason"]]
        # What was not reached comes last: another row may be the cause.
        first = pd.concat(
            rows[rows["result"].isin(list(some)).to_numpy()].head(_ROWS_SHOWN)
            for some in (wrong & BAD_RESULTS, wrong - BAD_RESULTS)
        ).head(_ROWS_SHOWN)
        lines = [
            f"  row {row}  {order_id}  {result}" + (f": {reason}" if reason else "")
            for row, order_id, result, reason in first.itertuples(index=False, name=None)
        ]
        more = [f"  and {bad - len(lines):,} more"] if bad > len(lines) else []
        problems = "has a problem" if bad == 1 else "have problems"
        return [f"{bad:,} of {counted(self.summary.total, 'row')} {problems}: {each}.", *lines, *more]

    def _call(
        self,
        command: Command,
        prepare: Prepare,
        options: Mapping[str, object],
        known: type,
        progress: OnProgress | bool | None,
    ) -> Call:
        if self.state_dir is None:
            raise InputError(
                f"Run {self.run_id} kept no journal, for state_dir=None was given. {self._WITHOUT_JOURNAL}"
            )
        return Call(
            command,
            prepare,
            settings=self._access.settings(options, known=names_of(known)),
            access=self._access if progress is None else replace(self._access, progress=progress),
        )
