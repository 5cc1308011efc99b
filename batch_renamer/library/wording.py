"""Rewords the command line's sentences for callers: arguments in the place of flags."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from batch_renamer.commands import setting_of
from batch_renamer.errors import BatchRenamerError
from batch_renamer.settings import OPTIONS, Settings

__all__ = ["as_arguments", "worded_for_callers"]

# What stands in backticks is a command to be pasted into a shell; a heading that ends a sentence is quoted for one.
_FLAG = re.compile(
    r"`[^`]*`"
    r"|--(?P<column>[a-z]+(?:-[a-z]+)*-column) (?P<heading>'[^']*'(?:\"'\"'[^']*')*|\S+?)(?=\.?$)"
    r"|--(?P<name>[a-z]+(?:-[a-z]+)*)(?: (?P<value>[A-Z]+\b|\d[\d.]*%?))?"
)
_ANY_HEADING = "HEADING"
"""Stands for a heading that only the caller knows."""

_SWITCHES = {field.name for field in fields(Settings) if field.type in (bool, "bool")} | {"same_account"}


def as_arguments(text: str) -> str:
    """Return a sentence that names arguments where it named flags.

    Example:
        >>> as_arguments("Wait for it to end, or give --wait SECONDS.")
        'Wait for it to end, or give wait=SECONDS.'
        >>> as_arguments("Left alone; --again renames it again. `batch-renamer runs --sandbox` lists the runs.")
        'Left alone; again=True renames it again. `batch-renamer runs --sandbox` lists the runs.'
        >>> as_arguments("Choose one: --id-column 'Order ID'.")
        "Choose one: id_column='Order ID'."
        >>> as_arguments("Left out: --except names this row.")
        'Left out: except_rows names this row.'
    """
    return _FLAG.sub(_argument, text)


def _argument(flag: re.Match[str]) -> str:
    if flag["column"] is not None:
        [heading] = shlex.split(flag["heading"])
        return f"{flag['column'].replace('-', '_')}={heading if heading == _ANY_HEADING else repr(heading)}"
    if flag["name"] is None:
        return flag[0]
    name = setting_of(flag["name"])
    if name in _SWITCHES:
        return f"{name}=True" + (f" {flag['value']}" if flag["value"] else "")
    if name not in OPTIONS:
        return flag[0]
    return name if flag["value"] is None else f"{name}={flag['value']}"


@contextmanager
def worded_for_callers() -> Iterator[None]:
    """Let an error that ends the block speak of arguments."""
    try:
        yield
    except BatchRenamerError as error:
        error.args = (as_arguments(str(error)),)
        raise
