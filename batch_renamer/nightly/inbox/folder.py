"""The inbox as a night sees it: what is there at its start, and what has settled at its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from batch_renamer.journal import Look, LookTable
from batch_renamer.nightly.inbox.file_names import in_order_of_name
from batch_renamer.nightly.inbox.scanning import files_in
from batch_renamer.nightly.inbox.settling import Looked, Settling
from batch_renamer.nightly.inbox.values import PassedFile, Scan, WaitingFile

__all__ = ["Inbox"]


class Inbox:
    r"""A folder into which people put spreadsheets. Nothing in it is changed here.

    ``own`` are the files and folders of this program that may lie in it, such as ``done`` and the configuration: they
    are never read. ``settle_s`` is for how many seconds a file must have been left alone; ``looks`` keeps how the files
    are for later nights.

    Example:
        >>> import tempfile
        >>> from batch_renamer.journal import Journal
        >>> with tempfile.TemporaryDirectory() as folder, Journal.temporary() as journal:
        ...     _ = Path(folder, "orders.csv").write_text("order_id,new_name\n", "utf-8")
        ...     inbox = Inbox(
        ...         Path(folder), own=[], settle_s=60, looks=journal.looks, wall_clock=lambda: 0.0, sleep=print)
        ...     [file.name for file in inbox.scan().waiting]
        ['orders.csv']
    """

    def __init__(
        self,
        folder: Path,
        *,
        own: Collection[Path],
        settle_s: float,
        looks: LookTable,
        wall_clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._folder = folder
        self._own = own
        self._settle_s = settle_s
        self._looks = looks
        self._wall_clock, self._sleep = wall_clock, sleep

    def scan(self, *, but: Collection[Path] = ()) -> Scan:
        """Return what is in the inbox now, without the files ``but``; it takes a few seconds if there is any.

        Raises:
            SettingsError: the inbox is no folder or can't be read.
            JournalError: the looks can't be kept.
        """
        found = files_in(self._folder, own=self._own)
        earlier = self._looks.of(self._folder)
        looked = self._settling(earlier, patience_s=0).look_at(path for path in found.files if path not in but)
        for path, sentence in found.placeholders.items():
            looked.waiting.append(WaitingFile(path=path, sentence=sentence, since=self._wall_clock()))
        self._looks.replace(self._folder, looked.looks)
        return _in_order(looked, passed=found.passed)

    def look_again(self, waiting: Iterable[WaitingFile]) -> Scan:
        """Return what has become of files that waited; it may take ``settle_s`` seconds for files that need them.

        Raises:
            JournalError: the looks can't be kept.
        """
        earlier = self._looks.of(self._folder)
        looked = self._settling(earlier, patience_s=self._settle_s).look_at(file.path for file in waiting)
        self._looks.replace(self._folder, {**earlier, **looked.looks})
        return _in_order(looked)

    def _settling(self, earlier: Mapping[str, Look], *, patience_s: float) -> Settling:
        return Settling(
            settle_s=self._settle_s,
            patience_s=patience_s,
            earlier=earlier,
            wall_clock=self._wall_clock,
            sleep=self._sleep,
        )


def _in_order(looked: Looked, *, passed: tuple[PassedFile, ...] = ()) -> Scan:
    return Scan(
        settled=tuple(sorted(looked.settled, key=lambda file: in_order_of_name(file.name))),
        waiting=tuple(sorted(looked.waiting, key=lambda file: in_order_of_name(file.name))),
        passed=passed,
    )
