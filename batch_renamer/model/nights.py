"""A night: one run of the command `nightly`, and what became of each spreadsheet of its inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from batch_renamer.errors import BatchRenamerError
from batch_renamer.model.outcomes import BAD_RESULTS

__all__ = ["FileEnd", "Night", "NightFile", "NightKind", "worst_exit_code"]

_WORST_FIRST = (143, 130, 129, 70, 4, 3, 5, 2, 1, 0)
_BY_ITSELF = frozenset({5, 129, 130, 143})


class FileEnd(StrEnum):
    """What became of a spreadsheet in a night.

    ``done``: every row is renamed, unchanged or skipped. ``same``: its content is that of an earlier run, so nothing
    was sent. ``problems``: its run finished, and a person must look at some rows. ``refused``: it can't be used, or a
    limit of the user refuses it; nothing would be different the next night. ``stopped``: its run was stopped early; the
    next night goes on. ``waiting``: it is still being written or open in a program, so it was not read.
    ``passed over``: it is no spreadsheet that can be read.

    Example:
        >>> FileEnd.DONE.stays, FileEnd.WAITING.stays
        (False, True)
        >>> FileEnd.PROBLEMS.words
        'with problems'
    """

    DONE = "done"
    SAME = "same"
    PROBLEMS = "problems"
    REFUSED = "refused"
    STOPPED = "stopped"
    WAITING = "waiting"
    PASSED = "passed over"

    @property
    def words(self) -> str:
        """What a person is told of it, on every page, message and screen; the value is for programs and the journal."""
        return _END_WORDS.get(self, self.value)

    @property
    def is_done(self) -> bool:
        """Whether nothing of the file is left to do."""
        return self in (FileEnd.DONE, FileEnd.SAME)

    @property
    def was_read(self) -> bool:
        """Whether its rows were read; otherwise it waits, or is no spreadsheet."""
        return self not in (FileEnd.WAITING, FileEnd.PASSED)

    @property
    def stays(self) -> bool:
        """Whether the file stays in the inbox."""
        return self is FileEnd.STOPPED or not self.was_read

    @property
    def needs_a_person(self) -> bool:
        """Whether nothing gets better by itself."""
        return self in (FileEnd.PROBLEMS, FileEnd.REFUSED)


_END_WORDS = {FileEnd.SAME: "done before", FileEnd.PROBLEMS: "with problems"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NightFile:
    """A spreadsheet of a night, or a run of an earlier night that came again.

    ``name`` is the file's name in the inbox. ``sentence`` says what became of it and what to do ("" if all is well).
    ``run_id`` is the run of its rows, or for ``same`` the run that had them. ``counts`` has the rows by result.
    ``reports`` are the paths of its reports, ``moved_to`` is where the file is now (None: in the inbox).
    ``again`` is True for a run of an earlier night that was finished, or whose failed rows were tried again.
    ``counted`` has the rows of such a run by result as the night before has told them.
    ``tries_left`` is on how many further nights its failed rows are tried again.
    """

    name: str
    end: FileEnd
    sentence: str = ""
    run_id: str | None = None
    exit_code: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    moved_to: str | None = None
    again: bool = False
    counted: Mapping[str, int] = field(default_factory=dict)
    tries_left: int = 0
    seconds: float = 0.0
    requests: int = 0
    throttled: int = 0

    @property
    def new_counts(self) -> dict[str, int]:
        """Its rows by result, without those that an earlier night has told as done; bad rows count in each night.

        Example:
            >>> file = NightFile(name="orders.xlsx", end=FileEnd.DONE, counts={"renamed": 9}, counted={"renamed": 8})
            >>> file.new_counts
            {'renamed': 1}
        """
        told = {result: count for result, count in self.counted.items() if result not in BAD_RESULTS}
        left = {result: count - told.get(result, 0) for result, count in self.counts.items()}
        return {result: count for result, count in left.items() if count > 0}


class NightKind(StrEnum):
    """How a night went as a whole.

    ``good``: all is done. ``nothing``: there was nothing to do. ``partly``: a person must look at something.
    ``failed``: it was stopped early. ``not begun``: it could not begin. ``cut off``: it was killed, so its end is
    not known. ``at work``: it has not ended yet.
    """

    GOOD = "good"
    NOTHING = "nothing"
    PARTLY = "partly"
    FAILED = "failed"
    NOT_BEGUN = "not begun"
    CUT_OFF = "cut off"
    AT_WORK = "at work"

    @property
    def words(self) -> str:
        """What a person is told of it; the value is for programs and the journal.

        Example:
            >>> NightKind.PARTLY.words
            'with problems'
        """
        return _KIND_WORDS.get(self, self.value)


_KIND_WORDS = {
    NightKind.GOOD: "done",
    NightKind.NOTHING: "nothing to do",
    NightKind.PARTLY: "with problems",
    NightKind.FAILED: "stopped early",
    NightKind.NOT_BEGUN: "could not begin",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night; times are in seconds since the epoch, ``date`` is its local date, such as ``2026-11-26``.

    ``number`` and ``id`` are 0 and "" for a night that the journal could not take. ``ended_at`` and ``exit_code`` are
    None until it has ended. ``stopped`` is the sentence that says why it could not begin or ended early ("" otherwise).
    ``begun`` tells that its folders were read. ``notes`` are sentences about what else went wrong, such as a message
    that was not delivered. ``limit_per_s`` is the limit that the API has shown, if it has. ``cut_off`` tells that its
    process ended without an end of the night.

    Example:
        >>> Night(date="2026-11-26", began_at=0.0, ended_at=9.0, exit_code=0, begun=True).kind.value
        'nothing'
    """

    number: int = 0
    id: str = ""
    date: str
    began_at: float
    ended_at: float | None = None
    exit_code: int | None = None
    stopped: str = ""
    begun: bool = False
    cut_off: bool = False
    profile: str | None = None
    base_url: str = ""
    inbox: str = ""
    reports: str = ""
    files: tuple[NightFile, ...] = ()
    notes: tuple[str, ...] = ()
    limit_per_s: float | None = None

    @property
    def kind(self) -> NightKind:
        """How it went as a whole."""
        if self.cut_off:
            return NightKind.CUT_OFF
        if self.exit_code is None:
            return NightKind.AT_WORK
        if not self.begun:
            return NightKind.NOT_BEGUN
        if self.stopped or any(file.end is FileEnd.STOPPED for file in self.files):
            return NightKind.FAILED
        if any(file.end.needs_a_person for file in self.files):
            return NightKind.PARTLY
        worked = any(file.end.was_read for file in self.files)
        return NightKind.GOOD if worked else NightKind.NOTHING

    @property
    def code(self) -> int:
        """Its exit code; a night that has come to none counts as a fault of the program."""
        return BatchRenamerError.exit_code if self.exit_code is None else self.exit_code

    @property
    def seconds(self) -> float:
        """How long it took, in seconds; 0 until it has ended, and if the clock was set back meanwhile."""
        return max(self.ended_at - self.began_at, 0.0) if self.ended_at is not None else 0.0

    @property
    def requests(self) -> int:
        """How many requests its runs sent."""
        return sum(file.requests for file in self.files)

    @property
    def throttled(self) -> int:
        """How many of them got a 429."""
        return sum(file.throttled for file in self.files)

    @property
    def counts(self) -> dict[str, int]:
        """The rows of all its files by result, each row that is done in one night alone."""
        total: dict[str, int] = {}
        for file in self.files:
            for result, count in file.new_counts.items():
                total[result] = total.get(result, 0) + count
        return total

    @property
    def bad_rows(self) -> int:
        """How many of them have a problem."""
        return sum(count for result, count in self.counts.items() if result in BAD_RESULTS)

    @property
    def ends_in_words(self) -> str:
        """How many of its files came to which end, such as ``2 done, 1 with problems``; "" without a file."""
        ends = [file.end for file in self.files]
        return ", ".join(f"{ends.count(end):,} {end.words}" for end in FileEnd if end in ends)

    @property
    def goes_on_by_itself(self) -> bool:
        """Whether the next night goes on as if nothing had been: another run was at work, or a signal came."""
        return self.exit_code in _BY_ITSELF


def worst_exit_code(codes: list[int]) -> int:
    """Return the worst of exit codes; from worst to best: 143, 130, 129, 70, 4, 3, 5, 2, 1, 0.

    A code that is none of these counts as the worst.

    Example:
        >>> worst_exit_code([0, 1, 4, 2]), worst_exit_code([])
        (4, 0)
    """
    return min(codes, key=lambda code: _WORST_FIRST.index(code) if code in _WORST_FIRST else -1, default=0)
