"""Numbers as a person reads them: a time, and a list of row numbers."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["duration", "ranges"]


def duration(seconds: float, *, tenths: bool = True) -> str:
    """Return a time as a person says it; with ``tenths`` if it is short.

    Example:
        >>> duration(0.42), duration(75), duration(7300)
        ('0.4 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 9.95 and tenths:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers in short.

    Example:
        >>> ranges([2, 3, 4, 7, 9])
        '2-4, 7, 9'
    """
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{group[0]}-{group[-1]}" if len(group) > 1 else f"{group[0]}" for group in groups)
