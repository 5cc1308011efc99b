"""The tables of the journal, and the steps that bring a journal of an older version to the newest schema.

Each entry of `STEPS` takes the file one version further, in one transaction; ``PRAGMA user_version`` counts them. Steps
that were released are never changed; a new one is added.
"""

from __future__ import annotations

import sqlite3

from batch_renamer.errors import JournalError

__all__ = ["STEPS", "is_newest", "migrate"]

_HEX = "[0-9A-Fa-f]"
_UUID = "-".join(_HEX * digits for digits in (8, 4, 4, 4, 12))

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            command TEXT NOT NULL,
            state TEXT NOT NULL,
            base_url TEXT NOT NULL,
            profile TEXT,
            account TEXT NOT NULL,
            key_print TEXT,
            parent INTEGER REFERENCES runs (number) ON DELETE SET NULL,
            sheet TEXT,
            digest TEXT,
            delimiter TEXT,
            sheet_rows INTEGER NOT NULL DEFAULT 0,
            created_at REAL NOT NULL,
            committed_at REAL,
            finished_at REAL,
            stopped TEXT NOT NULL DEFAULT '',
            reports TEXT NOT NULL DEFAULT '[]',
            reported_at REAL,
            first INTEGER,
            max_renames INTEGER,
            strict INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE rows (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            row INTEGER NOT NULL,
            order_id TEXT NOT NULL,
            new_name TEXT NOT NULL,
            guard TEXT,
            skip TEXT NOT NULL,
            warning TEXT NOT NULL,
            result TEXT,
            reason TEXT NOT NULL DEFAULT '',
            old_name TEXT,
            final_name TEXT,
            status TEXT,
            is_processing INTEGER,
            is_merging INTEGER,
            is_deleted INTEGER,
            total_images ANY,
            last_updated_at TEXT,
            read_at REAL,
            handed_out INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            http_status INTEGER,
            started_at REAL,
            seconds REAL,
            PRIMARY KEY (run, row)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE limits (account TEXT PRIMARY KEY, per_s REAL NOT NULL, learnt_at REAL NOT NULL) STRICT",
        "CREATE INDEX rows_by_order ON rows (run, order_id)",
        "CREATE INDEX runs_by_sheet ON runs (digest, account)",
    ),
    (  # A UUID is the same id in any case; the rule is that of `text.order_key`.
        f"""
        ALTER TABLE rows ADD COLUMN order_key TEXT GENERATED ALWAYS AS (
            CASE WHEN LENGTH(order_id) = 36 AND order_id GLOB '{_UUID}' THEN LOWER(order_id) ELSE order_id END
        ) VIRTUAL
        """,
        "DROP INDEX rows_by_order",
        "CREATE INDEX rows_by_order ON rows (run, order_key)",
    ),
    # With its salt a journal that is copied alone still knows the keys that its runs were made with.
    ("CREATE TABLE salt (only INTEGER PRIMARY KEY CHECK (only = 1), bytes BLOB NOT NULL) STRICT",),
    (
        # Positions in the journal's own order of events, which no clock can change; see `RunRecord`.
        "ALTER TABLE runs ADD COLUMN began INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN active INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN sent INTEGER",
        "UPDATE runs SET began = number, active = number, sent = CASE WHEN committed_at IS NOT NULL THEN number END",
        "CREATE INDEX runs_by_activity ON runs (active)",
        "ALTER TABLE rows ADD COLUMN sent INTEGER",
        # The name that the journal expects an order to have, and what is said when it has another.
        "ALTER TABLE rows ADD COLUMN expected TEXT",
        "ALTER TABLE rows ADD COLUMN expected_why TEXT",
        # The old name of a row that this run renamed and that was renamed again since.
        "ALTER TABLE rows ADD COLUMN name_before TEXT",
        "ALTER TABLE runs ADD COLUMN content TEXT",
        "CREATE INDEX runs_by_content ON runs (content, account)",
        "ALTER TABLE runs ADD COLUMN closed TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN closed_by TEXT",
        "ALTER TABLE runs ADD COLUMN exit_code INTEGER",
        "ALTER TABLE runs ADD COLUMN seconds REAL",
        "ALTER TABLE runs ADD COLUMN counts TEXT",
    ),
    (  # What the spreadsheet has in its other columns: a list of headings, and a list of texts for each row.
        "ALTER TABLE runs ADD COLUMN other_headings TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE rows ADD COLUMN other_cells TEXT",
    ),
    ("ALTER TABLE runs ADD COLUMN choice TEXT NOT NULL DEFAULT ''",),
    (
        # Where the run's rows stand in the user's spreadsheet, whether results are written into it, and what was.
        "ALTER TABLE runs ADD COLUMN place TEXT",
        "ALTER TABLE runs ADD COLUMN write_back INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN written_back TEXT",
    ),
    (
        # How new names are made, and from which template the name of a row is made: "" when that is done.
        "ALTER TABLE runs ADD COLUMN naming TEXT",
        "ALTER TABLE rows ADD COLUMN name_rule TEXT",
    ),
    # What a report says of how the run was asked for, and what was counted while it was at work.
    ("ALTER TABLE runs ADD COLUMN told TEXT",),
    (  # The requests of each second of a run, for the plots of its report.
        """
        CREATE TABLE seconds (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            requests INTEGER NOT NULL,
            throttled INTEGER NOT NULL,
            limit_per_s REAL NOT NULL,
            outage INTEGER NOT NULL,
            PRIMARY KEY (run, at)
        ) STRICT, WITHOUT ROWID
        """,
    ),
    # The id of the order's first image, where pictures were asked for.
    ("ALTER TABLE rows ADD COLUMN first_image TEXT",),
    (  # The nights, and what became of the spreadsheets of each: ``file`` is a `NightFile` in JSON.
        """
        CREATE TABLE nights (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            date TEXT NOT NULL,
            inbox TEXT NOT NULL,
            base_url TEXT NOT NULL,
            profile TEXT,
            reports TEXT NOT NULL DEFAULT '',
            began_at REAL NOT NULL,
            begun INTEGER NOT NULL DEFAULT 0,
            ended_at REAL,
            exit_code INTEGER,
            stopped TEXT NOT NULL DEFAULT '',
            cut_off INTEGER NOT NULL DEFAULT 0,
            notes TEXT NOT NULL DEFAULT '[]',
            limit_per_s REAL
        ) STRICT
        """,
        """
        CREATE TABLE night_files (
            night INTEGER NOT NULL REFERENCES nights (number) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            run_id TEXT,
            file TEXT NOT NULL,
            PRIMARY KEY (night, position)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX night_files_by_run ON night_files (run_id)",
    ),
    (  # The files of inboxes: how each was when it was last looked at, and those that are moved. Names are bytes.
        """
        CREATE TABLE looks (
            inbox BLOB NOT NULL,
            name BLOB NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            digest TEXT NOT NULL,
            unchanged_since REAL NOT NULL,
            known_since REAL NOT NULL,
            PRIMARY KEY (inbox, name)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE moves (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            token TEXT NOT NULL,
            inbox BLOB NOT NULL,
            name BLOB NOT NULL,
            snapshot BLOB NOT NULL,
            digest TEXT NOT NULL,
            mode INTEGER NOT NULL,
            folder BLOB NOT NULL,
            target BLOB NOT NULL DEFAULT x'',
            is_copied INTEGER NOT NULL DEFAULT 0,
            reports TEXT NOT NULL,
            is_done INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX moves_by_inbox ON moves (inbox, is_done)",
        "CREATE INDEX moves_by_folder ON moves (folder)",
    ),
    (  # The night that began a run, and on how many later nights its failed rows were tried again.
        "ALTER TABLE runs ADD COLUMN night INTEGER",
        "ALTER TABLE runs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0",
    ),
    (  # The messages about nights: what each was about, and what became of it at each address, in JSON.
        """
        CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            inbox TEXT NOT NULL,
            date TEXT NOT NULL,
            told_at REAL NOT NULL,
            kind TEXT NOT NULL,
            causes TEXT NOT NULL,
            deliveries TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX messages_by_inbox ON messages (inbox)",
    ),
    (  # Rows that are settled because of another file of a night, until a run of their file has begun.
        """
        CREATE TABLE settled_rows (
            account TEXT NOT NULL,
            base_url TEXT NOT NULL,
            name TEXT NOT NULL,
            content TEXT NOT NULL,
            row INTEGER NOT NULL,
            night INTEGER NOT NULL REFERENCES nights (number) ON DELETE CASCADE,
            result TEXT NOT NULL,
            reason TEXT NOT NULL,
            mark TEXT NOT NULL,
            PRIMARY KEY (account, base_url, name, content, row)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX settled_rows_by_night ON settled_rows (night)",
    ),
    (  # By which rule the name of a row was made from the current one, and the name that it made in an earlier run.
        "ALTER TABLE rows ADD COLUMN made_rule TEXT",
        "ALTER TABLE rows ADD COLUMN made_before TEXT",
    ),
    (  # The renames of a kept plan that its reader does not want: first and last row of each span of them.
        """
        CREATE TABLE unchecked (
            run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (run, first)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)


def is_newest(connection: sqlite3.Connection) -> bool:
    """Tell whether a journal has the newest schema.

    Raises:
        JournalError: a newer program wrote it.
    """
    return _version(connection) == len(STEPS)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise JournalError(
            f"The journal was written by a newer version of batch-renamer (its format is {version}, this program knows "
            f"{len(STEPS)}). Update batch-renamer, or give another --state-dir."
        )
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the journal to the newest schema.

    Raises:
        JournalError: a newer program wrote it.
    """
    version = _version(connection)
    for number, step in enumerate(STEPS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made the same step while this one waited for the lock.
        if connection.execute("PRAGMA user_version").fetchone()[0] < number:
            for statement in step:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
