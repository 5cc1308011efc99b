"""The heartbeat of a night: what is said at its start and its end, and never anything that is private."""

from __future__ import annotations

import pytest

from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.nightly.watching.heartbeat import beat_end, beat_start, heartbeat_text
from batch_renamer.settings import HeartbeatAddress

PRIVATE = "smith-wedding"


def night(*ends: FileEnd, exit_code: int | None = 0, begun: bool = True, stopped: str = "") -> Night:
    """Return a night whose spreadsheets ended so, full of what must not be told."""
    files = tuple(
        NightFile(
            name=f"{PRIVATE}.xlsx",
            end=end,
            sentence=f"{PRIVATE} is wrong.",
            run_id=PRIVATE,
            counts={"renamed": 1_200, "failed": 2},
            reports=(f"/srv/{PRIVATE}.html",),
        )
        for end in ends
    )
    return Night(
        date="2026-11-26",
        began_at=0.0,
        ended_at=60.0,
        exit_code=exit_code,
        begun=begun,
        stopped=stopped,
        files=files,
        inbox=f"/srv/{PRIVATE}",
        profile=PRIVATE,
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (night(), "The night of 2026-11-26: no spreadsheet. Exit code 0."),
        (
            night(FileEnd.DONE, FileEnd.PROBLEMS, FileEnd.DONE, exit_code=1),
            (
                "The night of 2026-11-26: spreadsheets: 2 done, 1 with problems. Rows: 3,600 renamed, 6 failed."
                " Exit code 1."
            ),
        ),
        (
            night(FileEnd.STOPPED, exit_code=4, stopped=f"{PRIVATE} is full."),
            (
                "The night of 2026-11-26: spreadsheets: 1 stopped. Rows: 1,200 renamed, 2 failed. It was stopped early."
                " Exit code 4."
            ),
        ),
        (
            night(begun=False, exit_code=2, stopped=f"/srv/{PRIVATE} is not there."),
            "The night of 2026-11-26 could not begin. Exit code 2.",
        ),
    ],
    ids=["empty inbox", "partly", "stopped", "not begun"],
)
def test_the_text_says_how_the_night_went(told: Night, text: str) -> None:
    """In one line, without a name, an id or a path: it goes to another company."""
    assert heartbeat_text(told) == text


@pytest.mark.parametrize("end", list(FileEnd))
def test_every_end_of_a_file_has_a_word(end: FileEnd) -> None:
    """None is left out."""
    assert "spreadsheets: 1 " in heartbeat_text(night(end))


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """The addresses that were called, and with which text; none takes the call."""
    calls: list[tuple[str, str | None]] = []

    async def call(url: str, *, body: str | None, timeout_s: float) -> str:
        calls.append((url, body))
        return f"no answer in {timeout_s:g} s"

    monkeypatch.setattr("batch_renamer.nightly.watching.heartbeat_call.call", call)
    return calls


def test_a_night_is_told_at_its_start_and_at_its_end(called: list[tuple[str, str | None]]) -> None:
    """Each call that was not taken is a sentence that names the host alone, and no error."""
    address = HeartbeatAddress.parse("https://hc-ping.com/T0ken")
    beats = [beat_start(address), beat_end(address, night()), beat_end(address, night(exit_code=143))]
    assert [url.partition("T0ken")[2] for url, _ in called] == ["/start", "", "/143"]
    assert [beat.said for beat in beats if beat is not None] == ["start", "done", "failed"]
    assert {beat.trouble for beat in beats if beat is not None} == {
        "The heartbeat to hc-ping.com was not taken: no answer in 10 s."
    }


def test_a_night_whose_exit_code_is_not_known_has_failed(called: list[tuple[str, str | None]]) -> None:
    """It must never look like a good one."""
    beat_end(HeartbeatAddress.parse("https://hc-ping.com/T0ken"), night(exit_code=None))
    assert called[0][0].endswith("/70")


def test_without_an_address_nothing_is_called(called: list[tuple[str, str | None]]) -> None:
    """Nor is a start told to a service that knows none."""
    assert (beat_start(None), beat_end(None, night())) == (None, None)
    assert beat_start(HeartbeatAddress.parse("https://nosnch.in/T0ken")) is None
    assert called == []
