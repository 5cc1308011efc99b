"""What delivers messages is not imported before one is sent, and takes little of this process with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from batch_renamer.nightly.messages import delivery
from batch_renamer.nightly.messages.addresses import Address
from batch_renamer.nightly.messages.delivery import Message, deliver


def test_apprise_is_imported_by_the_process_that_sends_alone() -> None:
    """It takes a second of a processor, and most nights send nothing."""
    program = "import sys, batch_renamer.nightly; print('apprise' in sys.modules, 'requests' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]


def test_the_process_gets_few_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above all not the API key; certificates are named to both libraries below Apprise."""
    for name in ("AUTOENHANCE_API_KEY", "APPRISE_URLS", "BATCH_RENAMER_RATE", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ca.pem")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    passed_on = delivery._environment()
    assert passed_on["https_proxy"] == "http://proxy:3128"
    assert (passed_on["SSL_CERT_FILE"], passed_on["REQUESTS_CA_BUNDLE"]) == ("/etc/ca.pem", "/etc/ca.pem")
    assert not {"AUTOENHANCE_API_KEY", "APPRISE_URLS", "BATCH_RENAMER_RATE", "PYTHONPATH"} & set(passed_on)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param("raise SystemExit(3)", "Apprise ended with a fault", id="it dies"),
        pytest.param("print('hello')", "Apprise ended with a fault", id="it answers nonsense"),
        pytest.param("print('[]'); print('{\"answer\": \"?\"}')", "Apprise ended with a fault", id="an unknown answer"),
        pytest.param('print(\'{"answer": "no apprise"}\')', "Apprise is not installed", id="without Apprise"),
    ],
)
async def test_a_process_that_fails_is_an_answer(monkeypatch: pytest.MonkeyPatch, program: str, said: str) -> None:
    """Nothing that happens in it ends the night."""
    monkeypatch.setattr(delivery, "_START", program)
    [one] = await deliver(Message(title="T", body="B"), [Address(line=1, url="json://localhost")])
    assert (one.delivered, one.said) == (False, said)


async def test_a_process_that_can_not_be_started_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without memory."""
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    [one] = await deliver(Message(title="T", body="B"), [Address(line=1, url="json://localhost")])
    assert one.said == "Apprise ended with a fault"
