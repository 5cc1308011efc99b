"""A spreadsheet that is piped in: where it is kept, and where answers come from then."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from batch_renamer.cli.standard_input import copied, take_input
from batch_renamer.errors import InputError

posix = pytest.mark.skipif(os.name != "posix", reason="terminals as POSIX has them")


@pytest.fixture
def _standard_input_back() -> Iterator[None]:
    """Give the process its standard input back."""
    kept = os.dup(0)
    yield
    os.dup2(kept, 0)
    os.close(kept)


def test_what_is_piped_in_is_kept_until_the_block_ends(tmp_path: Path) -> None:
    """To the last byte, whatever it is, and for this user alone."""
    content = os.urandom(200_000)
    (tmp_path / "piped").write_bytes(content)
    with (tmp_path / "piped").open("rb") as piped, copied(piped) as path:
        assert path.read_bytes() == content
        assert path.stat().st_mtime == 0
        assert os.name != "posix" or path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_input_that_can_not_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    """It is the input that is wrong: nothing was sent, and no file is left."""
    with (
        (tmp_path / "only-written").open("wb") as piped,
        pytest.raises(InputError, match=r"^Standard input can't be read into .+: .+\.$"),
        copied(cast(io.BufferedReader, piped)),
    ):
        pytest.fail("there is nothing to read")


@posix
def test_a_spreadsheet_can_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    """How it ends is said first; one Ctrl-D does."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "rb") as terminal:
        os.write(ours, b"order_id,new_name\n\x04")
        with copied(terminal) as path:
            assert path.read_text(encoding="utf-8") == "order_id,new_name\n"
    os.close(ours)
    assert "end it with Ctrl-D on a line of its own" in capsys.readouterr().err


@posix
@pytest.mark.usefixtures("_standard_input_back")
def test_answers_come_from_the_terminal_of_the_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipe holds the spreadsheet, so the terminal of standard error takes its place."""
    ours, theirs = os.openpty()
    ready, end = os.pipe()
    os.write(end, b"a spreadsheet")
    os.close(end)
    os.dup2(ready, 0)
    with os.fdopen(theirs, "w") as shown, os.fdopen(ready, encoding="utf-8") as standard_input:
        monkeypatch.setattr(sys, "stderr", shown)
        monkeypatch.setattr(sys, "stdin", standard_input)
        with take_input() as piped:
            assert os.isatty(0)
            os.write(ours, b"y\n")
            assert (piped.read(), sys.stdin.readline()) == (b"a spreadsheet", "y\n")
    os.close(ours)


def test_without_a_terminal_the_pipe_stays_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A job of the night has none, and is not asked."""
    (tmp_path / "piped").write_bytes(b"a spreadsheet")
    with (tmp_path / "piped").open(encoding="utf-8") as standard_input, (tmp_path / "log").open("w") as log:
        monkeypatch.setattr(sys, "stdin", standard_input)
        monkeypatch.setattr(sys, "stderr", log)
        assert take_input() is standard_input.buffer
        assert sys.stdin is standard_input
