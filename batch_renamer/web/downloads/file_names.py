"""How the name of a downloaded file stands in the header of the answer, whatever characters it has."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from batch_renamer.text import storable

__all__ = ["attachment"]

_ASCII_ALONE = re.compile(r"[^A-Za-z0-9._ ()+-]")
_HAS_A_MEANING = re.compile(r'[/\\:*?"<>|]')
"""Characters that a file name can't have on some systems."""


def attachment(name: str) -> str:
    r"""Return the value of ``Content-Disposition`` that saves an answer under a name.

    Line ends, quotes, marks that turn the direction of text and the like become ``_``: the header stays one header, and
    the user sees the name that the file gets.

    Example:
        >>> attachment("H\u00e4user.report-k3.xlsx")
        'attachment; filename="H_user.report-k3.xlsx"; filename*=UTF-8\'\'H%C3%A4user.report-k3.xlsx'
    """
    whole = "".join("_" if _is_hidden(sign) else sign for sign in _HAS_A_MEANING.sub("_", storable(name)))
    return f"attachment; filename=\"{_ASCII_ALONE.sub('_', whole)}\"; filename*=UTF-8''{quote(whole, safe='')}"


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
