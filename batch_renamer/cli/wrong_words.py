"""What is said of words that the command line does not take: typer's sentence enters, one in our form leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

__all__ = ["said_of"]

_OURS = (
    (r"No such option: (\S+?)\.", r"\1: there is no such option."),
    (r"No such command '(.+?)'\.", r"\1: there is no such command."),
    (r"Did you mean '(.+?)'\?", r"Did you mean \1?"),
    (r"Option '(.+?)' requires an argument\.", r"\1: needs a value."),
    (r"Option '(.+?)' does not take a value\.", r"\1: takes no value."),
    (r"Missing (?:argument|parameter) '(.+?)'\.", r"\1: is missing."),
)
_NO_NUMBER = re.compile(r"Invalid value for '(--[\w-]+)': .*\b(integer|number)\b.*")


def said_of(error: Any, words: Sequence[str]) -> str:
    """Return the sentence about a mistake in these words; ``error`` is a ``ClickException`` of typer's.

    Example:
        >>> from batch_renamer.cli.parsing import WrongWordsError
        >>> said_of(WrongWordsError("Option '--rate' requires an argument."), ["apply", "--rate"])
        '--rate: needs a value.'
    """
    sentence = " ".join(error.format_message().split())
    sentence += "" if sentence.endswith((".", "?")) else "."
    if found := _NO_NUMBER.fullmatch(sentence):
        return f"{_as_typed(found[1], words)}: must be a {'whole ' if found[2] == 'integer' else ''}number."
    for theirs, ours in _OURS:
        sentence = re.sub(theirs, ours, sentence)
    return sentence


def _as_typed(option: str, words: Sequence[str]) -> str:
    """Return the option with the value that was typed for it."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == option:
            return f"{option} {after}".rstrip()
        if word.startswith(f"{option}="):
            return word.replace("=", " ", 1)
    return option
