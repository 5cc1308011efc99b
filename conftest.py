"""Tests enter; they run on this machine alone, in an empty home, and on virtual time where they ask for it.

It stands at the root so that the examples in the package's docstrings are held to the same.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import itertools
import os
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

import batch_renamer
from tests.support.clock import VirtualTimeLoop
from tests.support.offline import sitecustomize as network

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

# The gate tries the same examples everywhere and never fails by the machine's speed; `--hypothesis-profile=explore`
# looks for new ones.
settings.register_profile(
    "gate", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("gate")

HOME_VARIABLES = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
)
END_TO_END = Path(__file__).parent / "tests" / "e2e"
OUTSIDE_PREFIXES = ("AUTOENHANCE_", "BATCH_RENAMER_")
OUTSIDE_VARIABLES = (
    *("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "NETRC"),  # they redirect requests, or add credentials
    *("CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "LINES", "NO_COLOR", "PY_COLORS"),  # and output
    "VIRTUAL_ENV",  # it changes how a printed command calls the program
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Let one worker more than there are processors run: some tests wait for real seconds, and others can work then."""
    return (os.cpu_count() or 1) + 1


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give a test marked ``virtual_time`` the virtual clock, and every other one the real clock."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect without measuring coverage: that takes Python 3.11 more than twice as long, and only imports count."""
    gc.disable()  # What is collected stays.
    coverage = Coverage.current() if session.config.getoption("dist", "no") == "no" else None
    if coverage:
        for module in pkgutil.walk_packages(batch_renamer.__path__, "batch_renamer."):
            importlib.import_module(module.name)
        coverage.stop()
    try:
        return (yield)
    finally:
        if coverage:
            coverage.start()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage in tests that would be slowed down by it and reach nothing that others don't reach.

    End-to-end tests run the program in other processes. A property goes the same way a hundred times.
    """
    for item in items:
        if item.path.is_relative_to(END_TO_END) or item.get_closest_marker("hypothesis"):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def home(_homes: Iterator[Path]) -> Iterator[Path]:
    """Give a test an empty home, and an environment without keys, settings or proxies; children get it too."""
    folder = next(_homes)
    folder.mkdir()
    offline = str(Path(network.__file__).parent)
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.upper().startswith(OUTSIDE_PREFIXES) or name.upper() in OUTSIDE_VARIABLES:
                patch.delenv(name)
        for name in HOME_VARIABLES:
            patch.setenv(name, str(folder if name in ("HOME", "USERPROFILE") else folder / name.lower()))
        patch.setenv("PYTHONPATH", offline, prepend=os.pathsep)
        # As a user has it who activated the environment: printed commands begin with the program's name then.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield folder


@pytest.fixture(autouse=True)
def refused_connections() -> Iterator[list[str]]:
    """Fail a test whose code tried to leave this machine, even if it caught the error; a test may clear the list."""
    network.refused.clear()
    yield network.refused
    assert not network.refused


@pytest.fixture(autouse=True)
def _clock_waits_for_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the virtual clock know of the threads that anyio starts."""
    if not request.node.get_closest_marker("virtual_time"):
        yield
        return
    run_sync = anyio.to_thread.run_sync

    async def run_sync_while_clock_stands(*args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        with loop.real_work():
            return await run_sync(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", run_sync_while_clock_stands)
        # Work takes no virtual time: beside virtual seconds, real CPU time would say anything.
        patch.setattr("batch_renamer.planning.page_chain.thread_time", lambda: 0.0)
        yield
