"""Finds the heading row of a sheet and the columns to read, or says in one sentence what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from batch_renamer.loader.cells import Cell
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.contents import Need
from batch_renamer.loader.heading_trouble import (
    HeadingTrouble,
    ambiguous,
    found_headings,
    missing_headings,
    name_of,
    need_of,
    trouble,
)
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.loader.wanted import (
    WANTED_SKIP,
    Wanted,
    positions,
    wanted_guard,
    wanted_id,
    wanted_name,
    wanted_where,
)
from batch_renamer.model import COLUMNS, COLUMNS_BACK, EXPORT_COLUMNS, place_of_columns_back
from batch_renamer.text import trimmed

__all__ = ["HEADING_ROWS", "HeadingTrouble", "find_columns"]

HEADING_ROWS = 20
"""The headings are looked for in this many first rows."""

_MOST_KEPT = 200
"""So many unused columns are kept for reports."""


def find_columns(
    rows: Sequence[Sequence[Cell]], options: LoadOptions, *, is_workbook: bool = False
) -> Columns | HeadingTrouble:
    """Find the heading row among the first rows of a sheet, and the columns that it names.

    ``rows`` are the rows of the sheet from row 1 on; only the first 20 are used. ``is_workbook``: a report may have
    columns of the user's right of ours.

    Example:
        >>> found = find_columns([["Order ID", "New name"]], LoadOptions())
        >>> isinstance(found, Columns) and (found.order_id, found.new_name)
        (0, 1)
    """
    key = wanted_guard(options) if options.by_name else wanted_id(options)
    if key is None:
        fact = "needs current names to find its orders by, and none are to be read"
        return HeadingTrouble(fact=fact, nearness=0, needs=(Need("current_name_column"),))
    needed = (key,) if options.rule else (key, wanted_name(options))
    best: tuple[tuple[int, int], int, tuple[str, ...]] = ((-1, 0), 0, ())
    for number, row in enumerate(rows[:HEADING_ROWS], 1):
        headings = tuple(trimmed(cell) if isinstance(cell, str) else "" for cell in row)
        if not any(headings):
            continue
        nearness = sum(bool(wanted.matches(headings)) for wanted in needed)
        # A title above the table fills fewer cells than the headings that are needed.
        rank = nearness, min(sum(map(bool, headings)), len(needed))
        if rank > best[0]:
            best = (rank, number, headings)
        if nearness == len(needed):
            break
    (nearness, _), number, headings = best
    if nearness < 0:
        return HeadingTrouble(fact=f"has no headings: its first {HEADING_ROWS} rows are blank", nearness=0)
    if missing := [wanted for wanted in needed if not wanted.matches(headings)]:
        found, guard = missing_headings(missing, number, headings, nearness=nearness), wanted_guard(options)
        if key in missing and not options.by_name and guard is not None and guard.matches(headings):
            by_names = ". Without ids, --match-by current-name finds the orders by their names"
            found = replace(found, advice=f"{found.advice}{by_names}", needs=(*found.needs, Need("match_by")))
        return found
    ours = number == 1 and tuple(rows[0][: len(COLUMNS)]) == COLUMNS
    is_report = ours and (is_workbook or len(rows[0]) == len(COLUMNS))
    return _choose(number, headings, options, is_report=is_report)


def _choose(
    number: int, headings: tuple[str, ...], options: LoadOptions, *, is_report: bool
) -> Columns | HeadingTrouble:
    """Choose one column for each purpose, in the row that has headings for both id and name.

    In a report these are ours, whatever the user's own columns are called, unless an option names one of them.
    """
    chosen: list[int | None] = []
    all_wanted = (wanted_id(options), wanted_name(options), wanted_guard(options), WANTED_SKIP)
    for wanted in all_wanted:
        found = [] if wanted is None else wanted.matches(headings[: len(COLUMNS)] if is_report else headings)
        if wanted is not None and wanted.asked is not None and not found:
            found = wanted.matches(headings)
        if wanted is not None and wanted.asked is not None and not found:
            return missing_headings([wanted], number, headings)
        if wanted is not None and len(found) > 1:
            return ambiguous(wanted, number, headings, found)
        chosen.append(found[0] if found else None)
    order_id, new_name, current_name, skip = chosen
    key = 0 if order_id is not None or not options.by_name else 2
    if (place := chosen[key]) is None or place == new_name:
        what, option = ("order id", "--id-column") if key == 0 else ("current name", "--current-name-column")
        text = f"has one column, headed {listed([headings[place or 0]])}, for both the {what} and the new name"
        advice = f": {option} and --name-column must name two"
        return trouble(text, number, headings, Need(name_of(option)), Need("name_column"), advice=advice)
    if isinstance(rule := _rule_columns(number, headings, new_name, options), HeadingTrouble):
        return rule
    results = _results_in(headings, chosen)
    places = _places(options, number, headings)
    if isinstance(places, HeadingTrouble):
        return places
    return Columns(
        row=number,
        order_id=order_id,
        new_name=new_name,
        current_name=current_name,
        skip=skip,
        headings=headings,
        is_report=is_report,
        is_export=number == 1 and headings[: len(EXPORT_COLUMNS)] == EXPORT_COLUMNS,
        kept=_kept(headings, chosen, results, rule, first=len(COLUMNS) if is_report else 0),
        results=results,
        where=places,
        rule=rule,
        warnings=(
            *_taken_for_headings(number, headings, (all_wanted[key], place), (all_wanted[1], new_name)),
            *(
                _near_miss(wanted, heading)
                for wanted, found in zip(all_wanted, chosen, strict=True)
                if wanted is not None and found is None
                for i, heading in enumerate(headings)
                if i not in (*chosen, *rule) and wanted.is_like(heading)
            ),
        ),
    )


def _kept(
    headings: Sequence[str], used: Sequence[int | None], results: int | None, rule: Sequence[int], *, first: int
) -> tuple[int, ...]:
    """Return the columns from ``first`` on that have a heading and are not used, and those from which names are made.

    The others of a report that are ours are about an earlier run.
    """
    passed_over = {*used, *(() if results is None else range(results, results + len(COLUMNS_BACK)))}
    unused = (i for i, heading in enumerate(headings) if heading and i >= first and i not in passed_over)
    return tuple(sorted({*islice(unused, _MOST_KEPT), *rule}.difference(used)))


def _results_in(headings: Sequence[str], chosen: Sequence[int | None]) -> int | None:
    """Return the first column with results, unless the user has chosen one of these columns to be read."""
    place = place_of_columns_back(headings)
    if place is None or any(column is not None and 0 <= column - place < len(COLUMNS_BACK) for column in chosen):
        return None
    return place


def _places(options: LoadOptions, number: int, headings: tuple[str, ...]) -> tuple[int, ...] | HeadingTrouble:
    """Return the columns that ``--where`` names."""
    places = []
    for wanted in (wanted_where(column, options) for column, _ in options.where):
        found = wanted.matches(headings)
        if not found:
            asked = f"no heading {quoted(wanted.asked or '')} ({wanted.option})"
            return trouble(
                f"has {asked}. {found_headings(number, headings).rstrip('.')}", number, headings, need_of(wanted)
            )
        if len(found) > 1:
            return ambiguous(wanted, number, headings, found)
        places += found
    return tuple(places)


def _rule_columns(
    number: int, headings: tuple[str, ...], new_name: int | None, options: LoadOptions
) -> tuple[int, ...] | HeadingTrouble:
    """Return the columns from which new names are made."""
    chosen, need = [], Need("name_template")
    for wanted in options.rule_columns:
        found = positions(headings, (wanted,))
        text = f"column {quoted(wanted)}, which --name-template names"
        if not found:
            there = listed([heading for heading in headings if heading])
            return trouble(f"has no {text}. Its columns are {there}", number, headings, need)
        if len(found) > 1:
            several = listed([headings[place] for place in found])
            return trouble(f"has more than one {text}: {several}. Rename a heading", number, headings, need)
        if found[0] == new_name:
            return trouble(f"has its new names in the {text}. Name other columns", number, headings, need)
        chosen.append(found[0])
    return tuple(chosen)


def _taken_for_headings(
    number: int, headings: Sequence[str], *chosen: tuple[Wanted | None, int | None]
) -> tuple[str, ...]:
    """Return a warning where the columns were chosen by letter: nothing proves that the row has headings."""
    there = [(wanted, place) for wanted, place in chosen if place is not None]
    if not all(wanted is not None and wanted.is_letter_of(headings[place], place) for wanted, place in there):
        return ()
    said = listed([headings[place] for _, place in there])
    text = f"The columns were chosen by letter, and row {number} is taken for the headings: {said}"
    return (f"{text}. If it is an order, put a row with headings above it.",)


def _near_miss(wanted: Wanted, heading: str) -> str:
    """Return a warning about an unused column whose heading resembles one that would be used."""
    return f'The column {quoted(heading)} is not used. If it holds {wanted.what}, name it "{wanted.first[0]}".'
