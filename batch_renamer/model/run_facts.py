"""What a report for people says of its run besides the rows and the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from batch_renamer.model.outcomes import Result

__all__ = ["GivenSetting", "ResultMeaning", "RunFacts", "Weight"]

Weight = Literal["good", "quiet", "doubtful", "bad"]
"""How much a result matters to a person: it went well, nothing is to be done, it needs a look, or a repair."""


class GivenSetting(NamedTuple):
    """A setting that is not at its default: its name as an option, its value in words, and where it was given."""

    name: str
    value: str
    source: str


class ResultMeaning(NamedTuple):
    """What a result means in this run, in half a sentence, and how much it matters."""

    result: Result
    meaning: str
    weight: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What happened in a run, where, when, and how it was asked for; never the key.

    ``sentence`` says in one sentence what happened. ``meanings`` has every result that the command can give, in the
    order in which people are shown them. ``base_url`` and ``profile`` are the account; for the sandbox a few words
    take the place of the URL, and a check has none. ``sheet`` is the path of the spreadsheet. ``about`` names the
    run that an undo or an audit is about. ``command_line`` is what was typed. ``began_at`` and ``ended_at`` are in
    seconds since the epoch. "" and None mean that it is not known, or that there is none. ``resumed``: the duration and
    the requests of the run are those since it was resumed last.

    Example:
        >>> RunFacts(base_url="https://api.autoenhance.ai", profile="harbour").account
        'https://api.autoenhance.ai (profile harbour)'
    """

    sentence: str = ""
    meanings: tuple[ResultMeaning, ...] = ()
    base_url: str = ""
    profile: str | None = None
    sheet: str | None = None
    about: str = ""
    command_line: str = ""
    settings: tuple[GivenSetting, ...] = ()
    began_at: float | None = None
    ended_at: float | None = None
    resumed: bool = False

    @property
    def account(self) -> str:
        """The account in words."""
        return f"{self.base_url} (profile {self.profile})" if self.profile else self.base_url

    @property
    def since(self) -> str:
        """Since when the duration counts, to be put behind it; "" where that is the whole run."""
        return " since it was resumed" if self.resumed else ""
