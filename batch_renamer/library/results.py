"""The kinds of results, and the calls that can follow from each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

import pandas as pd

from batch_renamer.commands import APPLY_PLAN, AUDIT, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.library.calls import Call
from batch_renamer.library.options import ApplyOptions, AuditOptions, ResumeOptions
from batch_renamer.library.prepared import about_renamed, committing, finishing
from batch_renamer.library.progress import OnProgress
from batch_renamer.library.run_result import RunResult
from batch_renamer.library.signature import shows_options
from batch_renamer.library.waiting import awaited, blocking
from batch_renamer.model import Result

__all__ = ["Audit", "InterruptedRenamingError", "Plan", "Renaming", "interrupted"]


class Audit(RunResult):
    """Which orders still have the names of a run: ``unchanged`` ones have, ``drifted`` ones have other names."""

    __slots__ = ()


class Renaming(RunResult):
    """A run that renamed orders, or tried to: from `rename_orders`, `Plan.apply`, `resume`, `undo` or `open_run`."""

    __slots__ = ()
    _WITHOUT_JOURNAL = "Rename its undo_frame() to put the old names back."

    @shows_options(ApplyOptions)
    def undo(
        self, *, dry_run: bool = False, progress: OnProgress | bool | None = None, **options: Unpack[ApplyOptions]
    ) -> Renaming:
        """Put the old names back, where an order still has the name that this run left; wait for the end.

        An undo is a run of its own: it has outcomes, and can itself be undone or resumed. With ``dry_run`` nothing is
        renamed, and the rows that would be are ``planned``.

        Raises:
            InputError: the run renamed nothing, or kept no journal; an option is wrong.
            LockedError: another run is at work in the account.
            InterruptedRenamingError: Ctrl-C.

        Example:
            >>> from batch_renamer import rename_orders
            >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
            >>> rename_orders(orders, sandbox=True).undo().outcomes["final_name"].tolist()
            ['Order a1']
        """
        return blocking(
            self._about_it(UNDO_DRY_RUN if dry_run else UNDO, options, ApplyOptions, progress), Renaming, interrupted
        )

    @shows_options(ApplyOptions)
    async def undo_async(
        self, *, dry_run: bool = False, progress: OnProgress | bool | None = None, **options: Unpack[ApplyOptions]
    ) -> Renaming:
        """Do what `undo` does, in the running event loop."""
        return await awaited(
            self._about_it(UNDO_DRY_RUN if dry_run else UNDO, options, ApplyOptions, progress), Renaming, interrupted
        )

    @shows_options(ResumeOptions)
    def resume(
        self, *, failed: bool = False, progress: OnProgress | bool | None = None, **options: Unpack[ResumeOptions]
    ) -> Renaming:
        """Finish a run that was stopped, and wait for the end; ``failed=True`` also tries failed rows again.

        If nothing is left to do, nothing is sent, and the run is returned as it is.

        Raises:
            InputError: the run can't be resumed: it was refused, or a later run has dealt with its orders.
            LockedError: another run is at work in the account.
            InterruptedRenamingError: Ctrl-C.

        Example:
            >>> from batch_renamer import rename_orders
            >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
            >>> rename_orders(orders, sandbox=True).resume().outcomes["result"].tolist()
            ['renamed']
        """
        prepare = finishing(self.run_id, same_account=self._access.same_account, failed=failed)
        return blocking(self._call(RESUME, prepare, options, ResumeOptions, progress), Renaming, interrupted)

    @shows_options(ResumeOptions)
    async def resume_async(
        self, *, failed: bool = False, progress: OnProgress | bool | None = None, **options: Unpack[ResumeOptions]
    ) -> Renaming:
        """Do what `resume` does, in the running event loop."""
        prepare = finishing(self.run_id, same_account=self._access.same_account, failed=failed)
        return await awaited(self._call(RESUME, prepare, options, ResumeOptions, progress), Renaming, interrupted)

    @shows_options(AuditOptions)
    def audit(self, *, progress: OnProgress | bool | None = None, **options: Unpack[AuditOptions]) -> Audit:
        """Read the orders again and say which still have the names of this run; nothing is renamed.

        Raises:
            InputError: the run renamed nothing, or kept no journal; an option is wrong.

        Example:
            >>> from batch_renamer import rename_orders
            >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
            >>> rename_orders(orders, sandbox=True).audit()  # doctest: +ELLIPSIS
            <Audit ...: 1 unchanged>
        """
        return blocking(self._about_it(AUDIT, options, AuditOptions, progress), Audit, interrupted)

    @shows_options(AuditOptions)
    async def audit_async(self, *, progress: OnProgress | bool | None = None, **options: Unpack[AuditOptions]) -> Audit:
        """Do what `audit` does, in the running event loop."""
        return await awaited(self._about_it(AUDIT, options, AuditOptions, progress), Audit, interrupted)

    def _about_it(
        self, command: Command, options: Mapping[str, object], known: type, progress: OnProgress | bool | None
    ) -> Call:
        prepare = about_renamed(self.run_id, same_account=self._access.same_account)
        return self._call(command, prepare, options, known, progress)

    def undo_frame(self) -> pd.DataFrame:
        """Return the DataFrame that gives the old names back when it is renamed in turn.

        It is for a run that kept no journal, and for a part of the names: rename some of its rows.
        It has the orders that were renamed, that the API gave another name than was sent, or that may have been
        renamed (``unknown``). An order that has another name by then than this renaming left is ``drifted``.
        """
        rows = self.outcomes.reset_index(drop=True)
        sent = rows["attempts"].fillna(0) > 0
        got_another_name = sent & rows["final_name"].notna() & (rows["final_name"] != rows["old_name"]).fillna(True)
        changed = rows["result"].isin([Result.RENAMED.value, Result.UNKNOWN.value])
        changed |= (rows["result"] == Result.FAILED.value) & got_another_name
        back = rows[changed & rows["old_name"].notna() & (rows["old_name"] != "").fillna(False)]
        left = back["final_name"].where(back["result"] != Result.UNKNOWN.value, back["new_name"])
        return pd.DataFrame(
            {"order_id": back["order_id"], "new_name": back["old_name"], "current_name": left}
        ).reset_index(drop=True)


class Plan(RunResult):
    """What a renaming would do: ``planned`` rows would be renamed. Nothing was sent, and the plan is kept."""

    __slots__ = ()
    _WITHOUT_JOURNAL = "Plan the orders again, with a journal."

    @shows_options(ApplyOptions)
    def apply(self, *, progress: OnProgress | bool | None = None, **options: Unpack[ApplyOptions]) -> Renaming:
        """Rename exactly what was planned, and wait for the end; an order that changed since is ``drifted``.

        If the plan was begun and interrupted, the rest of it is done.

        Raises:
            InputError: the plan was not kept; an option is wrong.
            LockedError: another run is at work in the account.
            InterruptedRenamingError: Ctrl-C.

        Example:
            >>> from batch_renamer import plan_orders
            >>> orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
            >>> plan_orders(orders, sandbox=True).apply().outcomes["result"].tolist()
            ['renamed']
        """
        return blocking(
            self._call(APPLY_PLAN, committing(self.run_id), options, ApplyOptions, progress), Renaming, interrupted
        )

    @shows_options(ApplyOptions)
    async def apply_async(
        self, *, progress: OnProgress | bool | None = None, **options: Unpack[ApplyOptions]
    ) -> Renaming:
        """Do what `apply` does, in the running event loop."""
        call = self._call(APPLY_PLAN, committing(self.run_id), options, ApplyOptions, progress)
        return await awaited(call, Renaming, interrupted)


class InterruptedRenamingError(KeyboardInterrupt):
    """Ctrl-C, or a notebook's stop button, ended a renaming.

    A cancelled task still raises CancelledError; this error is then its ``__cause__``.

    Attributes:
        renaming: The result so far; its ``resume`` continues the run, its ``undo`` puts the old names back.
        run_id: The run's id.
        state_dir: Where its journal is; None where nothing was renamed and no journal was wanted.

    Example:
        >>> import asyncio
        >>> async def until_cancelled(rename):
        ...     try:
        ...         return await rename
        ...     except asyncio.CancelledError as error:
        ...         if isinstance(stopped := error.__cause__, InterruptedRenamingError):
        ...             print(stopped.renaming.outcomes)
        ...         raise
    """

    def __init__(self, renaming: Renaming, how_to_go_on: str) -> None:
        super().__init__(how_to_go_on)
        self.renaming = renaming

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.renaming.run_id

    @property
    def state_dir(self) -> Path | None:
        """Where its journal is."""
        return self.renaming.state_dir


def interrupted(result: RunResult, how_to_go_on: str) -> KeyboardInterrupt:
    """Return the exception for an interrupted call that only reads; it has nothing that could be resumed."""
    if isinstance(result, Renaming):
        return InterruptedRenamingError(result, how_to_go_on)
    return KeyboardInterrupt(how_to_go_on)
