"""What may be done after a run: a table of runs, of how they ended, and of the lines that are printed."""

from __future__ import annotations

import dataclasses
import signal
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from batch_renamer.cli.next_steps import next_steps
from batch_renamer.commands import COMMANDS
from batch_renamer.errors import BatchRenamerError, InterruptedRunError, TooManyFailuresError
from batch_renamer.jobs import Run
from batch_renamer.journal import RunRecord, RunState
from batch_renamer.model import ReasonGroup, Result, RunSummary
from batch_renamer.planning import NO_SUCH_ORDER

R = Result

GIVEN = {"rate": "20", "yes": True, "first": "5", "report": ["o.csv"], "sandbox_reset": True}


def recorded(command: str, *, id: str = "k1", state: RunState = RunState.FINISHED, sent: bool = True) -> RunRecord:  # noqa: A002 - its name in the journal
    """Return the journal's entry of a run; ``sent``: its first rename may have been sent."""
    return RunRecord(
        number=1,
        id=id,
        command=COMMANDS[command].recorded_as,
        state=state,
        base_url="https://api.example.com",
        profile=None,
        account="office",
        key_print=None,
        parent=None,
        sheet="/oak.csv",
        digest=None,
        delimiter=None,
        sheet_rows=2,
        created_at=1_800_000_000.0,
        committed_at=1_800_000_001.0 if sent else None,
        stopped="",
        reports=(),
        reported_at=1_800_000_002.0,
        first=None,
        max_renames=None,
        strict=False,
    )


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A run that has ended, and what the journal says of it."""

    command: str
    code: int = 0
    counts: dict[Result, int] = field(default_factory=dict)
    reasons: tuple[ReasonGroup, ...] = ()
    recorded_as: str = ""
    state: RunState = RunState.FINISHED
    sent: bool = True
    reported: bool = True
    origin: str = ""
    stopped: str = ""
    cause: BatchRenamerError | None = None
    key_place: str = ""
    profile: str | None = None
    in_place: bool = True
    would_be_refused: bool = False
    renamed_since: int = 0
    after_first: int = 0
    first_given: bool = True

    def said(self) -> list[str]:
        """Return what is printed, each step in a line, without the name of the program."""
        command = COMMANDS[self.command]
        record = recorded(self.recorded_as or self.command, state=self.state, sent=self.sent)
        record = record if self.reported else dataclasses.replace(record, reported_at=None)
        journal = SimpleNamespace(
            is_in_place=lambda: self.in_place,
            runs=SimpleNamespace(get=lambda _: record),
            lineage=SimpleNamespace(renamed_since=lambda _: self.renamed_since),
            rows=SimpleNamespace(count_after_first=lambda _: self.after_first),
        )
        job = SimpleNamespace(
            command=command,
            journal=journal,
            destination=SimpleNamespace(key_place=self.key_place, profile=self.profile),
            origin=recorded(self.origin, id="k0") if self.origin else None,
            sheet=Path("/oak.csv"),
        )
        run = SimpleNamespace(
            job=job,
            record=record,
            stop=SimpleNamespace(cause=self.cause),
            would_be_refused=self.would_be_refused,
            puts_back=record.spec.puts_back,
            reasons=lambda: self.reasons,
        )
        summary = RunSummary(
            run_id=record.id, command=command.word, counts=self.counts, exit_code=self.code, stopped=self.stopped
        )
        return [
            f"{step.words} {step.command.removeprefix('batch-renamer ')}".strip()
            for step in next_steps(
                cast(Run, run),
                summary,
                {name: value for name, value in GIVEN.items() if name != "first" or self.first_given},
            )
        ]


CTRL_C = InterruptedRunError(signal.SIGINT)
TOO_MANY = TooManyFailuresError("3 of 3 rows are bad.")
MISSING = ReasonGroup(result=R.FAILED, reason=NO_SUCH_ORDER, count=3)
REFUSED = ReasonGroup(result=R.FAILED, reason="The API refused it.", count=3)


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        pytest.param(Ended(command="check", code=1, counts={R.INVALID: 1}), [], id="a check keeps nothing"),
        pytest.param(Ended(command="apply", code=130, in_place=False), [], id="the journal has gone"),
        pytest.param(
            Ended(command="plan", code=3, key_place="key.txt", sent=False),
            ["Put the right key into key.txt (`batch-renamer init` asks for it), then check it: doctor"],
            id="the key was refused to a plan",
        ),
        pytest.param(
            Ended(command="apply", code=3, key_place="key.txt", sent=False),
            ["Put the right key into key.txt (`batch-renamer init` asks for it), then check it: doctor"],
            id="the key was refused before the first rename",
        ),
        pytest.param(
            Ended(command="apply", code=3, key_place="key.txt"),
            ["Put the right key of this account into key.txt, then: resume k1 --same-account --rate 20 --yes"],
            id="the key was refused in the middle",
        ),
        pytest.param(
            Ended(command="apply", code=3, key_place="key.txt", profile="office"),
            ["Put the right key of this account into key.txt, then: resume k1 --rate 20 --yes"],
            id="the key of a profile was refused in the middle",
        ),
        pytest.param(
            Ended(command="plan", code=130, counts={R.PENDING: 3}, stopped="Ctrl-C", cause=CTRL_C),
            ["To do it again from the start: plan /oak.csv --rate 20 --first 5 --report o.csv"],
            id="a plan was stopped",
        ),
        pytest.param(
            Ended(command="undo --dry-run", code=130, origin="apply", stopped="Ctrl-C", cause=CTRL_C),
            ["To do it again from the start: undo k0 --dry-run --rate 20 --yes --first 5 --report o.csv"],
            id="a dry run of an undo was stopped",
        ),
        pytest.param(
            Ended(command="plan", counts={R.PLANNED: 3}),
            ["To do exactly this: apply --plan k1 --rate 20 --yes --report o.csv"],
            id="a plan",
        ),
        pytest.param(
            Ended(command="undo --dry-run", origin="apply", counts={R.PLANNED: 3}),
            ["To do this: undo k0 --rate 20 --yes --report o.csv --first 5"],
            id="a dry run of an undo",
        ),
        pytest.param(Ended(command="plan", counts={R.UNCHANGED: 3}), [], id="a plan with nothing to do"),
        pytest.param(
            Ended(command="plan", counts={R.DRIFTED: 1}, renamed_since=1),
            ["To plan to rename 1 order again: plan /oak.csv --rate 20 --first 5 --report o.csv --again"],
            id="a plan of what was renamed since",
        ),
        pytest.param(
            Ended(command="plan", code=1, counts={R.PLANNED: 3, R.INVALID: 2}, would_be_refused=True),
            ["2 rows are invalid: repair the spreadsheet and plan it again."],
            id="a plan that would be refused",
        ),
        pytest.param(
            Ended(command="apply", code=5, state=RunState.LOADING, sent=False),
            ["To begin when that run has ended: apply /oak.csv --rate 20 --yes --first 5 --report o.csv"],
            id="another run is at work",
        ),
        pytest.param(
            Ended(command="undo", code=5, origin="apply", state=RunState.LOADING, sent=False),
            [],
            id="another run is at work before an undo",
        ),
        pytest.param(
            Ended(command="apply", code=130, counts={R.PLANNED: 3}, state=RunState.PLANNED, sent=False, cause=CTRL_C),
            ["To do this plan: apply --plan k1 --rate 20 --yes --report o.csv"],
            id="a stop at the question",
        ),
        pytest.param(
            Ended(command="undo", code=130, origin="apply", state=RunState.PLANNED, sent=False, cause=CTRL_C),
            ["To undo it after all: undo k0 --rate 20 --yes --report o.csv --first 5"],
            id="a stop at the question of an undo",
        ),
        pytest.param(
            Ended(command="apply", code=130, counts={R.RENAMED: 1, R.PENDING: 2}, reported=False, cause=CTRL_C),
            ["To take back the 1 rename: undo k1 --rate 20", "To go on with what is left: resume k1 --rate 20 --yes"],
            id="a stop while it renames",
        ),
        pytest.param(
            Ended(command="apply", code=4, counts={R.RENAMED: 1, R.UNKNOWN: 2}),
            ["To take back the 1 rename: undo k1 --rate 20", "To go on with what is left: resume k1 --rate 20 --yes"],
            id="rows whose result is unknown",
        ),
        pytest.param(
            Ended(command="apply", code=4, counts={R.RENAMED: 1, R.FAILED: 3}, reasons=(REFUSED,)),
            ["To try again what failed: resume k1 --failed --rate 20 --yes"],
            id="failed rows after a stop",
        ),
        pytest.param(
            Ended(command="apply", code=4, counts={R.FAILED: 3}, reasons=(MISSING,), sent=False, cause=TOO_MANY),
            ["3 orders are not in this account: repair the spreadsheet and apply it again."],
            id="too many orders are missing",
        ),
        pytest.param(
            Ended(command="apply", code=1, counts={R.RENAMED: 1, R.FAILED: 3, R.INVALID: 1}, reasons=(REFUSED,)),
            [
                "1 row is invalid: repair the spreadsheet and apply it again.",
                "To try again what failed: resume k1 --failed --rate 20 --yes",
            ],
            id="failed and invalid rows",
        ),
        pytest.param(
            Ended(command="apply", counts={R.RENAMED: 3}),
            ["To take it back: undo k1 --rate 20"],
            id="all is renamed",
        ),
        pytest.param(
            Ended(command="apply", counts={R.RENAMED: 3}, after_first=1_200),
            [
                "To take it back: undo k1 --rate 20",
                "To do the rest (1,200 rows): apply /oak.csv --rate 20 --yes --report o.csv",
            ],
            id="a trial",
        ),
        pytest.param(
            Ended(command="apply --plan", origin="plan", counts={R.RENAMED: 3}, after_first=1),
            [
                "To take it back: undo k1 --rate 20",
                "To do the rest (1 row): apply --plan k0 --rate 20 --yes --report o.csv",
            ],
            id="a trial of a plan",
        ),
        pytest.param(
            Ended(command="apply --plan", origin="plan", counts={R.RENAMED: 3}, after_first=7, first_given=False),
            [
                "To take it back: undo k1 --rate 20",
                "To do the rest (7 rows), apply the spreadsheet itself without --first.",
            ],
            id="a plan of a trial",
        ),
        pytest.param(
            Ended(command="apply", code=5, state=RunState.PLANNED, sent=False),
            ["To do this plan when that run has ended: apply --plan k1 --rate 20 --yes --report o.csv"],
            id="another run has begun meanwhile",
        ),
        pytest.param(
            Ended(command="resume", recorded_as="apply", origin="apply", counts={R.RENAMED: 3}, after_first=7),
            ["To take it back: undo k1 --rate 20"],
            id="a resumed trial",
        ),
        pytest.param(Ended(command="apply", counts={R.UNCHANGED: 3}), [], id="nothing was to be renamed"),
    ],
)
def test_the_next_step(ended: Ended, said: list[str]) -> None:
    """It has the options that hold for it, and is never a command that would be refused."""
    assert ended.said() == said
