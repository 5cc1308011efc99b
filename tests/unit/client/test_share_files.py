"""Share files: what one run says of itself enters, and what another one reads leaves."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.client.fair_shares import Claim
from batch_renamer.client.share_files import OtherRuns, OwnClaim
from batch_renamer.liveness import Registration

SAID = Claim(wanted=0.3, held=0.25, learnt_per_s=120.5, at_work=True)


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


@pytest.mark.skipif(os.name != "posix", reason="Windows has no file modes")
def test_the_file_is_for_this_user_alone(tmp_path: Path, other: OwnClaim) -> None:
    """As all files of the state directory."""
    other.write(SAID)
    assert stat.S_IMODE(share_file(tmp_path).stat().st_mode) == 0o600
