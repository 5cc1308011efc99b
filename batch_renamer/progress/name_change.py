"""``old → new`` in few columns, with the part that differs marked and never cut away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batch_renamer.progress.cutting import cells_of, cut_end, cut_start, middle_out, width_of
from batch_renamer.progress.spans import NO_NAME, Line, Span, Style
from batch_renamer.progress.visible import units_of

__all__ = ["name_change"]

_CONTEXT_SHARE = 5  # a fifth of the room on either side is kept for what stands beside a long difference


def name_change(old: str | None, new: str, *, width: int, brackets: bool = False) -> Line:
    """Return ``old → new`` in at most ``width`` columns, the differing part marked and never cut away.

    The mark is a style, and with ``brackets`` a pair of brackets too, for places without styles. Brackets stand around
    whole words, where there is room for them: within a word they are hard to read.

    Example:
        >>> "".join(span.text for span in name_change("12 Elm St", "12 Elm Street", width=60, brackets=True))
        '12 Elm [St] → 12 Elm [Street]'
    """
    arrow = " → "
    room = max(width - len(arrow), 0) - (4 if brackets else 0)
    new_units = units_of(new)
    if not old:
        added = _marked(_fit([], new_units, [], room - len(NO_NAME)), "added", brackets=brackets)
        return (Span(NO_NAME, "dim"), Span(arrow, "dim"), *added)
    old_units = units_of(old)
    old_room = min(width_of(old_units), max(room // 2, room - width_of(new_units)))
    start, end = _differing(old_units, new_units)
    old_parts, new_parts = _parts(old_units, start, end), _parts(new_units, start, end)
    if brackets:
        start, end = _of_whole_words(old_units, new_units, start, end)
        old_words, new_words = _parts(old_units, start, end), _parts(new_units, start, end)
        if width_of(old_words[1]) <= old_room and width_of(new_words[1]) <= room - old_room:
            old_parts, new_parts = old_words, new_words
    return (
        *_marked(_fit(*old_parts, old_room), "removed", brackets=brackets),
        Span(arrow, "dim"),
        *_marked(_fit(*new_parts, room - old_room), "added", brackets=brackets),
    )


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many units the two share at their start, and how many of the rest at their end."""
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _of_whole_words(old: Sequence[str], new: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return how many units the two share at their start and end without the rest of a word that differs."""

    def within_a_word(units: Sequence[str], place: int) -> bool:
        return 0 < place < len(units) and units[place - 1][0].isalnum() and units[place][0].isalnum()

    while start and any(within_a_word(units, start) for units in (old, new)):
        start -= 1
    while end and any(within_a_word(units, len(units) - end) for units in (old, new)):
        end -= 1
    return start, end


def _parts(units: Sequence[str], start: int, end: int) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return units[:start], units[start : len(units) - end], units[len(units) - end :]


def _fit(before: Sequence[str], changed: Sequence[str], after: Sequence[str], width: int) -> tuple[str, str, str]:
    """Return the three parts in ``width`` columns: what is beside the difference goes first, then its middle."""
    before_width, after_width = width_of(before), width_of(after)
    if before_width + width_of(changed) + after_width <= width:
        return "".join(before), "".join(changed), "".join(after)
    context = width // _CONTEXT_SHARE
    middle = middle_out(changed, width - min(before_width, context) - min(after_width, context))
    rest = width - cells_of(middle)
    after_room = min(after_width, max(rest // 2, rest - before_width))
    return cut_start(before, rest - after_room), middle, cut_end(after, after_room)


def _marked(parts: tuple[str, str, str], style: Style, *, brackets: bool) -> Iterable[Span]:
    before, changed, after = parts
    if changed and brackets:
        changed = f"[{changed}]"
    return [span for span in (Span(before), Span(changed, style), Span(after)) if span.text]
