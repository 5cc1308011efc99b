"""How the runs of a machine tell each other what they want and hold: each writes a small file beside its registration.

A file is written often and never brought to the disk: it says nothing any more once its run has ended.
"""

from __future__ import annotations

import errno
import math
import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from batch_renamer.client.fair_shares import Claim
from batch_renamer.files import open_regular
from batch_renamer.liveness import Registration, live_registrations

__all__ = ["OtherRuns", "OwnClaim"]

_SUFFIX = ".share"
_RECORD = struct.Struct("<Qddd?")
_CHECKSUM = struct.Struct("<I")

_LOCKS_EVERY_S = 0.5
"""How often the locks of the others are tried: the files of a run that was killed stay where they are."""

_SILENT_AFTER_S = 5.0
"""A run that has said nothing for so long is at a standstill, as after Ctrl-Z, and needs nothing."""

_UNREADABLE = Claim(wanted=1.0, held=0.0, at_work=True)
"""What counts for a run whose file is not there, or can't be read."""

_AT_A_STANDSTILL = Claim(wanted=0.0, held=0.0)


class OwnClaim:
    """The file in which a run says what it wants and holds; it is removed at the end of the block.

    Raises:
        OSError: it can't be made.
    """

    def __init__(self, registration: Registration) -> None:
        self._place = registration.place.with_suffix(_SUFFIX)
        self._descriptor = self._opened()
        self._times_written = 0

    def _opened(self) -> int:
        return open_regular(self._place, os.O_RDWR | os.O_CREAT, follow_links=False)

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        os.close(self._descriptor)
        with suppress(OSError):  # as on a disk that became read-only: without its registration, the file counts no more
            self._place.unlink(missing_ok=True)

    def write(self, claim: Claim) -> None:
        """Say what the run wants and holds from now on.

        Raises:
            OSError: it can't be written.
        """
        if os.name == "posix" and not os.fstat(self._descriptor).st_nlink:
            # It was removed, so no other run would ever see this.
            removed, self._descriptor = self._descriptor, self._opened()
            os.close(removed)
        self._times_written += 1
        learnt_per_s = claim.learnt_per_s or 0.0
        record = _RECORD.pack(self._times_written, claim.wanted, claim.held, learnt_per_s, claim.at_work)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, record + _CHECKSUM.pack(zlib.crc32(record)))


@dataclass(slots=True)
class _Heard:
    """What was last read of another run, and when it changed last."""

    times_written: int
    claim: Claim
    at: float


class OtherRuns:
    """The other runs that are registered in a folder, and what they say."""

    def __init__(self, folder: Path, own: Registration) -> None:
        self._folder = folder
        self._own = own
        self._names: frozenset[str] = frozenset()
        self._live: list[Path] = []
        self._tried_at = float("-inf")
        self._heard: dict[Path, _Heard] = {}

    def may_be_there(self) -> bool:
        """Tell, in microseconds, whether there may be any; a file may also be one of a run that was killed.

        Raises:
            OSError: the folder can't be read, or the registration of this run is not there any more.
        """
        return any(name.endswith(".lock") and name != self._own.place.name for name in self._listed())

    def claims(self, now: float) -> list[Claim]:
        """Return what each of them says; ``now`` is in seconds, by any clock. It may wait for a lock for a moment.

        Raises:
            OSError: the folder can't be read, or the registration of this run is not there any more.
        """
        names = self._listed()
        registrations = frozenset(name for name in names if name.endswith(".lock"))
        # A lock that was free may be one that its run had made and not taken yet, so it is tried again each time.
        some_were_free = len(self._live) < len(registrations) - 1
        if some_were_free or registrations != self._names or now - self._tried_at >= _LOCKS_EVERY_S:
            self._names, self._tried_at = registrations, now
            self._live = live_registrations(self._folder, but=self._own)
            self._heard = {place: heard for place, heard in self._heard.items() if place in self._live}
            self._clear_away(names)
        return [self._claim_of(place, now) for place in self._live]

    def _listed(self) -> list[str]:
        names = os.listdir(self._folder)  # noqa: PTH208 - of names alone, because it is done often
        if self._own.place.name not in names:
            raise FileNotFoundError(errno.ENOENT, "its registration was removed", str(self._own.place))
        return names

    def _claim_of(self, place: Path, now: float) -> Claim:
        heard, read = self._heard.get(place), _read(place.with_suffix(_SUFFIX))
        if read is not None and (heard is None or heard.times_written != read[0]):
            heard = self._heard[place] = _Heard(*read, now)
        if heard is not None and now - heard.at <= _SILENT_AFTER_S:
            return heard.claim
        return _UNREADABLE if read is None else _AT_A_STANDSTILL

    def _clear_away(self, names: list[str]) -> None:
        """Remove the files of runs that are not registered any more."""
        for name in names:
            if name.endswith(_SUFFIX) and f"{name.removesuffix(_SUFFIX)}.lock" not in names:
                with suppress(OSError):  # its owner may be clearing it away this very moment
                    (self._folder / name).unlink(missing_ok=True)


def _read(place: Path) -> tuple[int, Claim] | None:
    """Return how often the file was written, and the claim in it; None if it says nothing that a run would say."""
    try:
        descriptor = open_regular(place, follow_links=False)
    except OSError:
        return None
    try:
        content = os.read(descriptor, _RECORD.size + _CHECKSUM.size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    record, checksum = content[: _RECORD.size], content[_RECORD.size :]
    # As long as it is just being written, its checksum is another one.
    if len(record) < _RECORD.size or checksum != _CHECKSUM.pack(zlib.crc32(record)):
        return None
    times_written, wanted, held, learnt_per_s, at_work = _RECORD.unpack(record)
    if not (0 <= wanted <= 1 and 0 <= held < math.inf and 0 <= learnt_per_s < math.inf):
        return None
    return times_written, Claim(wanted=wanted, held=held, learnt_per_s=learnt_per_s or None, at_work=at_work)
