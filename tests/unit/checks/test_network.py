"""What the environment names and what the API answered enter; each check says what it means for a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from batch_renamer.checks import Verdict
from batch_renamer.checks.network import check_answer, check_certificates, check_clock, check_proxy
from batch_renamer.client import RefusedError, ThrottledError
from batch_renamer.client.orders_api.protocol import TransientError
from batch_renamer.errors import CertificateError, KeyRefusedError, ProxyRefusedError
from batch_renamer.jobs import TrialAnswer
from batch_renamer.settings import ApiKey, FoundKey

VENDOR = "https://api.autoenhance.ai"
FOUND = FoundKey(key=ApiKey("secret-key"), source="x", place="AUTOENHANCE_API_KEY")
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address may hold one."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example.com:3128")
    finding = check_proxy(VENDOR)
    assert (finding.verdict, finding.said) == (Verdict.OK, "proxy.example.com:3128 (from HTTPS_PROXY or ALL_PROXY)")


def test_a_proxy_that_is_no_address_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request could be made."""
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy")
    finding = check_proxy(VENDOR)
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert "http://proxy.example.com:3128" in finding.repair


def test_this_machine_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is served on loopback never goes through one."""
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy")
    assert check_proxy("http://127.0.0.1:8080").said == "none"


def test_certificates_are_those_of_the_machine_unless_a_file_is_named() -> None:
    """On plain http to this machine none are needed."""
    named = Path(__file__).parents[2] / "data" / "loopback.pem"
    assert check_certificates(VENDOR, environ={}).verdict is Verdict.OK
    assert "SSL_CERT_FILE" in check_certificates(VENDOR, environ={"SSL_CERT_FILE": str(named)}).said
    assert "none needed" in check_certificates("http://127.0.0.1:1", environ={"SSL_CERT_FILE": "gone"}).said


def test_a_file_of_certificates_that_is_gone_is_a_problem() -> None:
    """OpenSSL would pass over it and trust no server."""
    finding = check_certificates(VENDOR, environ={"SSL_CERT_FILE": "/gone.pem"})
    assert (finding.verdict, finding.exit_code) == (Verdict.PROBLEM, 2)
    assert "SSL_CERT_FILE" in finding.repair


@pytest.mark.parametrize(
    ("error", "verdict", "code", "said", "repair"),
    [
        (None, Verdict.OK, 0, "accepted the key in 0.2 s", ""),
        (
            KeyRefusedError("The API did not accept the key from AUTOENHANCE_API_KEY (401)."),
            Verdict.PROBLEM,
            3,
            "The API did not accept the key from AUTOENHANCE_API_KEY (401)",
            "Put the right key into AUTOENHANCE_API_KEY.",
        ),
        (
            RefusedError("403 Forbidden", status=403, words="Not yours"),
            Verdict.PROBLEM,
            3,
            'AUTOENHANCE_API_KEY: 403 Forbidden: "Not yours"',
            "that may list orders",
        ),
        (RefusedError("404 Not Found", status=404), Verdict.PROBLEM, 4, "404 Not Found", "Check the address"),
        (TransientError("connection refused"), Verdict.PROBLEM, 4, "connection refused", "Check the address"),
        (CertificateError("It can't be trusted. Look at it."), Verdict.PROBLEM, 4, "can't be trusted", "Look at it."),
        (ProxyRefusedError("The proxy wants more. Give it."), Verdict.PROBLEM, 4, "wants more", "Give it."),
        (
            ThrottledError("429 Too Many Requests", status=429),
            Verdict.WARNING,
            0,
            "429",
            "Wait a minute, then check again.",
        ),
    ],
    ids=["accepted", "401", "403", "404", "no connection", "certificate", "proxy", "429"],
)
def test_the_answer(error: Exception | None, verdict: Verdict, code: int, said: str, repair: str) -> None:
    """The exit code is the one that a run would end with."""
    answer = TrialAnswer(error=error, seconds=0.21, server_time=None)  # type: ignore[arg-type]  # a union of these
    finding = check_answer(answer, FOUND, base_url=VENDOR)
    assert (finding.verdict, finding.exit_code) == (verdict, code)
    assert said in finding.said
    assert repair in finding.repair


def test_a_refused_key_of_a_file_is_asked_for_by_init() -> None:
    """An editor is not needed for it."""
    answer = TrialAnswer(error=KeyRefusedError("Not accepted."), seconds=0.1, server_time=None)
    finding = check_answer(answer, replace(FOUND, place="/home/ann/office.key"), base_url=VENDOR)
    assert finding.repair.startswith('Put the right key into /home/ann/office.key ("batch-renamer init" asks for it).')


@pytest.mark.parametrize(
    ("off", "verdict", "said"),
    [
        (timedelta(seconds=-59), Verdict.OK, "2026-11-26 12:00 UTC"),
        (timedelta(minutes=3), Verdict.WARNING, "3 minutes behind the server's"),
        (timedelta(hours=-5), Verdict.WARNING, "5 hours ahead of the server's"),
        (timedelta(days=400), Verdict.WARNING, "400 days behind the server's"),
    ],
    ids=["a minute", "behind", "ahead", "years"],
)
def test_the_clock(off: timedelta, verdict: Verdict, said: str) -> None:
    """A second or two is the way; more than a minute is a wrong clock."""
    finding = check_clock(NOON, NOON + off)
    assert finding.verdict is verdict
    assert said in finding.said


def test_a_clock_that_can_not_be_compared_is_not_called_right() -> None:
    """A server that tells no time leaves it open."""
    assert check_clock(NOON, None).verdict is Verdict.NOT_CHECKED
