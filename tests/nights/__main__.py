"""Titles of nights enter; a table of what each night said and did leaves, and every sentence that is untrue or missing.

``python -m tests.nights`` plays all of them in one office, about two minutes. The exit code is 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.nights import STORIES, account, open_house, play
from tests.nights.keeping import keep
from tests.nights.story import AFTER, Entry, Tale

__all__ = ["main"]


async def _played(tales: dict[str, Tale], folder: Path, given: argparse.Namespace) -> list[Entry]:
    """Play the stories, and print each night when it is over."""
    async with open_house(folder, account()) as house:
        if not given.forked:
            house.line = await house.cron_line()
        keeps = keep(house, given.keep) if given.keep is not None else None
        numbers = count(1)

        def over(entry: Entry) -> None:
            sys.stdout.write(_row(next(numbers), entry) + (_whole(entry) if given.whole else ""))
            sys.stdout.flush()
            if keeps is not None:
                keeps(entry)

        return await play(house, tales, after=over, asks_status=True)


def _row(number: int, entry: Entry) -> str:
    seen = entry.seen
    moved = sorted(path for path in seen.after if path not in seen.before and not path.startswith("reports/"))
    files = ", ".join(path for path in moved if ".report-" not in path) or "-"
    message = (seen.mails or seen.hooks or ["-"])[0].splitlines()[0]
    page = next((line for line in seen.page.splitlines()[1:] if line), "-")
    verdict = "true" if not entry.wrong else f"{len(entry.wrong)} WRONG"
    beats = " ".join(seen.beats) or "-"
    return (
        f"{number:3} {seen.began:%Y-%m-%d %H:%M} {entry.title}: {entry.about}\n"
        f"      folder {files}\n      page {page}\n      message {message}\n"
        f"      log {len(seen.log)} lines   exit {seen.ended.code}   heartbeat {beats}   {verdict}\n"
        + "".join(f"      ! {wrong}\n" for wrong in entry.wrong)
    )


def _whole(entry: Entry) -> str:
    seen = entry.seen
    texts = {
        "new in the folder": "\n".join(path for path in seen.after if path not in seen.before or "/" not in path),
        "page": seen.page,
        "last nights": seen.month,
        "mail": "\n".join(seen.mails),
        "webhook": "\n".join(seen.hooks),
        "log": seen.log_text,
        "printed": seen.ended.out + seen.ended.err,
        "metrics": seen.metrics,
    }
    return "".join(f"      --- {name}\n{text.rstrip()}\n" for name, text in texts.items() if text)


def main(words: Sequence[str] | None = None) -> int:
    """Play, print, and return 1 if anything was untrue or missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.nights", description=__doc__)
    parser.add_argument("--only", default="", help="stories whose title has this text")
    parser.add_argument("--keep", type=Path, help="a folder for what each night leaves, and for its truth")
    parser.add_argument("--whole", action="store_true", help="all that each night said")
    parser.add_argument("--forked", action="store_true", help="nights that are forked, not started by cron's line")
    given = parser.parse_args(words)
    tales = {title: tale for title, tale in STORIES.items() if given.only in title}
    with tempfile.TemporaryDirectory() as folder:
        entries = asyncio.run(_played(tales, Path(folder), given))
    late = [wrong for entry in entries for wrong in entry.wrong if wrong.startswith(AFTER)]
    sys.stdout.writelines(f"      ! {wrong}\n" for wrong in late)
    wrong = sum(len(entry.wrong) for entry in entries)
    sys.stdout.write(f"{len(entries)} nights, {wrong} sentences untrue or missing\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
