"""Makes a new name of the current one: texts are replaced first, then patterns, each in the order given."""

from __future__ import annotations

from collections.abc import Sequence

from batch_renamer.errors import InputError
from batch_renamer.patterns import Pattern
from batch_renamer.settings import Replacement

__all__ = ["Replacing"]


class Replacing:
    r"""Replaces texts and patterns in names.

    Example:
        >>> Replacing([Replacement("Elm", "Oak")], [Replacement(r"\bSt$", "Street")]).of("12 Elm St")
        '12 Oak Street'
    """

    def __init__(self, texts: Sequence[Replacement], patterns: Sequence[Replacement]) -> None:
        self._texts = tuple(texts)
        self._patterns = [(one.old, Pattern(one.old, new=one.new)) for one in patterns]

    def of(self, name: str) -> str:
        """Return the name with everything replaced; it may be blank, or the same.

        Raises:
            InputError: a pattern takes too long on this name.
        """
        for old, new in self._texts:
            name = name.replace(old, new)
        for text, pattern in self._patterns:
            try:
                name = pattern.replaced(name)
            except TimeoutError:
                raise InputError(
                    f"The pattern of --replace-regex, {text}, takes too long on a name of {len(name)} characters; "
                    "nothing was sent. Write a simpler pattern: one in which nothing is repeated twice over."
                ) from None
        return name
