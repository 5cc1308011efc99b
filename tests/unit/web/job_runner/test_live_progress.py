"""The figures of a job at work, as pages are told them."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from batch_renamer.progress import about
from batch_renamer.web.job_runner.live_job import LiveJob
from batch_renamer.web.job_runner.live_progress import LiveProgress
from batch_renamer.web.job_runner.row_problems import row_problems_go_to

log = logging.getLogger("batch_renamer")


def test_the_rate_and_the_time_left_are_those_of_the_display() -> None:
    """The same stage is behind both, so a page and a terminal say the same."""
    now_s = 100.0
    progress = LiveProgress(clock=lambda: now_s)
    progress.stage("Renaming", 500)
    for done in range(0, 101, 10):
        progress.advance(done, failures=done // 50, note="limit 50/s")
        now_s += 1.0
    found = progress.standing()
    assert (found.stage, found.done, found.total, found.failures) == ("Renaming", 100, 500, 2)
    assert (found.rate_per_s, found.left_s) == (9.1, 44.0)


def test_a_job_that_waits_has_nothing_new_to_tell() -> None:
    """The figures are as exact as they are shown: those of one moment and of the next are the same."""
    now_s = 0.0
    progress = LiveProgress(clock=lambda: now_s)
    progress.stage("Reading current names", 10_000)
    progress.advance(0)
    now_s = 50.0
    before = progress.standing()
    now_s = 50.1
    assert progress.standing() == before


def test_the_newest_messages_are_kept() -> None:
    """What is shown of a job with thousands of bad rows is bounded."""
    progress = LiveProgress()
    for number in range(1_000):
        progress.message(f"message {number}")
    progress.note("a note")
    progress.hint("Press a key.")
    messages = progress.standing().messages
    assert (len(messages), messages[-2:]) == (50, ("message 999", "a note"))


def test_a_key_never_gets_into_a_message() -> None:
    """Not even one that an API puts into its answer."""
    secrets: list[str] = []
    progress = LiveProgress(secrets=secrets)
    secrets.append("sk-live-4Zq8TtR2vXw9")
    progress.message("the server said sk-live-4Zq8TtR2vXw9")
    assert progress.standing().messages == ("the server said ********",)


def test_bad_rows_go_to_the_job_that_they_belong_to() -> None:
    """Two jobs log at once, each in threads of its own."""

    def job(name: str) -> list[str]:
        told: list[str] = []
        with row_problems_go_to(told.append):
            for row in (2, 3):
                fields = about(row=row, order_id=name, result="failed", reason="The API said no.")
                log.warning("row %d is failed", row, extra=fields)
            log.warning("something else", extra=about(run_id="k3f9"))
        return told

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(job, ["a1", "b1"]))
    assert told == [[f"Row {row} ({name}) is failed: The API said no." for row in (2, 3)] for name in ("a1", "b1")]


def test_what_a_page_is_told_are_numbers_and_texts() -> None:
    """A page groups the numbers and shows the texts as they are."""
    live = LiveJob(
        run_id="k3f9", account="office", command="apply", began_at=0.0, done=5, total=1_000, limit_per_s=50.0, left_s=75
    )
    told = live.as_json()
    assert (told["run"], told["done"], told["total"], told["rate"]) == ("k3f9", 5, 1_000, "")
    assert (told["limit"], told["left"]) == ("50 a second", "1 min 15 s")
