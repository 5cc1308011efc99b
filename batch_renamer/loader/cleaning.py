"""The rules for one cell: order id, new name, current name and skip mark are cleaned, or refused with a reason."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from batch_renamer.loader.cells import Cell, Flaw, Unusable
from batch_renamer.loader.damage import damage_warning
from batch_renamer.loader.marks import is_no, is_yes
from batch_renamer.loader.repair import damaged_id_reason, is_shortened, unusable_cell_reason, unusable_text_reason
from batch_renamer.loader.shown import quoted
from batch_renamer.loader.textguards import without_guard
from batch_renamer.model import BLANK_NAME, HERE, HIDDEN_ROW
from batch_renamer.text import LONE_SURROGATE, find_invisible, storable, trimmed

__all__ = ["BLANK_ID", "Cleaned", "clean_guard", "clean_id", "clean_made_name", "clean_name", "clean_skip"]

BLANK_ID = "The order id is blank."
_LONGEST_ID = 256
_FORBIDDEN_IN_ID = re.compile(r"[/\\?#%]")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text of a cell after cleaning; unusable if there is a ``reason``. ``guarded`` tells that a ``'`` was cut."""

    text: str
    reason: str = ""
    warning: str = ""
    guarded: bool = False


def clean_id(cell: Cell, *, is_report: bool, has_guard: bool = True, is_workbook: bool = False) -> Cleaned:
    """Trim an order id, and refuse one that can't be sent as exactly one path segment of a URL.

    An id that looks like a date is refused as damaged, unless it is known to be text: in a text cell of a workbook,
    behind a text guard, or in a report (which leaves damaged ids blank). Where it ``has_guard``, that is removed.
    """
    if isinstance(cell, Unusable):
        return Cleaned(cell.text, unusable_cell_reason("order id", cell))
    typed = trimmed(cell)
    text = without_guard(typed, guarded=True) if has_guard and not is_report else typed
    damage = damaged_id_reason(text)
    # A text cell can also hold a number that lost digits before it was pasted.
    is_text = is_report or text != typed or (is_workbook and not is_shortened(text))
    warning = f"The order id reads like a date or a number that was rewritten: {quoted(text)}." if damage else ""
    unusable = unusable_text_reason("order id", text) if has_guard else ""
    reason = unusable or ("" if is_text else damage) or _unsafe(text)
    return Cleaned(text, reason, warning, guarded=text != typed and typed.startswith("'"))


def _unsafe(text: str) -> str:
    """Return why an id can't be sent, or ""."""
    if not text:
        return BLANK_ID
    if len(text) > _LONGEST_ID:
        return f"The order id has more than {_LONGEST_ID} characters: correct it.{HERE}{len(text)} characters."
    if text in {".", ".."}:
        return f"The order id {quoted(text)} would lead to another address: type the real id."
    if forbidden := _FORBIDDEN_IN_ID.search(text):
        sign = quoted(forbidden[0])
        return f"The order id has one of / \\ ? # %, which can't be part of one: correct it.{HERE}{sign}."
    if (place := find_invisible(text)) is not None:
        char = f"U+{ord(text[place]):04X}"
        return f"The order id has an invisible character: type it again.{HERE}{char} at place {place + 1}."
    return ""


def clean_name(cell: Cell, *, is_report: bool, guarded: bool = False) -> Cleaned:
    """Trim a new name, make it one line and compose its accents; nothing else in it is changed. "" is no name."""
    if isinstance(cell, Unusable):
        return Cleaned(cell.text, unusable_cell_reason("new name", cell))
    typed = trimmed(cell)
    text = typed if is_report else without_guard(typed, guarded=guarded)
    warnings = []
    # Before a small letter the ' may belong to the name: 't Hof, 's-Gravenhage.
    if text != typed and typed.startswith("'") and (not guarded or text[:1].islower()):
        warnings.append(f"A text guard (') before the new name was removed: {quoted(typed)}.")
    if reason := unusable_text_reason("new name", text):
        return Cleaned(text, reason)
    text, breaks = _LINE_BREAK.subn(" ", text)
    if breaks:
        warnings.append("A line break in the new name became a space.")
    if "\t" in text:
        text = text.replace("\t", " ")
        warnings.append("A tab in the new name became a space.")
    if control := _CONTROL.search(text):
        return Cleaned(
            text,
            f"The new name has a control character: delete it.{HERE}U+{ord(control[0]):04X} at place "
            f"{control.start() + 1}.",
        )
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        warnings.append("The new name is sent with each letter and its accents as one (NFC): it looks the same.")
    if damage := damage_warning(text):
        warnings.append(damage)
    return Cleaned(text, warning="\n".join(warnings))


def clean_made_name(name: str) -> Cleaned:
    """Check a name that was made by a rule like one that was typed; it has no text guards.

    Example:
        >>> clean_made_name(" 12 Elm ").text, clean_made_name("").reason
        ('12 Elm', 'The new name would be blank.')
    """
    cleaned = clean_name(name, is_report=True)
    return cleaned if cleaned.text or cleaned.reason else Cleaned("", "The new name would be blank.")


def clean_guard(cell: Cell, *, is_report: bool, guarded: bool = False) -> Cleaned:
    """Trim the name that the order must still have; "" is no guard."""
    if isinstance(cell, Unusable):
        return Cleaned(cell.text, unusable_cell_reason("current name", cell))
    text = trimmed(cell) if is_report else without_guard(trimmed(cell), guarded=guarded)
    if LONE_SURROGATE.search(text):
        return Cleaned(text, "The current name has half a character (a lone surrogate): type it again.")
    return Cleaned(text, "" if is_report else unusable_text_reason("current name", text))


def clean_skip(cell: Cell, *, is_report: bool) -> Cleaned:
    """Return the skip mark; "" means that the row is not skipped. A mark that can't be read is a reason."""
    if isinstance(cell, str) and cell in {HIDDEN_ROW, BLANK_NAME}:
        return Cleaned(cell)
    if isinstance(cell, Unusable):
        unknown = cell.flaw in {Flaw.ERROR, Flaw.FORMULA}
        text, reason = storable(cell.text), unusable_cell_reason("skip mark", cell) if unknown else ""
    else:
        text, reason = storable(trimmed(cell)), ""
    if is_report:  # every text that this program wrote into the column is a mark
        return Cleaned(text, reason)
    text = without_guard(text, guarded=True)
    if not reason and is_no(text):
        return Cleaned("")
    if reason or is_yes(text):
        return Cleaned(text, reason)
    if reason := unusable_text_reason("skip mark", text):
        return Cleaned(text, reason)
    return Cleaned(
        text, warning=f"A word in the skip column is no plain yes or no, so the row is left out: {quoted(text)}."
    )
