"""Shows a whole number or a text in the number format of its cell, if what a person sees can be known.

Format codes are those of [ECMA-376, 18.8.31]. Some results depend on the reader's language (thousands separators,
currencies, dates) or on the column width; they are unknown, and the result is ``None``.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["BUILT_IN", "NumberFormat"]

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Format numbers that a file may use without a code; the missing ones depend on the language."""

_PLAIN = frozenset({"", "general", "0", "@"})
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>general)|(?P<sign>.)',
    re.IGNORECASE | re.DOTALL,
)
_COLOUR = re.compile(r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d{1,2})", re.IGNORECASE)
_LANGUAGE = re.compile(r"\$(?P<symbol>[^-]*)(?:-[0-9a-f]{1,4})?", re.IGNORECASE)
"""More than four hexadecimal digits choose other numerals or a calendar."""

_SHOWN_AS_IT_IS = frozenset(" -+()!&'~{}^=<>$")
_DATE = re.compile(r"[dmyhs](?:[dmyhs/:. -]|\\[ -])*(?:;@)?", re.IGNORECASE)
_DATE_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<language>\$-[0-9a-f]{1,4})\]|(?P<part>([ymdhs])\5*)'
    r"|(?P<literal>[-.: ])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECONDS_FOLLOW = re.compile(r"[^ymdh]*s", re.IGNORECASE)
_DATE_FORMS = {
    "yyyy": ("%Y", ""),
    "yy": ("%y", ""),
    "mm": ("%m", ""),
    "m": ("%m", "0"),
    "dd": ("%d", ""),
    "d": ("%d", "0"),
    "hh": ("%H", ""),
    "ss": ("%S", ""),
}
_MINUTES = {"mm": ("%M", "")}
_NEARLY = datetime.timedelta(milliseconds=0.5)
_SECTIONS = 4


@dataclass(frozen=True, slots=True)
class _Section:
    """One of up to four sections of a code: literals, digit places (``0``, ``#``), the number or the text (``@``)."""

    tokens: tuple[tuple[str, str], ...]

    def has(self, kind: str) -> bool:
        return any(token == kind for token, _ in self.tokens)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows its value.

    Example:
        >>> NumberFormat('"Plot "000').of_number(12), NumberFormat("#,##0").of_number(1234)
        ('Plot 012', None)
    """

    code: str | None
    """``None`` if the file does not contain the code."""

    @property
    def is_plain(self) -> bool:
        """Whether whole numbers are shown as plain digits, and texts unchanged."""
        return self.code is not None and self.code.strip().lower() in _PLAIN

    @property
    def is_surely_a_date(self) -> bool:
        """Whether the code contains only parts of dates and times."""
        return self.code is not None and bool(_DATE.fullmatch(self.code))

    def of_number(self, number: int) -> str | None:
        """Return a whole number as the cell shows it; None if that can't be known."""
        sections = _sections(self.code)
        if sections is None:
            return None
        number_sections = _of_numbers(sections)
        if number == 0 and len(number_sections) > 2:
            section, sign = number_sections[2], ""
        elif number < 0 and len(number_sections) > 1:
            section, sign = number_sections[1], ""
        else:
            section, sign = number_sections[0], "-" if number < 0 else ""
        if section is None or (section.has("text") and not self.is_plain):
            return None  # programs differ in how a text place shows a number
        shown = _with_digits(section, str(abs(number)))
        return sign + shown if shown and shown.strip() else None

    @property
    def shows_dates_alike(self) -> bool:
        """Whether dates in this format look the same in every language and program."""
        return _date_parts(self.code) is not None

    def of_date(self, moment: datetime.datetime | datetime.date) -> str | None:
        """Return a date, perhaps with a time, as the cell shows it; None if that can't be known.

        Example:
            >>> NumberFormat("dd.mm.yyyy").of_date(datetime.date(2024, 5, 1)), NumberFormat("d mmm").of_date(
            ...     datetime.date(2024, 5, 1)
            ... )
            ('01.05.2024', None)
        """
        parts = _date_parts(self.code)
        if parts is None:
            return None
        if not isinstance(moment, datetime.datetime):
            moment = datetime.datetime.combine(moment, datetime.time.min)
        moment += _NEARLY  # a time is stored as a fraction of a day, which is seldom exact
        if moment.microsecond >= 2 * _NEARLY.microseconds:
            return None
        return "".join(text if form is None else moment.strftime(form).lstrip(text) for form, text in parts)

    def of_text(self, text: str) -> str | None:
        """Return a text as the cell shows it; None if that can't be known."""
        sections = _sections(self.code)
        section = sections[-1] if sections else None
        is_for_texts = sections is not None and len(sections) == _SECTIONS
        if section is None:  # an unknown code leaves texts unchanged unless it has a place for them
            return None if is_for_texts or "@" in (self.code or "") else text
        if not section.has("text"):
            return None if is_for_texts else text
        if section.has("digit") or section.has("general"):
            return None
        return "".join(text if kind == "text" else literal for kind, literal in section.tokens)


@lru_cache(maxsize=256)
def _date_parts(code: str | None) -> tuple[tuple[str | None, str], ...] | None:
    """Split a code for dates into literals, and forms of `strftime` with the characters that are cut before a number.

    None if it has another part, such as the name of a month, or a sign that a language has its own of (``/``).
    """
    parts: list[tuple[str | None, str]] = []
    is_time = False
    for found in _DATE_PART.finditer((code or "").removesuffix(";@")):
        match found.lastgroup:
            case "quoted" | "escaped":
                parts.append((None, found[found.lastgroup]))
            case "literal":
                parts.append((None, found["literal"]))
            case "language":
                continue
            case "part":
                part = found["part"].lower()
                is_minutes = part[0] == "m" and bool(is_time or _SECONDS_FOLLOW.match(found.string, found.end()))
                form = _MINUTES.get(part) if is_minutes else _DATE_FORMS.get(part)
                if form is None:
                    return None
                parts.append(form)
                is_time = part[0] in "hs"
            case _:
                return None
    return tuple(parts) if any(form for form, _ in parts) else None


@lru_cache(maxsize=256)
def _sections(code: str | None) -> tuple[_Section | None, ...] | None:
    """Split a code into sections; a section is ``None`` if what it shows can't be known."""
    if code is None:
        return None
    sections: list[list[tuple[str, str]] | None] = [[]]
    for found in _TOKEN.finditer(code or "General"):
        if found["sign"] == ";":
            sections.append([])
            continue
        token = _token(found)
        tokens = sections[-1]
        if token is None:
            sections[-1] = None
        elif tokens is not None:
            tokens.append(token)
    if len(sections) > _SECTIONS:
        return None
    # A condition changes which section applies, so the result can't be known.
    if re.search(r"\[[<>=]", code):
        return None
    return tuple(None if tokens is None else _Section(tuple(tokens)) for tokens in sections)


def _of_numbers(sections: tuple[_Section | None, ...]) -> tuple[_Section | None, ...]:
    """Return the sections for numbers, without a last section for texts (``@``)."""
    last = sections[-1]
    is_for_texts = len(sections) > 1 and last is not None and last.has("text")
    return sections[: len(sections) - is_for_texts][: _SECTIONS - 1]


def _token(found: re.Match[str]) -> tuple[str, str] | None:
    """Return the kind and the text of one part of a code; None if what it shows can't be known."""
    match found.lastgroup:
        case "quoted" | "escaped":
            return "literal", found[found.lastgroup]
        case "space":
            return "literal", " "  # a gap of the character's width
        case "general":
            return "general", ""
        case "bracket":
            if _COLOUR.fullmatch(found["bracket"]):
                return "literal", ""
            language = _LANGUAGE.fullmatch(found["bracket"])
            return ("literal", language["symbol"]) if language else None
    sign = found["sign"]
    if sign in "0#":
        return "digit", sign
    if sign == "@":
        return "text", ""
    if sign in _SHOWN_AS_IT_IS or (not sign.isascii() and sign.isprintable()):
        return "literal", sign
    return None


def _with_digits(section: _Section, digits: str) -> str | None:
    """Put digits into their places from the right; the first place takes all remaining digits."""
    places = sum(kind == "digit" for kind, _ in section.tokens)
    if section.has("general") or section.has("text"):
        if places or sum(kind in {"general", "text"} for kind, _ in section.tokens) > 1:
            return None
        return "".join(literal if kind == "literal" else digits for kind, literal in section.tokens)
    if digits == "0":
        digits = ""  # zero is shown only by a ``0`` place
    shown: list[str] = []
    left, begun = places, False  # after the first shown zero or digit, every place shows one
    for kind, literal in section.tokens:
        if kind != "digit":
            shown.append(literal)
            continue
        if left == places:
            here = digits[: max(len(digits) - places + 1, 0)]
        else:
            here = digits[-left] if left <= len(digits) else ""
        here = here or ("0" if literal == "0" or begun else "")
        begun = begun or bool(here)
        shown.append(here)
        left -= 1
    return "".join(shown)
