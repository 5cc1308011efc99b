"""Finds, for names that a sheet gives, the orders that have them, as the pages of the account's list come in.

Only an order whose name is equal (trimmed, in NFC) is found. Nearly equal names are only suggested. Memory depends on
the number of wanted names, not on the account. Pure: no I/O.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from batch_renamer.model import Order
from batch_renamer.text import name_key, order_key

__all__ = ["Candidate", "NameMatcher"]

_MOST_SHOWN = 3
_MOST_KEPT = 20
"""So many nearly equal names are compared for one wanted name, and as many of those that differ by a word."""

_MOST_SHARING = 10
"""What more wanted names than this have in common, such as the name of a street, tells nothing about one of them."""

_MOST_WITH_SLIPS = 10_000
"""For more names than this, only those are suggested that differ in case, spaces and punctuation: each name needs a few
dozen entries in memory for the others."""

_LONGEST_WITH_SLIPS = 80
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that may be meant: its id, and its name."""

    order_id: str
    name: str


class NameMatcher:
    """Collects the orders with wanted names, and with names that are nearly equal.

    Example:
        >>> matcher = NameMatcher({"12 Elm Street", "Oak"})
        >>> matcher.add([Order(order_id="a1", name="12 Elm Street "), Order(order_id="a2", name="oak")])
        >>> matcher.found("12 Elm Street"), matcher.found("Oak")
        (['a1'], [])
        >>> matcher.suggestions("Oak")
        [Candidate(order_id='a2', name='oak')]
    """

    def __init__(self, names: Collection[str]) -> None:
        self._wanted: dict[str, list[str]] = {name_key(name): [] for name in names}
        self._with_slips = len(self._wanted) <= _MOST_WITH_SLIPS
        self._by_letters = _shared(self._wanted, self._letter_variants)
        self._by_words = _shared(self._wanted, self._word_variants)
        self._kept: dict[str, dict[str, str]] = {}

    def add(self, orders: Iterable[Order]) -> None:
        """Take the orders of a page; deleted ones don't count, and an order may come again."""
        for order in orders:
            if order.is_deleted or not order.order_id or not order.name:
                continue
            name = name_key(order.name)
            if (order_ids := self._wanted.get(name)) is not None:
                _note(order_ids, order.order_id)
            else:
                self._keep_if_near(name, order.order_id)

    def found(self, name: str) -> list[str]:
        """Return the ids of the orders that have this name: the first four, if there are more."""
        return self._wanted[name_key(name)]

    def suggestions(self, name: str) -> list[Candidate]:
        """Return up to three orders whose names are nearly equal, the nearest first."""
        wanted = name_key(name)
        comparison = difflib.SequenceMatcher(b=_folded(wanted), autojunk=False)
        rated = []
        for order_id, near in self._kept.get(wanted, {}).items():
            comparison.set_seq1(_folded(near))
            if (ratio := comparison.ratio()) >= _NEAR:
                rated.append((-ratio, near, order_id))
        return [Candidate(order_id, near) for _, near, order_id in sorted(rated)[:_MOST_SHOWN]]

    def _keep_if_near(self, name: str, order_id: str) -> None:
        words = _folded(name).split()
        for near, variants, most in (
            (self._by_letters, self._letter_variants(words), 2 * _MOST_KEPT),
            (self._by_words, self._word_variants(words), _MOST_KEPT),
        ):
            for variant in variants:
                for wanted in near.get(variant, ()):
                    kept = self._kept.setdefault(wanted, {})
                    if len(kept) < most:
                        kept[order_id] = name

    def _letter_variants(self, words: list[str]) -> Iterator[int]:
        """Yield hashes that two names share if they differ by one letter, or in case, space or punctuation."""
        letters = "".join(words)
        yield hash(letters)
        if self._with_slips and len(letters) <= _LONGEST_WITH_SLIPS:
            yield from (hash(letters[:place] + letters[place + 1 :]) for place in range(len(letters)))

    def _word_variants(self, words: list[str]) -> Iterator[int]:
        """Yield hashes that two names share if they differ by one word."""
        if self._with_slips and 0 < len(words) <= _LONGEST_WITH_SLIPS:
            yield hash(tuple(words))
            yield from (hash(tuple(words[:place] + words[place + 1 :])) for place in range(len(words)))


def _shared(names: Collection[str], variants: Callable[[list[str]], Iterator[int]]) -> dict[int, list[str]]:
    """Return the names by what nearly equal names share with them."""
    near: dict[int, list[str]] = {}
    for name in names:
        for variant in set(variants(_folded(name).split())):
            near.setdefault(variant, []).append(name)
    return {variant: sharing for variant, sharing in near.items() if len(sharing) <= _MOST_SHARING}


def _note(order_ids: list[str], order_id: str) -> None:
    """Note an order once, also if the list shows it again because it changed while it was read."""
    if len(order_ids) <= _MOST_SHOWN and order_key(order_id) not in map(order_key, order_ids):
        order_ids.append(order_id)


def _folded(name: str) -> str:
    """Return the letters and digits of a name without case, in words."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())
