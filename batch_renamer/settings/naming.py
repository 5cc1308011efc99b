"""How new names are made and what they must be, as a user writes it: replacements and house rules, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from batch_renamer.patterns import Pattern

__all__ = ["NameRules", "Replacement", "parse_name_rules", "parse_regex_replacements", "parse_replacements"]

_SPLIT = re.compile(r"(?<!\\)(?:\\\\)*(=)")


class Replacement(NamedTuple):
    """A text or a pattern, and the text that takes its place."""

    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.old}={self.new}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRules:
    """The house rules for new names: their most characters, words that they must not have, and their whole pattern.

    Example:
        >>> str(NameRules(longest=80, forbidden=("test",)))
        'longest 80, forbidden test'
    """

    longest: int | None = None
    forbidden: tuple[str, ...] = ()
    pattern: str | None = None

    def __str__(self) -> str:
        said = (
            f"longest {self.longest}" if self.longest is not None else "",
            f"forbidden {', '.join(self.forbidden)}" if self.forbidden else "",
            f"pattern {self.pattern}" if self.pattern is not None else "",
        )
        return ", ".join(filter(None, said)) or "none"


def parse_replacements(given: object) -> tuple[Replacement, ...]:
    r"""Read ``OLD=NEW``, or several of them. The first ``=`` separates the two; before it, ``\=`` means the sign.

    Raises:
        ValueError: one of them is something else.

    Example:
        >>> parse_replacements(["St=Street", r"a\=b=c"])
        (Replacement(old='St', new='Street'), Replacement(old='a=b', new='c'))
    """
    if not isinstance(given, list | tuple):
        return (_replacement(given),)
    found = []
    for one in given:
        try:
            found.append(_replacement(one))
        except ValueError as error:
            raise ValueError(f"{error}" if len(given) == 1 else f"has {one}, which {error}") from None
    return tuple(found)


def parse_regex_replacements(given: object) -> tuple[Replacement, ...]:
    """Read patterns and their replacements in the form of `parse_replacements`.

    Raises:
        ValueError: one of them is no pattern or no replacement.
    """
    found = parse_replacements(given)
    for one in found:
        try:
            Pattern(one.old, new=one.new)
        except ValueError as error:
            raise ValueError(f"{error}" if len(found) == 1 else f"has {one.old}, which {error}") from None
    return found


def _replacement(given: object) -> Replacement:
    if isinstance(given, Replacement):
        return given
    if not isinstance(given, str):
        raise ValueError("must be text such as OLD=NEW")
    if not (sign := _SPLIT.search(given)):
        raise ValueError("must be OLD=NEW: what to replace, the sign =, and what takes its place")
    old = given[: sign.start(1)].replace("\\=", "=")
    if not old:
        raise ValueError("must have a text before the sign =")
    return Replacement(old, given[sign.end(1) :])


def parse_name_rules(given: object) -> NameRules:
    """Read the table of house rules.

    Raises:
        ValueError: it is no table, or one of its rules is wrong; the text names the rule.

    Example:
        >>> parse_name_rules({"longest": 80}).longest
        80
    """
    if isinstance(given, NameRules):
        return given
    if not isinstance(given, Mapping):
        raise ValueError("must be a table: [names] with longest, forbidden or pattern")
    for name in given:
        if name not in NameRules.__slots__:
            raise ValueError(f"has no rule {name!r}; there are longest, forbidden and pattern")
    return NameRules(
        longest=_longest(given.get("longest")),
        forbidden=_forbidden(given.get("forbidden", ())),
        pattern=_pattern(given.get("pattern")),
    )


def _longest(given: object) -> int | None:
    if given is None:
        return None
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise ValueError("longest must be a whole number of at least 1")
    return given


def _forbidden(given: object) -> tuple[str, ...]:
    words = (given,) if isinstance(given, str) else given
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError('forbidden must be a list of words, such as ["test", "draft"]')
    return tuple(word.strip() for word in words)


def _pattern(given: object) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or not given:
        raise ValueError("pattern must be text")
    try:
        Pattern(given)
    except ValueError as error:
        raise ValueError(f"pattern {error}") from None
    return given
