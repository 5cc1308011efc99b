"""How one spreadsheet is to be read, as a person has corrected it on the page; it is kept beside the spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

__all__ = ["ReadingOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    r"""What was chosen on the page, by the names and values of `Settings`; ``None`` and ``()`` mean: nothing.

    What is not chosen is as the account's settings say. ``replace`` and ``replace_regex`` are pairs such as
    ``St.=Street``.

    Example:
        >>> ReadingOptions.of({"sheet": "Orders", "id_column": "", "replace": "St.=Street\n"}).chosen()
        {'sheet': 'Orders', 'replace': 'St.=Street'}
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    id_column: str | None = None
    name_column: str | None = None
    current_name_column: str | None = None
    hidden_rows: str | None = None
    blank_new_name: str | None = None
    match_by: str | None = None
    name_template: str | None = None
    replace: tuple[str, ...] = ()
    replace_regex: tuple[str, ...] = ()
    same_name: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Self:
        """Return the options of a form or a file; other entries are passed over, and a blank text means: nothing.

        The pairs are a text with a pair on each line, or a list.
        """
        chosen: dict[str, str | tuple[str, ...]] = {}
        for field in fields(cls):
            value = given.get(field.name)
            if field.default == ():
                lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else ()
                chosen[field.name] = tuple(line for line in lines if isinstance(line, str) and line.strip())
            elif isinstance(value, str) and value.strip():
                chosen[field.name] = value
        return cls(**chosen)  # type: ignore[arg-type]  # each value is of its field's type, as its default tells

    def chosen(self) -> dict[str, object]:
        """Return what was chosen, by the names of the settings."""
        chosen = {name: value for name, value in asdict(self).items() if value}
        # Alone, as it would be typed, so that a sentence about it can repeat it.
        return {
            name: value[0] if len(value) == 1 and isinstance(value, tuple) else value for name, value in chosen.items()
        }
