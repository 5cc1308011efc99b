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

    ``headings`` are those of ``row``, which is the likeliest one (0: there is none). ``needs`` are the options that
    would help.
    """

    sentence: str
    nearness: int
    row: int = 0
    headings: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


def found_headings(number: int, headings: Sequence[str]) -> str:
    """Return which headings a row has."""
    return f"Headings found in row {number}: {listed([heading for heading in headings if heading])}."


def missing_headings(missing: Sequence[Wanted], number: int, headings: Sequence[str]) -> str:
    """Return which headings are missing, which were found, and the option that helps."""
    sentences = []
    for wanted in missing:
        if wanted.asked is not None:
            sentences.append(f"no heading {quoted(wanted.asked)} ({wanted.option})")
        else:
            sentences.append(f"no heading for {wanted.what} ({', '.join((*wanted.first, *wanted.rest))})")
    advice = " and ".join(f"{wanted.option} {_example(wanted, headings)}" for wanted in missing)
    say = f"{_rename(missing)}say which column it is: {advice}"
    return f"has {' and '.join(sentences)}. {found_headings(number, headings)} {say[0].upper()}{say[1:]}"


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


def trouble(sentence: str, number: int, headings: tuple[str, ...], *needs: Need) -> HeadingTrouble:
    """Return a trouble with a row that has all headings that are needed."""
    return HeadingTrouble(sentence=sentence, nearness=2, row=number, headings=headings, needs=needs)


def need_of(wanted: Wanted, fitting: Sequence[str] = ()) -> Need:
    """Return the option that chooses a column."""
    return Need(name_of(wanted.option or ""), tuple(fitting))


def name_of(option: str) -> str:
    """Return the name of an option in `LoadOptions`."""
    return option.removeprefix("--").replace("-", "_")


def ambiguous(wanted: Wanted, number: int, headings: tuple[str, ...], places: Sequence[int]) -> HeadingTrouble:
    """Return that several headings fit, and how to choose one."""
    sentence = _which_of_several(wanted, number, headings, places)
    needs = () if wanted.option is None else (need_of(wanted, [headings[place] for place in places]),)
    return trouble(sentence, number, headings, *needs)


def _which_of_several(wanted: Wanted, number: int, headings: Sequence[str], places: Sequence[int]) -> str:
    """Return that several headings fit, and how to choose one; by its letter, if they are the same."""
    found = [headings[place] for place in places]
    text = f"has {len(found)} columns in row {number} that could hold {wanted.what}: {listed(found)}"
    if wanted.option is not None and wanted.by_letter and found[0] in found[1:]:
        letters = " or ".join(letters_of(place + 1) for place in places)
        return f"{text}. Choose one by the letter of its column: {wanted.option} {letters}"
    if wanted.option is None or found[0] in found[1:]:
        return f"{text}. Rename the headings of those that don't"
    return f"{text}. Choose one: {wanted.option} {shlex.quote(shown(found[0]))}"
