"""Untrusted texts enter; short spans that are safe to print leave, the differing part of two names marked.

Nothing that comes from a spreadsheet or the API reaches a terminal but through `visible`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

__all__ = ["NO_NAME", "Line", "Span", "Style", "cells_of", "cut_middle", "name_change", "visible"]

Style = Literal["", "strong", "dim", "good", "bad", "warn", "removed", "added"]

NO_NAME: Final = "(no name)"
"""Shown where a name is missing or empty."""

_JOINER = "\u200d"
_EMOJI_VARIATION = "\ufe0f"
_LONGEST_CLUSTER = 12  # characters; the longest emoji in use have ten, and stacked accents have no end
_MORE = "…"
_CONTEXT_SHARE = 5  # a fifth of the room on either side is kept for what stands beside a long difference


class Span(NamedTuple):
    """A piece of a line and what it means; how that looks is the printer's business."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]


def visible(text: str) -> str:
    r"""Return the text with everything escaped that can't be seen or that steers a terminal.

    Control characters, direction overrides, invisible characters and lone surrogates are escaped; spaces of any
    width and the joiners inside emoji are not.

    Example:
        >>> visible("a\x1b[31mb\u202ec")
        'a\\x1b[31mb\\u202ec'
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_cluster, _clusters(text)))


def cells_of(text: str) -> int:
    """Return how many columns of a terminal the text takes.

    Example:
        >>> cells_of("Elm 山")
        6
    """
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  # rich is imported only when something is shown

    return cell_len(text)


def cut_middle(text: str, width: int) -> str:
    """Return the visible text, with its middle left out if it takes more than ``width`` columns.

    Example:
        >>> cut_middle("3f2504e0-4f89-41d3", 9)
        '3f25…41d3'
    """
    return _cut_middle(_units_of(text), width)


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
    new_units = _units_of(new)
    if not old:
        added = _marked(_fit([], new_units, [], room - len(NO_NAME)), "added", brackets=brackets)
        return (Span(NO_NAME, "dim"), Span(arrow, "dim"), *added)
    old_units = _units_of(old)
    old_room = min(_width(old_units), max(room // 2, room - _width(new_units)))
    start, end = _differing(old_units, new_units)
    old_parts, new_parts = _parts(old_units, start, end), _parts(new_units, start, end)
    if brackets:
        start, end = _of_whole_words(old_units, new_units, start, end)
        old_words, new_words = _parts(old_units, start, end), _parts(new_units, start, end)
        if _width(old_words[1]) <= old_room and _width(new_words[1]) <= room - old_room:
            old_parts, new_parts = old_words, new_words
    return (
        *_marked(_fit(*old_parts, old_room), "removed", brackets=brackets),
        Span(arrow, "dim"),
        *_marked(_fit(*new_parts, room - old_room), "added", brackets=brackets),
    )


def _units_of(text: str) -> list[str]:
    """Split a text into what must stay together: a letter with its accents, an emoji family, an escape."""
    if text.isascii() and text.isprintable():
        return list(text)
    return [_visible_cluster(cluster) for cluster in _clusters(text)]


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for character in text:
        if clusters and _belongs(character, clusters[-1]):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _belongs(character: str, cluster: str) -> bool:
    if len(cluster) >= _LONGEST_CLUSTER:
        return False
    last = cluster[-1]
    if character == _JOINER:
        return _is_emoji(last)
    if last == _JOINER or "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones
        return _is_emoji(character) and len(cluster) > 1 if last == _JOINER else _is_emoji(last)
    if _is_flag_letter(character):
        return len(cluster) == 1 and _is_flag_letter(last)
    return unicodedata.category(character) in {"Mn", "Mc", "Me"} and last.isprintable()


def _is_emoji(character: str) -> bool:
    return character == _EMOJI_VARIATION or unicodedata.category(character) in {"So", "Sk"}


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _visible_cluster(cluster: str) -> str:
    if cluster.isprintable():
        return cluster
    return "".join(
        character
        if character.isprintable()
        or unicodedata.category(character) == "Zs"
        or (character == _JOINER and 0 < place < len(cluster) - 1)
        else character.encode("unicode_escape").decode("ascii")
        for place, character in enumerate(cluster)
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
    before_width, after_width = _width(before), _width(after)
    if before_width + _width(changed) + after_width <= width:
        return "".join(before), "".join(changed), "".join(after)
    context = width // _CONTEXT_SHARE
    middle = _cut_middle(changed, width - min(before_width, context) - min(after_width, context))
    rest = width - cells_of(middle)
    after_room = min(after_width, max(rest // 2, rest - before_width))
    return _cut_start(before, rest - after_room), middle, _cut_end(after, after_room)


def _marked(parts: tuple[str, str, str], style: Style, *, brackets: bool) -> Iterable[Span]:
    before, changed, after = parts
    if changed and brackets:
        changed = f"[{changed}]"
    return [span for span in (Span(before), Span(changed, style), Span(after)) if span.text]


def _width(units: Sequence[str]) -> int:
    # An accent without a letter takes no column, but a thousand of them must not pass for nothing.
    return sum(max(cells_of(unit), 1) for unit in units)


def _first_units(units: Iterable[str], width: int) -> list[str]:
    taken: list[str] = []
    for unit in units:
        width -= max(cells_of(unit), 1)
        if width < 0:
            break
        taken.append(unit)
    return taken


def _cut_end(units: Sequence[str], width: int) -> str:
    if _width(units) <= width:
        return "".join(units)
    return "".join(_first_units(units, width - 1)) + _MORE if width > 0 else ""


def _cut_start(units: Sequence[str], width: int) -> str:
    if _width(units) <= width:
        return "".join(units)
    return _MORE + "".join(reversed(_first_units(reversed(units), width - 1))) if width > 0 else ""


def _cut_middle(units: Sequence[str], width: int) -> str:
    if _width(units) <= width:
        return "".join(units)
    if width <= 0:
        return ""
    tail = (width - 1) // 2
    head = "".join(_first_units(units, width - 1 - tail))
    return head + _MORE + "".join(reversed(_first_units(reversed(units), tail)))
