"""What a server that changes names makes of them."""

from __future__ import annotations

import pytest

from batch_renamer.sandbox.faultkind import FaultKind
from batch_renamer.sandbox.keptname import kept_name

NAME = " 12  Café & Bar "


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (FaultKind.KEEPS_CUT, " 12  Café &"[:10]),
        (FaultKind.KEEPS_LOWER_CASE, " 12  café & bar "),
        (FaultKind.KEEPS_SPACES, "12 Café & Bar"),
        (FaultKind.KEEPS_NFC, NAME),
        (FaultKind.KEEPS_NFD, " 12  Cafe\u0301 & Bar "),
        (FaultKind.KEEPS_ESCAPED, " 12  Café &amp; Bar "),
        (FaultKind.THIRD_NAME, "A third name, kept by the server"),
    ],
)
def test_a_name_is_kept_in_another_way(kind: FaultKind, kept: str) -> None:
    """Cut, lower case, without white space, in another form of Unicode, escaped, or another name altogether."""
    assert kept_name(kind, NAME) == kept
