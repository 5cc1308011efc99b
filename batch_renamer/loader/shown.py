"""Makes untrusted text safe for a message or for storage."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["listed", "quoted", "shown"]


def shown(text: str, limit: int = 60) -> str:
    r"""Escape invisible characters and cut at ``limit`` characters, so that a message stays one harmless line.

    Example:
        >>> shown("a\x1b[31m\nb")
        'a\\x1b[31m\\nb'
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut)


def quoted(text: str, limit: int = 60) -> str:
    """Show ``text`` between quotation marks.

    Example:
        >>> quoted("New name")
        '"New name"'
    """
    return f'"{shown(text, limit)}"'


def listed(texts: Sequence[str], most: int = 12) -> str:
    """Show several texts in one sentence, at most ``most`` of them.

    Example:
        >>> listed(["a", "b", "c"], most=2)
        '"a", "b" and 1 more'
    """
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(quoted(text, 40) for text in texts[:most]) + more
