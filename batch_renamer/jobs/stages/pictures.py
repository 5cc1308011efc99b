"""The small pictures of orders for an HTML report, fetched after the last rename.

No picture is worth a failed run: whatever goes wrong here is a sentence on the page, and the exit code stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio

from batch_renamer.client import Gateway, RequestError, Stopping
from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs.run import Run
from batch_renamer.model import Picture, Pictures
from batch_renamer.settings import as_given
from batch_renamer.text import counted

__all__ = ["fetch_pictures", "warn_if_pictures_are_in_vain"]

_MOST = 500
_MOST_BYTES = 10_000_000
_MOST_S = 60.0
_AT_ONCE = 8
_FAILURES_IN_A_ROW = 8
"""After so many failures without a picture in between, the API has none for this run."""


def warn_if_pictures_are_in_vain(run: Run) -> None:
    """Say that no report of the run can show pictures.

    Where a configuration asks for them, it may be meant for other runs, so it is not said of a run without reports.
    """
    settings = run.job.settings
    if not settings.pictures or run.job.command.offline or _can_show_pictures(run):
        return
    for_this_run = dict(settings.sources).get("pictures", "").startswith(("--", "argument "))
    if for_this_run or run.targets:
        given = as_given(settings, "pictures")
        run.context.warnings.append(f"{given} has no effect without an HTML report: add --report FILE.html.")


def _can_show_pictures(run: Run) -> bool:
    return any(target.suffix.lower() == ".html" for target in run.targets)


async def fetch_pictures(run: Run) -> Pictures:
    """Return a small picture of the first photo of each order, where an HTML report is to show them."""
    if not run.job.settings.pictures or not _can_show_pictures(run):
        return Pictures()
    journal = run.job.journal
    total, places = await journal.in_thread(journal.results.first_images, run.record, limit=_MOST)
    if run.api is None or not places:
        return Pictures(note="" if total else "The API named no photo of these orders.")
    run.job.progress.stage("Fetching pictures", len(places))
    fetching = _Fetching(run=run, gateway=run.api.gateway, left=iter(places))
    with anyio.move_on_after(_MOST_S) as time_limit:
        async with anyio.create_task_group() as workers:
            for _ in range(min(_AT_ONCE, run.api.most_at_once())):
                workers.start_soon(fetching.work)
    run.job.progress.close()
    if time_limit.cancelled_caught:
        fetching.why = f"no more were fetched after {_MOST_S:g} seconds"
    missing = len(places) - len(fetching.by_row)
    if fetching.failure and missing:
        lacks = f"lacks {counted(missing, 'picture')}" if fetching.by_row else "has no pictures"
        run.context.warnings.append(f"The HTML report {lacks}: {fetching.failure}.")
    return Pictures(by_row=fetching.by_row, note=_note(total, len(fetching.by_row), fetching))


@dataclass(slots=True, kw_only=True)
class _Fetching:
    """What several tasks have fetched together so far; ``why`` says why they ended early, if they did."""

    run: Run
    gateway: Gateway
    left: Iterator[tuple[int, str]]
    by_row: dict[int, Picture] = field(default_factory=dict)
    size: int = 0
    failures: int = 0
    failure: str = ""
    why: str = ""

    async def work(self) -> None:
        """Fetch one picture after the other until none is left, or there is a reason to end."""
        for row, image_id in self.left:
            if self.why:
                return
            try:
                picture = await self.gateway.picture(image_id)
            except Stopping:
                self.why = "the run was stopped"
            except (RequestError, BatchRenamerError) as error:
                self._failed(error)
            else:
                self._fetched(row, picture)

    def _fetched(self, row: int, picture: Picture) -> None:
        self.failures = 0
        self.size += len(picture.data)
        if self.size > _MOST_BYTES:
            self.why = f"together they may have {_MOST_BYTES // 1_000_000} MB"
            return
        self.by_row[row] = picture
        self.run.job.progress.advance(len(self.by_row))

    def _failed(self, error: RequestError | BatchRenamerError) -> None:
        self.failures += 1
        self.failure = error.failure if isinstance(error, RequestError) else str(error).rstrip(".")
        if self.failures >= _FAILURES_IN_A_ROW:
            self.why = f"the API gave no more ({self.failure})"


def _note(total: int, fetched: int, fetching: _Fetching) -> str:
    if fetched == total:
        return ""
    why = fetching.why or (fetching.failure and f"the API did not give the others ({fetching.failure})")
    why = why or f"a page has at most {_MOST:,}; those with problems come first"
    return f"{fetched:,} of {counted(total, 'order')} with photos: {why}."
