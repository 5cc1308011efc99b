"""How each scheduler's format writes a text, so that the scheduler reads exactly that text again.

Every text is printable and one line long: `ScheduledNight` refuses others.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["cron_line", "systemd_command", "systemd_word", "windows_arguments", "xml_text", "yaml_block", "yaml_text"]

_PLAIN_FOR_SYSTEMD = re.compile(r"[\w/.:=,@+-]+")


def cron_line(words: Iterable[str]) -> str:
    r"""Return words as a line of a crontab: quoted for its shell, and with a backslash before each percent sign.

    Cron ends the command at a bare ``%``, inside quotes, too. It takes the backslash before a ``%`` away and leaves
    every other backslash as it is, also one before ``\%``; so a backslash of the text is kept apart from that.

    Example:
        >>> print(cron_line(["renamer", "--inbox", "/srv/50% off"]))
        renamer --inbox '/srv/50\% off'
    """
    return shlex.join(words).replace("\\%", "\\''%").replace("%", r"\%")


def systemd_word(text: str | Path) -> str:
    """Return a text as one value, or one word of a list, in a unit file.

    Example:
        >>> print(systemd_word("/srv/50% off"))
        "/srv/50%% off"
    """
    doubled = str(text).replace("%", "%%")
    if _PLAIN_FOR_SYSTEMD.fullmatch(str(text)):
        return doubled
    escaped = doubled.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def systemd_command(words: Sequence[str]) -> str:
    """Return words as the value of ExecStart=: no ``$`` begins a variable.

    systemd takes the path of the program as it is, and refuses one with quotes or backslashes; ``env`` starts that.

    Example:
        >>> print(systemd_command(["/opt/$me/renamer", "--profile", "a $b"]))
        "/opt/$me/renamer" --profile "a $$b"
    """
    if any(sign in words[0] for sign in "\"'\\"):
        words = ["/usr/bin/env", *words]
    program, *options = map(systemd_word, words)
    return " ".join([program, *(option.replace("$", "$$") for option in options)])


def windows_arguments(words: Iterable[str]) -> str:
    r"""Return words as the arguments of a program on Windows, which splits them itself.

    Example:
        >>> print(windows_arguments(["--config", r"C:\My files\night.toml"]))
        --config "C:\My files\night.toml"
    """
    return subprocess.list2cmdline(list(words))


def xml_text(text: str | Path) -> str:
    """Return a text for XML, all in ASCII: right in each encoding that a shell may save the output in.

    Example:
        >>> print(xml_text("/srv/Büro & Co"))
        /srv/B&#252;ro &amp; Co
    """
    return escape(str(text)).encode("ascii", "xmlcharrefreplace").decode("ascii")


def yaml_text(text: str | Path) -> str:
    r"""Return a text as a double-quoted scalar of YAML; it may have several lines.

    Example:
        >>> print(yaml_text("a: 'b'\n"))
        "a: 'b'\n"
    """
    quoted = json.dumps(str(text), ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in quoted)


def yaml_block(text: str, *, indent: int) -> str:
    r"""Return a text of several lines as a block of YAML that people can read, or quoted where no block can hold it.

    Example:
        >>> print(yaml_block("rate = 20\n", indent=2))
        |
          rate = 20
    """
    lines = text.removesuffix("\n").split("\n")
    fits = text.endswith("\n") and bool(lines[0].strip()) and bool(lines[-1].strip()) and not lines[0].startswith(" ")
    if not fits or not all(line.replace("\t", "").isprintable() for line in lines):
        return yaml_text(text)
    return "\n".join(["|", *(" " * indent + line if line else "" for line in lines)])
