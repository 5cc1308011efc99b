"""The file of figures for Prometheus: each night's figures in a format that is read, and never half a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import FileEnd, Night, NightFile, Result
from batch_renamer.nightly.watching.metrics import Metrics, metrics_text, write_metrics
from tests.support.prometheus import samples_of

PREFIX = "batch_renamer_nightly_"
NIGHT = Night(
    date="2026-11-26",
    began_at=1_000.0,
    ended_at=1_060.5,
    exit_code=1,
    begun=True,
    profile="office",
    inbox="/srv/orders",
    files=(
        NightFile(name="a.xlsx", end=FileEnd.DONE, counts={"renamed": 40}, requests=80, throttled=1, seconds=9.0),
        NightFile(name="b.xlsx", end=FileEnd.PROBLEMS, counts={"renamed": 1, "failed": 2}, requests=6),
        NightFile(name="c.xlsx", end=FileEnd.WAITING),
    ),
    limit_per_s=98.5,
)
NOT_BEGUN = Night(date="2026-11-27", began_at=2_000.0, ended_at=2_001.0, exit_code=3, inbox="/srv/orders")
AS_POSIX = pytest.mark.skipif(os.name != "posix", reason="as POSIX has it")


def values(text: str) -> dict[str, float]:
    """Return the values by their names without the prefix, and the label that tells them apart."""
    return {
        "/".join((sample.name.removeprefix(PREFIX), *list(sample.labels.values())[2:])): sample.value
        for sample in samples_of(text)
    }


def test_a_night_with_its_figures() -> None:
    """Every figure that an alarm or a graph may need."""
    told = Metrics(night=NIGHT, last_success_at=500.0, waiting_since={"c.xlsx": 60.5, "d.xlsx": 900.0}, undelivered=2)
    found = values(metrics_text(told))
    assert {name: value for name, value in found.items() if value} == {
        "last_attempt_timestamp_seconds": 1060.5,
        "last_success_timestamp_seconds": 500,
        "exit_code": 1,
        "begun": 1,
        "duration_seconds": 60.5,
        "files/done": 1,
        "files/problems": 1,
        "files/waiting": 1,
        "rows/renamed": 41,
        "rows/failed": 2,
        "requests": 86,
        "throttled_requests": 1,
        "limit_requests_per_second": 98.5,
        "oldest_unhandled_file_age_seconds": 1000,
        "undelivered_messages": 2,
    }


def test_each_figure_is_there_every_night() -> None:
    """So that none of an earlier night stays in a graph; only a limit or a success that was never seen is missing."""
    full, empty = (values(metrics_text(Metrics(night=night))) for night in (NIGHT, NOT_BEGUN))
    assert full.keys() - empty.keys() == {"limit_requests_per_second"}
    assert {f"rows/{result}" for result in Result} | {f"files/{end}" for end in FileEnd} <= empty.keys()
    assert {name for name, value in empty.items() if value} == {
        "last_attempt_timestamp_seconds",
        "duration_seconds",
        "exit_code",
    }


@given(profile=st.none() | st.text(), inbox=st.text(st.characters() | st.sampled_from('\\"\n\udce4')))
def test_any_name_of_a_profile_or_folder_is_a_label(profile: str | None, inbox: str) -> None:
    """What is in quotes can't end the line or the label, whatever it is."""
    samples = samples_of(metrics_text(Metrics(night=replace(NIGHT, profile=profile, inbox=inbox))))
    readable = inbox.encode("utf-8", "backslashreplace").decode()
    assert {sample.labels["inbox"] for sample in samples} == {readable}


def test_the_file_is_written_whole_in_place_of_the_old_one(tmp_path: Path) -> None:
    """Nothing else stays in the collector's folder."""
    file = tmp_path / "night.prom"
    for night in (NIGHT, NOT_BEGUN):
        assert write_metrics(file, Metrics(night=night, last_success_at=5.0)) == ""
    assert values(file.read_text())["exit_code"] == 3
    assert [one.name for one in tmp_path.iterdir()] == ["night.prom"]


def test_the_last_success_outlives_a_journal_that_can_not_be_read(tmp_path: Path) -> None:
    """An alarm on its age must not end because of more trouble; the first night ever has none."""
    file = tmp_path / "night.prom"
    write_metrics(file, Metrics(night=NIGHT))
    assert "last_success_timestamp_seconds" not in values(file.read_text())
    write_metrics(file, Metrics(night=NIGHT, last_success_at=1_795_660_000.25))
    write_metrics(file, Metrics(night=NOT_BEGUN))
    assert values(file.read_text())["last_success_timestamp_seconds"] == 1_795_660_000.25


@AS_POSIX
def test_other_users_can_read_it_as_the_umask_or_the_old_file_allows(tmp_path: Path) -> None:
    """The collector is another user; the strict umask of a service would keep it out, so a mode that was set stays."""
    file, umask = tmp_path / "night.prom", os.umask(0o027)
    try:
        write_metrics(file, Metrics(night=NIGHT))
        first = file.stat().st_mode & 0o777
        file.chmod(0o644)
        write_metrics(file, Metrics(night=NIGHT))
    finally:
        os.umask(umask)
    assert (first, file.stat().st_mode & 0o777) == (0o640, 0o644)


@AS_POSIX
def test_a_link_to_the_file_stays(tmp_path: Path) -> None:
    """The file that it leads to is written."""
    (folder := tmp_path / "collector").mkdir()
    (link := tmp_path / "night.prom").symlink_to(folder / "night.prom")
    assert write_metrics(link, Metrics(night=NIGHT)) == ""
    assert (link.is_symlink(), (folder / "night.prom").exists()) == (True, True)


@pytest.mark.parametrize("place", ["missing/night.prom", "taken"], ids=["no folder", "a folder in its place"])
def test_a_file_that_can_not_be_written_is_a_sentence(tmp_path: Path, place: str) -> None:
    """The night ends as it would have, and nothing half-written is left."""
    (tmp_path / "taken").mkdir()
    said = write_metrics(tmp_path / place, Metrics(night=NIGHT))
    assert said.startswith(f"The figures for Prometheus can't be written to {tmp_path / place}: ")
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]
