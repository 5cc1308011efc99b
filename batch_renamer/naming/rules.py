"""The rules for the new names of a run as one value, and as the text that the journal keeps of them.

They belong to the run: a run that is resumed makes the rest of its names by the rules that it was begun with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

from batch_renamer.errors import SettingsError
from batch_renamer.naming.template import Template
from batch_renamer.settings import NameRules, Replacement, Settings, as_given

__all__ = ["NamingRules", "SameName"]

SameName = Literal["warn", "refuse", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingRules:
    """How the new names of a run are made, and what they must be.

    Example:
        >>> rules = NamingRules(replace=(Replacement("St", "Street"),))
        >>> NamingRules.from_text(rules.as_text()) == rules
        True
        >>> NamingRules().as_text() is None
        True
    """

    template: str | None = None
    replace: tuple[Replacement, ...] = ()
    replace_regex: tuple[Replacement, ...] = ()
    same_name: SameName = "warn"
    house: NameRules = field(default_factory=NameRules)

    @classmethod
    def of(cls, settings: Settings) -> NamingRules:
        """Return the rules that the settings give.

        Raises:
            SettingsError: the template is none.
        """
        if settings.name_template is not None:
            try:
                Template(settings.name_template)
            except ValueError as error:
                raise SettingsError(f"{as_given(settings, 'name_template')} {error}.") from None
        return cls(
            template=settings.name_template,
            replace=settings.replace,
            replace_regex=settings.replace_regex,
            same_name=settings.same_name,
            house=settings.names,
        )

    @classmethod
    def from_text(cls, text: str | None) -> NamingRules:
        """Return the rules that the journal keeps."""
        if text is None:
            return cls()
        kept = json.loads(text)
        house = kept["house"]
        return cls(
            template=kept["template"],
            replace=tuple(Replacement(*one) for one in kept["replace"]),
            replace_regex=tuple(Replacement(*one) for one in kept["replace_regex"]),
            same_name=kept["same_name"],
            house=NameRules(longest=house["longest"], forbidden=tuple(house["forbidden"]), pattern=house["pattern"]),
        )

    def as_text(self) -> str | None:
        """Return the rules as the journal keeps them, in ASCII; None if there are none."""
        if self == NamingRules():
            return None
        house = {"longest": self.house.longest, "forbidden": self.house.forbidden, "pattern": self.house.pattern}
        return json.dumps(
            {
                "template": self.template,
                "replace": self.replace,
                "replace_regex": self.replace_regex,
                "same_name": self.same_name,
                "house": house,
            }
        )

    @property
    def replaces(self) -> bool:
        """Whether names are made by replacing parts of the current ones."""
        return bool(self.replace or self.replace_regex)

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings of the columns from which names are made."""
        return Template(self.template).columns if self.template is not None else ()

    @property
    def in_words(self) -> str:
        """How names are made, for the line that says how a sheet was understood; "" if they are not."""
        if self.template is not None:
            return f"made by the template {self.template}"
        if self.replaces:
            several = [f'"{old}" by "{new}"' for old, new in (*self.replace, *self.replace_regex)]
            return f"made from the current name, replacing {', '.join(several)}"
        return ""
