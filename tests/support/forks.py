"""Words of a command enter, and a process that is a fork of `fork_server` leaves; it looks like one of asyncio's."""

from __future__ import annotations

import array
import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import batch_renamer
from tests.support import fork_server, offline

__all__ = ["ForkedProcess", "fork"]


class ForkedProcess:
    """A command that was forked; as asyncio's own, it has streams where PIPE was asked for."""

    def __init__(
        self, pid: int, answers: socket.socket, stdout: StreamReader | None, stderr: StreamReader | None
    ) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._ended = asyncio.ensure_future(self._until_ended(answers))

    async def _until_ended(self, answers: socket.socket) -> int:
        with answers:
            self.returncode = await _number(answers)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has ended a moment ago
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; return its exit code."""
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        """Read what it writes until its end."""
        written = await asyncio.gather(*map(_rest_of, (self.stdout, self.stderr)))
        await self.wait()
        return written[0], written[1]


async def fork(
    words: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int = DEVNULL,
    stdout: int = PIPE,
    stderr: int = PIPE,
    prelude: str = "",
    on_terminal: bool = False,
    largest_file: int | None = None,
) -> ForkedProcess:
    """Start one command.

    ``prelude`` is Python that runs before it. ``on_terminal``: the terminal that is its standard input, or else its
    standard error, controls it. It can make no file larger than ``largest_file`` bytes: to a program, that is what a
    full disk is like.
    """
    asked = {
        "words": words,
        "cwd": str(cwd),
        "env": dict(env),
        "prelude": prelude,
        "on_terminal": on_terminal,
        "largest_file": largest_file,
    }
    ours, theirs = socket.socketpair()
    nothing = os.open(os.devnull, os.O_RDWR)
    out, err = _Pipe(stdout), _Pipe(stderr)
    given = (nothing if stdin == DEVNULL else stdin, out.given, err.given, theirs.fileno())
    _control().sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))])
    theirs.close()
    os.close(nothing)
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(ours, json.dumps(asked).encode() + b"\n")
    pid = await _number(ours)
    return ForkedProcess(pid, ours, await out.reader(), await err.reader())


class _Pipe:
    """Where one stream of a command goes: an open file that was given, or a pipe whose other end is read here."""

    def __init__(self, asked: int) -> None:
        self._ours: int | None = None
        self.given = asked
        if asked == PIPE:
            self._ours, self.given = os.pipe()

    async def reader(self) -> StreamReader | None:
        """Return what reads the pipe, if it is one."""
        if self._ours is None:
            return None
        os.close(self.given)
        reader = StreamReader(limit=1 << 24)
        pipe = os.fdopen(self._ours, "rb", 0)
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        return reader


async def _number(answers: socket.socket) -> int:
    data = b""
    while len(data) < fork_server.NUMBER.size:
        got = await asyncio.get_running_loop().sock_recv(answers, fork_server.NUMBER.size - len(data))
        assert got, "the process that forks has gone"
        data += got
    number: int = fork_server.NUMBER.unpack(data)[0]
    return number


async def _rest_of(stream: StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


@cache
def _control() -> socket.socket:
    """Start the process that forks, once for all tests of this process; return the socket that asks it."""
    ours, theirs = socket.socketpair()
    paths = (offline.__path__[0], Path(batch_renamer.__file__).parents[1])
    process = subprocess.Popen(
        (sys.executable, fork_server.__file__, str(theirs.fileno())),
        stdin=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "LC_ALL": "C.UTF-8"},
    )
    theirs.close()

    @atexit.register
    def stop() -> None:
        ours.close()
        process.wait()

    return ours
