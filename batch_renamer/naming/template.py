"""Makes a new name from a template: columns of the sheet, a counter, the order's id and its current name.

A template is text with fields in braces; ``{{`` and ``}}`` are the braces themselves. No field is ever evaluated: it is
the name of a column and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from batch_renamer.text import heading_key

__all__ = ["CURRENT_NAME", "Filled", "Template"]

CURRENT_NAME = "current_name"
"""The field for the name that the order has in the account when it is read."""

_ORDER_ID = "order_id"
"""The field for the order's id, however its column is headed."""

_PART = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}]*)\}|(?P<literal>[^{}]+)|(?P<brace>[{}])")
_COUNTER = re.compile(r"\s*[nN]\s*(?::\s*(?P<digits>0[1-9][0-9]?)?(?P<rest>.*))?", re.DOTALL)
_MOST_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its fields filled in. ``blank`` is the first field without a value; there is no text then."""

    text: str = ""
    blank: str | None = None


@dataclass(frozen=True, slots=True)
class _Counter:
    digits: int


@dataclass(frozen=True, slots=True)
class _Field:
    name: str


class Template:
    """A template for new names.

    Raises:
        ValueError: it is none; the text says why, and goes on after "name_template".

    Example:
        >>> template = Template("{Address} – {n:03}")
        >>> template.columns
        ('Address',)
        >>> template.filled({"Address": "12 Elm"}, n=7).text
        '12 Elm – 007'
    """

    def __init__(self, text: str) -> None:
        self._parts = tuple(map(_part, _PART.finditer(text)))
        self.columns = tuple(
            dict.fromkeys(
                part.name
                for part in self._parts
                if isinstance(part, _Field) and heading_key(part.name) not in (_KEY_OF_ID, _KEY_OF_CURRENT_NAME)
            )
        )
        if all(isinstance(part, str) for part in self._parts):
            raise ValueError(
                "has no field, so that all names would be the same: write a column in braces, as {address}"
            )

    @property
    def needs_current_name(self) -> bool:
        """Whether a name can be made only when the order has been read."""
        return any(isinstance(part, _Field) and _is_current_name(part) for part in self._parts)

    def filled(self, values: Mapping[str, str], *, n: int = 0, order_id: str = "") -> Filled:
        """Return the template with the values of its ``columns``, the counter and the order's id filled in.

        If it `needs_current_name`, the result is a template again, which has that field alone.
        """
        made: list[str] = []
        for part in self._parts:
            value = part if isinstance(part, str) else ""
            match part:
                case _Counter(digits=digits):
                    value = f"{n:0{digits}d}"
                case _Field() if _is_current_name(part):
                    made.append(f"{{{CURRENT_NAME}}}")
                    continue
                case _Field(name=name):
                    value = order_id if heading_key(name) == _KEY_OF_ID else values[name].strip()
                    if not value:
                        return Filled(blank=name)
            made.append(_escaped(value) if self.needs_current_name else value)
        return Filled("".join(made))

    def with_current_name(self, name: str) -> str:
        """Return the text of a template that has no other field than the current name."""
        return "".join(part if isinstance(part, str) else name for part in self._parts)


_KEY_OF_ID, _KEY_OF_CURRENT_NAME = heading_key(_ORDER_ID), heading_key(CURRENT_NAME)


def _is_current_name(field: _Field) -> bool:
    return heading_key(field.name) == _KEY_OF_CURRENT_NAME


def _part(found: re.Match[str]) -> str | _Counter | _Field:
    if found["brace"] is not None:
        raise ValueError(
            f"has a lone {found['brace']} at place {found.start() + 1}: close the braces of a field, or write it twice "
            "for the sign itself"
        )
    if found["literal"] is not None:
        return found["literal"]
    if found["field"] is None:
        return found[0][0]
    field = found["field"].strip()
    if not heading_key(field):
        raise ValueError(f"has empty braces at place {found.start() + 1}: write the heading of a column into them")
    counter = _COUNTER.fullmatch(field)
    if counter is None:
        return _Field(field)
    if counter["rest"] or (":" in field and counter["digits"] is None):
        raise ValueError(f"has the counter {{{field}}}: write {{n}}, or {{n:03}} for three digits")
    digits = int(counter["digits"] or 1)
    if digits > _MOST_DIGITS:
        raise ValueError(f"has a counter with {digits} digits; the most are {_MOST_DIGITS}")
    return _Counter(digits)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
