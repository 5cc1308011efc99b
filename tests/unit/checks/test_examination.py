"""Options and an environment enter; the findings of all checks leave, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch_renamer.checks import Finding, Verdict, examine
from batch_renamer.checks import examination as examined
from batch_renamer.errors import KeyRefusedError
from batch_renamer.jobs import TrialAnswer
from batch_renamer.settings import FoundKey, Settings

KEY = {"AUTOENHANCE_API_KEY": "sk-live-4Zq8TtR2vXw9"}
LOOPBACK = "http://127.0.0.1:9"
FIRST = ["Python", "Terminal"]
BEFORE = [*FIRST, "Open files", "Configuration", "Address", "Key"]
AFTER = ["State folder", "Disk", "Journal", "Other runs", "Reports", "Log file"]


class Api:
    """Stands in for the one request: notes that it was sent, and answers as it was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.error: KeyRefusedError | None = None
        self.ahead = timedelta()

    async def __call__(self, settings: Settings, found: FoundKey | None) -> TrialAnswer:
        """Answer at once."""
        self.asked.append((settings.base_url, found.place if found is not None else ""))
        return TrialAnswer(error=self.error, seconds=0.1, server_time=datetime.now(UTC) + self.ahead)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """Put the stand-in in the place of the request."""
    made = Api()
    monkeypatch.setattr(examined, "ask_once", made)
    return made


def findings_of(state: Path, environ: Mapping[str, str], **given: object) -> dict[str, Finding]:
    """Return the findings by the names of their checks, in their order."""
    found = list(examine({"config": "none", "state_dir": str(state), **given}, environ=environ))
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def test_all_is_checked_in_the_order_of_a_run(tmp_path: Path, api: Api) -> None:
    """One request is sent, and nothing is written."""
    found = findings_of(tmp_path / "state", KEY, base_url=LOOPBACK)
    assert list(found) == [*BEFORE, "Proxy", "Certificates", "API", "Clock", *AFTER]
    assert [one.name for one in found.values() if one.exit_code] == []
    assert api.asked == [(LOOPBACK, "AUTOENHANCE_API_KEY")]
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_the_settings_end_the_examination(tmp_path: Path, api: Api) -> None:
    """A key could be sent to a place that it is not meant for."""
    found = findings_of(tmp_path, KEY, base_url=LOOPBACK, rate="fast")
    assert list(found) == [*FIRST, "Configuration", "All else"]
    assert (found["Configuration"].exit_code, found["All else"].verdict) == (2, Verdict.NOT_CHECKED)
    assert api.asked == []


@pytest.mark.parametrize(
    ("environ", "base_url", "wrong"),
    [
        ({}, LOOPBACK, "Key"),
        ({**KEY, "SSL_CERT_FILE": "/gone.pem"}, "https://127.0.0.1:9", "Certificates"),
    ],
    ids=["no key", "no certificates"],
)
def test_with_a_problem_on_the_way_the_api_is_not_asked(
    tmp_path: Path, api: Api, environ: Mapping[str, str], base_url: str, wrong: str
) -> None:
    """What could not be checked is not called well; this machine is checked all the same."""
    found = findings_of(tmp_path, environ, base_url=base_url)
    assert list(found)[-len(AFTER) :] == AFTER
    assert [one.name for one in found.values() if one.verdict is Verdict.PROBLEM] == [wrong]
    assert found["API"].verdict is found["Clock"].verdict is Verdict.NOT_CHECKED
    assert api.asked == []


def test_a_proxy_that_can_not_be_used_keeps_the_api_from_being_asked(
    tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor's address is not even looked up."""
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy")
    found = findings_of(tmp_path, KEY)
    assert (found["Proxy"].verdict, found["API"].verdict) == (Verdict.PROBLEM, Verdict.NOT_CHECKED)
    assert api.asked == []


def test_what_the_api_said_and_its_time_are_findings(tmp_path: Path, api: Api) -> None:
    """The key was not accepted, and the clock of this machine is behind."""
    api.error, api.ahead = KeyRefusedError("The API did not accept the key (401)."), timedelta(hours=3)
    found = findings_of(tmp_path, KEY, base_url=LOOPBACK)
    assert (found["API"].verdict, found["API"].exit_code) == (Verdict.PROBLEM, 3)
    assert (found["Clock"].verdict, "behind" in found["Clock"].said) == (Verdict.WARNING, True)


def test_practice_has_no_way_to_check_and_no_clock_to_compare(tmp_path: Path) -> None:
    """It needs no key, and the sandbox is asked in memory."""
    found = findings_of(tmp_path, {}, sandbox=True)
    assert list(found) == [*BEFORE, "API", *AFTER]
    assert {one.verdict for one in found.values()} <= {Verdict.OK, Verdict.WARNING}
    assert found["API"].said == "the sandbox answers"


def test_fewer_workers_need_fewer_open_files(tmp_path: Path, api: Api) -> None:
    """What is said is what was asked for."""
    found = findings_of(tmp_path, KEY, base_url=LOOPBACK, workers="3")
    assert found["Open files"].said == "enough for 3 requests at once"
    assert len(api.asked) == 1
