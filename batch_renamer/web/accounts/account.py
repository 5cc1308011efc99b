"""One account as the page shows it: in words, with its address and its colour; never its key."""

from __future__ import annotations

from dataclasses import dataclass, field

from batch_renamer.errors import SettingsError
from batch_renamer.settings import Settings

__all__ = ["COLOURS", "Account"]

COLOURS = 6
"""So many colours tell accounts apart; the words beside them always do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that renames can be sent to.

    ``name`` is that of its profile, "" for the settings without one. ``title`` is what people call it, ``base_url``
    where its requests go. ``colour`` is a number below `COLOURS`. ``settings`` are those of the command line for it.
    ``trouble`` says why it can't be used, in a sentence ("" if it can).

    Example:
        >>> from pathlib import Path
        >>> settings = Settings(state_dir=Path("state"), sandbox=True)
        >>> Account(name="sandbox", title="Practice", base_url="the sandbox", colour=0, settings=settings).trouble
        ''
    """

    name: str
    title: str
    base_url: str
    colour: int
    settings: Settings = field(repr=False)
    trouble: str = ""

    def usable(self) -> Account:
        """Return the account itself.

        Raises:
            SettingsError: it can't be used; the text says why.
        """
        if self.trouble:
            raise SettingsError(self.trouble)
        return self
