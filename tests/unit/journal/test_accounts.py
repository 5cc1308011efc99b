"""The account of rows, by a machine that does to a journal whatever a run, a crash or a second run may do."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from batch_renamer.model import Change, Order, Outcome, RenameRequest, Result, RowProblem

FEW_TEXTS = st.sampled_from(["a", "b", "c", "Ä", "山"])
ENDS = st.sampled_from([Result.RENAMED, Result.UNCHANGED, Result.FAILED, Result.UNKNOWN, Result.DRIFTED])
KINDS = st.tuples(st.sampled_from(["request", "problem", "skip"]), FEW_TEXTS, FEW_TEXTS, st.none() | FEW_TEXTS)


class Account(RuleBasedStateMachine):
    """Each row that was added has exactly one result at any time, and no other row has one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.sqlite3"
        self.journal = Journal.open(self.path)
        self.rows = 0
        self.run: RunRecord

    @initialize(command=st.sampled_from(["check", "plan", "apply"]))
    def begin(self, command: str) -> None:
        """Begin the run, beside another that has rows of the same numbers."""
        other = self.journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
        self.journal.rows.add(other, [RenameRequest(row=row, order_id="a", new_name="b") for row in range(1, 9)])
        self.run = self.journal.runs.begin(NewRun(command=command, base_url="u", account="a"))

    @rule(kinds=st.lists(KINDS, max_size=6))
    def load(self, kinds: list[tuple[str, str, str, str | None]]) -> None:
        """Add a chunk of rows."""
        chunk: list[RenameRequest | RowProblem] = []
        for row, (kind, order_id, name, guard) in enumerate(kinds, self.rows + 1):
            if kind == "problem":
                chunk.append(RowProblem(row=row, order_id=order_id, new_name=name, reason="bad"))
            else:
                mark = "x" if kind == "skip" else ""
                chunk.append(RenameRequest(row=row, order_id=order_id, new_name=name, current_name=guard, skip=mark))
        self.journal.rows.add(self.run, chunk)
        self.rows += len(chunk)

    @rule()
    def load_what_can_not_be_kept(self) -> None:
        """Add a chunk that is refused as a whole."""
        chunk = [RenameRequest(row=self.rows + 1, order_id="a", new_name="b")] * 2
        with pytest.raises(JournalError):
            self.journal.rows.add(self.run, chunk)

    @rule()
    def settle_repeats(self) -> None:
        """Settle what repeats; no two rows that are left speak of the same order."""
        self.journal.rows.settle_repeats(self.run)
        left = Counter(request.order_id for request in self.journal.rows.undecided(self.run, after_row=0, limit=10_000))
        assert set(left.values()) <= {1}

    @rule(ends=st.lists(st.none() | ENDS, max_size=6))
    def plan(self, ends: list[Result | None]) -> None:
        """Decide the next rows."""
        requests = self.journal.rows.undecided(self.run, after_row=0, limit=len(ends))
        decisions: list[Change | Outcome] = []
        for request, end in zip(requests, ends, strict=False):
            order = Order(order_id=request.order_id, name="old")
            if end is None:
                decisions.append(Change(row=request.row, new_name=request.new_name, order=order, read_at=0.0))
            else:
                decisions.append(Outcome(row=request.row, result=end, reason=end.value, order=order))
        self.journal.rows.record(self.run, decisions)

    @rule(ends=st.lists(ENDS, max_size=6))
    def rename(self, ends: list[Result]) -> None:
        """Send the next renames."""
        changes = self.journal.rows.changes(self.run, after_row=0, limit=len(ends))
        self.journal.rows.record(
            self.run,
            [Outcome(row=change.row, result=end, attempts=1) for change, end in zip(changes, ends, strict=False)],
        )

    @rule(first=st.integers(0, 4))
    def skip_after_first(self, first: int) -> None:
        """Make it a trial."""
        self.journal.rows.skip_after_first(self.run, first)
        assert self.journal.rows.count_undecided(self.run) == 0
        assert len(self.journal.results.planned_rows(self.run, limit=99)) <= first

    @rule(state=st.sampled_from(RunState))
    def enter(self, state: RunState) -> None:
        """Come to another state."""
        self.journal.runs.set_state(self.run, state)

    @rule(stopped=st.sampled_from(["", "disk full"]))
    def finish(self, stopped: str) -> None:
        """End the run."""
        self.journal.runs.finish(self.run, stopped=stopped)

    @rule()
    def open_again(self) -> None:
        """Be another process."""
        self.journal.close()
        self.journal = Journal.open(self.path)

    @invariant()
    def results_add_up_to_rows(self) -> None:
        """Counts, report and the number of rows that were read say the same."""
        run = self.journal.runs.get(self.run.id)
        reported = list(self.journal.results.report_rows(run))
        counts = self.journal.results.counts(run)
        assert [row.row for row in reported] == list(range(1, self.rows + 1))
        assert counts == Counter(row.result for row in reported)
        assert sum(counts.values()) == run.sheet_rows == self.rows
        groups = self.journal.results.reasons(run, [Result.FAILED, Result.INVALID])
        assert sum(group.count for group in groups) == counts.get(Result.FAILED, 0) + counts.get(Result.INVALID, 0)

    def teardown(self) -> None:
        """Put everything away."""
        self.journal.close()
        self.folder.cleanup()


TestAccount = Account.TestCase
TestAccount.settings = settings(max_examples=40, stateful_step_count=20)
