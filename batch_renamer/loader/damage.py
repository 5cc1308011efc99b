"""Warns about a name that a program seems to have changed before it reached the spreadsheet.

Only a person can decide: “12-Oct” may be a house. So this module changes nothing and refuses nothing.
"""

from __future__ import annotations

import re

from batch_renamer.loader.repair import REWRITTEN, is_shortened, is_with_zeros
from batch_renamer.loader.shown import quoted

__all__ = ["damage_warning"]

_ERROR = re.compile(r"#[¡¿]?[^\W\d_]{2,}(?:/0)?[!?]|#[^\W\d_]/[^\W\d_]|#N[VD]|#GETTING_DATA|Err:5\d\d")
"""Error values in capital letters, in the languages of spreadsheet programs: #REF!, #¡REF!, #ЗНАЧ!, #N/D."""
_DATE_NUMBER = re.compile(r"[2-5]\d{4}(?:[.,]\d+)?")
"""Days since 1900, which is how spreadsheet programs store dates; these are the years 1954 to 2064."""

_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?")
_NO_NAME = re.compile(f"{REWRITTEN.pattern}|{_TIME.pattern}|{_DATE_NUMBER.pattern}")
"""All of these in one pattern, because nearly every name matches none of them."""

_LOST = "\ufffd"

_LETTERS_IN_BYTES = "\xc2\xc3"  # lead bytes in UTF-8 of western letters
_OTHERS_IN_BYTES = "\xc4\xc5\xce\xcf\xd0\xd1"  # lead bytes of eastern European, Greek and Cyrillic letters


def _as_read(codec: str, first: int, last: int, *, but: str = "") -> str:
    """Return a character class of what ``codec`` shows for these bytes; bytes unknown to the codec stay as they are."""
    shown = (bytes([byte]).decode(codec, "replace") for byte in range(first, last + 1))
    chars = {chr(byte) if char == _LOST else char for byte, char in zip(range(first, last + 1), shown, strict=True)}
    return re.escape("".join(sorted(chars - set(but))))


def _garbled(codec: str, leads: str, *, but: str = "") -> str:
    """Return a pattern for UTF-8 that was decoded with ``codec``: a lead byte and one continuation byte."""
    lead = "".join(re.escape(bytes([ord(byte)]).decode(codec)) for byte in leads)
    return f"[{lead}][{_as_read(codec, 0x80, 0xBF, but=but)}]"


_NEXT = _as_read("cp1252", 0x80, 0xBF)
_GARBLED = re.compile(
    "|".join(
        (
            _garbled("cp1252", _LETTERS_IN_BYTES),
            _garbled("cp1252", _OTHERS_IN_BYTES, but="‘’“”–—…‹›‚„ "),  # noqa: RUF001 - these often follow a letter
            f"[{_as_read('cp1252', 0xE1, 0xEF)}][{_NEXT}]{{2}}",
            f"ð[{_NEXT}]{{3}}",
            _garbled("mac_roman", _LETTERS_IN_BYTES, but="“”‘’…– —"),  # noqa: RUF001 - these often follow a sign
            "‚Ä[ìîôòúù]",  # noqa: RUF001 - punctuation of UTF-8, read as Mac Roman
            _garbled("cp850", _LETTERS_IN_BYTES[1:]),
        )
    )
)
_CODECS = ("cp1252", "mac_roman", "cp850")


def damage_warning(name: str) -> str:
    """Return a warning about a name that seems to be damaged, or "".

    Example:
        >>> damage_warning("12-Oct")
        'The new name reads like a date or time, and a spreadsheet program may have made it one: "12-Oct".'
        >>> damage_warning("12 Elm Street")
        ''
    """
    if _NO_NAME.fullmatch(name):
        if _DATE_NUMBER.fullmatch(name):
            return f"The new name is a bare number, as spreadsheet programs store dates: {name}."
        if is_shortened(name) or is_with_zeros(name):
            return f"The new name reads like a number that a spreadsheet program rewrote: {quoted(name)}."
        return (
            f"The new name reads like a date or time, and a spreadsheet program may have made it one: {quoted(name)}."
        )
    if name[:1] in {"#", "E"} and _ERROR.fullmatch(name) and name.partition(":")[0] in {"Err", name.upper()}:
        return f"The new name reads like a spreadsheet's error: {quoted(name)}."
    if name.isascii():
        return ""
    if _LOST in name:
        return f"The new name has a sign (\ufffd) in place of a letter that was lost: {quoted(name)}."
    if _GARBLED.search(name):
        return f"The new name looks like text that was read in a wrong encoding: {quoted(name)}{_restored(name)}."
    return ""


def _restored(name: str) -> str:
    """Return the probable original name for the warning, or "" if the damage can't be reversed."""
    for codec in _CODECS:
        try:
            return f" may be {quoted(name.encode(codec).decode('utf-8'))}"
        except UnicodeError:
            continue
    return ""
