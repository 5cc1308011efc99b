"""Once per content: what is to be done with a spreadsheet of tonight, by what earlier runs have done of its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from batch_renamer.jobs import Destination, interrupted
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Result, SettledRow
from batch_renamer.nightly.contents.stayed_files import Stayed
from batch_renamer.nightly.contents.survey import Survey, Surveyed, contradictions_in_words
from batch_renamer.nightly.wording import local_date
from batch_renamer.text import counted

__all__ = ["FilePlan", "Standing", "note_settled_rows", "plan_file"]


class Standing(Enum):
    """What is to be done with a spreadsheet.

    ``NEW``: its rows are worked on in a run of its own. ``SAME``: a finished run has done the same rows, so nothing is
    sent. ``ENDED``: its own run has ended, and only the file was not moved yet. ``UNUSABLE``: it can't be read.
    """

    NEW = auto()
    SAME = auto()
    ENDED = auto()
    UNUSABLE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """What is to be done with a spreadsheet, with a ``sentence`` about that ("": nothing is to be said).

    ``last`` is the last run of the same rows (None: there is none, or it was undone). ``settled`` are the rows that
    are settled because of other files of tonight.
    """

    standing: Standing
    last: RunRecord | None = None
    sentence: str = ""
    settled: Mapping[int, SettledRow] = field(default_factory=dict)


def note_settled_rows(
    journal: Journal, survey: Survey, stayed: Stayed, *, destination: Destination, night: int
) -> None:
    """Note the rows that are settled because of other files of a night, before any of these is done.

    If the night is cut off when it has done only one of two files that contradict each other, the next night still
    knows that about the other one.
    """
    settled = survey.settled(older=stayed)
    files = {(file.name, file.content): settled.get(file.number, {}) for file in survey.files if file.content}
    journal.again.note_settled(files, account=destination.account, base_url=destination.base_url, night=night)


def plan_file(
    journal: Journal,
    survey: Survey,
    file: Surveyed,
    stayed: Stayed,
    *,
    destination: Destination,
    again: bool = False,
    done: Collection[int] = (),
) -> FilePlan:
    """Return what is to be done with a spreadsheet; called just before it is done.

    ``again``: rows that a finished run has done are done all the same. ``done`` are the numbers of the files that
    tonight has done.
    """
    if file.unusable is not None:
        return FilePlan(standing=Standing.UNUSABLE, sentence=str(file.unusable))
    # A file of the same name that came while the night was at work takes the place of the first.
    replaced = [other.number for other in survey.files[: file.number] if other.name == file.name]
    settled = survey.settled(older={*stayed, *replaced} - {file.number}, done=done).get(file.number, {})
    account, base_url = destination.account, destination.base_url
    settled |= journal.again.settled((file.name, file.content), account=account, base_url=base_url)
    last = journal.again.last_of_content(file.content, account=account, base_url=base_url)
    if last is not None and not interrupted(last, journal.results.counts(last)):
        if file.number in stayed:
            return FilePlan(standing=Standing.ENDED, last=last)
        contradicted = any(row.result is Result.INVALID for row in settled.values())
        if not (again or contradicted or journal.again.not_done(last)):
            return FilePlan(standing=Standing.SAME, last=last, sentence=_about_the_same(journal, last))
    sentence = _about(journal, last) if last is not None and not again else ""
    said = " ".join(filter(None, [sentence, contradictions_in_words(settled.values())]))
    return FilePlan(standing=Standing.NEW, last=last, sentence=said, settled=settled)


def _about_the_same(journal: Journal, last: RunRecord) -> str:
    said = f"{_of(last)}, so nothing was sent."
    if not (count := journal.again.renamed_since(last)):
        return said
    orders = f"{counted(count, 'order')} of it {'has' if count == 1 else 'have'}"
    return (
        f"{said} {orders} been renamed by later runs since; `nightly --again` gives back the names of this spreadsheet."
    )


def _about(journal: Journal, last: RunRecord) -> str:
    """Return what is said of the last run of the same rows; "" if it has left nothing."""
    if interrupted(last, journal.results.counts(last)):
        return f"{_of(last)}, which was interrupted: this run does what that one has left."
    left = journal.again.not_done(last)
    return f"{_of(last)}, which left {_in_words(left)}." if left else ""


def _of(run: RunRecord) -> str:
    return f"The same rows as run {run.id} of {local_date(run.created_at)}"


def _in_words(left: Mapping[Result, int]) -> str:
    """Return how many rows a run has left, by result; a row that was left out is called that."""
    words = {Result.SKIPPED: "left out", Result.PENDING: "not reached", Result.PLANNED: "not reached"}
    said = [f"{count:,} {words.get(result, result.value)}" for result, count in left.items()]
    return f"{counted(sum(left.values()), 'row')} open ({', '.join(said)})"
