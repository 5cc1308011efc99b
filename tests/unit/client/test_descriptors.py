"""File descriptors: limits as a shell sets them enter; how many connections may be opened leaves."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import pytest

from batch_renamer.client.orders_api.descriptors import connections_possible, descriptors_are_used_up

resource = pytest.importorskip("resource", reason="POSIX only")

NO_LIMIT = resource.RLIM_INFINITY


@dataclass(slots=True)
class Limits:
    """Stands in for the process's own limits; a kernel that allows less than the hard limit says so by ``most``."""

    soft: int
    hard: int
    most: int = sys.maxsize

    def get(self, which: int) -> tuple[int, int]:
        """Stand in for ``getrlimit``."""
        assert which == resource.RLIMIT_NOFILE
        return self.soft, self.hard

    def set(self, which: int, limits: tuple[int, int]) -> None:
        """Stand in for ``setrlimit``."""
        assert which == resource.RLIMIT_NOFILE
        if limits[0] > self.most:
            raise ValueError("not allowed to raise maximum limit")
        self.soft, self.hard = limits


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Limits:
    """Let 16 descriptors be open under limits that a test chooses."""
    made = Limits(256, 256)
    monkeypatch.setattr(resource, "getrlimit", made.get)
    monkeypatch.setattr(resource, "setrlimit", made.set)
    monkeypatch.setattr(os, "listdir", lambda _: [str(number) for number in range(16)])
    return made


@pytest.mark.parametrize(
    ("soft", "hard", "possible", "soft_after"),
    [
        pytest.param(256, 256, 176, 256, id="no more than the hard limit has room for"),
        pytest.param(256, 4096, 1000, 1080, id="the soft limit is raised, no further than needed"),
        pytest.param(256, NO_LIMIT, 1000, 1080, id="macOS: a hard limit of infinity"),
        pytest.param(256, 512, 432, 512, id="raised to the hard limit"),
        pytest.param(65536, 65536, 1000, 65536, id="plenty is left as it is"),
        pytest.param(NO_LIMIT, NO_LIMIT, 1000, NO_LIMIT, id="no limit at all"),
        pytest.param(64, 64, 24, 64, id="of very few, half are kept for the rest"),
        pytest.param(10, 10, 1, 10, id="one connection is always tried"),
    ],
)
def test_no_more_connections_than_descriptors(
    limits: Limits, soft: int, hard: int, possible: int, soft_after: int
) -> None:
    """Of a thousand wanted as many are opened as there is room for beside 16 open files and a reserve of 64."""
    limits.soft, limits.hard = soft, hard
    assert (connections_possible(1000), limits.soft, limits.hard) == (possible, soft_after, hard)


def test_both_ends_in_one_process_need_two_each(limits: Limits) -> None:
    """The practice API is served by the same process."""
    assert connections_possible(1000, descriptors_each=2) == 88
    limits.hard = NO_LIMIT
    assert (connections_possible(1000, descriptors_each=2), limits.soft) == (1000, 2080)


@pytest.mark.parametrize("hard", [4096, NO_LIMIT])
def test_limit_that_can_not_be_raised_is_kept_to(limits: Limits, hard: int) -> None:
    """Some kernels allow less than the hard limit says."""
    limits.hard, limits.most = hard, 300
    assert (connections_possible(1000), limits.soft) == (176, 256)


def test_few_connections_need_no_more_than_there_is(limits: Limits) -> None:
    """A limit that is enough is not touched."""
    assert (connections_possible(4), limits.soft) == (4, 256)


def test_open_files_that_can_not_be_counted_are_guessed(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /dev/fd a usual number is taken."""

    def can_not_be_listed(_: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", can_not_be_listed)
    assert connections_possible(1000) == limits.hard - 32 - 64


def test_system_without_such_limits_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no module for them."""
    monkeypatch.setitem(sys.modules, "resource", None)
    assert connections_possible(1000) == 1000


def test_lack_of_descriptors_is_seen() -> None:
    """Nothing can be opened any more, as under a limit of what is open already."""
    assert not descriptors_are_used_up()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        assert descriptors_are_used_up()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
