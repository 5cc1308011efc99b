"""Why the columns of a sheet can't be chosen: in one sentence, and as the options that would help."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from batch_renamer.column_letters import letters_of
from batch_renamer.loader.contents import Need
from batch_renamer.loader.shown import listed, quoted, shown
from batch_renamer.loader.wanted import Wanted, positions

__all__ = ["HeadingTrouble", "ambiguous", "found_headings", "missing_headings", "name_of", "need_of", "trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingTrouble:
    """Why the columns can't be chosen; ``nearness`` (0 to 2) counts the needed headings that were found.

    ``fact`` is what was found, and ``advice`` goes on with what helps; together they continue a sentence after the name
    of the sheet. ``headings`` are those of ``row``, which is the likeliest one (0: there is none). ``needs`` are the
    options that would help.
    """

    fact: str
    advice: str = ""
    nearness: int
    row: int = 0
    headings: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole trouble."""
        return f"{self.fact}{self.advice}"


def found_headings(number: int, headings: Sequence[str]) -> str:
    """Return which headings a row has."""
    return f"Headings found in row {number}: {listed([heading for heading in headings if heading])}."


def missing_headings(
    missing: Sequence[Wanted], number: int, headings: tuple[str, ...], *, nearness: int = 2
) -> HeadingTrouble:
    """Return which headings are missing, which were found, and the option that helps."""
    sentences = []
    for wanted in missing:
        if wanted.asked is not None:
            sentences.append(f"no heading {quoted(wanted.asked)} ({wanted.option})")
        else:
            sentences.append(f"no heading for {wanted.what} ({', '.join((*wanted.first, *wanted.rest))})")
    advice = " and ".join(f"{wanted.option} {_example(wanted, headings)}" for wanted in missing)
    say = f"{_rename(missing)}say which column it is: {advice}"
    return HeadingTrouble(
        fact=f"has {' and '.join(sentences)}",
        advice=f". {found_headings(number, headings)} {say[0].upper()}{say[1:]}",
        nearness=nearness,
        row=number,
        headings=headings,
        needs=tuple(map(need_of, missing)),
    )


def _rename(missing: Sequence[Wanted]) -> str:
    """Return the remedy for a person with the spreadsheet alone; "" if the user asked for a heading by an option."""
    if any(wanted.asked is not None for wanted in missing):
        return ""
    names = " and ".join(quoted(wanted.first[0]) for wanted in missing)
    return f"change the {'heading' if len(missing) == 1 else 'headings'} to {names}, or "


def _example(wanted: Wanted, headings: Sequence[str]) -> str:
    """Return a value for an option: the sheet's only ``name`` heading if that must be meant, else a placeholder."""
    lone = positions(headings, ("name",))
    if wanted.option == "--name-column" and wanted.asked is None and len(lone) == 1:
        return shlex.quote(shown(headings[lone[0]]))
    return "HEADING"


def trouble(fact: str, number: int, headings: tuple[str, ...], *needs: Need, advice: str = "") -> HeadingTrouble:
    """Return a trouble with a row that has all headings that are needed."""
    return HeadingTrouble(fact=fact, advice=advice, nearness=2, row=number, headings=headings, needs=needs)


def need_of(wanted: Wanted, fitting: Sequence[str] = ()) -> Need:
    """Return the option that chooses a column."""
    return Need(name_of(wanted.option or ""), tuple(fitting))


def name_of(option: str) -> str:
    """Return the name of an option in `LoadOptions`."""
    return option.removeprefix("--").replace("-", "_")


def ambiguous(wanted: Wanted, number: int, headings: tuple[str, ...], places: Sequence[int]) -> HeadingTrouble:
    """Return that several headings fit, and how to choose one."""
    found = [headings[place] for place in places]
    needs = () if wanted.option is None else (need_of(wanted, found),)
    fact = f"has {len(found)} columns in row {number} that could hold {wanted.what}: {listed(found)}"
    return trouble(fact, number, headings, *needs, advice=f". {_how_to_choose(wanted, places, found)}")


def _how_to_choose(wanted: Wanted, places: Sequence[int], found: Sequence[str]) -> str:
    """Return how to choose one of several columns; by its letter, if their headings are the same."""
    if wanted.option is not None and wanted.by_letter and found[0] in found[1:]:
        letters = " or ".join(letters_of(place + 1) for place in places)
        return f"Choose one by the letter of its column: {wanted.option} {letters}"
    if wanted.option is None or found[0] in found[1:]:
        return "Rename the headings of those that don't"
    return f"Choose one: {wanted.option} {shlex.quote(shown(found[0]))}"
