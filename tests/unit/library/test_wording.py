"""Sentences of the command line become a caller's: arguments instead of flags, commands as they are."""

from __future__ import annotations

import pytest

from batch_renamer.errors import LockedError, StateLostError
from batch_renamer.library.wording import as_arguments, worded_for_callers


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("give --wait SECONDS.", "give wait=SECONDS."),
        ("more than --max-renames 5 allows", "more than max_renames=5 allows"),
        ("more than --max-failures 50% allows", "more than max_failures=50% allows"),
        ("--id-column and --name-column must name two", "id_column and name_column must name two"),
        ("is: --name-column name.", "is: name_column='name'."),
        ("one: --id-column 'Order ID'.", "one: id_column='Order ID'."),
        ("is: --id-column HEADING and --name-column HEADING.", "is: id_column=HEADING and name_column=HEADING."),
        ("say so with --id-column, please", "say so with id_column, please"),
        ("Give --state-dir DIR, or set HOME.", "Give state_dir=DIR, or set HOME."),
        ("account, give --same-account. Nothing", "account, give same_account=True. Nothing"),
        ("and --strict allows none", "and strict=True allows none"),
        ("--again renames it again.", "again=True renames it again."),
        ("`batch-renamer undo k3 --sandbox` does", "`batch-renamer undo k3 --sandbox` does"),
        ("runs --prune has removed it", "runs --prune has removed it"),
        ("a name -- with dashes --", "a name -- with dashes --"),
    ],
)
def test_flags_become_arguments(said: str, meant: str) -> None:
    """Values stay with them; what is no option of the library stays as it is."""
    assert as_arguments(said) == meant


def test_an_error_keeps_its_kind_and_its_facts() -> None:
    """Only its words are other ones."""
    with pytest.raises(LockedError, match=r"or give wait=SECONDS\.$") as caught, worded_for_callers():
        raise LockedError("Run k3f9ab")
    assert caught.value.who == "Run k3f9ab"
    with pytest.raises(StateLostError, match=r"or give another state_dir\.$"), worded_for_callers():
        raise StateLostError("/state/journal.sqlite3", journal=True)
