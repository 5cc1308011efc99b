"""Command lines enter; each runs in a process of its own that is there at once, because it is forked from this one.

Started as ``python nursery.py`` with `failpoints` on PYTHONPATH. One JSON object a line on standard input asks for a
run; two on standard output tell its process id and, later, its exit code. Killing the command at each of its boundaries
takes hundreds of processes, and importing pandas would be nearly all that they do. POSIX only.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
from typing import Any


def main() -> None:
    """Serve until standard input ends."""
    # What a command imports on its way, so that no fork has to.
    commands = ("apply", "audit", "check", "report", "resume", "runs", "show", "undo")
    for name in ("pandas", "batch_renamer.cli.main", *(f"batch_renamer.cli.{command}" for command in commands)):
        importlib.import_module(name)
    gc.freeze()  # What is here stays shared with the forks.
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _tell(pid=child)
        _, status = os.waitpid(child, 0)
        _tell(code=os.waitstatus_to_exitcode(status))


def _tell(**what: int) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _run(asked: dict[str, Any]) -> None:
    from batch_renamer.cli.main import main as command  # noqa: PLC0415 - as above

    code = 70
    try:
        for number, place in ((0, os.devnull), (1, asked["out"]), (2, asked["err"])):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            opened = os.open(place, flags, 0o600)
            os.dup2(opened, number)
        os.environ.clear()
        os.environ.update(asked["env"])
        os.chdir(asked["cwd"])
        sys.argv = ["batch-renamer", *asked["words"]]
        if (largest := asked["largest_file"]) is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        if asked["failpoint"]:
            sys.modules["sitecustomize"].arm(asked["failpoint"])
        try:
            command()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
