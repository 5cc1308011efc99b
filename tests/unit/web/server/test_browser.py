"""Links enter; a browser that is started with them, or a line in the log, leaves."""

from __future__ import annotations

import logging
import queue
import threading
import webbrowser

import pytest

from batch_renamer.web import has_browser, open_in_browser

LINK = "http://127.0.0.1:8765/#code=abc"


@pytest.mark.parametrize(
    ("environ", "platform", "has"),
    [
        pytest.param({}, "linux", False, id="no screen"),
        pytest.param({"TERM": "xterm", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}, "linux", False, id="SSH"),
        pytest.param({"DISPLAY": ":0"}, "linux", True, id="X11"),
        pytest.param({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True, id="Wayland"),
        pytest.param({"BROWSER": "firefox"}, "linux", True, id="named by the user"),
        pytest.param({"DISPLAY": ""}, "linux", False, id="an empty variable"),
        pytest.param({}, "darwin", True, id="macOS"),
        pytest.param({}, "win32", True, id="Windows"),
    ],
)
def test_a_browser_needs_a_screen(environ: dict[str, str], platform: str, has: bool) -> None:
    """Without one, a browser would take over the terminal in which the command is at work."""
    assert has_browser(environ, platform=platform) is has


def test_a_browser_that_stays_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some programs end only when their window is closed; the server serves meanwhile."""
    opened: queue.Queue[str] = queue.Queue()
    closed = threading.Event()

    def stay(link: str) -> bool:
        opened.put(link)
        return closed.wait(60)

    monkeypatch.setattr(webbrowser, "open", stay)
    open_in_browser(LINK)
    assert opened.get(timeout=60) == LINK
    closed.set()


def test_a_process_that_ends_lets_the_browser_start_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second command has nothing else to do; ending at once, it would take the browser with it."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    open_in_browser(LINK, wait_s=60)
    assert opened == [LINK]


@pytest.mark.parametrize("error", [webbrowser.Error("could not locate runnable browser"), OSError(2, "no such file")])
def test_a_browser_that_can_not_be_started_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The link was printed; the log says that no browser came, and not with which code."""
    said: queue.Queue[str] = queue.Queue()

    class Log(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.put(record.getMessage())

    def fail(_link: str) -> bool:
        raise error

    caplog.set_level(logging.INFO, logger="batch_renamer")
    monkeypatch.setattr(logging.getLogger("batch_renamer"), "handlers", [Log()])
    monkeypatch.setattr(webbrowser, "open", fail)
    open_in_browser(LINK)
    assert said.get(timeout=60) == "web: no browser could be started; the link was printed"
