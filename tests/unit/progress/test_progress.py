"""What a person sees while a run goes on, and how it reaches the stream."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest

from batch_renamer.model import ReasonGroup, ReportRow, Result, RunSummary
from batch_renamer.progress import NextStep, RunView, make_progress, show_run
from batch_renamer.progress.cutting import cells_of
from batch_renamer.progress.output import SafeStream, is_live_terminal, plain_text
from batch_renamer.progress.stage import Stage, bar_line, done_line, plain_line


class Terminal(io.StringIO):
    """A terminal in memory."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.now_s


class Gone(io.StringIO):
    """A terminal whose window was closed after some writes."""

    def __init__(self, *, after: int) -> None:
        super().__init__()
        self.writes = 0
        self.after = after

    def write(self, text: str) -> int:
        """Fail as a closed terminal does."""
        self.writes += 1
        if self.writes > self.after:
            raise OSError(5, "Input/output error")
        return super().write(text)


def a_view() -> RunView:
    """Return a dry run of one row with nasty names."""
    row = ReportRow(row=2, order_id="[/]", old_name="[red]山", new_name="[red]山 → ß :smile:", result=Result.PLANNED)
    summary = RunSummary(run_id="k3f9", command="plan", counts={Result.PLANNED: 1})
    group = ReasonGroup(result=Result.FAILED, reason="[/]", count=1, rows=(row,))
    return RunView(summary=summary, planned=(row,), problems=(group,), next_steps=(NextStep("", "go " + "x" * 200),))


# -- The lines of a stage --------------------------------------------------------------------------------------------


def a_stage(**values: object) -> Stage:
    """Return a stage of 500 that began at 0 s and did its last 100 in 2 s."""
    stage = Stage(name="Renaming", total=500, started_s=0.0, done=200, failures=3, note="limit 50/s")
    stage.samples.append((8.0, 100))
    for name, value in values.items():
        setattr(stage, name, value)
    return stage


def test_the_bar_says_all_that_matters() -> None:
    """Done of total, failures, time left, rate and note, with a bar in proportion."""
    assert plain_text(bar_line(a_stage(), now_s=10.0, width=100)) == (
        "Renaming  " + "━" * 10 + "─" * 17 + "  200 of 500 · 3 with problems · 6.0 s left · 50/s · limit 50/s"
    )


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_the_bar_fits_the_terminal(width: int) -> None:
    """The last words go first; name and figures stay."""
    line = plain_text(bar_line(a_stage(note="n" * 200), now_s=10.0, width=width))
    assert cells_of(line) <= max(width, len("Renaming  200 of 500"))
    assert line.startswith("Renaming  ")
    assert "200 of 500" in line


@pytest.mark.parametrize(("done", "total"), [(0, 500), (500, 500), (501, 500), (0, 0), (7, None)])
def test_the_bar_bears_every_figure(done: int, total: int | None) -> None:
    """Nothing done, all done, more than all, nothing to do and not known are no accidents."""
    stage = a_stage(done=done, total=total, note="", failures=0)
    line = plain_text(bar_line(stage, now_s=10.0, width=100))
    assert line.count("━") + line.count("─") in {0, 40}


def test_the_rate_is_that_of_late() -> None:
    """A slow start doesn't weigh for ever, and a standstill shows at once."""
    stage = a_stage()
    assert stage.rate_per_s(10.0) == 50.0
    assert stage.rate_per_s(108.0) == 1.0


def test_it_is_not_said_how_long_a_standstill_lasts() -> None:
    """Without progress there is no time left, rather than an infinite one."""
    assert a_stage(done=100).left_s(10.0) is None


def test_it_is_too_early_for_a_rate() -> None:
    """The first half second gives no figure that would jump."""
    assert Stage(name="n", total=5, started_s=0.0, done=4).rate_per_s(0.4) is None


def test_a_log_line_says_the_same() -> None:
    """In a log there is a share instead of a bar."""
    text = plain_text(plain_line(a_stage(), now_s=10.0))
    assert text == "Renaming: 200 of 500 (40 %), 3 with problems, 50/s, 6.0 s left, limit 50/s"


def test_a_stage_that_has_ended_leaves_its_time() -> None:
    """Figures of the whole stage."""
    assert (
        plain_text(done_line(a_stage(done=500), now_s=10.0)) == "Renaming: 500 of 500 in 10 s (50/s), 3 with problems"
    )


# -- Plain progress --------------------------------------------------------------------------------------------------


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    """A slow stage is heard of although it hasn't reached the next tenth."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, clock=clock)
    progress.stage("Renaming", 10_000)
    for done in range(1, 36):
        clock.now_s += 1.0
        progress.advance(done)
    assert [line.split(" (")[0] for line in stream.getvalue().splitlines()] == [
        "Renaming: 10 of 10,000",
        "Renaming: 20 of 10,000",
        "Renaming: 30 of 10,000",
    ]


def test_a_log_gets_a_line_at_each_tenth() -> None:
    """A quick stage is heard of at each 10 %, and at its end by the line that stays."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, clock=clock)
    progress.stage("Renaming", 100)
    for done in range(1, 101):
        clock.now_s += 0.25
        progress.advance(done)
    progress.close()
    assert [line.split(" (")[0] for line in stream.getvalue().splitlines()] == [
        *(f"Renaming: {done} of 100" for done in range(10, 100, 10)),
        "Renaming: 100 of 100 in 25 s",
    ]


def test_a_log_is_not_flooded() -> None:
    """A stage of a moment leaves one line, however many calls it made."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, clock=clock)
    progress.stage("Reading the spreadsheet", 100_000)
    for done in range(0, 100_000, 100):
        clock.now_s += 0.0005
        progress.advance(done)
    progress.close()
    assert len(stream.getvalue().splitlines()) == 1


def test_stages_follow_each_other() -> None:
    """A new stage ends the one before; closing twice says nothing twice."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, clock=clock)
    progress.stage("Reading the spreadsheet", None)
    progress.advance(7)
    progress.stage("Renaming", 7)
    progress.close()
    progress.close()
    assert stream.getvalue() == "Reading the spreadsheet: 7\nRenaming: 0 of 7\n"


def test_a_note_stays_until_another_comes() -> None:
    """``None`` leaves it, an empty one takes it away."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, clock=clock)
    progress.stage("Renaming", None)
    for done, note in [(1, "limit 50/s"), (2, None), (3, "")]:
        clock.now_s += 10.0
        progress.advance(done, note=note)
    assert ["limit" in line for line in stream.getvalue().splitlines()] == [True, True, False]


def test_progress_before_a_stage_is_not_an_accident() -> None:
    """A call out of order never ends a run."""
    stream = io.StringIO()
    make_progress(stream).advance(3)
    assert stream.getvalue() == ""


def test_quiet_says_errors_alone() -> None:
    """No stages, no lines, no sentences."""
    stream, clock = io.StringIO(), Clock()
    progress = make_progress(stream, quiet=True, is_terminal=True, clock=clock)
    progress.stage("Renaming", 2)
    clock.now_s += 60.0
    progress.advance(1)
    progress.message("The API does not answer; waiting.")
    progress.message("The journal is\x1b damaged.", error=True)
    progress.close()
    assert stream.getvalue() == "The journal is\\x1b damaged.\n"


@pytest.mark.parametrize("no_progress", [False, True])
def test_lines_instead_of_a_bar(no_progress: bool) -> None:
    """Without a terminal, or with ``--no-progress`` on one, nothing steers the stream."""
    stream = Terminal() if no_progress else io.StringIO()
    progress = make_progress(stream, no_progress=no_progress)
    progress.stage("Renaming", 2)
    progress.message("Waiting.")
    progress.close()
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().startswith("Waiting.\n")


@pytest.mark.parametrize(
    ("watched", "quiet", "no_progress", "shown"),
    [(True, False, False, True), (True, True, False, False), (True, False, True, False), (False, False, False, False)],
    ids=["a terminal", "quiet", "no progress", "a pipe"],
)
def test_hints_are_for_people_who_watch(*, watched: bool, quiet: bool, no_progress: bool, shown: bool) -> None:
    """In a log of a night they would be noise."""
    stream = Terminal() if watched else io.StringIO()
    progress = make_progress(stream, quiet=quiet, no_progress=no_progress)
    progress.stage("Renaming", 2)
    progress.hint("Ctrl-C stops the run.")
    progress.close()
    assert ("Ctrl-C stops the run." in stream.getvalue()) is shown


# -- Live progress ---------------------------------------------------------------------------------------------------


def live(stream: io.StringIO) -> None:
    """Run two short stages with a message on a terminal."""
    progress = make_progress(stream, is_terminal=True)
    progress.stage("Reading", None)
    progress.advance(3)
    progress.stage("Renaming", 4)
    progress.advance(4, failures=1, note="[/] \x1b[2J")
    progress.message("[/] waiting \x1b[2J")
    progress.close()
    progress.close()


def test_the_bar_leaves_lines_and_the_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the run each stage has one line, the bar has gone, and the cursor is back."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    live(stream)
    text = stream.getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert len(re.findall(r"Reading: 3\s*\n", text)) == 1
    assert text.count("Renaming: 4 of 4") >= 1


def test_the_bar_shows_untrusted_words_harmlessly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is no markup and steers nothing."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    live(stream)
    assert "[/] waiting \\x1b[2J" in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()


@pytest.mark.parametrize("after", range(5))
def test_a_terminal_that_goes_away_ends_nothing(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Closing the window in mid-run is no reason to stop renaming."""
    monkeypatch.setenv("TERM", "xterm")
    live(Gone(after=after))


# -- Printing --------------------------------------------------------------------------------------------------------


def test_a_terminal_gets_styles_and_the_names_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that look like markup or emoji codes are shown letter by letter; a long command is not broken."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    show_run(a_view(), stream, is_terminal=True)
    text = stream.getvalue()
    assert "\x1b[1;4;32m → ß :smile:" in text
    assert "[red]山" in text
    assert "[/]" in text
    assert "x" * 200 in text


def test_no_color_leaves_the_underline(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR the differing part is still seen."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    show_run(a_view(), stream, is_terminal=True)
    assert "\x1b[1;4m → ß :smile:" in stream.getvalue()
    assert "\x1b[32m" not in stream.getvalue()


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "log"])
def test_a_stage_with_nothing_to_do_leaves_no_line(terminal: bool) -> None:
    """What did not happen is not told: no rows to read, or a spreadsheet that isn't there."""
    stream = io.StringIO()
    progress = make_progress(stream, is_terminal=terminal)
    progress.stage("Reading current names", 0)
    progress.stage("Reading the spreadsheet", None)
    progress.close()
    assert "Reading the spreadsheet: " not in stream.getvalue()
    assert "Reading current names: " not in stream.getvalue()


def test_a_log_gets_bare_text() -> None:
    """Without a terminal there are brackets and no codes."""
    stream = io.StringIO()
    show_run(a_view(), stream, is_terminal=False)
    assert '"[red]山" → "[red]山 → ß :smile:"' in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_stream_without_the_letters_gets_escapes() -> None:
    """A log in ASCII shows arrows as ``->`` and other letters escaped."""
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="ascii", newline="\n")
    show_run(a_view(), stream, is_terminal=False)
    assert b'"[red]\\u5c71" -> "[red]\\u5c71 -> \\xdf :smile:"' in binary.getvalue()


def test_a_closed_stream_ends_nothing() -> None:
    """A summary that can't be read is no error."""
    stream = io.StringIO()
    stream.close()
    show_run(a_view(), stream, is_terminal=False)
    assert not is_live_terminal(stream)


def test_a_lost_stream_is_left_alone() -> None:
    """After the first failure nothing more is tried."""
    gone = Gone(after=1)
    safe = SafeStream(gone)
    for word in ("a", "b", "c"):
        safe.write(word)
    assert (gone.getvalue(), gone.writes, safe.isatty()) == ("a", 2, False)


@pytest.mark.parametrize(("term", "live_terminal"), [("xterm", True), ("dumb", False)])
def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch, term: str, live_terminal: bool) -> None:
    """A terminal that can't redraw a line isn't asked to."""
    monkeypatch.setenv("TERM", term)
    assert is_live_terminal(Terminal()) is live_terminal


def test_importing_progress_does_not_import_rich() -> None:
    """Rich is loaded when something is shown, not when the library is imported."""
    code = "import sys, batch_renamer.progress; print('rich' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
