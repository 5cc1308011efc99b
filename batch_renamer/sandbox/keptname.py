r"""Changes a name as a server with such a fault would, for each kind of fault that changes names."""

from __future__ import annotations

import html
import unicodedata

from batch_renamer.sandbox.faultkind import FaultKind

__all__ = ["kept_name"]


def kept_name(kind: FaultKind, name: str) -> str:
    """Return the name that a server with this fault stores.

    Example:
        >>> kept_name(FaultKind.KEEPS_ESCAPED, "Tom & Ann"), kept_name(FaultKind.KEEPS_SPACES, " 12  Elm ")
        ('Tom &amp; Ann', '12 Elm')
    """
    match kind:
        case FaultKind.THIRD_NAME:
            return "A third name, kept by the server"
        case FaultKind.KEEPS_CUT:
            return name[: max(1, len(name) * 2 // 3)]
        case FaultKind.KEEPS_LOWER_CASE:
            return name.lower()
        case FaultKind.KEEPS_SPACES:
            return " ".join(name.split())
        case FaultKind.KEEPS_NFC:
            return unicodedata.normalize("NFC", name)
        case FaultKind.KEEPS_NFD:
            return unicodedata.normalize("NFD", name)
        case FaultKind.KEEPS_ESCAPED:
            return html.escape(name)
        case _:
            return name
