"""What completion offers from the user's own files: the ids of past runs and the profiles of a configuration file.

The journal is read here by its columns instead of through `journal`, whose import takes longer than a key press may;
a test compares the two. Nothing is created: neither a journal nor SQLite's files beside it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batch_renamer.usual_places import found_config, usual_state_folder

__all__ = ["Given", "profiles", "runs"]

Given = Mapping[str, str]
"""The options that were typed before, by the names of the settings."""

_MOST = 30
_LATEST = "latest"
_RENAMING = "command IN ('apply', 'undo')"
_WANTED = {
    "plan": "command = 'plan'",
    "resume": f"{_RENAMING} AND closed = ''",
    "dismiss": f"{_RENAMING} AND closed = ''",
    "undo": f"{_RENAMING} AND sent IS NOT NULL",
    "audit": f"{_RENAMING} AND sent IS NOT NULL",
}
"""Which runs a command or an option is about; one that is not here is about all."""


def runs(about: str, given: Given, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the ids of the newest runs, the newest first, each with what it was."""
    import sqlite3  # noqa: PLC0415 - only these candidates need it

    journal = _state_folder(given, environ) / ("sandbox" if "sandbox" in given else "") / "journal.sqlite3"
    if not journal.is_file():
        return ()
    # SQLite makes files beside a journal to read it, unless they are there or the journal is called immutable.
    being_written = all(Path(f"{journal}{ending}").exists() for ending in ("-wal", "-shm"))
    how = "mode=ro" if being_written else "immutable=1"
    connection = sqlite3.connect(f"{journal.absolute().as_uri()}?{how}", uri=True, timeout=0)
    try:
        found = connection.execute(
            "SELECT id, command, sheet, created_at, counts FROM runs"  # noqa: S608 - a condition from the table above
            f" WHERE {_WANTED.get(about, 'TRUE')} ORDER BY active DESC LIMIT {_MOST}"
        ).fetchall()
    finally:
        connection.close()
    newest = ((_LATEST, "the newest of these"),) if found else ()
    return (*((run_id, _what(*rest)) for run_id, *rest in found), *newest)


def _what(command: str, sheet: str | None, created_at: float, counts: str | None) -> str:
    """Say in a few words what a run was."""
    moment = datetime.datetime.fromtimestamp(created_at).astimezone()
    results = ", ".join(f"{count} {result}" for result, count in json.loads(counts or "{}").items())
    said = f"{command} {Path(sheet).name if sheet else ''}, {moment:%Y-%m-%d %H:%M}: {results or 'not finished'}"
    return "".join(sign if sign.isprintable() else "?" for sign in said)


def profiles(given: Given, environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the profiles of the configuration file that the command would read."""
    return tuple((name, "") for name in _document(_config(given, environ)).get("profiles", {}) if name.isprintable())


def _state_folder(given: Given, environ: Mapping[str, str]) -> Path:
    """Return the folder of the state, in the same order as `settings`: option, variable, profile, file, default."""
    if said := given.get("state_dir") or environ.get("BATCH_RENAMER_STATE_DIR"):
        return Path(said).expanduser()
    config = _config(given, environ)
    document = _document(config)
    profile = document.get("profiles", {}).get(_option("profile", given, environ), {})
    if config is not None and (said := profile.get("state_dir") or document.get("state_dir")):
        return config.parent / Path(said).expanduser()
    usual = usual_state_folder(environ)
    if usual is None:
        raise FileNotFoundError
    return usual


def _config(given: Given, environ: Mapping[str, str]) -> Path | None:
    """Return the configuration file: the one that was named, else the user's own; None if there is none."""
    said = _option("config", given, environ)
    if said.strip().lower() == "none":
        return None
    return Path(said).expanduser() if said else found_config(environ)


def _document(config: Path | None) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only these candidates need it

    return tomllib.loads(config.read_text("utf-8-sig")) if config is not None else {}


def _option(name: str, given: Given, environ: Mapping[str, str]) -> str:
    return given.get(name) or environ.get(f"BATCH_RENAMER_{name.upper()}", "")
