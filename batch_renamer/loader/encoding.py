"""Finds the encoding of a text file and proves it on every byte, or raises one clear error."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from batch_renamer.errors import SheetError
from batch_renamer.loader.contents import Need, SheetContents, UndecidedSheetError
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.shown import quoted

__all__ = ["GUESS", "Encoding", "find_encoding"]

GUESS = "cp1252"
"""The encoding of western Windows programs that don't write Unicode."""

_PIECE_BYTES = 1 << 20
_LONGEST_LINE = 16 * _PIECE_BYTES
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_NOT_TEXT = "{} is not a spreadsheet: it is neither a workbook nor text."
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A codec that reads the whole file; ``guessed`` tells that no evidence proves it to be the right one."""

    codec: str
    guessed: bool = False


@dataclass(slots=True, kw_only=True)
class _Survey:
    """The result of one pass over the file; ``fault`` says why decoding failed in ``line``, or is ""."""

    beyond_ascii: bool = False
    fault: str = ""
    line: int = 1
    cut_off: bool = False


def find_encoding(file: BinaryIO, label: str, options: LoadOptions) -> Encoding:
    """Find the encoding from the bytes, or check the one that the user gave.

    Reads the whole file piece by piece, so memory does not grow with it.

    Raises:
        SheetError: the bytes are no text, are cut off, or have an encoding that the user must name.
    """
    file.seek(0)
    head = file.read(4096)
    if options.encoding is not None:
        return _proven(file, label, _codec_named(options.encoding), options.encoding)
    marked = next((codec for bom, codec in _BOMS if head.startswith(bom)), None) or _utf16_without_bom(head)
    if marked is not None:
        return _proven(file, label, marked, "UTF-8" if marked == "utf-8-sig" else "UTF-16")
    survey = _survey(file, "utf-8", label)
    if not survey.fault:
        return Encoding(codec="utf-8")
    if survey.beyond_ascii:  # Windows-1252 text practically never holds even one valid UTF-8 sequence
        raise _damaged(label, survey, "UTF-8")
    return _guess(file, label, allowed=options.allow_guessed_encoding, line=survey.line)


def _guess(file: BinaryIO, label: str, *, allowed: bool, line: int) -> Encoding:
    """Return Windows-1252 for a file that is not Unicode, if guessing is allowed and every byte can be decoded."""
    survey = _survey(file, GUESS, label, refuse_control=True)
    if survey.fault:
        raise _undecided(
            f"{label} is neither UTF-8 (see line {line}) nor Windows-1252 (see line {survey.line})",
            ': save it as "CSV UTF-8", or say what it is with --encoding (for example --encoding cp437).',
        )
    if not allowed:
        raise _undecided(
            f"{label} is not UTF-8 (see line {line}), and an encoding is guessed only where a person is asked",
            f": say what it is with --encoding (for example --encoding {GUESS}).",
        )
    return Encoding(codec=GUESS, guessed=True)


def _proven(file: BinaryIO, label: str, codec: str, name: str) -> Encoding:
    """Return the encoding after checking that ``codec`` reads the whole file."""
    survey = _survey(file, codec, label)
    if survey.fault:
        raise _damaged(label, survey, name)
    return Encoding(codec=codec)


def _undecided(fact: str, advice: str) -> UndecidedSheetError:
    return UndecidedSheetError(fact, advice, contents=SheetContents(), needs=(Need("encoding"),))


def _damaged(label: str, survey: _Survey, name: str) -> UndecidedSheetError:
    if survey.cut_off:
        fact = f"{label} ends in the middle of a character: the file was cut off"
        return _undecided(fact, ". Copy or export it again.")
    return _undecided(
        f"{label} is not what {name} looks like (line {survey.line}: {survey.fault})",
        ": export it again, or say what it is with --encoding.",
    )


def _survey(file: BinaryIO, codec: str, label: str, *, refuse_control: bool = False) -> _Survey:
    """Decode the whole file once, piece by piece, and note what is needed to choose the encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    survey = _Survey()
    unbroken = 0
    file.seek(0)
    while True:
        piece = file.read(_PIECE_BYTES)
        if refuse_control and _NO_TEXT.search(piece):
            raise SheetError(_NOT_TEXT.format(label))
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeError as error:
            return _faulty(survey, error, at_end=not piece)
        survey.line += piece.count(b"\n")
        if "\0" in text:
            raise SheetError(_NOT_TEXT.format(label))
        unbroken = 0 if b"\n" in piece or b"\r" in piece else unbroken + len(piece)
        if unbroken > _LONGEST_LINE:
            raise SheetError(f"{label} is not a spreadsheet: it has a line of more than 16 MB.")
        survey.beyond_ascii = survey.beyond_ascii or not text.isascii()
        if not piece:
            return survey


def _faulty(survey: _Survey, error: UnicodeError, *, at_end: bool) -> _Survey:
    """Note where decoding failed; a failure at the end of the file means that it was cut off within a character."""
    survey.fault, survey.cut_off = "unreadable", at_end
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start]
        survey.fault = f"byte 0x{error.object[error.start]:02X}" if error.object else error.reason
        survey.line += before.count(b"\n")
        survey.beyond_ascii = survey.beyond_ascii or (error.encoding == "utf-8" and not before.isascii())
    return survey


def _utf16_without_bom(head: bytes) -> str | None:
    """Recognize UTF-16 by its zero bytes: in mostly western text every other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    enough = len(head) // 5
    if odd > enough and not even:
        return "utf-16-le"
    if even > enough and not odd:
        return "utf-16-be"
    return None


def _codec_named(name: str) -> str:
    """Return the codec for an encoding name in any spelling; the one for UTF-8 also accepts a BOM."""
    try:
        "".encode(name)  # refuses codecs that are not for text, like base64
        codecs.getincrementaldecoder(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise _undecided(
            f"--encoding {quoted(name)} is not known", f"; usual ones are utf-8, utf-16 and {GUESS}."
        ) from error
    return "utf-8-sig" if found == "utf-8" else found
