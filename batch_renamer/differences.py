"""What differs between two names: the span by any units, for a terminal; and the changed words, for a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

__all__ = ["Part", "changed_words", "differing"]

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_COMPARED = 400
"""Words of both names that are compared one by one; the time grows with the square. Longer ones differ as a whole."""


class Part(NamedTuple):
    """A part of a name, and whether the other name lacks it."""

    text: str
    changed: bool


def differing(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many units the two share at their start, and how many of the rest at their end.

    Example:
        >>> differing("12 Elm St", "14 Elm St")
        (1, 7)
    """
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def changed_words(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return both names in parts, those marked that the other one lacks; a part ends only between words.

    Where they have no word in common nothing is marked: all of it differs, and marks would only be in the way.

    Example:
        >>> was, is_now = changed_words("12 Elm St", "14 Elm Street")
        >>> [part.text for part in was if part.changed], [part.text for part in is_now if part.changed]
        (['12', 'St'], ['14', 'Street'])
    """
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    if old == new or not any(map(_is_word, {*old_words} & {*new_words})):
        return _unmarked(old), _unmarked(new)
    start, end = differing(old_words, new_words)
    old_end, new_end = len(old_words) - end, len(new_words) - end
    old_kept, new_kept = set[int](), set[int]()
    old_middle, new_middle = old_words[start:old_end], new_words[start:new_end]
    if len(old_middle) + len(new_middle) <= _MOST_COMPARED and not {*old_middle}.isdisjoint(new_middle):
        middle = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
        for same in middle.get_matching_blocks():
            old_kept.update(range(start + same.a, start + same.a + same.size))
            new_kept.update(range(start + same.b, start + same.b + same.size))
    old_kept.update(range(start), range(old_end, len(old_words)))
    new_kept.update(range(start), range(new_end, len(new_words)))
    return tuple(_parts(old_words, old_kept)), tuple(_parts(new_words, new_kept))


def _unmarked(name: str) -> tuple[Part, ...]:
    return (Part(name, changed=False),) if name else ()


def _is_word(text: str) -> bool:
    return text[0].isalnum() or text[0] == "_"


def _parts(words: Sequence[str], kept: set[int]) -> Iterator[Part]:
    """Join neighbours that are both kept, or both changed; what stands between two changed words is changed, too."""
    marks = [place not in kept for place in range(len(words))]
    last = -1
    for place, word in enumerate(words):
        if marks[place]:
            if last >= 0:
                marks[last:place] = [True] * (place - last)
            last = place
        elif _is_word(word):
            last = -1
    text, changed = "", marks[0]
    for word, mark in zip(words, marks, strict=True):
        if mark != changed:
            yield Part(text, changed)
            text, changed = "", mark
        text += word
    yield Part(text, changed)
