"""Untrusted texts made safe to print: nothing of a spreadsheet or the API reaches a terminal but through `visible`."""

from __future__ import annotations

import unicodedata

__all__ = ["units_of", "visible"]

_JOINER = "\u200d"
_EMOJI_VARIATION = "\ufe0f"
_LONGEST_CLUSTER = 12  # characters; the longest emoji in use have ten, and stacked accents have no end


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


def units_of(text: str) -> list[str]:
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
