"""A process that has imported the whole program: it starts commands by forking itself, within milliseconds.

Importing pandas and the rest would be most of what a short command does. A fork is a process of its own all the same:
it has its own memory, streams, folder, environment and exit code, and can be sent signals. Started as
``python fork_server.py FD``, where FD is one end of a socket pair. For each command a byte comes in with four open
files: the command's standard streams, and a socket from which the child reads what it is asked for (one JSON line).
Through that socket go back its process id, and its exit code when it has ended, each as eight bytes. POSIX only.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import termios
import time
import traceback
from functools import cache
from importlib.util import find_spec
from typing import Any

import typer.main

import batch_renamer
from batch_renamer.settings import ApiKey, redact
from tests.support.offline import other_date

NUMBER = struct.Struct("!q")
"""How a process id and an exit code are sent."""

IMPORTED_LATE = ("anyio._backends._asyncio", "jinja2", "encodings.idna", "stringprep", "typer._adapters")
"""What libraries import only when they are used, as most commands do."""


def main() -> None:
    """Serve until the other end of the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    other_date.let_sleep_be_skipped()
    for module in pkgutil.walk_packages(batch_renamer.__path__, "batch_renamer."):
        if "isolated" not in module.name:  # that has a process of its own
            importlib.import_module(module.name)
    _prepare()
    gc.freeze()  # What is here stays shared with the forks.
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a child that has ended wakes the loop below
    asked_by: dict[int, socket.socket] = {}
    heard: list[Any] = [control, woken]
    while True:
        ready, _, _ = select.select(heard, [], [])
        if woken in ready:
            os.read(woken, 4096)
            _tell_of_the_ended(asked_by)
        if control in ready:
            byte, files, _, _ = socket.recv_fds(control, 1, 4)
            if not byte:
                return
            *streams, answers = files
            child = os.fork()
            if child == 0:
                _run(streams, answers)
            for stream in streams:
                os.close(stream)
            asked_by[child] = socket.socket(fileno=answers)
            asked_by[child].sendall(NUMBER.pack(child))


def _prepare() -> None:
    """Do once what every command would do again: it depends on nothing that a test gives."""
    from tests.support.command import KEY  # noqa: PLC0415 - that module imports this one

    for name in IMPORTED_LATE:
        if find_spec(name) is not None:  # the lowest typer has no adapters
            importlib.import_module(name)
    typer.main.get_command = cache(typer.main.get_command)
    program: Any = typer.main.get_command(importlib.import_module("batch_renamer.cli.app").app)
    for command in program.commands.values():
        for parameter in command.params:
            if hasattr(parameter, "get_runtime_param"):  # nor has it this
                parameter.get_runtime_param()
    redact(KEY, [ApiKey(KEY).reveal()])  # the patterns that find it


def _tell_of_the_ended(asked_by: dict[int, socket.socket]) -> None:
    while asked_by:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        with asked_by.pop(child) as answers:
            answers.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))


def _run(streams: list[int], answers: int) -> None:
    """Become the command, and end the process."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for one in (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM):  # whatever these tests were started by
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with open(answers, encoding="utf-8", closefd=False) as request:
            asked: dict[str, Any] = json.loads(request.readline())
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(3, 4096)
        _take_its_place(asked)
        try:
            exec(asked["prelude"], {"__name__": "prelude"})  # noqa: S102 - a test's own words
            importlib.import_module("batch_renamer.__main__").main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # as Python ends a program
        traceback.print_exc()
    finally:
        os._exit(code)


def _take_its_place(asked: dict[str, Any]) -> None:
    """Take the environment, folder, words, limits and streams of the command."""
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    if shift_s := asked["env"].get(other_date.SHIFT):
        other_date.begin(float(shift_s))
    tempfile.tempdir = None
    os.chdir(asked["cwd"])
    sys.argv = ["batch-renamer", *asked["words"]]
    if asked["on_terminal"]:  # It controls the process: Ctrl-C becomes SIGINT, and closing it SIGHUP.
        os.setsid()
        fcntl.ioctl(next(filter(os.isatty, (0, 2))), termios.TIOCSCTTY, 0)
    if (largest := asked["largest_file"]) is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = io.TextIOWrapper(
            open(number, "wb" if number else "rb", closefd=False),  # noqa: SIM115 - an open file, for good
            encoding="utf-8",
            errors="backslashreplace" if number == 2 else "surrogateescape",
            line_buffering=number == 2 or os.isatty(number),
        )
        setattr(sys, name, stream)


if __name__ == "__main__":
    main()
