"""The user that this process runs as, whom a scheduler must start the night as, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["UserAccount", "user_account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAccount:
    """A user of this machine; ``group`` is "" on Windows, ``home`` is None for a user without a home folder."""

    name: str
    group: str = ""
    home: Path | None = None
    is_root: bool = False


def user_account(environ: Mapping[str, str]) -> UserAccount:
    """Return the user that this process runs as; on POSIX by its number, whatever the variables say."""
    if sys.platform == "win32":
        domain, name = environ.get("USERDOMAIN", ""), environ.get("USERNAME", "")
        home = environ.get("USERPROFILE")
        return UserAccount(name=f"{domain}\\{name}".strip("\\"), home=Path(home) if home else None)
    import grp  # noqa: PLC0415 - POSIX only
    import pwd  # noqa: PLC0415 - POSIX only

    uid, gid = os.geteuid(), os.getegid()
    try:
        found = pwd.getpwuid(uid)
    except KeyError:  # a number without a name, as containers have
        return UserAccount(name=str(uid), group=str(gid))
    try:
        group = grp.getgrgid(gid).gr_name
    except KeyError:
        group = str(gid)
    return UserAccount(name=found.pw_name, group=group, home=Path(found.pw_dir), is_root=uid == 0)
