"""Makes the picture in the README: `plan` and `apply`, recorded on a terminal: ``python -m tests.support.picture``."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.support.command import environment

__all__ = ["PICTURE", "draw", "drawn", "final_lines", "record"]

PICTURE = Path(__file__).parents[2] / ".github" / "plan-and-apply.svg"
COLUMNS = 80
_LINES = 50
_SHEET = """order_id,current_name,new_name
A-1,IMG_2041,12 Elm Street
A-2,IMG_2042,48 Harbour View
A-3,IMG_2043,7 Église Road
"""
_COMMANDS = ("batch-renamer plan houses.csv --sandbox", "batch-renamer apply --plan latest --sandbox")
_SHOWN_FOLDER = "/home/you"
_CONTROL = re.compile(r"(\r?\n|\r|\x1b\[\?25[lh]|\x1b\[\d*A|\x1b\[2K)")
_THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 222),
    [
        *((60, 64, 72), (240, 113, 120), (139, 199, 107), (229, 192, 123)),
        *((97, 175, 239), (198, 120, 221), (86, 182, 194), (214, 217, 222)),
    ],
)
# As rich's own, without the typefaces that it would load from elsewhere.
_FORM = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#181a1f" width="{width}" height="{height}" rx="8" />
<g transform="translate({terminal_x}, 26)">{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">{matrix}</g></g>
</svg>
"""


def record(command: str, folder: Path, *, columns: int = COLUMNS, keys: bytes = b"", **more: str) -> str:
    """Return what a command writes to a terminal of its own; ``keys`` are typed when it asks.

    ``more`` are variables of its environment.
    """
    controller, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, columns, 0, 0))
    ours = environment(folder / "home", key=None, TERM="xterm-256color", **more)
    with subprocess.Popen(
        shlex.split(command), cwd=folder, env=ours, stdin=end, stdout=end, stderr=end, start_new_session=True
    ):
        os.close(end)
        written, asked = b"", False
        for data in _read(controller):
            written += data
            if not asked and written.endswith(b"[y/N] "):
                os.write(controller, keys)
                asked = True
    os.close(controller)
    return written.decode()


def _read(controller: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(controller, 65_536)
        except OSError:  # Linux says so when the last process has left the terminal
            return
        if not data:
            return
        yield data


def final_lines(written: str) -> list[str]:
    """Return the lines, with their colours, that stand on the terminal in the end: bars have been written over."""
    lines, place = [""], 0
    for part in _CONTROL.split(written):
        if part.endswith("\n"):
            place += 1
            lines += [""] * (place + 1 - len(lines))
        elif part.endswith("A"):
            place -= int(part[2:-1] or 1)
        elif part.endswith("[2K"):
            lines[place] = ""
        elif not _CONTROL.fullmatch(part):
            lines[place] += part
    return lines


def draw(lines: list[str], *, columns: int = COLUMNS, theme: TerminalTheme = _THEME) -> str:
    """Return an SVG picture of these lines."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        console.print(Text.from_ansi(line), overflow="fold", highlight=False)
    return console.export_svg(title="", theme=theme, code_format=_FORM, unique_id="term")


def drawn() -> str:
    """Record both commands in a new folder and return their picture."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        (folder / "houses.csv").write_text(_SHEET, encoding="utf-8")
        for command in _COMMANDS:
            written = record(command, folder, keys=b"y\n")
            lines += [f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m", *final_lines(written)]
        return draw([line.replace(str(folder), _SHOWN_FOLDER) for line in lines[:-1]])


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes\n")
