"""The table of nights: when each began and ended, and what became of the spreadsheets of its inbox."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace

from batch_renamer.journal.database import Database
from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.text import storable

__all__ = ["NightTable"]

_COLUMNS = (
    "number, id, date, began_at, ended_at, exit_code, stopped, begun, cut_off, profile, base_url, inbox, reports,"
    " notes, limit_per_s"
)
_ID_BYTES = 3


class NightTable:
    """The nights of a journal; the newest is the one that began last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, night: Night) -> Night:
        """Note that a night begins; return it with its number and its id."""
        with self._database.transaction() as connection:
            # The letter tells it from the id of a run.
            night_id = f"n-{night.date}-{secrets.token_hex(_ID_BYTES)}"
            cursor = connection.execute(
                "INSERT INTO nights (id, date, inbox, base_url, profile, reports, began_at, begun)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    night_id,
                    night.date,
                    storable(night.inbox),
                    night.base_url,
                    night.profile,
                    storable(night.reports),
                    night.began_at,
                    night.begun,
                ),
            )
        return replace(night, number=cursor.lastrowid or 0, id=night_id)

    def note_file(self, night: Night, position: int, file: NightFile) -> None:
        """Note what became of the file at a position of the night; a later note takes the place of an earlier one."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO night_files (night, position, run_id, file) VALUES (?, ?, ?, ?)",
                (night.number, position, file.run_id, json.dumps(asdict(file))),
            )

    def end(self, night: Night) -> None:
        """Note how a night ended, with its notes; also for one that could not begin."""
        with self._database.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE nights SET ended_at = ?, exit_code = ?, stopped = ?, begun = ?, notes = ?, limit_per_s = ?,"
                " cut_off = 0 WHERE number = ?",
                (
                    night.ended_at,
                    night.exit_code,
                    storable(night.stopped),
                    night.begun,
                    json.dumps(night.notes),
                    night.limit_per_s,
                    night.number,
                ),
            )

    def note_cut_off(self, *, inbox: str, but: Night) -> list[Night]:
        """Mark the nights of an inbox that have no end as cut off, and return them; none ``but`` one is at work."""
        with self._database.transaction() as connection:
            marked = connection.execute(
                "UPDATE nights SET cut_off = 1 WHERE inbox = ? AND number != ? AND ended_at IS NULL AND NOT cut_off"
                " RETURNING number",
                (storable(inbox), but.number),
            ).fetchall()
        return [self.get(number) for (number,) in marked]

    def get(self, number: int) -> Night:
        """Return a night by its number."""
        [night] = self._nights("WHERE number = ?", (number,))
        return night

    def was_cut_off(self, number: int) -> bool:
        """Tell whether a night is marked as cut off; a night that was forgotten is not."""
        return bool(self._database.select("SELECT 1 FROM nights WHERE number = ? AND cut_off", (number,)))

    def newest(self, limit: int, *, inbox: str | None = None) -> list[Night]:
        """Return the last nights, the newest first; those of one inbox if one is given."""
        if inbox is None:
            return self._nights("ORDER BY number DESC LIMIT ?", (limit,))
        return self._nights("WHERE inbox = ? ORDER BY number DESC LIMIT ?", (storable(inbox), limit))

    def last_success_at(self, *, inbox: str) -> float | None:
        """Return when the last night of an inbox ended with exit code 0, in seconds since the epoch."""
        query = "SELECT max(ended_at) FROM nights WHERE inbox = ? AND exit_code = 0"
        [[ended_at]] = self._database.select(query, (storable(inbox),))
        return None if ended_at is None else float(str(ended_at))

    def of_run(self, run_id: str) -> list[Night]:
        """Return the nights in which a run was at work, the newest first."""
        return self._nights(
            "WHERE number IN (SELECT night FROM night_files WHERE run_id = ?) ORDER BY number DESC", (run_id,)
        )

    def _nights(self, where: str, values: Sequence[object]) -> list[Night]:
        rows = self._database.select(f"SELECT {_COLUMNS} FROM nights {where}", values)  # noqa: S608 - constants
        files = self._files([int(str(row[0])) for row in rows])
        return [_night(row, tuple(files[int(str(row[0]))])) for row in rows]

    def _files(self, numbers: Sequence[int]) -> dict[int, list[NightFile]]:
        found: dict[int, list[NightFile]] = defaultdict(list)
        marks = ", ".join("?" * len(numbers))
        query = f"SELECT night, file FROM night_files WHERE night IN ({marks}) ORDER BY night, position"  # noqa: S608 - marks
        for number, text in self._database.select(query, numbers):
            values = json.loads(str(text))
            values |= {"end": FileEnd(values["end"]), "reports": tuple(values["reports"])}
            found[int(str(number))].append(NightFile(**values))
        return found


def _night(row: Sequence[object], files: tuple[NightFile, ...]) -> Night:
    values = dict(zip(_COLUMNS.replace(" ", "").split(","), row, strict=True))
    values |= {name: bool(values[name]) for name in ("begun", "cut_off")}
    values["notes"] = tuple(json.loads(str(values["notes"])))
    return Night(**values, files=files)  # type: ignore[arg-type]  # STRICT columns
