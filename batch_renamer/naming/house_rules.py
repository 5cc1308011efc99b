"""The house rules for new names: the most characters, forbidden words, and a pattern that a name must have."""

from __future__ import annotations

import re

from batch_renamer.errors import InputError
from batch_renamer.model import HERE
from batch_renamer.patterns import Pattern
from batch_renamer.settings import NameRules

__all__ = ["HouseRules"]


class HouseRules:
    """Says which house rule a name breaks.

    Example:
        >>> HouseRules(NameRules(longest=5)).broken_by("12 Elm")
        'The new name is longer than the house rule allows (longest = 5): shorten it. Here: 6 characters.'
        >>> HouseRules(NameRules(forbidden=("test",))).broken_by("12 Testing Road")
        ''
    """

    def __init__(self, rules: NameRules) -> None:
        self._rules = rules
        words = "|".join(re.escape(word) for word in sorted(rules.forbidden, key=len, reverse=True))
        self._forbidden = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None
        self._pattern = Pattern(rules.pattern) if rules.pattern is not None else None

    def broken_by(self, name: str) -> str:
        """Return the reason why a name breaks a rule, or "".

        Raises:
            InputError: the pattern takes too long on this name.
        """
        rules = self._rules
        if rules.longest is not None and len(name) > rules.longest:
            return (
                f"The new name is longer than the house rule allows (longest = {rules.longest}): shorten it."
                f"{HERE}{len(name)} characters."
            )
        if self._forbidden is not None and (found := self._forbidden.search(name)):
            return f'The new name has a word that the house rules forbid: leave it out.{HERE}"{found[0]}".'
        if self._pattern is not None and not self._matches(self._pattern, name):
            return f"The new name does not have the form that the house rules want (pattern = {rules.pattern})."
        return ""

    def _matches(self, pattern: Pattern, name: str) -> bool:
        try:
            return pattern.matches(name)
        except TimeoutError:
            raise InputError(
                f"The pattern of the house rules, {self._rules.pattern}, takes too long on a name of {len(name)} "
                "characters; nothing was sent. Write a simpler pattern: one in which nothing is repeated twice over."
            ) from None
