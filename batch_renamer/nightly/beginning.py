"""The beginning of a night: what is known of it before anything is read."""

from __future__ import annotations

from batch_renamer.errors import SettingsError
from batch_renamer.files import same_place
from batch_renamer.jobs import address_of
from batch_renamer.model import Night
from batch_renamer.nightly.wording import local_date
from batch_renamer.settings import Settings

__all__ = ["check_folders", "night_of"]


def night_of(settings: Settings, *, began_at: float) -> Night:
    """Return the night that begins at a time in seconds since the epoch; the settings may be incomplete."""
    nightly = settings.nightly
    base_url, profile = address_of(settings)
    known = nightly.inbox is not None or nightly.reports is not None
    if nightly.inbox is not None and same_place(nightly.folder("reports"), nightly.inbox):
        known = False  # `check_folders` refuses this, and until it is corrected no page may lie among the spreadsheets
    return Night(
        date=local_date(began_at).isoformat(),
        began_at=began_at,
        profile=profile,
        base_url=base_url,
        inbox=str(nightly.inbox or ""),
        reports=str(nightly.folder("reports")) if known else "",
    )


def check_folders(settings: Settings) -> None:
    """Make sure that there is an inbox, and that nothing is moved or written into it as if a person had put it there.

    Raises:
        SettingsError: none is named, it is no folder, or another folder of the night is the inbox itself.
    """
    inbox = settings.nightly.inbox
    if inbox is None:
        raise SettingsError(
            'There is no inbox: give --inbox DIR, or write inbox = "DIR" under [nightly] in the configuration.'
        )
    if not inbox.is_dir():
        raise SettingsError(
            f"The inbox {inbox} is no folder: make it, or name another with --inbox DIR. Is its drive connected?"
        )
    for name in ("done", "problems", "reports"):
        if same_place(settings.nightly.folder(name), inbox):
            raise SettingsError(
                f"The folder {name} can't be the inbox itself: a night would read what it puts there. Name another "
                f"folder with --{name} DIR, or leave it out."
            )
