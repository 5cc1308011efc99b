"""What programs see of a night: the heartbeat, the figures for Prometheus, the log, and what a start costs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import COLD, KEY, Ended, environment
from tests.support.listeners import WebServer, listening_on_the_web
from tests.support.prometheus import samples_of
from tests.support.scripted import CERTIFICATE, answer, scripted
from tests.support.served import Command

TOKEN = "T0ken-of-the-heartbeat"
HEAVY = ("lxml", "numpy", "odfdo", "openpyxl", "pandas", "regex", "xlsxwriter")
"""What a night without a spreadsheet has no use for."""


def inbox_of(renamer: Command) -> Path:
    """Return the inbox, made if it isn't there."""
    inbox = renamer.folder / "inbox"
    inbox.mkdir(exist_ok=True)
    return inbox


async def night(renamer: Command, url: str, *more: str, words: Sequence[str] | None = None, **how: Any) -> Ended:
    """Run one night with a heartbeat, a file of figures and a log."""
    config = renamer.folder / "nightly.toml"
    lines = [
        'log_file = "nightly.jsonl"',
        "[nightly]",
        'inbox = "inbox"',
        "settle_s = 0",
        f'heartbeat_url = "{url}/{TOKEN}"',
        'metrics_file = "night.prom"',
        *more,
    ]
    config.write_text("\n".join(lines), encoding="utf-8")
    words = ["--base-url", renamer.base_url] if words is None else words
    return await renamer.run("nightly", "--config", str(config), *words, **how)


def heard(server: WebServer) -> list[str]:
    """Return what was called, without the token."""
    return [one.path.removeprefix(f"/{TOKEN}") for one in server.heard]


def log_of(renamer: Command) -> list[dict[str, Any]]:
    """Read the log."""
    return [json.loads(line) for line in (renamer.folder / "nightly.jsonl").read_text("utf-8").splitlines()]


def figures_of(renamer: Command) -> dict[str, float]:
    """Return the figures that have no label of their own."""
    samples = samples_of((renamer.folder / "night.prom").read_text("utf-8"))
    prefix = "batch_renamer_nightly_"
    return {one.name.removeprefix(prefix): one.value for one in samples if len(one.labels) == 2}


async def test_a_night_with_problems_is_told_with_its_exit_code(renamer: Command) -> None:
    """To the heartbeat, in the figures and in the log; the order that failed and the sheet stay private."""
    inbox = inbox_of(renamer)
    renamer.sheet([*renamer.seed(2), ("order-9", "No such order")], name="inbox/smith.csv")
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url)
    assert (ran.code, heard(server)) == (1, ["/start", "/1"])
    last = server.heard[-1].body
    assert "1 with problems. Rows: 2 renamed, 1 failed. Exit code 1." in last
    assert not any(private in last for private in ("smith", "order-9", str(inbox)))
    figures = figures_of(renamer)
    assert (figures["exit_code"], figures["begun"], "last_success_timestamp_seconds" in figures) == (1, 1, False)
    [end] = [line for line in log_of(renamer) if line["message"].startswith("smith.csv: problems")]
    assert (end["level"], end["counts"], end["night_id"][:2]) == ("warning", {"renamed": 2, "failed": 1}, "n-")
    of_run = [line for line in log_of(renamer) if line.get("run_id") == end["run_id"]]
    assert {(line["night_id"], line["file"]) for line in of_run} == {(end["night_id"], "smith.csv")}
    assert {line["command"] for line in of_run} == {"nightly", "apply"}
    began = next(line for line in log_of(renamer) if line["message"].startswith("apply begins"))
    assert began["file"] == "smith.csv"


async def test_an_empty_inbox_is_a_good_night(renamer: Command) -> None:
    """Silence of a good night and silence of a dead scheduler don't look alike."""
    inbox_of(renamer)
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url)
    assert (ran.code, heard(server)) == (0, ["/start", ""])
    assert "no spreadsheet. Exit code 0." in server.heard[-1].body
    figures = figures_of(renamer)
    assert figures["last_success_timestamp_seconds"] == figures["last_attempt_timestamp_seconds"] > 0
    said = [line["message"] for line in log_of(renamer)]
    assert {line.get("night_id") for line in log_of(renamer)[2:]} == {log_of(renamer)[-1]["night_id"]}
    assert said[0].startswith("the night begins: ")
    assert said[-1] == "the night ended (exit code 0): nothing"
    assert any(line.startswith("the heartbeat (done) was taken by 127.0.0.1:") for line in said)


@pytest.mark.parametrize(
    ("more", "env"),
    [
        pytest.param(["remind_days = 0"], {}, id="a wrong value in the configuration"),
        pytest.param(["setle_s = 1"], {}, id="a misspelled entry"),
        pytest.param([], {"AUTOENHANCE_API_KEY": ""}, id="no key"),
    ],
)
async def test_a_night_that_can_not_begin_is_told(renamer: Command, more: list[str], env: dict[str, str]) -> None:
    """Also where a mistake beside the address is why."""
    inbox_of(renamer)
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url, *more, env=env)
    assert (ran.code, heard(server)[-1]) == (2, "/2")
    assert "could not begin. Exit code 2." in server.heard[-1].body
    figures = figures_of(renamer)
    assert (figures["exit_code"], figures["begun"]) == (2, 0)
    assert any(line["message"].startswith("the night could not begin (exit code 2)") for line in log_of(renamer))


async def test_practice_does_not_look_like_a_good_night(renamer: Command) -> None:
    """The service would not notice that the real nights have ended."""
    inbox_of(renamer)
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url, words=["--sandbox"])
    assert (ran.code, heard(server), (renamer.folder / "night.prom").exists()) == (0, [], False)


async def test_a_heartbeat_that_is_not_taken_is_said_and_changes_nothing(renamer: Command) -> None:
    """It is in the log, on the screen and in the journal; its token is nowhere."""
    inbox_of(renamer)
    async with listening_on_the_web() as server:
        server.status = 404
        ran = await night(renamer, server.url)
    assert (ran.code, heard(server)) == (0, ["/start", ""])
    assert "was not taken: it answered 404 (no such address)" in ran.out
    everything = (
        ran.out
        + ran.err
        + "".join(
            path.read_text("utf-8", "replace")
            for path in renamer.folder.rglob("*")
            if path.is_file() and path.name != "nightly.toml"
        )
    )
    assert TOKEN not in everything
    assert sum("was not taken" in line["message"] for line in log_of(renamer)) == 2


async def test_a_service_with_a_certificate_of_its_own(renamer: Command) -> None:
    """Nothing is sent to one that can't be trusted; SSL_CERT_FILE names one that can."""
    inbox_of(renamer)
    async with scripted(answer(b"OK"), tls=True) as server:
        refused = await night(renamer, server.base_url)
        assert (refused.code, server.asked) == (0, [])
        assert "its TLS certificate can't be trusted (self-signed certificate)" in refused.out
        taken = await night(renamer, server.base_url, env={"SSL_CERT_FILE": str(CERTIFICATE)}, program=COLD)
    assert (taken.code, [one.target for one in server.asked]) == (0, [f"/{TOKEN}/start", f"/{TOKEN}"])


async def test_a_log_that_can_not_be_written_is_a_note_of_the_night(renamer: Command) -> None:
    """The night goes on without it; a person reads of it on the page and in the answer."""
    inbox_of(renamer)
    renamer.sheet(renamer.seed(2), name="inbox/orders.csv")
    (renamer.folder / "nightly.jsonl").mkdir()
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url)
    assert ran.code == 0
    said = f"The log file {renamer.folder / 'nightly.jsonl'} can't be written: it is a folder."
    assert f"Note: {said}" in ran.out
    [page] = (renamer.folder / "inbox" / "reports").glob("*/index.html")
    assert "nightly.jsonl" in page.read_text("utf-8")


async def test_a_log_of_something_else_stops_no_night(renamer: Command) -> None:
    """Apply refuses to write into a spreadsheet; a night leaves it alone, too, but does its work."""
    inbox_of(renamer)
    (log := renamer.folder / "nightly.jsonl").write_text("order_id,new_name\n")
    async with listening_on_the_web() as server:
        ran = await night(renamer, server.url)
    assert (ran.code, log.read_text()) == (0, "order_id,new_name\n")
    assert "holds something that is no log of batch-renamer" in ran.out


def test_an_empty_inbox_imports_nothing_heavy(tmp_path: Path) -> None:
    """Most nights have nothing to do; they cost no more than they must."""
    (tmp_path / "inbox").mkdir()
    words = [sys.executable, "-X", "importtime", *COLD[1:], "nightly", "--inbox", str(tmp_path / "inbox")]
    words += ["--base-url", "http://127.0.0.1:1", "--state-dir", str(tmp_path / "state")]
    env = {**environment(tmp_path), "AUTOENHANCE_API_KEY": KEY}
    ran = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert {module for module in imported if module.startswith(HEAVY)} == set()
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["reports"]
