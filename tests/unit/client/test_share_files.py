"""Share files: what one run says of itself enters, and what another one reads leaves."""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.client.fair_shares import Claim
from batch_renamer.client.share_files import OtherRuns, OwnClaim
from batch_renamer.liveness import Registration, system_lock

SAID = Claim(wanted=0.3, held=0.25, learnt_per_s=120.5, at_work=True)
OF_ANOTHER_VERSION = Claim(wanted=1.0, held=0.0, at_work=True)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[OtherRuns]:
    """Return what one run sees of all others."""
    with Registration(tmp_path, label="run") as own:
        yield OtherRuns(tmp_path, own)


@pytest.fixture
def other(tmp_path: Path, reader: OtherRuns) -> Iterator[OwnClaim]:
    """Return the file of another run, beside that of the reader."""
    assert not reader.may_be_there()
    with Registration(tmp_path, label="run") as registration, OwnClaim(registration) as claim:
        assert reader.may_be_there()
        yield claim


def share_file(folder: Path) -> Path:
    """Return the one file in which a run says something."""
    [file] = folder.glob("*.share")
    return file


@pytest.mark.parametrize("claim", [SAID, Claim(wanted=1.0, held=0.0)], ids=["all", "nothing learnt"])
def test_what_a_run_says_is_what_another_reads(reader: OtherRuns, other: OwnClaim, claim: Claim) -> None:
    """The last word counts."""
    other.write(Claim(wanted=0.5, held=0.5))
    other.write(claim)
    assert reader.claims(0.0) == [claim]


@pytest.mark.parametrize("cut", [0, 8, -1], ids=["empty", "short", "a byte short"])
def test_a_file_that_is_just_being_written_says_what_it_said_before(
    tmp_path: Path, reader: OtherRuns, other: OwnClaim, cut: int
) -> None:
    """Half of a record is no record."""
    other.write(SAID)
    before = reader.claims(0.0)
    file = share_file(tmp_path)
    file.write_bytes(file.read_bytes()[:cut])
    assert (before, reader.claims(0.1)) == ([SAID], [SAID])


def test_a_record_of_which_half_is_old_is_not_believed(tmp_path: Path, reader: OtherRuns, other: OwnClaim) -> None:
    """Its checksum is another one."""
    other.write(SAID)
    reader.claims(0.0)
    file = share_file(tmp_path)
    old = file.read_bytes()
    other.write(Claim(wanted=1.0, held=0.75))
    file.write_bytes(file.read_bytes()[:16] + old[16:])
    assert reader.claims(0.1) == [SAID]


def test_a_run_that_says_nothing_more_needs_nothing(reader: OtherRuns, other: OwnClaim) -> None:
    """After five seconds; when it speaks again, it counts again."""
    other.write(SAID)
    assert [reader.claims(now) for now in (0.0, 4.9)] == [[SAID], [SAID]]
    assert reader.claims(5.1) == [Claim(wanted=0.0, held=0.0)]
    other.write(SAID)
    assert reader.claims(5.2) == [SAID]


@pytest.mark.parametrize("damage", [b"", b"another program's words, longer than a record is"], ids=["empty", "longer"])
def test_a_file_that_stays_damaged_does_not_say_that_its_run_needs_nothing(
    tmp_path: Path, reader: OtherRuns, other: OwnClaim, damage: bytes
) -> None:
    """The run may be at work; as soon as it writes again, that counts."""
    other.write(SAID)
    reader.claims(0.0)
    share_file(tmp_path).write_bytes(damage)
    assert reader.claims(5.1) == [OF_ANOTHER_VERSION]
    other.write(SAID)
    assert reader.claims(5.2) == [SAID]


@pytest.mark.parametrize(
    "claim",
    [
        Claim(wanted=math.nan, held=0.0),
        Claim(wanted=-1.0, held=0.0),
        Claim(wanted=1.5, held=0.0),
        Claim(wanted=1.0, held=math.nan),
        Claim(wanted=1.0, held=-1.0),
        Claim(wanted=1.0, held=0.0, learnt_per_s=math.inf),
    ],
    ids=repr,
)
def test_what_no_run_can_want_or_hold_is_not_believed(reader: OtherRuns, other: OwnClaim, claim: Claim) -> None:
    """It comes from another version or from a fault; the division of the limit would fail with it."""
    other.write(claim)
    assert reader.claims(0.0) == [OF_ANOTHER_VERSION]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes among files, and removes no open file")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path, reader: OtherRuns, other: OwnClaim) -> None:
    """It says nothing; when it is gone, the run writes its file anew."""
    file = share_file(tmp_path)
    file.unlink()
    os.mkfifo(file)
    assert reader.claims(0.0) == [OF_ANOTHER_VERSION]
    file.unlink()
    other.write(SAID)
    assert reader.claims(0.1) == [SAID]


@pytest.mark.skipif(os.name != "posix", reason="Windows removes no open file")
def test_a_run_whose_registration_was_removed_learns_of_it(tmp_path: Path) -> None:
    """No other run would see it any more."""
    with Registration(tmp_path, label="run") as own:
        others = OtherRuns(tmp_path, own)
        own.place.unlink()
        with pytest.raises(FileNotFoundError, match="registration was removed"):
            others.may_be_there()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_the_file_is_for_this_user_alone(tmp_path: Path, other: OwnClaim) -> None:
    """As all files of the state directory."""
    other.write(SAID)
    assert stat.S_IMODE(share_file(tmp_path).stat().st_mode) == 0o600


def test_a_run_whose_lock_was_free_when_it_was_tried_is_seen_at_the_next_look(tmp_path: Path) -> None:
    """A run that begins makes the file of its lock a moment before it takes the lock."""
    with Registration(tmp_path, label="run") as own:
        others = OtherRuns(tmp_path, own)
        beginning = tmp_path / "run-1-abcd.lock"
        beginning.touch()
        assert others.claims(0.0) == []
        with system_lock(beginning, timeout_s=0):
            assert len(others.claims(0.01)) == 1
