"""What stands on the page of a spreadsheet, as values that its template shows. It knows nothing of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batch_renamer.model import HERE, ReasonGroup, ReportRow, Result, Understood, WarningGroup
from batch_renamer.progress import cut_middle, ranges
from batch_renamer.text import counted
from batch_renamer.web.accounts import Account
from batch_renamer.web.pages.sheet_fields import LABELS, Field, advice_for, as_fields, reading_fields
from batch_renamer.web.uploads import CheckedSheet, Upload

__all__ = ["RowGroup", "SheetView", "ShownRow"]

_MOST_GROUPS = 20
"""A spreadsheet may have as many reasons as rows."""

_ROWS_EACH = 5
"""So many rows of a group are shown; of the others, the numbers."""

_MOST_UNUSED = 12
_LONGEST_ID, _LONGEST_NAME = 60, 300

_WORDS = {Result.PLANNED: "ready", Result.INVALID: "to repair", Result.SKIPPED: "left out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One row of a table; ``remark`` is what is odd in it, ``word`` what becomes of it."""

    number: int
    order_id: str
    current_name: str
    new_name: str
    remark: str = ""
    word: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroup:
    """Rows with one reason or warning: how many, the first few of them, and the numbers of others ("" for none)."""

    reason: str
    count: int
    rows: tuple[ShownRow, ...]
    others: str = ""

    @property
    def has_remarks(self) -> bool:
        """Whether anything is odd in any of the rows that are shown."""
        return any(row.remark for row in self.rows)

    @property
    def title(self) -> str:
        """How many rows, and why."""
        return f"{counted(self.count, 'row')}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """The page of one spreadsheet."""

    upload: Upload
    account: Account
    accounts: tuple[Account, ...]
    checked: CheckedSheet

    @property
    def trouble(self) -> str:
        """Why the spreadsheet can't be read; "" if it can."""
        return as_fields(self.checked.trouble)

    @property
    def advice(self) -> tuple[str, ...]:
        """What to do about that."""
        return advice_for(self.checked)

    @property
    def needed(self) -> tuple[Field, ...]:
        """The fields that would help where the spreadsheet can't be read."""
        names = {need.option for need in self.checked.needs}
        return tuple(field for field in self._fields() if field.name in names)

    @property
    def other_fields(self) -> tuple[tuple[str, tuple[Field, ...]], ...]:
        """All other fields in groups, each with its title."""
        names = {need.option for need in self.checked.needs}
        groups: dict[str, list[Field]] = {}
        for field in self._fields():
            if field.name not in names:
                groups.setdefault(field.group, []).append(field)
        return tuple((title, tuple(fields)) for title, fields in groups.items())

    @property
    def is_corrected(self) -> bool:
        """Whether something was chosen on the page."""
        return bool(self.upload.reading.chosen())

    @property
    def is_as_before(self) -> bool:
        """Whether it is read as an earlier spreadsheet of this name was."""
        return self.upload.is_as_before

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What each column was taken for, and what else was assumed: pairs of a name and a text."""
        understood = self.checked.understood
        if understood is None:
            return ()
        hidden_rows = self.upload.reading.hidden_rows or self.account.settings.hidden_rows
        return tuple(_facts(understood, self.checked, hidden_rows=hidden_rows))

    @property
    def sentence(self) -> str:
        """What came of reading it, in one sentence."""
        return self.checked.sentence

    @property
    def counts(self) -> tuple[tuple[str, str, int], ...]:
        """The results that occur: each with its word for this page, and its number of rows."""
        counts = self.checked.counts
        return tuple((result.value, word, counts[result]) for result, word in _WORDS.items() if counts.get(result))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the whole spreadsheet."""
        return (*map(as_fields, self.checked.warnings), *self._doubtful_headings())

    @property
    def problems(self) -> tuple[RowGroup, ...]:
        """The bad rows by reason, those with the most rows first."""
        return tuple(map(_of_reason, self.checked.problems[:_MOST_GROUPS]))

    @property
    def problems_not_shown(self) -> str:
        """How many bad rows have other reasons than those that are shown; "" for none."""
        rest = sum(group.count for group in self.checked.problems[_MOST_GROUPS:])
        return f"{counted(rest, 'more row')} to repair, for other reasons. Repair these first." if rest else ""

    @property
    def row_warnings(self) -> tuple[RowGroup, ...]:
        """The rows with warnings by kind."""
        return tuple(map(_of_warning, self.checked.row_warnings[:_MOST_GROUPS]))

    @property
    def left_out(self) -> tuple[str, ...]:
        """How many rows are left out, why, and the first of them."""
        return tuple(map(_of_left_out, self.checked.left_out[:_MOST_GROUPS]))

    @property
    def first_rows(self) -> tuple[ShownRow, ...]:
        """The first rows of the spreadsheet."""
        made = "made from the current name" if self._makes_names else ""
        return tuple(_shown(row, made=made) for row in self.checked.first_rows)

    @property
    def has_current_names(self) -> bool:
        """Whether the spreadsheet has current names."""
        return self.checked.understood is not None and self.checked.understood.current_name is not None

    @property
    def can_plan(self) -> bool:
        """Whether there is anything to rename, and an account to do it in."""
        return self.checked.ready > 0 and not self.account.trouble

    @property
    def ready(self) -> str:
        """How many orders are to be renamed."""
        return counted(self.checked.ready, "order")

    @property
    def _makes_names(self) -> bool:
        return self.checked.understood is not None and bool(self.checked.understood.rule)

    def _doubtful_headings(self) -> Iterator[str]:
        """Yield a warning where every column was chosen by hand: nothing proves that the row has headings."""
        understood, reading, contents = self.checked.understood, self.upload.reading, self.checked.contents
        if understood is None or contents.heading_row is None:
            return
        key = (understood.order_id, reading.id_column)
        if understood.order_id is None:
            key = (understood.current_name, reading.current_name_column)
        used = [one for one in (key, (understood.new_name, reading.name_column)) if one[0] is not None]
        letters = {column.letters for column in contents.columns}
        # Of columns that were chosen by their letters, the loader says it itself.
        if all(chosen is not None for _, chosen in used) and not all(chosen in letters for _, chosen in used):
            said = " and ".join(f'"{cut_middle(str(heading), _LONGEST_ID)}"' for heading, _ in used)
            row = f"Row {contents.heading_row:,} is taken for the headings: {said}."
            yield f"{row} If it is an order, put a row with headings above it."

    def _fields(self) -> tuple[Field, ...]:
        fields = reading_fields(self.checked, self.upload.reading, self.account.settings)
        if len(self.accounts) < 2:
            return fields
        titles = ((one.name, f"{one.title} (not ready)" if one.trouble else one.title) for one in self.accounts)
        return (*fields, Field(name="account", value=self.account.name, options=tuple(titles)))


def _of_left_out(group: ReasonGroup) -> str:
    reason = as_fields(group.reason).removeprefix("Left out: ")
    more = ", ..." if group.count > len(group.rows) else ""
    rows = ", ".join(f"{row.row:,}" for row in group.rows)
    return f"{counted(group.count, 'row')}: {reason}" + (f" ({rows}{more})" if rows else "")


def _facts(understood: Understood, checked: CheckedSheet, *, hidden_rows: str) -> Iterator[tuple[str, str]]:
    contents = checked.contents
    if understood.sheet is not None:
        yield LABELS["sheet"], understood.sheet
    yield LABELS["id_column"], _column(understood.order_id, none="none")
    if understood.new_name is not None:
        yield LABELS["name_column"], _column(understood.new_name)
    if understood.rule:
        yield "New names are made" if understood.new_name is None else "Where the new name is blank", understood.rule
    guard = "each order is found by it" if understood.by_name else "an order that has another name is left alone"
    none = "none, so orders are renamed whatever their names are"
    yield LABELS["current_name_column"], _column(understood.current_name, remark=guard, none=none)
    if understood.skip is not None:
        yield "Rows to leave out", _column(understood.skip)
    if understood.unused:
        named, more = understood.unused[:_MOST_UNUSED], len(understood.unused) - _MOST_UNUSED
        others = f" and {more:,} more" if more > 0 else ""
        yield "Not used", ", ".join(cut_middle(heading, _LONGEST_ID) for heading in named) + others
    if understood.encoding:
        yield LABELS["encoding"], understood.encoding
    if contents.heading_row not in (None, 1):
        yield "Headings", f"in row {contents.heading_row:,}"
    if understood.hidden_rows:
        use = "left out" if hidden_rows == "skip" else "used like all others"
        yield LABELS["hidden_rows"], f"{understood.hidden_rows:,}, {use}"


def _column(heading: str | None, *, remark: str = "", none: str = "") -> str:
    if heading is None:
        return none
    return f'column "{cut_middle(heading, _LONGEST_ID)}"' + (f"; {remark}" if remark else "")


def _of_reason(group: ReasonGroup) -> RowGroup:
    rows = [_shown(row, remark=row.reason.partition(HERE)[2]) for row in group.rows]
    return _group(group.reason, group.count, rows, [row.row for row in group.rows])


def _of_warning(group: WarningGroup) -> RowGroup:
    about = f"{group.kind}: "
    rows = [_shown(row, remark=row.warning.partition(about)[2].partition("\n")[0]) for row in group.rows]
    return _group(group.kind if group.kind.endswith(".") else f"{group.kind}.", group.count, rows, group.numbers)


def _group(reason: str, count: int, rows: Sequence[ShownRow], numbers: Sequence[int]) -> RowGroup:
    """Return a group of rows; ``numbers`` are those of the first few, and may be more than ``rows``."""
    shown, named, more = rows[:_ROWS_EACH], numbers[_ROWS_EACH:], count - len(numbers)
    others = f"Also rows {ranges(named)}" + (f" and {more:,} more" if more else "") if named else ""
    if len(named) == 1 and not more:
        others = f"Also row {named[0]:,}"
    return RowGroup(reason=as_fields(reason), count=count, rows=tuple(shown), others=f"{others}." if others else "")


def _shown(row: ReportRow, *, remark: str = "", made: str = "") -> ShownRow:
    word = _WORDS.get(row.result, row.result.value)
    remark = remark.removesuffix(".")
    if remark.strip('"') in {row.new_name, row.order_id}:
        remark = ""  # it stands beside it
    return ShownRow(
        number=row.row,
        order_id=cut_middle(row.order_id, _LONGEST_ID),
        current_name=cut_middle(row.old_name or "", _LONGEST_NAME),
        new_name=cut_middle(row.new_name, _LONGEST_NAME) or (made if row.result is Result.PLANNED else ""),
        remark=remark,
        word=word,
        result=row.result.value,
    )
