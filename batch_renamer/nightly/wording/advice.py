"""What to do after a night that could not begin or was stopped early, in sentences for messages and pages."""

from __future__ import annotations

from batch_renamer.model import FileEnd, Night, NightKind

__all__ = ["advice_on"]

_BY_ITSELF = "The next night goes on by itself."
_ADVICE = {
    2: (
        "Correct what is named here, or tell the person who looks after this computer; until then no night can begin. "
        "`batch-renamer nightly --check` tells more."
    ),
    3: "Put a new key into the key file; then the next night goes on by itself.",
    4: f"{_BY_ITSELF} If several nights stop for the same reason, tell the person who looks after this computer.",
    5: "Another run was still at work in this account. The next night tries again; `batch-renamer runs` shows it.",
    70: "This is a fault in batch-renamer: give its log to the person who looks after this computer.",
    129: _BY_ITSELF,
    130: _BY_ITSELF,
    143: _BY_ITSELF,
}
"""By exit code."""


def advice_on(night: Night) -> list[str]:
    """Return what to do about a night as a whole; nothing where it came to its end.

    Example:
        >>> advice_on(Night(date="2026-11-26", began_at=0.0, exit_code=143, begun=True, stopped="Stopped by SIGTERM."))
        ['The next night goes on by itself.']
    """
    if night.kind not in (NightKind.NOT_BEGUN, NightKind.FAILED):
        return []
    codes: set[int | None] = {file.exit_code for file in night.files if file.end is FileEnd.STOPPED}
    codes = codes or {night.exit_code}
    return [advice for code, advice in _ADVICE.items() if code in codes]
