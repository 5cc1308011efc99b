"""How new names are made and checked: those that the sheet gives when it is loaded, the others when orders are read.

The rules are those of the run, which the journal keeps: a run that is resumed goes on with the rules of its beginning.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from batch_renamer.journal import MadeName
from batch_renamer.loader import Sheet, clean_made_name, quoted
from batch_renamer.model import Change, Found, Outcome, Reading, RenameRequest, Result, RowProblem
from batch_renamer.naming import CURRENT_NAME, HouseRules, NamingRules, Replacing, Template
from batch_renamer.settings import Replacement
from batch_renamer.text import storable

__all__ = ["CurrentNames", "SheetNames", "is_kept", "named_rows"]


class SheetNames:
    """Names the rows of a sheet as far as the sheet alone says them, and checks these names by the house rules.

    A name in the sheet wins over the template. The counter of a template counts the rows that get a name by it, in
    sheet order.
    """

    def __init__(self, rules: NamingRules) -> None:
        self._replaces = rules.replaces
        self._template = Template(rules.template) if rules.template is not None else None
        self._house = HouseRules(rules.house)
        self._count = 0

    def of(self, rows: Sequence[RenameRequest | RowProblem]) -> list[RenameRequest | RowProblem]:
        """Return the next rows of the sheet, in sheet order, with their names.

        Raises:
            InputError: the pattern of the house rules takes too long on a name.
        """
        return [self._named(row) for row in rows]

    def _named(self, row: RenameRequest | RowProblem) -> RenameRequest | RowProblem:
        if isinstance(row, RowProblem) or row.skip:
            return row
        if row.new_name:
            return self._checked(row)
        if self._replaces:
            return replace(row, name_rule=f"{{{CURRENT_NAME}}}")
        return row if self._template is None else self._by_template(row, self._template)

    def _by_template(self, row: RenameRequest, template: Template) -> RenameRequest | RowProblem:
        values = dict(zip(template.columns, row.rule_cells, strict=True))
        filled = template.filled(values, n=self._count + 1, order_id=row.order_id)
        if filled.blank is not None:
            return _problem(row, f"The new name can't be made: the column {quoted(filled.blank)} is blank.")
        if template.needs_current_name:
            self._count += 1
            return replace(row, name_rule=filled.text)
        name = clean_made_name(filled.text)
        warning = "\n".join(filter(None, (row.warning, name.warning)))
        named = replace(row, new_name=name.text, warning=warning)
        made = _problem(named, name.reason) if name.reason else self._checked(named)
        self._count += isinstance(made, RenameRequest)
        return made

    def _checked(self, row: RenameRequest) -> RenameRequest | RowProblem:
        reason = self._house.broken_by(row.new_name)
        return _problem(row, reason) if reason else row


def named_rows(sheet: Sheet, rules: str | None) -> Iterator[list[RenameRequest | RowProblem]]:
    """Yield the rows of a sheet in chunks, with the names that these rules give them as far as the sheet says them.

    Raises:
        InputError: the sheet can't be read to its end, or the pattern of the house rules takes too long on a name.
    """
    return map(SheetNames(NamingRules.from_text(rules)).of, sheet.chunks())


def _problem(row: RenameRequest, reason: str) -> RowProblem:
    return RowProblem(
        row=row.row,
        order_id=row.order_id,
        new_name=storable(row.new_name),
        reason=reason,
        current_name=row.current_name,
        warning=row.warning,
        other_cells=row.other_cells,
    )


class CurrentNames:
    """Makes the names of rows whose orders have been read.

    ``again`` counts the names that the rules would change if they were applied a second time; ``changed_again`` shows
    that of the uppermost row so far. ``kept`` counts the names that the same rule has made in an earlier run, and that
    stay. ``whole_word`` is the option that replaces no part of a word ("": the rules replace no word).
    """

    def __init__(self, rules: NamingRules) -> None:
        self.again = 0
        self.kept = 0
        self.changed_again = ""
        self._changed_again_row = 0
        self.whole_word = next((_whole_word(one) for one in rules.replace if one.old.isalnum()), "")
        self._replacing = Replacing(rules.replace, rules.replace_regex)
        self._house = HouseRules(rules.house)

    def made(self, request: RenameRequest, reading: Reading) -> tuple[RenameRequest | Outcome, MadeName | None]:
        """Return a row with its name, or the outcome of a row whose name can't be used; and what was made.

        Raises:
            InputError: a pattern takes too long on a name.
        """
        if request.name_rule is None or not isinstance(reading, Found) or reading.order.is_deleted:
            return request, None
        current = reading.order.name or ""
        text = self._replacing.of(Template(request.name_rule).with_current_name(current))
        if text != current == request.made_before:
            text = current
            self.kept += 1
        if text == current:
            return replace(request, new_name=current), MadeName(request.row, current, current)
        name = clean_made_name(text)
        made = MadeName(request.row, name.text, current, name.warning)
        if reason := name.reason or self._house.broken_by(name.text):
            return _invalid(request, reading, reason), made
        self._apply_once_more(request.row, request.name_rule, name.text)
        return replace(request, new_name=name.text), made

    def _apply_once_more(self, row: int, rule: str, name: str) -> None:
        if (changed := self._replacing.of(Template(rule).with_current_name(name))) != name:
            self.again += 1
            if not self.changed_again or row < self._changed_again_row:
                self.changed_again, self._changed_again_row = f"{quoted(name)} to {quoted(changed)}", row


def _whole_word(replacement: Replacement) -> str:
    new = replacement.new.replace("\\", r"\\")  # a pattern takes a backslash for the sign of a group
    rule = rf"\b{replacement.old}\b={new}"
    return f"--replace-regex {shlex.quote(rule)}"


def _invalid(request: RenameRequest, reading: Found, reason: str) -> Outcome:
    order = reading.order
    return Outcome(
        row=request.row,
        result=Result.INVALID,
        reason=reason,
        old_name=order.name,
        final_name=order.name,
        order=order,
    )


def is_kept(decision: Change | Outcome) -> bool:
    """Tell whether a made name is written down: not for a row that was left alone, whose name it was not made from."""
    return isinstance(decision, Change) or decision.result in (Result.UNCHANGED, Result.INVALID)
