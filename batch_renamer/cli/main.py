"""The process of the command line: it opens closed streams, runs a command, and ends with its exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from batch_renamer.cli.app import app
from batch_renamer.cli.streams import let_go_of_lost_streams, open_closed_streams
from batch_renamer.cli.wrong_words import said_of
from batch_renamer.commands import STATUS

__all__ = ["main"]

_COMPLETE = "__complete"
"""With this word a shell asks what could come next (`shells/`); the words that were typed follow."""

_WRONG_WORDS = 2
_UNKNOWN = 3  # of `status`, where 2 would be a critical state
_FAULT = 70
_READER_GONE = 141
_STOPPED = (129, 130, 143)


def main() -> None:
    """Run the command line and end the process with its exit code.

    Exit code 1 says that rows are bad. Python's own code for an exception is 1 too, so nothing is left to Python.
    """
    open_closed_streams()
    try:
        code = _run()
    except KeyboardInterrupt:  # a second Ctrl-C, while the first was handled
        code = 130
    except BrokenPipeError:
        code = _READER_GONE
    except OSError as error:  # from help or version: a command reports its own errors
        _say(f"The result could not be written to standard output: {error.strerror or error}.")
        code = 4
    except BaseException as error:  # exit code 1 would say that rows are bad
        _say(f"A fault in batch-renamer: {type(error).__name__}.")
        code = _FAULT
    if code in _STOPPED:
        # One more Ctrl-C while Python shuts down would print a traceback. All work is done.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        let_go_of_lost_streams()
        os._exit(code)
    let_go_of_lost_streams()
    sys.exit(code)


def _run() -> int:
    """Run the command that was typed; return its exit code."""
    if sys.argv[1:2] == [_COMPLETE]:
        from batch_renamer.cli.completion.candidates import complete  # noqa: PLC0415 - only a shell needs it

        return complete(sys.argv[2:])
    try:
        # Not in typer's own way of ending a program: it exits 1 where standard output is lost.
        code: int | None = app(standalone_mode=False)
    except SystemExit as end:  # typer's answer to a reader that has gone, in this mode too (0.29.2)
        if isinstance(end.__context__, BrokenPipeError):
            return _READER_GONE
        raise
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return _refuse_words(error)
    return code or 0


def _refuse_words(error: Any) -> int:
    """Say what is wrong with the words of the command line, in a sentence; return the exit code.

    ``error`` is a ``ClickException``, whose class typer keeps to itself.
    """
    sentence, context = said_of(error, sys.argv[1:]), getattr(error, "ctx", None)
    command = context.info_name if context is not None and context.parent is not None else None
    code = _UNKNOWN if command == STATUS.word else _WRONG_WORDS
    if "--json" in sys.argv[1:]:
        refusal = {"command": command, "run_id": None, "exit_code": code, "error": sentence}
        with suppress(OSError):
            sys.stdout.write(json.dumps(refusal) + "\n")
    else:
        path = context.command_path if context is not None else "batch-renamer"
        _say(f"Error: {sentence} `{path} --help` lists what there is.")
    return code


def _say(text: str) -> None:
    """Write to standard error, as far as there is one."""
    from batch_renamer.progress import make_progress  # noqa: PLC0415 - only what goes wrong needs it

    make_progress(sys.stderr, quiet=True).message(text, error=True)
