"""Writes a first configuration: the text of a commented TOML file from what a user answered.

The file resembles those in ``configs/``, which are not installed with the program.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.settings.address import VENDOR_URL

__all__ = ["StarterConfig", "check_profile_name"]

_PROFILE = re.compile(r"[A-Za-z0-9_-]{1,40}")

_HEAD = """\
# The configuration of batch-renamer, written by `batch-renamer init`. Change it with any text editor.
# Lines that begin with # are explanations, or options left at their default: remove the # to set them.
# A flag (--rate 20) or a variable (BATCH_RENAMER_RATE=20) goes before what is written here.
# Paths that don't begin with / start at this file's folder; ~ is your home folder.
"""

_BRAKES = """\
# ---- Brakes

# Refuse a plan that would rename more orders than this: the wrong spreadsheet is often the long one.
max_renames = 1000

# Stop when more rows than this are bad: a number of rows (3), or a share ("20%", which counts from 20 rows on).
max_failures = "20%"

# true: nothing is sent at all if any row of the spreadsheet is bad (blank id, the same id with two names, ...).
#strict = true

# Requests per second at most. Without it a run goes as fast as the API allows.
#rate = 10
"""

_LOG = """\
# A log in JSON lines, to find out later what happened.
#log_file = "batch-renamer.jsonl"
"""

_NIGHT = """\
# ---- Every night: a scheduler starts `batch-renamer nightly`, which works through a folder of spreadsheets.
# Remove the # of [nightly] and of what you need; then `batch-renamer nightly --check` says what is missing. What is
# not of the night alone, such as log_file, belongs above the first line that begins with [.

#[nightly]

# The folder into which people put their spreadsheets. The folders done, problems and reports are made in it.
#inbox = "~/orders"

# Who is told: a private file (chmod 600) with one address in each line, such as mailtos://... or slack://...
#notify_file = "notify.txt"

# Who notices that no night began at all: a service calls you if it is not called, such as healthchecks.io.
#heartbeat_url = "https://hc-ping.com/0000"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterConfig:
    """What a first configuration says; ``key_file`` is the name of the key's file beside it.

    Example:
        >>> "[profiles.office]" in StarterConfig(key_file="office.key", profile="office").text()
        True
    """

    key_file: str
    profile: str | None = None
    base_url: str | None = None
    report: str | None = None

    def text(self) -> str:
        """Return the file's text."""
        blocks = [_HEAD]
        if self.profile is None:
            blocks.append(self._key())
        blocks += [self._address(), _BRAKES, self._report(), _LOG]
        if self.profile is not None:
            chosen = "# The account. Choose it with --profile; add a table like this for each further account.\n"
            blocks.append(f"{chosen}[profiles.{self.profile}]\n{self._key()}")
        blocks.append(_NIGHT)
        return "\n".join(blocks)

    def _key(self) -> str:
        before = "" if self.profile else " The variable AUTOENHANCE_API_KEY goes before it."
        return (
            "# The file that holds the key and nothing else, readable by you alone. The key itself is refused here:\n"
            f"# this file gets copied and shared.{before}\n"
            f"api_key_file = {_text(self.key_file)}\n"
        )

    def _address(self) -> str:
        explained = "# Where the API is, if not at the vendor's own address.\n"
        if self.base_url is None:
            return f"{explained}#base_url = {_text(VENDOR_URL)}\n"
        return f"{explained}base_url = {_text(self.base_url)}\n"

    def _report(self) -> str:
        explained = (
            "# Where reports go, their format by their ending (.xlsx, .csv, .json, .html); {date} and {id} are filled\n"
            "# in.\n"
            "# Without it each report is written beside its spreadsheet.\n"
        )
        if self.report is None:
            return f'{explained}#report = "reports/{{date}}-{{id}}.xlsx"\n'
        return f"{explained}report = {_text(self.report)}\n"

    def key_path(self, config: Path) -> Path:
        """Return where the key's file is, beside the configuration."""
        return config.parent / self.key_file


def check_profile_name(name: str) -> str:
    """Return the name if it can be written in TOML, in a file name and on a command line without quotes.

    Raises:
        ValueError: it has other characters, or is too long.
    """
    if not _PROFILE.fullmatch(name):
        raise ValueError("must be 1 to 40 letters, digits, - or _, such as office")
    return name


def _text(value: str) -> str:
    r"""Return a text as TOML writes it.

    TOML has the same escapes as JSON, but DEL must be escaped in TOML only.

    Raises:
        ValueError: it has lone surrogates (halves of characters), which can't be encoded.
    """
    value.encode("utf-8")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
