"""What a handler works with: one frozen value that is made when the server starts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from batch_renamer.journal import Journal
from batch_renamer.settings import Settings, journal_path
from batch_renamer.web.access import Tokens
from batch_renamer.web.accounts import Accounts
from batch_renamer.web.events import Hub
from batch_renamer.web.job_runner import JobRunner
from batch_renamer.web.order_pictures import PictureCache
from batch_renamer.web.row_pages import SearchPreparation
from batch_renamer.web.uploads import SheetChecks, Uploads

__all__ = ["Workspace", "make_workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The tools of every handler.

    ``flags`` are the options that the command `web` was given, by the names of the settings; ``settings`` are what they
    come to, together with the environment and the configuration. ``journal`` is for reading: each job opens one of its
    own. ``search_preparation`` makes long runs ready to be searched. ``secrets`` are the keys that were read so far.
    ``choosing`` is held while rows of a plan are chosen or committed, so that a commit and a choice beside it know of
    each other.
    """

    flags: Mapping[str, object]
    settings: Settings
    journal: Journal
    accounts: Accounts
    jobs: JobRunner
    uploads: Uploads
    pictures: PictureCache
    sheet_checks: SheetChecks
    search_preparation: SearchPreparation
    hub: Hub
    tokens: Tokens
    secrets: Sequence[str] = field(default=(), repr=False)
    choosing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)


def make_workspace(
    *,
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    settings: Settings,
    journal: Journal,
    secrets: list[str] | None = None,
) -> Workspace:
    """Return the tools for a server that was started with these options; call it in the event loop.

    A key that is read is added to ``secrets``, which the log leaves out.
    """
    secrets = [] if secrets is None else secrets
    hub = Hub()
    accounts = Accounts(flags, environ=environ, secrets=secrets)
    return Workspace(
        flags=flags,
        settings=settings,
        journal=journal,
        accounts=accounts,
        jobs=JobRunner(accounts=accounts, journal=journal, hub=hub, secrets=secrets),
        pictures=PictureCache(),
        # Beside the journal: what a run needs is known from it, and the sandbox has its own.
        uploads=Uploads(journal_path(settings).parent / "web" / "spreadsheets"),
        sheet_checks=SheetChecks(),
        search_preparation=SearchPreparation(journal),
        hub=hub,
        tokens=Tokens(),
        secrets=secrets,
    )
