"""Row numbers as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["ranges"]


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
